use access::{ClipId, DeviceId, HolderClass, SigningKey, Viewer};
use clip::{ClipHeader, ClipKey, FragmentMeta, Sealer, SignedClipIndex};
use hub_api::{ClipState, EntryInfo, Outcome};
use rand::rngs::OsRng;
use resident::ui::{ErrorCode, HubState};

use crate::building::{BUILDING, DEVICE, GARAGE, LOBBY, clip_info, nobody, now_ms, signing_key};
use crate::world::{App, World};

pub(crate) const CLIP: ClipId = ClipId::from_entropy([0x50; 16]);

/// A clip of two fragments a second each, the entry after the first.
fn film(
    world: &World,
    device: DeviceId,
    door: access::DoorId,
    signer: SigningKey,
) -> (SignedClipIndex, Vec<Vec<u8>>) {
    let plain = [&b"init"[..], b"first", b"second"];
    film_of(&plain, world, device, door, signer)
}

/// The same of an init segment and so many fragments, the entry after all but the last.
fn film_of(
    plain: &[&[u8]],
    world: &World,
    device: DeviceId,
    door: access::DoorId,
    signer: SigningKey,
) -> (SignedClipIndex, Vec<Vec<u8>>) {
    let (_, _, viewer) = world.hub.state().registered.unwrap();
    let key = ClipKey::generate(&mut OsRng);
    let viewer = Viewer {
        device,
        key: viewer,
        doors: vec![door],
    };
    let header = ClipHeader {
        clip: CLIP,
        building: BUILDING,
        door,
        entry_at_ms: now_ms(),
        codec: "avc1.42C01F".to_owned(),
        width: 1280,
        height: 720,
        lens: None,
        keys: vec![key.wrap(CLIP, &viewer, &mut OsRng).unwrap()],
    };
    let mut sealer = Sealer::new(header, &key, signer).unwrap();
    let mut sealed = Vec::new();
    let last = i64::try_from(plain.len()).unwrap() - 1;
    for (n, plain) in plain.iter().enumerate() {
        let n = u32::try_from(n).unwrap();
        let meta = FragmentMeta {
            n,
            start_ms: (i64::from(n) - last) * 1000,
            duration_ms: 1000,
            keyframe: true,
            plain_len: u32::try_from(plain.len()).unwrap(),
        };
        sealed.push(sealer.seal(meta, plain).unwrap().bytes);
    }
    (sealer.close().unwrap().1, sealed)
}

/// An app that knows of an entry at the lobby with this clip.
pub(crate) async fn with_clip(
    world: &World,
    device: DeviceId,
    door: access::DoorId,
    signer: SigningKey,
) -> App {
    let app = world.enrolled().await;
    app.until("online", |shown| shown.hub == HubState::Online)
        .await;
    let clip = film(world, device, door, signer);
    world.hub.state().clips.insert(CLIP, clip);
    world.hub.push_entry(EntryInfo {
        class: Some(HolderClass::Guest),
        guest_name: Some("Kim".to_owned()),
        clip: Some(clip_info(CLIP, ClipState::Ready)),
        ..nobody(1, LOBBY, Outcome::Entered)
    });
    app.seen
        .until("notified", |seen| !seen.notifications().is_empty())
        .await;
    app
}

#[tokio::test(start_paused = true)]
async fn a_clip_is_proven_and_opened_fragment_by_fragment() {
    let world = World::new();
    let app = with_clip(&world, DEVICE, LOBBY, signing_key(LOBBY)).await;
    let timeline = app
        .controller
        .clip_timeline(&CLIP.to_string())
        .await
        .unwrap();
    assert!(timeline.verified);
    assert_eq!(timeline.codec, "avc1.42C01F");
    assert_eq!(
        (timeline.duration_ms, timeline.entry_offset_ms),
        (2000, 1000)
    );
    assert_eq!((timeline.pre_roll_ms, timeline.post_roll_ms), (1000, 1000));
    assert_eq!(
        timeline
            .fragments
            .iter()
            .map(|fragment| fragment.n)
            .collect::<Vec<_>>(),
        [1, 2]
    );
    assert_eq!(timeline.door_name, "Lobby");
    for (n, plain) in [(2, &b"second"[..]), (0, b"init"), (1, b"first")] {
        assert_eq!(
            app.controller
                .clip_fragment(&CLIP.to_string(), n)
                .await
                .unwrap(),
            plain
        );
    }
}

