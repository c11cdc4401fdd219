//! What the activity list is asked for, when it is not all of it.

use std::time::Duration;

use access::{DenyReason, DoorId, HolderClass};
use hub_api::{DoorAlert, EntryInfo, Outcome};
use resident::ui::{ActivityFilter, ActivityWho, HubState};

use crate::building::{GARAGE, LOBBY, nobody};
use crate::door::FakeDoor;
use crate::world::{App, World};

fn courier(id: u64, door: DoorId, carrier: &str, outcome: Outcome) -> EntryInfo {
    EntryInfo {
        class: Some(HolderClass::Courier),
        carrier_name: Some(carrier.to_owned()),
        driver: Some(format!("D-{id}")),
        ..nobody(id, door, outcome)
    }
}

fn guest(id: u64, door: DoorId, name: &str) -> EntryInfo {
    EntryInfo {
        class: Some(HolderClass::Guest),
        guest_name: Some(name.to_owned()),
        ..nobody(id, door, Outcome::Entered)
    }
}

fn day() -> [EntryInfo; 6] {
    let refused = Outcome::Denied {
        reason: DenyReason::UnitDoor,
    };
    let forced = Outcome::Alert {
        alert: DoorAlert::Forced,
    };
    [
        courier(1, LOBBY, "Swiftpost", Outcome::Entered),
        courier(2, GARAGE, "Swiftpost", refused),
        courier(3, GARAGE, "Pigeon Express", Outcome::Entered),
        guest(4, LOBBY, "Ángela Muñoz"),
        EntryInfo {
            class: Some(HolderClass::Staff),
            ..nobody(5, LOBBY, Outcome::Entered)
        },
        nobody(6, GARAGE, forced),
    ]
}

/// An app that knows that day and has then opened the lobby itself.
async fn at_the_days_end(world: &World) -> App {
    let _door = FakeDoor::put_up(&world.links.radio, LOBBY, -50);
    let app = world.enrolled().await;
    app.until("online", |shown| shown.hub == HubState::Online)
        .await;
    for entry in day() {
        world.hub.push_entry(entry);
    }
    tokio::time::sleep(Duration::from_secs(5)).await;
    app.unlock(LOBBY).await;
    app
}

fn all() -> ActivityFilter {
    ActivityFilter::default()
}

fn by(who: ActivityWho) -> ActivityFilter {
    ActivityFilter {
        who: Some(who),
        ..all()
    }
}

fn at(door: DoorId) -> ActivityFilter {
    ActivityFilter {
        door_id: Some(door.to_string()),
        ..all()
    }
}

fn saying(text: &str) -> ActivityFilter {
    ActivityFilter {
        text: text.to_owned(),
        ..all()
    }
}

/// Numbers of the entries found, newest first; 0 is an own unlock.
async fn found(app: &App, filter: &ActivityFilter) -> Vec<u64> {
    let page = app.controller.find_activity(filter, None, 100).await;
    let numbers = page.unwrap().items.into_iter().map(|item| {
        let number = item.id.strip_prefix("entry-").map(str::parse);
        number.map_or(0, Result::unwrap)
    });
    let mut numbers: Vec<u64> = numbers.collect();
    numbers.sort_unstable();
    numbers
}

#[tokio::test(start_paused = true)]
async fn a_list_is_filtered_by_who_and_where_and_by_both() {
    let world = World::new();
    let app = at_the_days_end(&world).await;
    assert_eq!(found(&app, &all()).await, [0, 1, 2, 3, 4, 5, 6]);
    assert_eq!(found(&app, &by(ActivityWho::Delivery)).await, [1, 3]);
    assert_eq!(found(&app, &by(ActivityWho::Courier)).await, [1, 2, 3]);
    assert_eq!(found(&app, &by(ActivityWho::Guest)).await, [4]);
    assert_eq!(found(&app, &by(ActivityWho::Staff)).await, [5]);
    assert_eq!(found(&app, &by(ActivityWho::Own)).await, [0]);
    assert_eq!(found(&app, &at(GARAGE)).await, [2, 3, 6]);
    let delivered_at_the_lobby = ActivityFilter {
        who: Some(ActivityWho::Delivery),
        ..at(LOBBY)
    };
    assert_eq!(found(&app, &delivered_at_the_lobby).await, [1]);
}

#[tokio::test(start_paused = true)]
async fn words_are_looked_for_in_every_name_without_case_or_accents() {
    let world = World::new();
    let app = at_the_days_end(&world).await;
    assert_eq!(found(&app, &saying("SWIFT")).await, [1, 2]);
    assert_eq!(found(&app, &saying("d-3")).await, [3]);
    assert_eq!(found(&app, &saying("angela munoz")).await, [4]);
    assert_eq!(found(&app, &saying("garage")).await, [2, 3, 6]);
    assert_eq!(found(&app, &saying("  lobby   swiftpost ")).await, [1]);
    assert!(found(&app, &saying("swiftpost angela")).await.is_empty());
    // Nothing that is written is taken for a pattern.
    assert!(found(&app, &saying("%")).await.is_empty());
    assert!(found(&app, &saying("' OR 1 --")).await.is_empty());
    let at_the_garage = ActivityFilter {
        text: "swiftpost".to_owned(),
        ..at(GARAGE)
    };
    assert_eq!(found(&app, &at_the_garage).await, [2]);
}

#[tokio::test(start_paused = true)]
async fn a_door_that_nobody_knows_is_an_error() {
    let world = World::new();
    let app = world.enrolled().await;
    let filter = ActivityFilter {
        door_id: Some("the back door".to_owned()),
        ..all()
    };
    assert!(
        app.controller
            .find_activity(&filter, None, 10)
            .await
            .is_err()
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_looked_for_is_found_however_far_back_it_lies() {
    let world = World::new();
    world.hub.add_entry(guest(1, LOBBY, "Jonas Vale"));
    for id in 2..=2000 {
        let carrier = courier(id, LOBBY, "Swiftpost", Outcome::Entered);
        world.hub.add_entry(carrier);
    }
    let app = world.enrolled().await;
    let mut before = None;
    let mut pages = 0;
    let item = loop {
        let page = app
            .controller
            .find_activity(&saying("jonas"), before, 60)
            .await
            .unwrap();
        pages += 1;
        before = page.next;
        if let Some(item) = page.items.into_iter().next() {
            break item;
        }
        assert!(before.is_some(), "given up after {pages} pages");
    };
    assert_eq!(item.id, "entry-1");
    assert!(pages > 1, "the hub was asked for everything at once");
}

#[tokio::test(start_paused = true)]
async fn what_an_earlier_app_kept_is_found_too() {
    let world = World::new();
    drop(at_the_days_end(&world).await);
    world.hub.stop();
    let database = world.folder.path().join("app/vestibule.sqlite");
    rusqlite::Connection::open(database)
        .unwrap()
        .execute_batch("UPDATE activity SET door = NULL, who = NULL, delivery = 0, words = NULL")
        .unwrap();
    let app = world.open();
    assert_eq!(found(&app, &by(ActivityWho::Delivery)).await, [1, 3]);
    assert_eq!(found(&app, &by(ActivityWho::Own)).await, [0]);
    assert_eq!(found(&app, &saying("angela lobby")).await, [4]);
    assert_eq!(found(&app, &at(GARAGE)).await, [2, 3, 6]);
}
