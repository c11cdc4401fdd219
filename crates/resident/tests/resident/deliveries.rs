//! Deliveries that wait, and what a person says of them.

use access::HolderClass;
use hub_api::{ClipReady, EntryInfo, Event, Outcome, Refresh, Topic};
use resident::ui::{ActivityItem, Delivery, UiEvent};

use crate::building::{GARAGE, now_ms, now_s};
use crate::following::{CLIP, courier, following, settled};
use crate::world::{App, World};

const DAY_MS: u64 = 24 * 3_600_000;

async fn item(app: &App, id: &str) -> ActivityItem {
    let items = app.activity().await.into_iter();
    items.into_iter().find(|item| item.id == id).unwrap()
}

fn waiting(app: &App) -> (u32, Option<String>) {
    let waiting = app.snapshot().deliveries;
    (waiting.count, waiting.newest.map(|item| item.id))
}

fn ids(ids: &[&str]) -> Vec<String> {
    ids.iter().map(|&id| id.to_owned()).collect()
}

#[tokio::test(start_paused = true)]
async fn a_couriers_entry_is_a_delivery_that_waits_and_nobody_elses_is() {
    let world = World::new();
    let app = following(&world).await;
    world.hub.push_entry(courier(1));
    world.hub.push_entry(EntryInfo {
        class: Some(HolderClass::Staff),
        ..courier(2)
    });
    let reason = access::DenyReason::UnitDoor;
    world.hub.push_entry(EntryInfo {
        outcome: Outcome::Denied { reason },
        ..courier(3)
    });
    app.until("waiting", |shown| shown.deliveries.count == 1)
        .await;
    settled().await;
    assert_eq!(waiting(&app), (1, Some("entry-1".to_owned())));
    assert_eq!(
        item(&app, "entry-1").await.delivery,
        Some(Delivery::Waiting)
    );
    assert_eq!(item(&app, "entry-2").await.delivery, None);
    assert_eq!(item(&app, "entry-3").await.delivery, None);
}

#[tokio::test(start_paused = true)]
async fn a_delivery_behind_the_package_rooms_door_was_left_there_and_nobody_elses_entry_was() {
    let world = World::new();
    world.hub.state().doors[1].package_room = true;
    let app = following(&world).await;
    world.hub.push_entry(EntryInfo {
        class: Some(HolderClass::Staff),
        door: GARAGE,
        ..courier(1)
    });
    world.hub.push_entry(courier(2));
    world.hub.push_entry(EntryInfo {
        door: GARAGE,
        ..courier(3)
    });
    settled().await;
    for (id, is_there) in [("entry-1", false), ("entry-2", false), ("entry-3", true)] {
        assert_eq!(item(&app, id).await.in_package_room, is_there, "{id}");
    }
    let newest = || app.snapshot().deliveries.newest.unwrap();
    assert!(newest().in_package_room);
    // The manager finds that this is no package room.
    world.hub.state().doors[1].package_room = false;
    let what = Topic::Doors;
    world.hub.push(Event::Refresh(Refresh { what }));
    settled().await;
    assert!(!newest().in_package_room);
}

#[tokio::test(start_paused = true)]
async fn what_was_collected_waits_no_more_and_can_be_taken_back() {
    let world = World::new();
    let app = following(&world).await;
    world.hub.push_entry(courier(1));
    world.hub.push_entry(courier(2));
    settled().await;
    assert_eq!(waiting(&app), (2, Some("entry-2".to_owned())));

    app.controller
        .set_collected(&ids(&["entry-2"]), true)
        .unwrap();
    app.until("one", |shown| shown.deliveries.count == 1).await;
    assert_eq!(waiting(&app), (1, Some("entry-1".to_owned())));
    let mut told = app
        .seen
        .events()
        .into_iter()
        .filter_map(|event| match event {
            UiEvent::ActivityChanged(item) => Some((item.id, item.delivery)),
            _ => None,
        });
    let (id, delivery) = told.next_back().unwrap();
    assert_eq!(id, "entry-2");
    assert!(matches!(delivery, Some(Delivery::Collected { at_ms }) if at_ms / 1000 <= now_s()));

    app.controller
        .set_collected(&ids(&["entry-2"]), false)
        .unwrap();
    assert_eq!(waiting(&app), (2, Some("entry-2".to_owned())));
    assert_eq!(
        item(&app, "entry-2").await.delivery,
        Some(Delivery::Waiting)
    );
}