#[tokio::test(start_paused = true)]
async fn no_more_than_a_hundred_fragments_come_at_once_whatever_is_asked_for() {
    let world = World::new();
    let app = with_clip(&world, DEVICE, LOBBY, signing_key(LOBBY)).await;
    let plain: Vec<_> = (0..150).map(|n| format!("{n};").into_bytes()).collect();
    let plain: Vec<_> = plain.iter().map(Vec::as_slice).collect();
    let long = film_of(&plain, &world, DEVICE, LOBBY, signing_key(LOBBY));
    world.hub.state().clips.insert(CLIP, long);
    let clip = CLIP.to_string();
    for (wanted, expected) in [
        (0..=149, 0..100),
        (1..=u32::MAX, 1..101),
        (120..=149, 120..150),
    ] {
        let film = app.controller.clip_fragments(&clip, wanted).await.unwrap();
        assert_eq!(film, plain[expected].concat());
    }
}

#[tokio::test(start_paused = true)]
async fn several_fragments_come_as_one_up_to_the_first_that_is_refused() {
    let world = World::new();
    let app = with_clip(&world, DEVICE, LOBBY, signing_key(LOBBY)).await;
    let clip = CLIP.to_string();
    let timeline = app.controller.clip_timeline(&clip).await.unwrap();
    let lengths: Vec<u32> = timeline.fragments.iter().map(|one| one.bytes).collect();
    assert_eq!(lengths, [5, 6]);
    assert_eq!(
        app.controller.clip_fragments(&clip, 1..=2).await.unwrap(),
        b"firstsecond"[..]
    );
    world.hub.state().clips.get_mut(&CLIP).unwrap().1[2].pop();
    assert_eq!(
        app.controller.clip_fragments(&clip, 1..=2).await.unwrap(),
        b"first"[..]
    );
    let error = app.controller.clip_fragments(&clip, 2..=3).await;
    assert_eq!(error.unwrap_err().code, ErrorCode::ClipTampered);
}

#[tokio::test(start_paused = true)]
async fn one_changed_bit_in_a_fragment_is_refused() {
    let world = World::new();
    let app = with_clip(&world, DEVICE, LOBBY, signing_key(LOBBY)).await;
    let last = world.hub.state().clips[&CLIP].1[1].len() - 1;
    world.hub.state().clips.get_mut(&CLIP).unwrap().1[1][last] ^= 1;
    let error = app
        .controller
        .clip_fragment(&CLIP.to_string(), 1)
        .await
        .unwrap_err();
    assert_eq!(error.code, ErrorCode::ClipTampered);
    assert!(!error.retryable);
    assert!(
        app.controller
            .clip_fragment(&CLIP.to_string(), 2)
            .await
            .is_ok()
    );
}

#[tokio::test(start_paused = true)]
async fn a_fragment_in_anothers_place_is_refused() {
    let world = World::new();
    let app = with_clip(&world, DEVICE, LOBBY, signing_key(LOBBY)).await;
    world.hub.state().clips.get_mut(&CLIP).unwrap().1.swap(1, 2);
    let error = app
        .controller
        .clip_fragment(&CLIP.to_string(), 1)
        .await
        .unwrap_err();
    assert_eq!(error.code, ErrorCode::ClipTampered);
}

#[tokio::test(start_paused = true)]
async fn a_fragment_that_is_cut_short_is_refused() {
    let world = World::new();
    let app = with_clip(&world, DEVICE, LOBBY, signing_key(LOBBY)).await;
    world.hub.state().clips.get_mut(&CLIP).unwrap().1[1].pop();
    let error = app.controller.clip_fragment(&CLIP.to_string(), 1).await;
    assert_eq!(error.unwrap_err().code, ErrorCode::ClipTampered);
}

