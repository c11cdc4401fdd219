//! Clips that are still recorded: shown as far as they are signed, and never otherwise again.

use hub_api::{ClipState, ErrorCode, Event};

use crate::clips::{code, lobby};
use crate::support::{Elm, TestClip, TestDoor, next_news, open_events};

/// A courier's entry whose clip has come as far as its first group of pictures, and one fragment.
async fn begun(elm: &Elm, door: &mut TestDoor) -> TestClip {
    let clip = door.clip();
    let entry = door.courier(elm, Some(clip.id));
    door.put(&[entry]).await.unwrap();
    put(door, &clip, 0..4).await;
    clip
}

async fn put(door: &TestDoor, clip: &TestClip, numbers: std::ops::Range<usize>) {
    for fragment in &clip.fragments[numbers] {
        let (n, bytes) = (fragment.meta.n, fragment.bytes.clone());
        door.client().put_fragment(clip.id, n, bytes).await.unwrap();
    }
}

#[tokio::test]
async fn what_is_signed_can_be_watched_before_the_clip_is_closed_and_no_more() {
    let (_hub, elm, mut door, maya) = lobby().await;
    let clip = begun(&elm, &mut door).await;
    let early = maya.client.clip_prefix(clip.id).await;
    assert_eq!(code(early), ErrorCode::ClipNotReady);
    let unsigned = maya.client.fragment(clip.id, 0).await;
    assert_eq!(code(unsigned), ErrorCode::ClipNotReady);

    let client = door.client();
    client.put_prefix(clip.id, &clip.prefix).await.unwrap();
    let shown = maya.client.clip_prefix(clip.id).await.unwrap();
    let shown = shown.verify(&door.key.public()).unwrap();
    assert_eq!(shown.fragments().len(), 3);
    for entry in shown.fragments() {
        let bytes = maya.client.fragment(clip.id, entry.meta.n).await.unwrap();
        assert_eq!(clip::Digest::of(&bytes), entry.hash);
    }
    let unsigned = maya.client.fragment(clip.id, 3).await;
    assert_eq!(code(unsigned), ErrorCode::ClipNotReady);

    put(&door, &clip, 4..5).await;
    client.close_clip(clip.id, &clip.index).await.unwrap();
    let late = maya.client.clip_prefix(clip.id).await;
    assert_eq!(code(late), ErrorCode::ClipClosed);
    maya.client.clip_index(clip.id).await.unwrap();
    let late = client.put_prefix(clip.id, &clip.prefix).await;
    assert_eq!(code(late), ErrorCode::ClipClosed);
}

#[tokio::test]
async fn a_beginning_must_be_the_doors_and_its_fragments_must_be_here() {
    let (hub, elm, mut door, maya) = lobby().await;
    let other = hub.enrol_door(&elm, elm.apartment).await;
    let (clip, second) = (begun(&elm, &mut door).await, door.clip());
    let put = |prefix| door.client().put_prefix(clip.id, prefix);
    assert_eq!(code(put(&second.prefix).await), ErrorCode::ClipMismatch);
    let foreign = other.clip_called(clip.id);
    assert_eq!(code(put(&foreign.prefix).await), ErrorCode::ClipMismatch);
    let resealed = door.clip_called(clip.id);
    assert_eq!(code(put(&resealed.prefix).await), ErrorCode::ClipMismatch);
    let garbage = clip::SignedClipPrefix::from_bytes(vec![1, 2, 3]);
    assert_eq!(code(put(&garbage).await), ErrorCode::ClipMismatch);
    let index = clip.index.verify(&door.key.public()).unwrap();
    let whole = door.signed_prefix(index.header(), &clip.fragments);
    assert_eq!(code(put(&whole).await), ErrorCode::ClipIncomplete);
    let theirs = other.client().put_prefix(clip.id, &clip.prefix).await;
    assert_eq!(code(theirs), ErrorCode::NotFound);
    let shown = maya.client.clip_prefix(clip.id).await;
    assert_eq!(code(shown), ErrorCode::ClipNotReady);
}

