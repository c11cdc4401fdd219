//! What gives way when a building's space for clips is used up, and who is refused.

use std::time::Duration;

use audit::HubEvent;
use hub::store::ClipChange;
use hub_api::{ClientError, ClipState, ErrorCode};
use tracing::Level;

use crate::clips::{code, files};
use crate::kept_clips::{is_watchable, own_records};
use crate::support::{Captured, Elm, Enrolee, TestClip, TestDoor, TestHub};

/// Two such clips fit into a MiB, and no fragment more.
const KIB: u32 = 500;

/// A hub whose quota holds two of the tests' clips and no third, with its two.
async fn full_hub() -> (TestHub, Elm, TestDoor, Enrolee, [TestClip; 2]) {
    let hub = TestHub::start_with(|settings| settings.clip_quota_mib = 1).await;
    let elm = hub.elm().await;
    let mut door = hub.enrol_door(&elm, elm.lobby).await;
    let maya = hub.enrol_resident(&elm).await;
    let clips = [
        door.filmed_courier_in(&elm, KIB).await,
        door.filmed_courier_in(&elm, KIB).await,
    ];
    (hub, elm, door, maya, clips)
}

#[tokio::test]
async fn the_oldest_clip_gives_way_to_a_newer_one_and_that_is_on_record() {
    let (hub, elm, mut door, maya, [oldest, newer]) = full_hub().await;
    let newest = door.filmed_courier_in(&elm, KIB).await;
    is_watchable(&maya, &door, &newer).await;
    is_watchable(&maya, &door, &newest).await;
    let clip = oldest.id;
    assert_eq!(
        own_records(&hub, &elm).await,
        [HubEvent::ClipGaveWay { clip }]
    );
    let page = maya.client.entries(None, 3).await.unwrap();
    let told = page.entries.iter().map(|entry| entry.clip.unwrap());
    let told: Vec<_> = told.map(|clip| (clip.state, clip.gave_way)).collect();
    assert_eq!(
        told,
        [
            (ClipState::Ready, false),
            (ClipState::Ready, false),
            (ClipState::Unavailable, true)
        ]
    );
    let refused = maya.client.clip_index(clip).await.unwrap_err();
    assert_eq!(refused.code(), Some(ErrorCode::ClipUnavailable));
    assert!(refused.to_string().contains("ran out of room"), "{refused}");
    assert_eq!(files(&hub), 10);
}

#[tokio::test]
async fn where_only_held_clips_are_left_a_door_keeps_its_own_until_one_is_released() {
    let (hub, elm, door, maya, clips) = full_hub().await;
    hold(&hub, &clips).await;
    let waiting = door.clip_of(KIB);
    let bytes = waiting.fragments[1].bytes.clone();
    let put = || door.client().put_fragment(waiting.id, 1, bytes.clone());
    let refused = put().await.unwrap_err();
    assert_eq!(
        (refused.code(), refused.retryable()),
        (Some(ErrorCode::StorageFull), true)
    );
    for clip in &clips {
        is_watchable(&maya, &door, clip).await;
    }
    assert_eq!(own_records(&hub, &elm).await.len(), 2, "nothing gave way");
    hub.hub().release_clip(clips[1].id).await.unwrap();
    put().await.unwrap();
    is_watchable(&maya, &door, &clips[0]).await;
    assert_eq!(own_records(&hub, &elm).await.len(), 4);
}

#[tokio::test]
async fn nothing_gives_way_to_what_would_not_fit_even_then() {
    let (hub, elm, door, maya, clips) = full_hub().await;
    let huge = door.clip_of(6 * 1024);
    let bytes = huge.fragments[1].bytes.clone();
    let refused = door.client().put_fragment(huge.id, 1, bytes).await;
    assert_eq!(code(refused), ErrorCode::StorageFull);
    is_watchable(&maya, &door, &clips[0]).await;
    assert_eq!(own_records(&hub, &elm).await, []);
}

#[tokio::test]
async fn a_clip_that_gave_way_in_a_crash_is_gone_at_the_next_start_and_on_record_once() {
    let (mut hub, elm, _door, maya, [oldest, newer]) = full_hub().await;
    // The crash came after the clip was hidden and before its bytes went.
    let cut = hub.hub().change_clip(oldest.id, ClipChange::GiveWay).await;
    cut.unwrap();
    assert_eq!(files(&hub), 10);
    hub.stop().await;
    hub.resume().await;
    assert_eq!(files(&hub), 5);
    assert_eq!(own_records(&hub, &elm).await.len(), 1);
    maya.client.clip_index(newer.id).await.unwrap();
}