#[tokio::test(start_paused = true)]
async fn a_fragment_of_another_clip_is_refused() {
    let world = World::new();
    let app = with_clip(&world, DEVICE, LOBBY, signing_key(LOBBY)).await;
    // The same door, the same viewers and the same number: only the clip's key is another.
    let (_, other) = film(&world, DEVICE, LOBBY, signing_key(LOBBY));
    world.hub.state().clips.get_mut(&CLIP).unwrap().1[1] = other[1].clone();
    let error = app.controller.clip_fragment(&CLIP.to_string(), 1).await;
    assert_eq!(error.unwrap_err().code, ErrorCode::ClipTampered);
}

#[tokio::test(start_paused = true)]
async fn an_index_the_door_did_not_sign_is_refused() {
    let world = World::new();
    let app = with_clip(&world, DEVICE, LOBBY, SigningKey::from_seed([0xee; 32])).await;
    let error = app
        .controller
        .clip_timeline(&CLIP.to_string())
        .await
        .unwrap_err();
    assert_eq!(error.code, ErrorCode::ClipTampered);
}

#[tokio::test(start_paused = true)]
async fn another_doors_clip_is_not_shown_for_this_entry() {
    let world = World::new();
    let app = with_clip(&world, DEVICE, GARAGE, signing_key(LOBBY)).await;
    let error = app
        .controller
        .clip_timeline(&CLIP.to_string())
        .await
        .unwrap_err();
    assert_eq!(error.code, ErrorCode::ClipTampered);
}

#[tokio::test(start_paused = true)]
async fn a_clip_made_for_other_devices_is_said_to_be_so() {
    let world = World::new();
    let app = with_clip(
        &world,
        DeviceId::from_entropy([0x77; 16]),
        LOBBY,
        signing_key(LOBBY),
    )
    .await;
    let error = app
        .controller
        .clip_timeline(&CLIP.to_string())
        .await
        .unwrap_err();
    assert_eq!(
        (error.code, error.retryable),
        (ErrorCode::ClipNotForThisDevice, false)
    );
}

#[tokio::test(start_paused = true)]
async fn a_clip_still_being_made_is_unavailable_for_now() {
    let world = World::new();
    let app = with_clip(&world, DEVICE, LOBBY, signing_key(LOBBY)).await;
    world.hub.state().clips.clear();
    let error = app
        .controller
        .clip_timeline(&CLIP.to_string())
        .await
        .unwrap_err();
    assert_eq!(
        (error.code, error.retryable),
        (ErrorCode::ClipUnavailable, true)
    );
    world.hub.stop();
    let error = app
        .controller
        .clip_timeline(&CLIP.to_string())
        .await
        .unwrap_err();
    assert_eq!(error.code, ErrorCode::HubUnreachable);
}

#[tokio::test(start_paused = true)]
async fn a_clip_nobody_told_of_is_unavailable() {
    let world = World::new();
    let app = world.enrolled().await;
    for id in [&CLIP.to_string(), "nonsense"] {
        let error = app.controller.clip_timeline(id).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::ClipUnavailable);
    }
}

#[tokio::test(start_paused = true)]
async fn a_clip_that_is_gone_says_so_and_is_listed_so() {
    let world = World::new();
    let app = with_clip(&world, DEVICE, LOBBY, signing_key(LOBBY)).await;
    world.hub.state().clips_are_gone = true;
    let id = CLIP.to_string();
    let error = app.controller.clip_timeline(&id).await.unwrap_err();
    assert_eq!((error.code, error.retryable), (ErrorCode::ClipGone, false));
    let listed = app.activity().await[0].clip.clone().unwrap();
    assert_eq!(listed.state, resident::ui::ClipState::Unavailable);
}