#[tokio::test]
async fn a_shorter_beginning_changes_nothing_that_is_shown() {
    let (_hub, elm, mut door, maya) = lobby().await;
    let clip = begun(&elm, &mut door).await;
    put(&door, &clip, 4..5).await;
    let index = clip.index.verify(&door.key.public()).unwrap();
    let whole = door.signed_prefix(index.header(), &clip.fragments);
    for prefix in [&whole, &clip.prefix] {
        door.client().put_prefix(clip.id, prefix).await.unwrap();
    }
    assert_eq!(maya.client.clip_prefix(clip.id).await.unwrap(), whole);
}

#[tokio::test]
async fn a_thumbnail_is_told_of_and_shown_to_residents_before_the_film() {
    let (hub, elm, mut door, maya) = lobby().await;
    let clip = door.clip();
    let entry = door.courier(&elm, Some(clip.id));
    let mut events = open_events(&maya.client).await;
    door.put(&[entry]).await.unwrap();
    let missing = maya.client.thumbnail(clip.id).await;
    assert_eq!(code(missing), ErrorCode::NotFound);
    for _ in 0..2 {
        let put = door.client().put_thumbnail(clip.id, &clip.thumbnail);
        put.await.unwrap();
    }
    assert!(matches!(next_news(&mut events).await, Event::Entry(_)));
    let Event::Thumbnail(told) = next_news(&mut events).await else {
        panic!("the thumbnail is not told of");
    };
    assert_eq!(told.clip, clip.id);
    let listed = maya.client.entries(None, 1).await.unwrap().entries[0]
        .clip
        .unwrap();
    assert_eq!(
        (listed.thumbnail, listed.state),
        (true, ClipState::Recording)
    );
    assert_eq!(
        maya.client.thumbnail(clip.id).await.unwrap(),
        clip.thumbnail
    );
    assert!(door.client().upload_state(clip.id).await.unwrap().thumbnail);

    let oak = hub.building("3 Oak Court").await;
    let ruben = hub.enrol_resident(&oak).await;
    let elsewhere = ruben.client.thumbnail(clip.id).await;
    assert_eq!(code(elsewhere), ErrorCode::NotFound);
}

#[tokio::test]
async fn a_thumbnail_must_be_the_doors_and_never_changes() {
    let (hub, elm, mut door, _maya) = lobby().await;
    let other = hub.enrol_door(&elm, elm.apartment).await;
    let clip = begun(&elm, &mut door).await;
    let put = |thumbnail| door.client().put_thumbnail(clip.id, thumbnail);
    let foreign = other.clip_called(clip.id).thumbnail;
    assert_eq!(code(put(&foreign).await), ErrorCode::ClipMismatch);
    let second = door.clip().thumbnail;
    assert_eq!(code(put(&second).await), ErrorCode::ClipMismatch);
    put(&clip.thumbnail).await.unwrap();
    let resealed = door.clip_called(clip.id).thumbnail;
    assert_eq!(code(put(&resealed).await), ErrorCode::FragmentConflict);
    let theirs = other.client().put_thumbnail(clip.id, &foreign).await;
    assert_eq!(code(theirs), ErrorCode::NotFound);
}

#[tokio::test]
async fn nothing_of_a_clip_is_left_when_its_retention_ends() {
    let (hub, elm, mut door, maya) = lobby().await;
    let clip = begun(&elm, &mut door).await;
    let client = door.client();
    client.put_prefix(clip.id, &clip.prefix).await.unwrap();
    client
        .put_thumbnail(clip.id, &clip.thumbnail)
        .await
        .unwrap();
    hub.clock.advance(72 * 3600 + 5);
    hub.hub().enforce_retention().await.unwrap();
    let gone = maya.client.thumbnail(clip.id).await;
    assert_eq!(code(gone), ErrorCode::ClipUnavailable);
    assert_eq!(hub.store().thumbnail(clip.id).await.unwrap(), None);
    assert_eq!(hub.store().prefix(clip.id).await.unwrap(), None);
    let listed = maya.client.entries(None, 1).await.unwrap().entries[0]
        .clip
        .unwrap();
    assert!(!listed.thumbnail);
}
