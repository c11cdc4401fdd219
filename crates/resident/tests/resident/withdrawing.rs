//! Notifications of deliveries that were collected in a window or from the tray.

use hub_api::{ClipReady, EntryInfo, Event};
use resident::ui::{Language, Preferences};
use resident::{Act, Notification};

use crate::building::{GARAGE, LOBBY, clip_info, now_ms};
use crate::following::{CLIP, courier, following, settled};
use crate::world::{App, World};

const MINUTE_MS: u64 = 60_000;

fn at(id: u64, door: access::DoorId, minutes: u64) -> EntryInfo {
    EntryInfo {
        door,
        at_ms: now_ms() - 60 * MINUTE_MS + minutes * MINUTE_MS,
        clip: None,
        ..courier(id)
    }
}

/// An app that speaks English and has told of these.
async fn told_of(world: &World, entries: impl IntoIterator<Item = EntryInfo>) -> App {
    let app = following(world).await;
    let preferences = Preferences {
        language: Some(Language::En),
        ..Preferences::default()
    };
    app.controller.set_preferences(&preferences).unwrap();
    for entry in entries {
        world.hub.push_entry(entry);
    }
    settled().await;
    app
}

fn mark(app: &App, entry: u64, collected: bool) {
    let items = [format!("entry-{entry}")];
    app.controller.set_collected(&items, collected).unwrap();
}

fn renewed(app: &App) -> Notification {
    app.seen.renewed().pop().unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_delivery_that_was_collected_takes_its_notification_back_and_no_other() {
    let world = World::new();
    let app = told_of(&world, [at(1, LOBBY, 0), at(2, GARAGE, 1)]).await;
    mark(&app, 2, true);
    assert_eq!(app.seen.withdrawn(), [2]);
    // Said again, it is no news.
    mark(&app, 2, true);
    assert_eq!(app.seen.withdrawn(), [2]);
    mark(&app, 1, true);
    assert_eq!(app.seen.withdrawn(), [2, 1]);
    assert!(app.seen.renewed().is_empty());
}

#[tokio::test(start_paused = true)]
async fn of_several_the_notification_tells_of_those_that_wait_until_none_does() {
    let world = World::new();
    let app = told_of(&world, (1..=3).map(|id| at(id, LOBBY, id))).await;
    let told = app.seen.notifications().pop().unwrap();
    assert_eq!(told.title, "3 deliveries at Lobby");

    mark(&app, 1, true);
    let two = renewed(&app);
    assert_eq!((two.entry, two.place), (told.entry, told.place));
    assert_eq!(two.title, "2 deliveries at Lobby");
    assert_eq!(two.collects, ["entry-3", "entry-2"]);
    mark(&app, 2, true);
    assert_eq!(renewed(&app).collects, ["entry-3"]);
    assert!(app.seen.withdrawn().is_empty());
    mark(&app, 3, true);
    assert_eq!(app.seen.withdrawn(), [1]);
    assert_eq!(app.seen.notifications().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn where_the_newest_was_collected_the_notification_tells_of_the_newest_that_waits() {
    let world = World::new();
    let other = access::ClipId::from_entropy([0x41; 16]);
    let first = EntryInfo {
        carrier_name: Some("Swiftpost".to_owned()),
        clip: Some(clip_info(other, hub_api::ClipState::Ready)),
        ..at(1, LOBBY, 0)
    };
    let second = EntryInfo {
        at_ms: first.at_ms + 5 * MINUTE_MS,
        ..courier(2)
    };
    let app = told_of(&world, [first, second]).await;
    let told = app.seen.notifications().pop().unwrap();
    assert_eq!((told.pictured, told.clip), (2, Some(CLIP)));

    mark(&app, 2, true);
    let left = renewed(&app);
    assert_eq!(left.title, "Swiftpost at Lobby");
    assert_eq!((left.entry, left.place), (told.entry, told.place));
    assert_eq!((left.pictured, left.clip), (1, Some(other)));
    assert_eq!(left.collects, ["entry-1"]);
    // What becomes of the film of the one that was collected changes nothing of that.
    world.hub.push(Event::Clip(ClipReady {
        clip: CLIP,
        entry: 2,
    }));
    settled().await;
    assert_eq!(renewed(&app), left);
}

#[tokio::test(start_paused = true)]
async fn all_that_are_collected_at_once_take_back_what_stands_of_each() {
    let world = World::new();
    let lobby = [0, 5, 40].map(|minutes| at(minutes + 1, LOBBY, minutes));
    let app = told_of(&world, lobby.into_iter().chain([at(50, GARAGE, 45)])).await;
    app.controller.collect_all().unwrap();
    let mut withdrawn = app.seen.withdrawn();
    withdrawn.sort_unstable();
    assert_eq!(withdrawn, [1, 41, 50]);
}

#[tokio::test(start_paused = true)]
async fn what_was_collected_by_mistake_makes_no_new_noise() {
    let world = World::new();
    let app = told_of(&world, [at(1, LOBBY, 0), at(2, LOBBY, 1)]).await;
    mark(&app, 1, true);
    mark(&app, 1, false);
    let both = renewed(&app);
    assert_eq!(both.title, "2 deliveries at Lobby");
    let collects = |action: &resident::Action| action.act == Act::Collected;
    assert!(both.actions.iter().any(collects));
    assert_eq!(app.seen.notifications().len(), 2);
    assert!(app.seen.withdrawn().is_empty());
}
