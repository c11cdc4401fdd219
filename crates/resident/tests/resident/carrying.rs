//! What a phone carries between the hub and a door without a network, behind the person's back.

use std::time::Duration;

use access::{Bundle, SignedBundle};
use audit::{DoorChain, Event, SignedRecord};
use hub_api::{ErrorCode, Event as Pushed};
use resident::hub::HubError;
use resident::ui::UnlockState;

use crate::building::{BUILDING, GRANT, LOBBY, building_key, bundle, signing_key};
use crate::door::{FakeDoor, Fault, Waiting};
use crate::hub::FakeHub;
use crate::world::{App, World};

fn signed(version: u64) -> SignedBundle {
    let bundle = Bundle {
        version,
        ..bundle(vec![GRANT])
    };
    SignedBundle::sign(&bundle, &building_key()).unwrap()
}

fn publish(hub: &FakeHub, version: u64) {
    hub.state().bundle = Some((version, signed(version)));
    hub.push(Pushed::Bundle { version });
}

fn records(count: usize) -> Vec<SignedRecord> {
    let mut chain = DoorChain::start(BUILDING, LOBBY);
    let mut append = |at_ms| {
        chain
            .append(&signing_key(LOBBY), at_ms, Event::Exit)
            .unwrap()
    };
    (1..).map(&mut append).take(count).collect()
}

fn waiting(count: usize) -> Waiting {
    Waiting {
        records: records(count),
        ..Waiting::default()
    }
}

async fn enters(app: &App) {
    let states = app.unlock(LOBBY).await;
    assert_eq!(states.last(), Some(&UnlockState::Idle), "{states:?}");
}

/// Long enough for everything that happens by itself.
async fn a_while() {
    tokio::time::sleep(Duration::from_secs(30)).await;
}

#[tokio::test(start_paused = true)]
async fn a_phone_brings_the_newer_bundle_and_takes_the_waiting_records_to_the_hub() {
    let world = World::new();
    let app = world.enrolled().await;
    publish(&world.hub, 2);
    a_while().await;
    let waiting = waiting(30);
    let _door = FakeDoor::cut_off(&world.links.radio, LOBBY, waiting.clone());
    world.hub.stop();
    enters(&app).await;
    let versions: Vec<u64> = waiting.bundles().iter().map(|it| it.version).collect();
    assert_eq!(versions, [2]);
    assert!(world.hub.state().brought.is_empty(), "the hub is away");

    world.hub.resume();
    app.controller.set_in_front(true);
    a_while().await;
    assert_eq!(world.hub.state().brought, waiting.records);
}

#[tokio::test(start_paused = true)]
async fn what_the_hub_has_is_neither_asked_for_nor_brought_again() {
    let world = World::new();
    let app = world.enrolled().await;
    let door = FakeDoor::cut_off(&world.links.radio, LOBBY, waiting(5));
    enters(&app).await;
    a_while().await;
    assert_eq!(world.hub.state().brought.len(), 5);
    assert_eq!(world.hub.state().batches, 1);
    drop(door);
    let _same = FakeDoor::cut_off(&world.links.radio, LOBBY, waiting(5));
    a_while().await;
    enters(&app).await;
    a_while().await;
    assert_eq!(world.hub.state().batches, 1);
}

#[tokio::test(start_paused = true)]
async fn a_door_that_reaches_the_hub_itself_is_asked_for_nothing() {
    let world = World::new();
    let app = world.enrolled().await;
    let online = Waiting {
        durable_seq: 5,
        ..waiting(5)
    };
    let _door = FakeDoor::cut_off(&world.links.radio, LOBBY, online);
    enters(&app).await;
    a_while().await;
    assert_eq!(world.hub.state().batches, 0);
}

#[tokio::test(start_paused = true)]
async fn what_is_carried_survives_a_restart_of_the_app() {
    let world = World::new();
    let app = world.enrolled().await;
    let _door = FakeDoor::cut_off(&world.links.radio, LOBBY, waiting(5));
    world.hub.stop();
    enters(&app).await;
    drop(app);
    world.hub.resume();
    let _app = world.open();
    a_while().await;
    assert_eq!(world.hub.state().brought.len(), 5);
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_the_hub_refuses_for_good_is_dropped_and_one_for_now_is_kept() {
    let refusals = [
        (ErrorCode::RecordInvalid, 1),
        (ErrorCode::RecordGap, 1),
        (ErrorCode::Internal, 2),
    ];
    for (code, deliveries) in refusals {
        let world = World::new();
        let app = world.enrolled().await;
        let retryable = false;
        world.hub.state().refuses_records = Some(HubError::Refused { code, retryable });
        let door = FakeDoor::cut_off(&world.links.radio, LOBBY, waiting(3));
        enters(&app).await;
        a_while().await;
        drop(door);
        world.hub.push(Pushed::Bundle { version: 1 });
        a_while().await;
        assert_eq!(world.hub.state().batches, deliveries, "{code}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_bundle_that_the_building_did_not_sign_is_carried_to_nobody() {
    let world = World::new();
    let app = world.enrolled().await;
    let stranger = access::BuildingKey::from_seed([1; 32]);
    let forged = Bundle {
        version: 9,
        ..bundle(Vec::new())
    };
    let forged = SignedBundle::sign(&forged, &stranger).unwrap();
    world.hub.state().bundle = Some((9, forged));
    world.hub.push(Pushed::Bundle { version: 9 });
    a_while().await;
    let waiting = waiting(0);
    let _door = FakeDoor::cut_off(&world.links.radio, LOBBY, waiting.clone());
    enters(&app).await;
    assert!(waiting.bundles().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_phone_that_was_denied_carries_nothing() {
    let world = World::new();
    let app = world.enrolled().await;
    publish(&world.hub, 2);
    a_while().await;
    let door = FakeDoor::with(&world.links.radio, LOBBY, -50, vec![GRANT], Fault::None);
    let states = app.unlock(LOBBY).await;
    assert!(matches!(states.last(), Some(UnlockState::Failed { .. })));
    a_while().await;
    assert_eq!((door.phones(), door.opened()), (1, 0));
    assert_eq!(world.hub.state().batches, 0);
}

#[tokio::test(start_paused = true)]
async fn leaving_the_building_leaves_nothing_that_was_carried() {
    let world = World::new();
    let app = world.enrolled().await;
    publish(&world.hub, 2);
    let _door = FakeDoor::cut_off(&world.links.radio, LOBBY, waiting(5));
    a_while().await;
    world.hub.stop();
    enters(&app).await;
    app.controller.forget().await.unwrap();
    drop(app);
    let path = world.folder.path().join("app").join("vestibule.sqlite");
    let store = resident::store::Store::open(&path).unwrap();
    assert_eq!(store.carried_bundle().unwrap(), None);
    assert_eq!(store.carried_records().unwrap(), []);
    assert_eq!(store.carried_up_to(LOBBY).unwrap(), 0);
}
