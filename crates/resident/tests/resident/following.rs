use std::time::Duration;

use access::{ClipId, HolderClass};
use hub_api::ErrorCode as HubCode;
use hub_api::{ClipInfo, ClipReady, ClipState, EntryInfo, Event, Outcome, Refresh, Topic};
use resident::hub::HubError;
use resident::ui::{
    ActivityFilter, ActivityKind, ActivityWho, CredentialState, ErrorCode, HubState, Shortfall,
    UiEvent,
};

use crate::building::{LOBBY, clip_info, nobody, now_ms};
use crate::door::FakeDoor;
use crate::world::{App, World};

pub(crate) const CLIP: ClipId = ClipId::from_entropy([0x40; 16]);

pub(crate) fn courier(id: u64) -> EntryInfo {
    EntryInfo {
        class: Some(HolderClass::Courier),
        carrier_name: Some("Northline Parcel".to_owned()),
        driver: Some("driver-7".to_owned()),
        link: Some(audit::LinkKind::Bluetooth),
        clip: Some(clip_info(CLIP, ClipState::Recording)),
        ..nobody(id, LOBBY, Outcome::Entered)
    }
}

/// A building where couriers came, without clips.
fn with_past(count: u64) -> World {
    let world = World::new();
    for id in 1..=count {
        world.hub.add_entry(EntryInfo {
            clip: None,
            ..courier(id)
        });
    }
    world
}

/// An app that follows the hub.
pub(crate) async fn following(world: &World) -> App {
    let app = world.enrolled().await;
    online(&app).await;
    app
}

pub(crate) async fn online(app: &App) {
    app.until("online", |shown| shown.hub == HubState::Online)
        .await;
}

pub(crate) async fn settled() {
    tokio::time::sleep(Duration::from_secs(5)).await;
}

fn added(app: &App) -> usize {
    app.seen
        .events()
        .iter()
        .filter(|event| matches!(event, UiEvent::ActivityAdded(_)))
        .count()
}

#[tokio::test(start_paused = true)]
async fn a_couriers_entry_is_listed_and_notified_with_its_clip() {
    let world = World::new();
    let app = following(&world).await;
    world.hub.push_entry(courier(1));
    app.seen
        .until("notified", |seen| !seen.notifications().is_empty())
        .await;
    let told = app.seen.notifications().remove(0);
    assert_eq!(told.title, "Northline Parcel at Lobby");
    assert!(
        told.body.starts_with("Driver driver-7 came in at "),
        "{}",
        told.body
    );
    assert_eq!(told.clip, Some(CLIP));
    assert_eq!(app.activity().await.len(), 1);
    assert_eq!(added(&app), 1);
}

