//! Clips that the manager holds outlive their time, on record.

use std::process::{Command, Output};

use access::ClipId;
use audit::HubEvent;
use hub::domain::Logged;
use hub_api::{ClipState, ErrorCode, Event};

use crate::clips::{closed, code, files, lobby, state};
use crate::support::{Elm, Enrolee, TestClip, TestDoor, TestHub, next_news, open_events};

const HOURS_72: i64 = 72 * 3600 + 5;

fn administer(hub: &TestHub, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_vestibule-hub"))
        .args(arguments)
        .arg("--data")
        .arg(hub.folder().path())
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    let parts = [&output.stdout, &output.stderr];
    let parts = parts.map(|part| String::from_utf8_lossy(part).into_owned());
    parts.concat()
}

fn hold(hub: &TestHub, clip: ClipId) -> Output {
    let clip = clip.to_string();
    administer(
        hub,
        &["clip", "hold", &clip, "--reason", "break-in on Monday"],
    )
}

fn release(hub: &TestHub, clip: ClipId) -> Output {
    administer(hub, &["clip", "release", &clip.to_string()])
}

/// What the hub itself put into the building's log, which must hold as a whole.
pub(crate) async fn own_records(hub: &TestHub, elm: &Elm) -> Vec<HubEvent> {
    let mut events = Vec::new();
    let report = hub.hub().check_log(elm.building.id, |logged| {
        if let Logged::Hub(record) = logged {
            events.push(record.event.clone());
        }
    });
    let report = report.await.unwrap();
    assert_eq!(report.faults, Vec::<String>::new());
    events
}

async fn sweep_after_72_hours(hub: &TestHub) {
    hub.clock.advance(HOURS_72);
    hub.hub().enforce_retention().await.unwrap();
}

