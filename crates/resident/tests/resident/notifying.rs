//! What makes a notification, in which words, and what can be done from it.

use access::{ClipId, HolderClass};
use hub_api::{ClipInfo, ClipReady, ClipState, DoorAlert, EntryInfo, Event, Outcome};
use resident::Act;
use resident::ui::{Language, NotificationChoices, Preferences, QuietHours};

use crate::building::{GARAGE, LOBBY, nobody, now_ms};
use crate::following::{CLIP, courier, following, settled};
use crate::world::{App, World};

fn guest(id: u64) -> EntryInfo {
    EntryInfo {
        class: Some(HolderClass::Guest),
        guest_name: Some("Jonas Vale".to_owned()),
        ..nobody(id, LOBBY, Outcome::Entered)
    }
}

fn forced(id: u64) -> EntryInfo {
    let alert = DoorAlert::Forced;
    nobody(id, LOBBY, Outcome::Alert { alert })
}

fn spoken(language: Language) -> Preferences {
    Preferences {
        language: Some(language),
        ..Preferences::default()
    }
}

fn choose(app: &App, notifications: NotificationChoices) {
    let preferences = Preferences {
        notifications,
        ..spoken(Language::En)
    };
    app.controller.set_preferences(&preferences).unwrap();
}

fn speak(app: &App, language: Language) {
    app.controller.set_preferences(&spoken(language)).unwrap();
}

fn titles(app: &App) -> Vec<String> {
    let told = app.seen.notifications();
    told.into_iter().map(|told| told.title).collect()
}

/// What is offered, by what it does.
fn labels(app: &App) -> Vec<(Act, String)> {
    let told = app.seen.notifications().pop().unwrap();
    let actions = told.actions.into_iter();
    actions.map(|action| (action.act, action.label)).collect()
}

