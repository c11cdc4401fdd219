//! Clips: uploaded in pieces, closed when whole, shown to those who may see them, gone in time.

use access::ClipId;
use audit::{Event, Shortfall, SignedRecord};
use hub_api::{ClientError, ClipState, EntryInfo, ErrorCode, Event as ApiEvent};

use crate::support::{Elm, Enrolee, TestClip, TestDoor, TestHub, next_news, open_events, random16};

const HOUR: i64 = 3600;

pub(crate) fn code<T: std::fmt::Debug>(result: Result<T, ClientError>) -> ErrorCode {
    result.unwrap_err().code().unwrap()
}

pub(crate) async fn lobby() -> (TestHub, Elm, TestDoor, Enrolee) {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    let door = hub.enrol_door(&elm, elm.lobby).await;
    let maya = hub.enrol_resident(&elm).await;
    (hub, elm, door, maya)
}

pub(crate) fn closed(door: &mut TestDoor, clip: &TestClip, entry_seq: u64) -> SignedRecord {
    door.record(Event::ClipClosed {
        clip: clip.id,
        entry_seq,
        final_hash: clip.final_hash,
        fragments: 5,
        pre_roll_ms: 100,
        post_roll_ms: 300,
        shortfall: None,
    })
}

pub(crate) async fn state(maya: &Enrolee) -> ClipState {
    maya.client.entries(None, 1).await.unwrap().entries[0]
        .clip
        .unwrap()
        .state
}

#[tokio::test]
async fn a_clip_arrives_whole_and_opens_for_residents_when_it_is_closed() {
    let (_hub, elm, mut door, maya) = lobby().await;
    let clip = door.clip();
    let entry = door.courier(&elm, Some(clip.id));
    door.put(&[entry]).await.unwrap();
    door.upload(&clip).await;
    assert_eq!(state(&maya).await, ClipState::Recording);
    assert_eq!(
        code(maya.client.clip_index(clip.id).await),
        ErrorCode::ClipNotReady
    );

    door.client()
        .close_clip(clip.id, &clip.index)
        .await
        .unwrap();
    assert_eq!(state(&maya).await, ClipState::Ready);
    let index = maya.client.clip_index(clip.id).await.unwrap();
    let index = index.verify(&door.key.public()).unwrap();
    for fragment in index.fragments() {
        let bytes = maya
            .client
            .fragment(clip.id, fragment.meta.n)
            .await
            .unwrap();
        assert_eq!(clip::Digest::of(&bytes), fragment.hash);
    }
    assert_eq!(
        code(maya.client.fragment(clip.id, 5).await),
        ErrorCode::NotFound
    );
}

#[tokio::test]
async fn an_upload_is_resumed_where_it_was_cut_and_repeats_are_harmless() {
    let (mut hub, _elm, door, _maya) = lobby().await;
    let clip = door.clip();
    let nothing = door.client().upload_state(clip.id).await.unwrap();
    assert_eq!(
        (nothing.received.as_slice(), nothing.next(), nothing.closed),
        (&[][..], 0, false)
    );
    for n in [0, 1, 1, 3] {
        let bytes = clip.fragments[n].bytes.clone();
        door.client()
            .put_fragment(clip.id, u32::try_from(n).unwrap(), bytes)
            .await
            .unwrap();
    }
    hub.stop().await;
    hub.resume().await;
    let cut = door.client().upload_state(clip.id).await.unwrap();
    assert_eq!((cut.received.as_slice(), cut.next()), (&[0, 1, 3][..], 2));
    let early = door
        .client()
        .close_clip(clip.id, &clip.index)
        .await
        .unwrap_err();
    assert_eq!(
        (early.code(), early.retryable()),
        (Some(ErrorCode::ClipIncomplete), true)
    );
    door.upload(&clip).await;
    for _ in 0..2 {
        door.client()
            .close_clip(clip.id, &clip.index)
            .await
            .unwrap();
    }
    assert!(door.client().upload_state(clip.id).await.unwrap().closed);
    door.upload(&clip).await;
    let late = door.clip().fragments[0].bytes.clone();
    let mislabelled = door.client().put_fragment(clip.id, 0, late).await;
    assert_eq!(code(mislabelled), ErrorCode::InvalidRequest);
}

#[tokio::test]
async fn other_bytes_under_a_number_that_is_taken_are_refused() {
    let (_hub, _elm, door, _maya) = lobby().await;
    let clip = door.clip();
    door.upload(&clip).await;
    let mut other = clip.fragments[2].bytes.clone();
    *other.last_mut().unwrap() ^= 1;
    let put = |n, bytes| door.client().put_fragment(clip.id, n, bytes);
    assert_eq!(
        code(put(2, other.clone()).await),
        ErrorCode::FragmentConflict
    );
    assert_eq!(code(put(3, other).await), ErrorCode::InvalidRequest);
    assert_eq!(code(put(2, Vec::new()).await), ErrorCode::InvalidRequest);
    door.client()
        .close_clip(clip.id, &clip.index)
        .await
        .unwrap();
}