pub(crate) async fn is_watchable(maya: &Enrolee, door: &TestDoor, clip: &TestClip) {
    let index = maya.client.clip_index(clip.id).await.unwrap();
    let index = index.verify(&door.key.public()).unwrap();
    for fragment in index.fragments() {
        let bytes = maya.client.fragment(clip.id, fragment.meta.n).await;
        assert_eq!(clip::Digest::of(&bytes.unwrap()), fragment.hash);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_held_clip_outlives_its_time_and_goes_once_it_is_released() {
    let (hub, elm, mut door, maya) = lobby().await;
    let (kept, other) = (door.filmed_courier(&elm).await, door.clip());
    door.upload(&other).await;
    let output = hold(&hub, kept.id);
    assert!(output.status.success(), "{}", said(&output));
    sweep_after_72_hours(&hub).await;
    is_watchable(&maya, &door, &kept).await;
    let page = maya.client.entries(None, 1).await.unwrap();
    assert!(page.entries[0].clip.unwrap().held);
    let listed = said(&administer(&hub, &["clip", "list"]));
    let lines = |id: ClipId| {
        let line = listed
            .lines()
            .find(|line| line.starts_with(&id.to_string()));
        line.unwrap().to_owned()
    };
    assert!(lines(kept.id).ends_with("break-in on Monday"), "{listed}");
    assert!(lines(other.id).contains("gone"), "{listed}");

    assert!(release(&hub, kept.id).status.success());
    hub.hub().enforce_retention().await.unwrap();
    assert_eq!(
        code(maya.client.clip_index(kept.id).await),
        ErrorCode::ClipUnavailable
    );
    assert_eq!(files(&hub), 0);
    let shown = said(&administer(&hub, &["audit", "show"]));
    assert!(shown.contains("break-in on Monday"), "{shown}");
    let clip = kept.id;
    let reason = "break-in on Monday".to_owned();
    assert_eq!(
        own_records(&hub, &elm).await,
        [
            HubEvent::ClipHeld { clip, reason },
            HubEvent::ClipReleased { clip }
        ]
    );
}

#[tokio::test]
async fn residents_hear_at_once_that_a_clip_is_held_and_released() {
    let (hub, elm, mut door, maya) = lobby().await;
    let clip = door.filmed_courier(&elm).await;
    let mut events = open_events(&maya.client).await;
    hub.hub().hold_clip(clip.id, "theft".into()).await.unwrap();
    hub.hub().release_clip(clip.id).await.unwrap();
    // An event tells of an entry as it is when the event is read.
    for _ in 0..2 {
        let Event::Entry(entry) = next_news(&mut events).await else {
            panic!("not the clip's entry");
        };
        assert_eq!(entry.clip.unwrap().id, clip.id);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_held_or_released_is_refused_and_not_on_record() {
    let (hub, elm, mut door, _maya) = lobby().await;
    let clip = door.filmed_courier(&elm).await;
    let refused = |output: Output, why: &str| {
        let said = said(&output);
        assert!(!output.status.success() && said.contains(why), "{said}");
    };
    refused(release(&hub, clip.id), "not held");
    assert!(hold(&hub, clip.id).status.success());
    refused(hold(&hub, clip.id), "held already");
    assert!(release(&hub, clip.id).status.success());
    sweep_after_72_hours(&hub).await;
    refused(hold(&hub, clip.id), "gone already");
    let unknown = ClipId::from_entropy([7; 16]);
    refused(hold(&hub, unknown), "knows no clip");
    assert_eq!(own_records(&hub, &elm).await.len(), 2);
}

#[tokio::test]
async fn a_clip_that_is_held_while_it_is_filmed_stays_whatever_its_door_says_of_it_later() {
    let (hub, elm, mut door, maya) = lobby().await;
    let clip = door.clip();
    let entry = door.courier(&elm, Some(clip.id));
    door.upload(&clip).await;
    hub.hub().hold_clip(clip.id, "theft".into()).await.unwrap();
    let unfilmed = door.record(audit::Event::Unfilmed {
        entry_seq: 1,
        why: "camera_lost".into(),
    });
    door.put(&[entry, unfilmed]).await.unwrap();
    hub.hub().enforce_retention().await.unwrap();
    assert_eq!(state(&maya).await, ClipState::Recording);
    assert_eq!(files(&hub), 5);
}

#[tokio::test]
async fn a_closed_clip_stays_whatever_its_door_says_of_its_end_later() {
    let (hub, elm, mut door, maya) = lobby().await;
    let (held, recorded) = (
        door.filmed_courier(&elm).await,
        door.filmed_courier(&elm).await,
    );
    hub.hub().hold_clip(held.id, "theft".into()).await.unwrap();
    let first = closed(&mut door, &recorded, 2);
    let lies = [&held, &recorded].map(|clip| {
        let lie = door.clip_called(clip.id);
        closed(&mut door, &lie, 1)
    });
    door.put(&[first]).await.unwrap();
    door.put(&lies).await.unwrap();
    hub.hub().enforce_retention().await.unwrap();
    is_watchable(&maya, &door, &held).await;
    is_watchable(&maya, &door, &recorded).await;
}

#[tokio::test]
async fn a_sweep_that_was_cut_is_finished_at_the_next_start_and_leaves_a_held_clip() {
    let (mut hub, elm, mut door, maya) = lobby().await;
    let (kept, gone) = (
        door.filmed_courier(&elm).await,
        door.filmed_courier(&elm).await,
    );
    hub.hub().hold_clip(kept.id, "theft".into()).await.unwrap();
    // The crash came after clips were hidden and before their bytes went.
    hub.store().expire_clips(u64::MAX / 2).await.unwrap();
    assert_eq!(files(&hub), 10);
    hub.stop().await;
    hub.resume().await;
    assert_eq!(files(&hub), 5);
    is_watchable(&maya, &door, &kept).await;
    assert_eq!(
        code(maya.client.clip_index(gone.id).await),
        ErrorCode::ClipUnavailable
    );
}

#[tokio::test]
async fn a_record_of_the_hub_that_was_changed_afterwards_is_found() {
    let (hub, elm, mut door, _maya) = lobby().await;
    let clip = door.filmed_courier(&elm).await;
    hub.hub().hold_clip(clip.id, "theft".into()).await.unwrap();
    let database = hub.folder().path().join("hub.sqlite3");
    let database = rusqlite::Connection::open(database).unwrap();
    database
        .execute("UPDATE hub_record SET body = substr(body, 2)", [])
        .unwrap();
    let report = hub.hub().check_log(elm.building.id, |_| {}).await.unwrap();
    let faults = report.faults.join(" ");
    assert!(
        faults.contains("was changed after it was logged"),
        "{faults}"
    );
    assert!(faults.contains("The hub's own"), "{faults}");
}