#[tokio::test(start_paused = true)]
async fn all_that_wait_are_collected_at_once_and_only_those_come_back() {
    let world = World::new();
    let app = following(&world).await;
    for id in 1..=3 {
        world.hub.push_entry(courier(id));
    }
    settled().await;
    app.controller
        .set_collected(&ids(&["entry-2"]), true)
        .unwrap();
    let collected = app.controller.collect_all().unwrap();
    assert_eq!(waiting(&app), (0, None));
    app.controller.set_collected(&collected, false).unwrap();
    assert_eq!(waiting(&app), (2, Some("entry-3".to_owned())));
}

#[tokio::test(start_paused = true)]
async fn what_the_hub_tells_later_does_not_undo_it_nor_does_a_restart() {
    let world = World::new();
    let app = following(&world).await;
    world.hub.push_entry(courier(1));
    settled().await;
    app.controller
        .set_collected(&ids(&["entry-1"]), true)
        .unwrap();
    world.hub.push(Event::Clip(ClipReady {
        clip: CLIP,
        entry: 1,
    }));
    settled().await;
    let is_collected =
        |item: ActivityItem| matches!(item.delivery, Some(Delivery::Collected { .. }));
    assert!(is_collected(item(&app, "entry-1").await));
    drop(app);
    let app = world.open();
    assert_eq!(waiting(&app), (0, None));
    assert!(is_collected(item(&app, "entry-1").await));
}

#[tokio::test(start_paused = true)]
async fn a_delivery_of_long_ago_is_asked_after_no_more() {
    let world = World::new();
    let app = following(&world).await;
    let days_ago = |id, days: u64| EntryInfo {
        at_ms: now_ms() - days * DAY_MS + 60_000,
        ..courier(id)
    };
    world.hub.push_entry(days_ago(1, 9));
    world.hub.push_entry(days_ago(2, 7));
    settled().await;
    assert_eq!(waiting(&app), (1, Some("entry-2".to_owned())));
    assert_eq!(item(&app, "entry-1").await.delivery, Some(Delivery::Lapsed));
    assert_eq!(app.controller.collect_all().unwrap(), ["entry-2"]);
}

#[tokio::test(start_paused = true)]
async fn what_came_before_this_device_belonged_to_the_building_waits_for_nobody() {
    let world = World::new();
    world.hub.add_entry(courier(1));
    let app = following(&world).await;
    settled().await;
    assert_eq!(waiting(&app), (0, None));
    assert_eq!(item(&app, "entry-1").await.delivery, None);
}

#[tokio::test(start_paused = true)]
async fn what_was_never_a_delivery_cannot_be_collected() {
    let world = World::new();
    let app = following(&world).await;
    world.hub.push_entry(EntryInfo {
        class: Some(HolderClass::Guest),
        ..courier(1)
    });
    settled().await;
    let strange = ids(&["entry-1", "entry-77", "own-1-2", "entry-x", ""]);
    app.controller.set_collected(&strange, true).unwrap();
    assert_eq!(item(&app, "entry-1").await.delivery, None);
    assert_eq!(waiting(&app), (0, None));
}

#[tokio::test(start_paused = true)]
async fn who_leaves_the_building_leaves_nothing_of_its_deliveries() {
    let world = World::new();
    let app = following(&world).await;
    world.hub.push_entry(courier(1));
    settled().await;
    app.controller.forget().await.unwrap();
    assert_eq!(waiting(&app), (0, None));
}