#[tokio::test(start_paused = true)]
async fn only_the_chosen_kinds_make_a_notification_and_the_list_has_all() {
    let world = World::new();
    let app = following(&world).await;
    choose(
        &app,
        NotificationChoices {
            guests: false,
            ..NotificationChoices::default()
        },
    );
    world.hub.push_entry(guest(1));
    world.hub.push_entry(courier(2));
    settled().await;
    assert_eq!(titles(&app), ["Northline Parcel at Lobby"]);
    assert_eq!(app.activity().await.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_silent_door_makes_no_notification_and_another_does() {
    let world = World::new();
    let app = following(&world).await;
    let mut chosen = NotificationChoices::default();
    chosen.silent_doors.insert(LOBBY.to_string());
    choose(&app, chosen);
    world.hub.push_entry(guest(1));
    world.hub.push_entry(EntryInfo {
        door: GARAGE,
        ..guest(2)
    });
    settled().await;
    assert_eq!(titles(&app), ["Jonas Vale at Garage"]);
    assert_eq!(app.activity().await.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn in_quiet_hours_a_forced_door_breaks_through_and_a_guest_does_not() {
    let world = World::new();
    let app = following(&world).await;
    let all_day = QuietHours {
        on: true,
        from_min: 0,
        to_min: 0,
    };
    let quiet_hours = |quiet_hours| NotificationChoices {
        quiet_hours,
        ..NotificationChoices::default()
    };
    choose(&app, quiet_hours(all_day));
    world.hub.push_entry(guest(1));
    world.hub.push_entry(forced(2));
    settled().await;
    assert_eq!(titles(&app), ["Lobby was forced open"]);
    choose(
        &app,
        quiet_hours(QuietHours {
            on: false,
            ..all_day
        }),
    );
    world.hub.push_entry(guest(3));
    settled().await;
    assert_eq!(titles(&app).last().unwrap(), "Jonas Vale at Lobby");
    assert_eq!(app.activity().await.len(), 3);
}

#[tokio::test(start_paused = true)]
async fn without_pictures_none_is_fetched_for_a_notification() {
    let world = World::new();
    let app = following(&world).await;
    choose(
        &app,
        NotificationChoices {
            pictures: false,
            ..NotificationChoices::default()
        },
    );
    let mut entry = courier(1);
    entry.clip = entry.clip.map(|clip| ClipInfo {
        thumbnail: true,
        ..clip
    });
    world.hub.push_entry(entry);
    settled().await;
    assert_eq!(titles(&app).len(), 1);
    assert_eq!(world.hub.state().thumbnails_asked, 0);
}

#[tokio::test(start_paused = true)]
async fn notifications_follow_a_change_of_language_at_once() {
    let world = World::new();
    let app = following(&world).await;
    speak(&app, Language::Es);
    world.hub.push_entry(courier(1));
    world.hub.push_entry(EntryInfo {
        door: GARAGE,
        ..forced(2)
    });
    settled().await;
    assert_eq!(
        titles(&app),
        ["Northline Parcel en Lobby", "Puerta forzada: Garage"]
    );
    let told = app.seen.notifications();
    assert!(
        told[0]
            .body
            .starts_with("El conductor driver-7 entró a las "),
        "{}",
        told[0].body
    );
    speak(&app, Language::En);
    world.hub.push_entry(EntryInfo {
        class: Some(HolderClass::Staff),
        guest_name: None,
        ..guest(3)
    });
    settled().await;
    assert_eq!(titles(&app)[2], "Staff at Lobby");
}

#[tokio::test(start_paused = true)]
async fn a_delivery_can_be_watched_and_collected_from_its_notification_and_a_guest_only_opened() {
    let world = World::new();
    let app = following(&world).await;
    speak(&app, Language::En);
    world.hub.push_entry(courier(1));
    settled().await;
    let offered = [
        (Act::Open, "Open"),
        (Act::Watch, "Watch"),
        (Act::Collected, "Collected"),
    ];
    assert_eq!(
        labels(&app),
        offered.map(|(act, label)| (act, label.to_owned()))
    );
    let told = app.seen.notifications().remove(0);
    assert_eq!(told.collects, [app.activity().await[0].id.clone()]);
    world.hub.push_entry(guest(2));
    settled().await;
    assert_eq!(labels(&app), [(Act::Open, "Open".to_owned())]);
}

#[tokio::test(start_paused = true)]
async fn deliveries_shortly_after_one_another_at_a_door_share_a_place_and_are_counted() {
    let world = World::new();
    let app = following(&world).await;
    speak(&app, Language::En);
    let at = |id, door, minutes: u64| EntryInfo {
        door,
        at_ms: now_ms() - 3_600_000 + minutes * 60_000,
        clip: None,
        ..courier(id)
    };
    for entry in [
        at(1, LOBBY, 0),
        at(2, GARAGE, 1),
        at(3, LOBBY, 10),
        at(4, LOBBY, 20),
        // Later, and so others.
        at(5, LOBBY, 50),
    ] {
        world.hub.push_entry(entry);
    }
    settled().await;
    let told = app.seen.notifications();
    let shown: Vec<_> = told
        .iter()
        .map(|it| (it.title.as_str(), it.place))
        .collect();
    assert_eq!(
        shown,
        [
            ("Northline Parcel at Lobby", 1),
            ("Northline Parcel at Garage", 2),
            ("2 deliveries at Lobby", 1),
            ("3 deliveries at Lobby", 1),
            ("Northline Parcel at Lobby", 5),
        ]
    );
    assert_eq!(told[3].collects, ["entry-4", "entry-3", "entry-1"]);
    assert!(
        told[3].body.starts_with("The newest: Northline Parcel at "),
        "{}",
        told[3].body
    );
    assert_eq!(app.activity().await.len(), 5);
}

#[tokio::test(start_paused = true)]
async fn a_delivery_left_in_the_package_room_says_so_and_a_guest_there_does_not() {
    let world = World::new();
    world.hub.state().doors[0].package_room = true;
    let app = following(&world).await;
    for (id, language, words) in [
        (1, Language::En, "In the package room."),
        (2, Language::Es, "En el cuarto de paquetes."),
    ] {
        speak(&app, language);
        world.hub.push_entry(EntryInfo {
            clip: None,
            ..courier(id)
        });
        settled().await;
        let told = app.seen.notifications().pop().unwrap();
        assert!(told.body.ends_with(words), "{}", told.body);
    }
    speak(&app, Language::En);
    world.hub.push_entry(guest(3));
    settled().await;
    let told = app.seen.notifications().pop().unwrap();
    assert_eq!(told.title, "Jonas Vale at Lobby");
    assert!(!told.body.contains("package room"), "{}", told.body);
}

#[tokio::test(start_paused = true)]
async fn what_was_collected_meanwhile_is_not_counted_again() {
    let world = World::new();
    let app = following(&world).await;
    speak(&app, Language::En);
    world.hub.push_entry(courier(1));
    settled().await;
    let first = [app.activity().await[0].id.clone()];
    app.controller.set_collected(&first, true).unwrap();
    world.hub.push_entry(courier(2));
    settled().await;
    assert_eq!(titles(&app)[1], "Northline Parcel at Lobby");
    assert_eq!(app.seen.notifications()[1].collects, ["entry-2"]);
}

#[tokio::test(start_paused = true)]
async fn an_entry_that_changes_changes_its_own_notification_and_makes_no_other() {
    let world = World::new();
    let app = following(&world).await;
    speak(&app, Language::En);
    world.hub.push_entry(courier(1));
    settled().await;
    let told = app.seen.notifications().remove(0);
    assert!(told.body.ends_with(" Being filmed."), "{}", told.body);
    world.hub.push(Event::Clip(ClipReady {
        clip: CLIP,
        entry: 1,
    }));
    settled().await;
    let renewed = app.seen.renewed().pop().unwrap();
    assert_eq!((renewed.entry, renewed.place), (told.entry, told.place));
    assert!(!renewed.body.contains("Being filmed"), "{}", renewed.body);
    assert_eq!(renewed.clip, Some(CLIP));
    // The building had no room for it: there is nothing to watch any more.
    let mut gone = courier(1);
    gone.clip = gone.clip.map(|clip| ClipInfo {
        state: ClipState::Unavailable,
        ..clip
    });
    world.hub.push_entry(gone);
    settled().await;
    let renewed = app.seen.renewed().pop().unwrap();
    let acts: Vec<_> = renewed.actions.iter().map(|action| action.act).collect();
    assert_eq!(
        (renewed.clip, acts),
        (None, vec![Act::Open, Act::Collected])
    );
    assert_eq!(app.seen.notifications().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_change_of_what_makes_no_notification_makes_none() {
    let world = World::new();
    let app = following(&world).await;
    choose(
        &app,
        NotificationChoices {
            deliveries: false,
            ..NotificationChoices::default()
        },
    );
    world.hub.push_entry(courier(1));
    world.hub.push(Event::Clip(ClipReady {
        clip: ClipId::from_entropy([0x40; 16]),
        entry: 1,
    }));
    settled().await;
    assert!(app.seen.notifications().is_empty() && app.seen.renewed().is_empty());
}