#[tokio::test(start_paused = true)]
async fn an_entry_between_enrolment_and_the_first_events_is_news() {
    let world = World::new();
    world.hub.add_entry(courier(1));
    let app = world.enrolled().await;
    world.hub.stop();
    world.hub.add_entry(courier(2));
    world.hub.resume();
    online(&app).await;
    settled().await;
    assert_eq!(app.seen.notifications().len(), 1);
    assert_eq!(app.seen.notifications()[0].entry, 2);
    assert_eq!(app.activity().await.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn an_entry_is_told_once_over_cuts_restarts_and_replays() {
    let world = World::new();
    let app = following(&world).await;
    world.hub.push_entry(courier(1));
    app.seen
        .until("notified", |seen| !seen.notifications().is_empty())
        .await;

    world.hub.stop();
    app.until("offline", |shown| shown.hub == HubState::Offline)
        .await;
    world.hub.resume();
    online(&app).await;
    world.hub.push(Event::Entry(courier(1)));
    settled().await;
    assert_eq!(app.seen.notifications().len(), 1);
    assert_eq!(added(&app), 1);

    drop(app);
    let app = world.open();
    online(&app).await;
    world.hub.push(Event::Entry(courier(1)));
    settled().await;
    assert_eq!(app.seen.notifications().len(), 0);
    assert_eq!(app.activity().await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_was_missed_is_fetched_in_order_and_once() {
    let world = World::new();
    let app = following(&world).await;
    world.hub.push_entry(courier(1));
    settled().await;
    drop(app);
    for id in 2..=120 {
        world.hub.add_entry(EntryInfo {
            clip: None,
            ..courier(id)
        });
    }
    let app = world.open();
    online(&app).await;
    settled().await;
    let page = app.controller.activity(None, 200).await.unwrap();
    let ids: Vec<_> = page.items.iter().map(|item| item.id.clone()).collect();
    let expected: Vec<_> = (1..=120).rev().map(|id| format!("entry-{id}")).collect();
    assert_eq!(ids, expected);
    assert_eq!(app.seen.notifications().len(), 119);
}

#[tokio::test(start_paused = true)]
async fn the_past_before_enrolment_makes_no_noise_and_is_there_to_scroll_to() {
    let world = with_past(130);
    let app = following(&world).await;
    settled().await;
    assert_eq!(app.seen.notifications().len(), 0);

    let mut shown = 0;
    let mut before = None;
    loop {
        let page = app.controller.activity(before, 40).await.unwrap();
        shown += page.items.len();
        before = page.next;
        if before.is_none() {
            break;
        }
    }
    assert_eq!(shown, 130);
}

#[tokio::test(start_paused = true)]
async fn without_the_hub_the_past_does_not_end_where_the_device_does() {
    let world = with_past(130);
    let app = following(&world).await;
    settled().await;
    let held = app.controller.activity(None, 40).await.unwrap();
    world.hub.stop();
    let end = app.controller.activity(held.next, 200).await.unwrap();
    assert!(!end.items.is_empty() && end.items.len() < 90);
    let beyond = app.controller.activity(end.next, 200).await;
    assert_eq!(beyond.unwrap_err().code, ErrorCode::HubUnreachable);
    let own = ActivityFilter {
        who: Some(ActivityWho::Own),
        ..ActivityFilter::default()
    };
    let page = app.controller.find_activity(&own, None, 40).await.unwrap();
    assert_eq!((page.items, page.next), (Vec::new(), None));

    world.hub.resume();
    let beyond = app.controller.activity(end.next, 200).await.unwrap();
    assert_eq!(held.items.len() + end.items.len() + beyond.items.len(), 130);
}

#[tokio::test(start_paused = true)]
async fn a_clip_that_becomes_ready_changes_its_line_and_stays_ready() {
    let world = World::new();
    let app = following(&world).await;
    world.hub.push_entry(courier(1));
    world.hub.push(Event::Clip(ClipReady {
        clip: CLIP,
        entry: 1,
    }));
    // A replay from before must not turn the clip back.
    world.hub.push(Event::Entry(courier(1)));
    settled().await;
    let item = app.activity().await.remove(0);
    assert_eq!(item.clip.unwrap().state, resident::ui::ClipState::Ready);
    let changed = app
        .seen
        .events()
        .into_iter()
        .filter(|event| matches!(event, UiEvent::ActivityChanged(_)));
    assert_eq!(changed.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_listed_and_makes_no_noise() {
    let world = World::new();
    let app = following(&world).await;
    let reason = access::DenyReason::UnitDoor;
    world.hub.push_entry(EntryInfo {
        outcome: Outcome::Denied { reason },
        clip: None,
        ..courier(1)
    });
    settled().await;
    assert_eq!(app.seen.notifications().len(), 0);
    let item = app.activity().await.remove(0);
    assert!(matches!(
        item.kind,
        ActivityKind::Denied {
            reason: resident::ui::DenyReason::UnitDoor,
            ..
        }
    ));
}

#[tokio::test(start_paused = true)]
async fn old_news_is_listed_and_makes_no_noise() {
    let world = World::new();
    let app = following(&world).await;
    let yesterday = now_ms() - 24 * 3600 * 1000;
    world.hub.push_entry(EntryInfo {
        at_ms: yesterday,
        ..courier(1)
    });
    settled().await;
    assert_eq!(app.activity().await.len(), 1);
    assert_eq!(app.seen.notifications().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn the_app_starts_and_opens_doors_without_its_hub() {
    let world = World::new();
    drop(following(&world).await);
    world.hub.stop();
    let door = FakeDoor::put_up(&world.links.radio, LOBBY, -50);
    let app = world.open();
    assert_eq!(app.snapshot().hub, HubState::Connecting);
    let snapshot = app
        .until("offline", |shown| shown.hub == HubState::Offline)
        .await;
    assert_eq!(snapshot.doors.len(), 2);
    assert!(
        snapshot
            .doors
            .iter()
            .all(|door| door.credential == CredentialState::Valid)
    );
    app.unlock(LOBBY).await;
    assert_eq!(door.opened(), 1);
}

#[tokio::test(start_paused = true)]
async fn stale_doors_and_credentials_are_fetched_again_when_the_hub_says_so() {
    let world = World::new();
    let app = following(&world).await;
    let issued = world.hub.state().credentials_issued;
    world.hub.state().doors[0].name = "Main entrance".to_owned();
    world
        .hub
        .push(Event::Refresh(Refresh { what: Topic::Doors }));
    world.hub.push(Event::Refresh(Refresh {
        what: Topic::Credentials,
    }));
    app.until("renamed", |shown| {
        shown.doors.iter().any(|door| door.name == "Main entrance")
    })
    .await;
    settled().await;
    assert_eq!(world.hub.state().credentials_issued, issued + 1);
}

#[tokio::test(start_paused = true)]
async fn fresh_credentials_are_not_asked_for_at_every_connection() {
    let world = World::new();
    let app = following(&world).await;
    let issued = world.hub.state().credentials_issued;
    drop(app);
    let app = world.open();
    online(&app).await;
    assert_eq!(world.hub.state().credentials_issued, issued);
}

#[tokio::test(start_paused = true)]
async fn a_new_stream_begins_after_the_last_event_taken() {
    let world = World::new();
    let app = following(&world).await;
    world.hub.push_entry(courier(1));
    world.hub.push_entry(EntryInfo {
        clip: None,
        ..courier(2)
    });
    settled().await;
    drop(app);
    let app = world.open();
    online(&app).await;
    assert_eq!(world.hub.state().resumed_after, [None, Some(2)]);
}

#[tokio::test(start_paused = true)]
async fn what_the_hub_says_of_this_device_is_told_apart_from_a_hub_that_is_down() {
    let world = World::new();
    let app = following(&world).await;
    world.hub.refuse_all(HubError::NotTrusted);
    app.until("not trusted", |shown| shown.hub == HubState::NotTrusted)
        .await;
    world.hub.refuse_all(HubError::Refused {
        code: HubCode::Revoked,
        retryable: false,
    });
    let shown = app
        .until("revoked", |shown| shown.hub == HubState::Revoked)
        .await;
    let keys = shown.doors.iter().map(|door| door.credential);
    assert!(keys.into_iter().all(|key| key == CredentialState::None));
}

#[tokio::test(start_paused = true)]
async fn a_clip_that_was_lost_while_nobody_listened_is_no_longer_recording() {
    let world = World::new();
    let app = following(&world).await;
    world.hub.push_entry(courier(1));
    world.hub.push_entry(courier(2));
    settled().await;
    world.hub.stop();
    app.until("offline", |shown| shown.hub == HubState::Offline)
        .await;
    let mut lost = courier(1);
    lost.clip = lost.clip.map(|clip| ClipInfo {
        state: ClipState::Unavailable,
        thumbnail: false,
        ..clip
    });
    world.hub.add_entry(lost);
    world.hub.resume();
    online(&app).await;
    let states = app
        .activity()
        .await
        .into_iter()
        .filter_map(|item| item.clip);
    let states: Vec<_> = states.map(|clip| clip.state).collect();
    assert_eq!(
        states,
        [
            resident::ui::ClipState::Recording,
            resident::ui::ClipState::Unavailable
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn what_the_building_keeps_or_had_no_room_for_is_shown_without_noise() {
    let world = World::new();
    let app = following(&world).await;
    world.hub.push_entry(courier(1));
    settled().await;
    let noise = app.seen.notifications().len();
    let tell = |change: fn(ClipInfo) -> ClipInfo| {
        let mut entry = courier(1);
        entry.clip = entry.clip.map(change);
        world.hub.push_entry(entry);
    };
    tell(|clip| ClipInfo {
        state: ClipState::Ready,
        held: true,
        ..clip
    });
    settled().await;
    let shown = app.activity().await.remove(0).clip.unwrap();
    assert_eq!((shown.held, shown.shortfall), (true, None));
    tell(|clip| ClipInfo {
        state: ClipState::Unavailable,
        gave_way: true,
        ..clip
    });
    settled().await;
    let shown = app.activity().await.remove(0).clip.unwrap();
    assert_eq!(shown.state, resident::ui::ClipState::Unavailable);
    assert_eq!(
        (shown.held, shown.shortfall),
        (false, Some(Shortfall::HubOutOfRoom))
    );
    assert_eq!(app.seen.notifications().len(), noise);
}