#[tokio::test]
async fn an_index_must_be_the_doors_and_match_the_upload_and_the_record() {
    let (hub, elm, mut door, maya) = lobby().await;
    let other = hub.enrol_door(&elm, elm.apartment).await;
    let (clip, second, foreign) = (door.clip(), door.clip(), other.clip());
    door.upload(&clip).await;
    let garbage = clip::SignedClipIndex::from_bytes(vec![1, 2, 3]);
    let close = |id, index| door.client().close_clip(id, index);
    assert_eq!(
        code(close(clip.id, &second.index).await),
        ErrorCode::ClipMismatch
    );
    assert_eq!(
        code(close(clip.id, &foreign.index).await),
        ErrorCode::ClipMismatch
    );
    assert_eq!(
        code(close(clip.id, &garbage).await),
        ErrorCode::ClipMismatch
    );

    let resealed = door.clip_called(clip.id);
    let refused = door.client().close_clip(clip.id, &resealed.index).await;
    assert_eq!(code(refused), ErrorCode::ClipMismatch);

    let entry = door.courier(&elm, Some(clip.id));
    let wrong = TestClip {
        final_hash: audit::Hash32([9; 32]),
        ..door.clip()
    };
    let wrong = TestClip {
        id: clip.id,
        ..wrong
    };
    let record = closed(&mut door, &wrong, 1);
    door.put(&[entry, record]).await.unwrap();
    let refused = door.client().close_clip(clip.id, &clip.index).await;
    assert_eq!(code(refused), ErrorCode::ClipMismatch);
    assert_eq!(state(&maya).await, ClipState::Recording);
}

#[tokio::test]
async fn a_clip_whose_record_says_otherwise_is_withdrawn() {
    let (hub, elm, mut door, maya) = lobby().await;
    let clip = door.filmed_courier(&elm).await;
    let wrong = TestClip {
        final_hash: audit::Hash32([9; 32]),
        ..door.clip()
    };
    let record = closed(
        &mut door,
        &TestClip {
            id: clip.id,
            ..wrong
        },
        1,
    );
    door.put(&[record]).await.unwrap();
    assert_eq!(state(&maya).await, ClipState::Unavailable);
    hub.hub().enforce_retention().await.unwrap();
    assert_eq!(
        code(maya.client.clip_index(clip.id).await),
        ErrorCode::ClipUnavailable
    );
}

#[tokio::test]
async fn a_clip_is_its_doors_alone_to_upload_and_its_residents_alone_to_see() {
    let (hub, elm, mut door, _maya) = lobby().await;
    let other = hub.enrol_door(&elm, elm.apartment).await;
    let oak = hub.building("3 Oak Court").await;
    let ruben = hub.enrol_resident(&oak).await;
    let clip = door.filmed_courier(&elm).await;
    assert_eq!(
        code(ruben.client.clip_index(clip.id).await),
        ErrorCode::NotFound
    );
    assert_eq!(
        code(ruben.client.fragment(clip.id, 0).await),
        ErrorCode::NotFound
    );
    let unknown = ClipId::from_entropy(random16());
    assert_eq!(
        code(ruben.client.clip_index(unknown).await),
        ErrorCode::NotFound
    );
    assert_eq!(
        code(other.client().upload_state(clip.id).await),
        ErrorCode::NotFound
    );
    let bytes = clip.fragments[0].bytes.clone();
    assert_eq!(
        code(other.client().put_fragment(clip.id, 0, bytes).await),
        ErrorCode::NotFound
    );
    let close = other.client().close_clip(clip.id, &clip.index).await;
    assert_eq!(code(close), ErrorCode::NotFound);
}

#[tokio::test]
async fn a_clip_that_was_lost_on_the_way_is_unavailable_and_leaves_nothing() {
    let (hub, elm, mut door, maya) = lobby().await;
    let clip = door.clip();
    let entry = door.courier(&elm, Some(clip.id));
    door.upload(&clip).await;
    assert!(files(&hub) > 0);
    let unfilmed = door.record(Event::Unfilmed {
        entry_seq: 1,
        why: "camera_lost".into(),
    });
    door.put(&[entry, unfilmed]).await.unwrap();
    assert_eq!(state(&maya).await, ClipState::Unavailable);
    hub.hub().enforce_retention().await.unwrap();
    assert_eq!(files(&hub), 0);
}