/// Uploads a fragment of a clip that is never closed.
async fn put_junk(door: &TestDoor) -> Result<(), ClientError> {
    let junk = door.clip_of(KIB);
    let bytes = junk.fragments[1].bytes.clone();
    door.client().put_fragment(junk.id, 1, bytes).await
}

async fn hold(hub: &TestHub, clips: &[TestClip]) {
    for clip in clips {
        hub.hub().hold_clip(clip.id, "theft".into()).await.unwrap();
    }
}

#[tokio::test]
async fn a_door_that_uploads_without_end_takes_no_more_than_an_equal_share_from_another() {
    let (hub, elm, door, maya, [oldest, newer]) = full_hub().await;
    let mut taken = hub.enrol_door(&elm, elm.apartment).await;
    let mut junk = Vec::new();
    for _ in 0..3 {
        junk.push(taken.filmed_courier_in(&elm, KIB).await.id);
    }
    is_watchable(&maya, &door, &newer).await;
    let gave_way = [oldest.id, junk[0], junk[1]];
    assert_eq!(
        own_records(&hub, &elm).await,
        gave_way.map(|clip| HubEvent::ClipGaveWay { clip })
    );
}

#[tokio::test]
async fn clips_that_are_never_closed_keep_no_other_door_from_uploading() {
    let hub = TestHub::start_with(|settings| settings.clip_quota_mib = 1).await;
    let elm = hub.elm().await;
    let mut door = hub.enrol_door(&elm, elm.lobby).await;
    let taken = hub.enrol_door(&elm, elm.apartment).await;
    let maya = hub.enrol_resident(&elm).await;
    for _ in 0..10 {
        put_junk(&taken).await.unwrap();
    }
    put_junk(&taken).await.unwrap_err();
    let clip = door.filmed_courier_in(&elm, KIB).await;
    let refused = put_junk(&taken).await.unwrap_err();
    assert_eq!(
        (refused.code(), refused.retryable()),
        (Some(ErrorCode::StorageFull), true)
    );
    is_watchable(&maya, &door, &clip).await;
}

#[tokio::test]
async fn a_clip_that_is_held_just_as_it_would_give_way_stays_and_the_next_one_goes() {
    let (hub, elm, door, maya, [held, next]) = full_hub().await;
    let database = hub.folder().path().join("hub.sqlite3");
    let mut other_process = rusqlite::Connection::open(database).unwrap();
    let hold = other_process.transaction().unwrap();
    let sql = "UPDATE clip SET held_at = 1, held_reason = 'theft' WHERE id = ?";
    hold.execute(sql, [held.id.as_bytes()]).unwrap();
    // The hub chooses from what it reads, and waits with what it writes.
    let put = put_junk(&door);
    let commit = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        hold.commit().unwrap();
    };
    let (put, ()) = tokio::join!(put, commit);
    put.unwrap();
    is_watchable(&maya, &door, &held).await;
    let clip = next.id;
    assert_eq!(
        own_records(&hub, &elm).await,
        [HubEvent::ClipGaveWay { clip }]
    );
}

#[tokio::test]
async fn that_a_door_is_out_of_room_is_logged_once_whatever_others_upload() {
    let captured = Captured::default();
    let log = tracing_subscriber::fmt()
        .with_max_level(Level::ERROR)
        .with_writer(captured.clone())
        .finish();
    let _taken = tracing::subscriber::set_default(log);
    let (hub, elm, door, _maya, clips) = full_hub().await;
    hold(&hub, &clips).await;
    let oak = hub.building("7 Oak Street").await;
    let mut in_oak = hub.enrol_door(&oak, oak.lobby).await;
    let junk = hub.enrol_door(&oak, oak.apartment).await;
    for _ in 0..10 {
        put_junk(&junk).await.unwrap();
    }
    for _ in 0..3 {
        in_oak.filmed_courier_in(&oak, KIB).await;
        put_junk(&door).await.unwrap_err();
        put_junk(&junk).await.unwrap_err();
    }
    let times = || captured.text().matches("OUT OF ROOM").count();
    assert_eq!(times(), 2);
    hub.hub().release_clip(clips[0].id).await.unwrap();
    put_junk(&door).await.unwrap();
    assert_eq!(own_records(&hub, &elm).await.len(), 4);
    for _ in 0..4 {
        put_junk(&door).await.unwrap();
    }
    put_junk(&door).await.unwrap_err();
    assert_eq!(times(), 3, "it had room in between");
}
