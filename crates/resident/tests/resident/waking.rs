use std::sync::atomic::Ordering;
use std::time::Duration;

use hub_api::EntryInfo;
use resident::ui::{HubState, UiEvent};
use tokio::time::Instant;

use crate::building::LOBBY;
use crate::door::FakeDoor;
use crate::following::{courier, following};
use crate::world::{App, World};

async fn until_connected_again(world: &World, times: usize) -> Duration {
    let asked = Instant::now();
    while world.hub.state().resumed_after.len() < times {
        assert!(asked.elapsed() < Duration::from_secs(60), "never connected");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    asked.elapsed()
}

fn was_ever_offline(app: &App) -> bool {
    app.seen.events().iter().any(
        |event| matches!(event, UiEvent::SnapshotChanged(shown) if shown.hub == HubState::Offline),
    )
}

#[tokio::test(start_paused = true)]
async fn after_sleep_the_hub_is_connected_anew_at_once_and_credentials_are_renewed() {
    let world = World::new();
    let app = following(&world).await;
    let issued = world.hub.state().credentials_issued;
    let connected = world.hub.state().resumed_after.len();
    let clients = world.hub.state().clients;

    app.controller.wake();
    let took = until_connected_again(&world, connected + 1).await;
    assert!(took < Duration::from_millis(500), "it took {took:?}");
    assert_eq!(world.hub.state().clients, clients + 1, "dead connections");
    app.until("renewed", |_| {
        world.hub.state().credentials_issued == issued + 1
    })
    .await;
    assert!(!was_ever_offline(&app));

    world.hub.push_entry(EntryInfo {
        clip: None,
        ..courier(1)
    });
    app.seen
        .until("notified", |seen| !seen.notifications().is_empty())
        .await;
}

#[tokio::test(start_paused = true)]
async fn waking_does_not_wait_out_the_pause_of_a_hub_that_was_away() {
    let world = World::new();
    let app = following(&world).await;
    world.hub.stop();
    app.until("offline", |shown| shown.hub == HubState::Offline)
        .await;
    // By now a minute lies between two attempts.
    tokio::time::sleep(Duration::from_secs(600)).await;
    world.hub.resume();
    let connected = world.hub.state().resumed_after.len();
    app.controller.wake();
    let took = until_connected_again(&world, connected + 1).await;
    assert!(took < Duration::from_millis(500), "it took {took:?}");
}

#[tokio::test(start_paused = true)]
async fn after_sleep_no_door_is_near_until_it_is_heard_again() {
    let world = World::new();
    let door = FakeDoor::put_up(&world.links.radio, LOBBY, -80);
    let app = following(&world).await;
    app.controller.set_in_front(true);
    app.until("near", |shown| shown.doors[0].nearby).await;
    let scans = world.links.radio_used.load(Ordering::SeqCst);
    drop(door);
    app.controller.wake();
    assert!(app.snapshot().doors.iter().all(|door| !door.nearby));
    app.until("listening again", |_| {
        world.links.radio_used.load(Ordering::SeqCst) > scans
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn without_a_window_in_front_nothing_is_listened_for() {
    let world = World::new();
    let _door = FakeDoor::put_up(&world.links.radio, LOBBY, -50);
    let app = following(&world).await;
    app.controller.wake();
    tokio::time::sleep(Duration::from_secs(3600)).await;
    assert_eq!(world.links.radio_used.load(Ordering::SeqCst), 0);
    app.controller.set_in_front(true);
    app.until("near", |shown| shown.doors[0].nearby).await;
    app.controller.set_in_front(false);
    app.until("forgotten", |shown| {
        shown.doors.iter().all(|door| !door.nearby)
    })
    .await;
}
