//! What happens to doors, and what the manager rules for them.

use access::{DenyReason, HolderClass, Hours};
use audit::LinkKind;
use hub_api::{DoorAlert, EntryInfo, Event, Outcome, Refresh, Topic};
use resident::ui::{ActivityKind, DoorHours, HubState, Lockdown};

use crate::building::{GARAGE, LOBBY, nobody, now_ms};
use crate::world::{App, World};

async fn following(world: &World) -> App {
    let app = world.enrolled().await;
    app.until("online", |shown| shown.hub == HubState::Online)
        .await;
    app
}

async fn settled() {
    tokio::time::sleep(std::time::Duration::from_secs(5)).await;
}

fn alert(id: u64, door: access::DoorId, alert: DoorAlert) -> EntryInfo {
    nobody(id, door, Outcome::Alert { alert })
}

fn lockdown(level: access::Lockdown) -> DoorAlert {
    DoorAlert::Lockdown { lockdown: level }
}

fn titles(app: &App) -> Vec<String> {
    let told = app.seen.notifications();
    told.into_iter().map(|told| told.title).collect()
}

#[tokio::test(start_paused = true)]
async fn every_alert_is_listed_and_those_that_need_eyes_are_told_once() {
    let world = World::new();
    let app = following(&world).await;
    let all = [
        DoorAlert::Forced,
        DoorAlert::HeldOpen { after_s: 30 },
        DoorAlert::Closed,
        DoorAlert::NotMoved,
        DoorAlert::ClockUnknown,
        DoorAlert::ClockKnown,
        DoorAlert::CameraImpaired,
        DoorAlert::CameraWell,
        lockdown(access::Lockdown::Everyone),
    ];
    for (id, what) in (1..).zip(all) {
        world.hub.push_entry(alert(id, LOBBY, what));
    }
    // The same one again, as after a cut.
    world.hub.push(Event::Entry(alert(1, LOBBY, all[0])));
    settled().await;
    let shown = app.activity().await.into_iter().rev().map(|item| item.kind);
    let expected = all.map(|alert| ActivityKind::Alert {
        alert: alert.into(),
    });
    assert_eq!(shown.collect::<Vec<_>>(), expected);
    assert_eq!(
        titles(&app),
        [
            "Lobby was forced open",
            "Lobby stands open",
            "Lockdown at Lobby"
        ]
    );
    let told = app.seen.notifications();
    assert!(told[1].body.contains("open for 30 s"), "{}", told[1].body);
    assert!(told[2].body.contains("Closed to you"), "{}", told[2].body);
}

#[tokio::test(start_paused = true)]
async fn a_lockdown_of_the_whole_building_is_one_piece_of_news_and_its_end_another() {
    let world = World::new();
    let app = following(&world).await;
    let visitors = lockdown(access::Lockdown::Visitors);
    world.hub.push_entry(alert(1, LOBBY, visitors));
    world.hub.push_entry(alert(2, GARAGE, visitors));
    let off = lockdown(access::Lockdown::Off);
    world.hub.push_entry(alert(3, GARAGE, off));
    world.hub.push_entry(alert(4, LOBBY, off));
    // Much later, and so another one.
    let mut again = alert(5, GARAGE, visitors);
    again.at_ms += 3_600_000;
    world.hub.push_entry(again);
    settled().await;
    assert_eq!(
        titles(&app),
        [
            "Lockdown at Lobby",
            "Lockdown is over at Garage",
            "Lockdown at Garage"
        ]
    );
    assert_eq!(app.activity().await.len(), 5);
}

#[tokio::test(start_paused = true)]
async fn who_comes_with_a_code_is_named_and_said_to_have_used_the_keypad() {
    let world = World::new();
    let app = following(&world).await;
    let by_keypad = EntryInfo {
        class: Some(HolderClass::Guest),
        guest_name: Some("Plumber Ruiz".to_owned()),
        link: Some(LinkKind::Keypad),
        outcome: Outcome::Entered,
        ..alert(1, LOBBY, DoorAlert::Closed)
    };
    world.hub.push_entry(by_keypad.clone());
    let reason = DenyReason::LockedDown;
    world.hub.push_entry(EntryInfo {
        id: 2,
        at_ms: now_ms() + 2,
        outcome: Outcome::Denied { reason },
        ..by_keypad
    });
    settled().await;
    let told = app.seen.notifications();
    assert_eq!(titles(&app), ["Plumber Ruiz at Lobby"]);
    assert!(told[0].body.starts_with("Came in with a code at "));
    let shown: Vec<_> = app.activity().await.into_iter().map(|it| it.kind).collect();
    let [
        ActivityKind::Denied {
            guest: denied,
            pass: None,
            by_keypad: true,
            ..
        },
        ActivityKind::Entry {
            guest,
            pass: None,
            by_keypad: true,
            ..
        },
    ] = shown.as_slice()
    else {
        panic!("not by keypad: {shown:?}")
    };
    assert_eq!((denied, guest), (&Some("Plumber Ruiz".to_owned()), denied));
}

#[tokio::test(start_paused = true)]
async fn a_doors_card_says_who_is_kept_out_and_when_people_may_pass() {
    let world = World::new();
    let app = following(&world).await;
    {
        let lobby = &mut world.hub.state().doors[0];
        lobby.lockdown = access::Lockdown::Everyone;
        lobby.hours = vec![Hours {
            class: HolderClass::Courier,
            days: Hours::EVERY_DAY,
            from_min: 480,
            to_min: 1200,
        }];
    }
    world
        .hub
        .push(Event::Refresh(Refresh { what: Topic::Doors }));
    let shown = app
        .until("locked down", |shown| {
            let mut doors = shown.doors.iter();
            doors.any(|door| door.lockdown == Lockdown::Everyone)
        })
        .await;
    let card = |name: &str| shown.doors.iter().find(|it| it.name == name).unwrap();
    let hours = DoorHours {
        class: resident::ui::HolderClass::Courier,
        days: 0b0111_1111,
        from_min: 480,
        to_min: 1200,
    };
    assert_eq!(card("Lobby").hours, [hours]);
    assert_eq!(card("Garage").lockdown, Lockdown::Off);
    assert_eq!(card("Garage").hours, []);
}