#[tokio::test]
async fn residents_learn_what_should_be_on_film_and_is_not() {
    let (_hub, elm, mut door, maya) = lobby().await;
    let mut events = open_events(&maya.client).await;
    let entry = door.courier(&elm, None);
    let unfilmed = door.record(Event::Unfilmed {
        entry_seq: 1,
        why: "camera_starting".into(),
    });
    door.put(&[entry, unfilmed]).await.unwrap();
    assert!(newest(&maya).await.unfilmed);
    assert!(matches!(next_news(&mut events).await, ApiEvent::Entry(_)));
    let look_again = ApiEvent::Refresh(hub_api::Refresh {
        what: hub_api::Topic::Entries,
    });
    assert_eq!(next_news(&mut events).await, look_again);

    let clip = door.filmed_courier(&elm).await;
    assert_eq!(newest(&maya).await.clip.unwrap().shortfall, None);
    let short = door.record(Event::ClipClosed {
        clip: clip.id,
        entry_seq: 3,
        final_hash: clip.final_hash,
        fragments: 5,
        pre_roll_ms: 100,
        post_roll_ms: 300,
        shortfall: Some(Shortfall::CameraStopped),
    });
    door.put(&[short]).await.unwrap();
    let shown = newest(&maya).await;
    assert!(!shown.unfilmed);
    let film = shown.clip.unwrap();
    assert_eq!(film.shortfall, Some(Shortfall::CameraStopped));
    assert_eq!(film.state, ClipState::Ready);
}

async fn newest(maya: &Enrolee) -> EntryInfo {
    let page = maya.client.entries(None, 1).await.unwrap();
    page.entries.into_iter().next().unwrap()
}

#[tokio::test]
async fn clips_are_kept_for_72_hours_and_then_nothing_of_them_is_left() {
    let (hub, elm, mut door, maya) = lobby().await;
    let clip = door.filmed_courier(&elm).await;
    let unfinished = door.clip();
    door.upload(&unfinished).await;
    hub.clock.advance(71 * HOUR);
    hub.hub().enforce_retention().await.unwrap();
    maya.client.clip_index(clip.id).await.unwrap();
    hub.clock.advance(HOUR + 5);
    hub.hub().enforce_retention().await.unwrap();
    assert_eq!(
        code(maya.client.clip_index(clip.id).await),
        ErrorCode::ClipUnavailable
    );
    assert_eq!(
        code(maya.client.fragment(clip.id, 0).await),
        ErrorCode::ClipUnavailable
    );
    assert_eq!(state(&maya).await, ClipState::Unavailable);
    assert_eq!(files(&hub), 0);
    let bytes = unfinished.fragments[0].bytes.clone();
    let late = door.client().put_fragment(unfinished.id, 0, bytes).await;
    assert_eq!(code(late), ErrorCode::ClipClosed);
}

#[tokio::test]
async fn a_deletion_that_was_cut_is_finished_at_the_next_start() {
    let (mut hub, elm, mut door, maya) = lobby().await;
    let clip = door.filmed_courier(&elm).await;
    // The crash came after the clip was hidden and before its bytes went.
    hub.store().expire_clips(u64::MAX / 2).await.unwrap();
    assert_eq!(
        code(maya.client.clip_index(clip.id).await),
        ErrorCode::ClipUnavailable
    );
    assert_eq!(files(&hub), 5);
    hub.stop().await;
    hub.resume().await;
    assert_eq!(files(&hub), 0);
}

#[tokio::test]
async fn bytes_that_were_stored_but_never_registered_go_at_the_next_start() {
    let (mut hub, elm, mut door, maya) = lobby().await;
    let clip = door.filmed_courier(&elm).await;
    let folder = hub.folder().clips().join(clip.id.to_string());
    std::fs::write(folder.join("000009-00ff"), "stray").unwrap();
    std::fs::write(folder.join("000009-00ff#1"), "half").unwrap();
    let lonely = hub
        .folder()
        .clips()
        .join(ClipId::from_entropy(random16()).to_string());
    std::fs::create_dir(&lonely).unwrap();
    std::fs::write(lonely.join("000000-00ff"), "stray").unwrap();
    hub.stop().await;
    hub.resume().await;
    assert_eq!(files(&hub), 5);
    maya.client.fragment(clip.id, 4).await.unwrap();
}

#[tokio::test]
async fn a_building_cannot_fill_the_disk_with_clips() {
    let hub = TestHub::start_with(|settings| settings.clip_quota_mib = 0).await;
    let elm = hub.elm().await;
    let door = hub.enrol_door(&elm, elm.lobby).await;
    let clip = door.clip();
    let bytes = clip.fragments[0].bytes.clone();
    let refused = door
        .client()
        .put_fragment(clip.id, 0, bytes)
        .await
        .unwrap_err();
    assert_eq!(
        (refused.code(), refused.retryable()),
        (Some(ErrorCode::StorageFull), true)
    );
    assert_eq!(files(&hub), 0);
}

pub(crate) fn files(hub: &TestHub) -> usize {
    let clips = std::fs::read_dir(hub.folder().clips()).unwrap();
    clips
        .map(|clip| std::fs::read_dir(clip.unwrap().path()).unwrap().count())
        .sum()
}
