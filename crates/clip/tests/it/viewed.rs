//! What a viewer gets to see, and a door keeps over a crash.

use clip::{ChainError, ClipError, Follower, Opener, Sealer, TimelineFragment, Transcript};

use crate::film::{Film, clip_key, device, header, meta, signing_key, viewer_key};

#[test]
fn a_viewer_opens_every_fragment_in_any_order() {
    let film = Film::of(7);
    let opener = film.opener();
    for n in [11, 0, 5, 5, 1, 10, 2, 3, 4, 6, 7, 8, 9] {
        let at = n as usize;
        assert_eq!(
            opener.open(n, &film.sealed[at].bytes).unwrap(),
            film.plain[at]
        );
    }
}

#[test]
fn every_viewer_unwraps_the_same_key_and_nobody_else_does() {
    let film = Film::of(7);
    for one in [2, 3] {
        let opener = Opener::for_viewer(&film.index, device(one), &viewer_key(one)).unwrap();
        assert_eq!(
            opener.open(1, &film.sealed[1].bytes).unwrap(),
            film.plain[1]
        );
    }
    let denied = |who, key| Opener::for_viewer(&film.index, device(who), &viewer_key(key)).err();
    assert_eq!(denied(9, 9), Some(ClipError::NotAViewer(device(9))));
    assert_eq!(denied(2, 9), Some(ClipError::KeyUnwrap));
    assert_eq!(
        denied(2, 3),
        Some(ClipError::KeyUnwrap),
        "wrapped to another device"
    );
}

#[test]
fn a_wrapped_key_is_good_for_its_clip_and_device_only() {
    let header = header(7);
    let wrapped = header.key_for(device(2)).unwrap();
    let other = crate::film::header(8).clip;
    assert_eq!(
        viewer_key(2).unwrap_key(wrapped, other).err(),
        Some(ClipError::KeyUnwrap)
    );
    let mut relabelled = wrapped.clone();
    relabelled.device = device(3);
    let error = viewer_key(2).unwrap_key(&relabelled, header.clip).err();
    assert_eq!(error, Some(ClipError::KeyUnwrap));
}

#[test]
fn a_clip_tells_how_long_before_and_after_the_entry_it_was_filmed() {
    let film = Film::of(7);
    assert_eq!(
        (film.index.pre_roll_ms(), film.index.post_roll_ms()),
        (600, 500)
    );
    let timeline = film.index.timeline();
    assert_eq!(
        (timeline.entry_offset_ms, timeline.duration_ms),
        (600, 1_100)
    );
    assert_eq!(timeline.fragments.len(), 11);
    let sixth = TimelineFragment {
        n: 6,
        start_ms: 500,
        duration_ms: 100,
        keyframe: false,
        bytes: film.index.fragments()[6].meta.plain_len,
    };
    assert_eq!(timeline.fragments[5], sixth);
}

#[test]
fn a_player_finds_the_keyframe_to_start_at() {
    let timeline = Film::of(7).index.timeline();
    let found = [0, 399, 400, 799, 800, 60_000].map(|at_ms| timeline.keyframe_before(at_ms));
    assert_eq!(
        found.map(|fragment| fragment.unwrap().n),
        [1, 1, 5, 5, 9, 9]
    );
}

#[test]
fn filming_that_began_after_the_entry_puts_the_entry_at_the_start() {
    let plain = vec![vec![1; 10]; 3];
    let mut sealer = Sealer::new(header(7), &clip_key(7), signing_key()).unwrap();
    for (n, plain) in (0..).zip(&plain) {
        let mut late = meta(n, 0, 1, plain);
        late.start_ms += 700;
        sealer.seal(late, plain).unwrap();
    }
    let (index, signed) = sealer.close().unwrap();
    assert_eq!(signed.verify(&signing_key().public()), Ok(index.clone()));
    let timeline = index.timeline();
    assert_eq!((timeline.pre_roll_ms, timeline.entry_offset_ms), (0, 0));
    assert_eq!((timeline.post_roll_ms, timeline.duration_ms), (900, 200));
    assert_eq!(timeline.fragments[0].start_ms, 0);
}

#[test]
fn a_door_that_crashed_closes_the_same_clip_from_its_journal() {
    let film = Film::of(7);
    let mut transcript = Transcript::new(header(7), signing_key()).unwrap();
    for fragment in &film.sealed {
        assert_eq!(
            transcript.push(fragment.meta, fragment.hash).unwrap(),
            fragment.gop
        );
    }
    let (index, signed) = transcript.close().unwrap();
    assert_eq!((index, signed), (film.index, film.signed));
}

#[test]
fn a_clip_cut_short_by_a_crash_is_a_clip_of_what_was_written() {
    let film = Film::of(7);
    let mut transcript = Transcript::new(header(7), signing_key()).unwrap();
    for fragment in &film.sealed[..6] {
        transcript.push(fragment.meta, fragment.hash).unwrap();
    }
    let (_, signed) = transcript.close().unwrap();
    let index = signed.verify(&signing_key().public()).unwrap();
    assert_eq!((index.pre_roll_ms(), index.post_roll_ms()), (600, 0));
    let opener = Opener::new(&index, &film.key).unwrap();
    assert_eq!(
        opener.open(5, &film.sealed[5].bytes).unwrap(),
        film.plain[5]
    );
    assert_eq!(
        opener.open(6, &film.sealed[6].bytes),
        Err(ClipError::NoSuchFragment { n: 6 })
    );
}

#[test]
fn fragments_out_of_order_are_not_sealed_and_leave_the_clip_as_it_was() {
    let mut sealer = Sealer::new(header(7), &clip_key(7), signing_key()).unwrap();
    let plain = [0; 8];
    let good = |n| meta(n, 2, 4, &plain);
    let early = ChainError::OutOfOrder {
        expected: 0,
        found: 1,
    };
    assert_eq!(sealer.seal(good(1), &plain), Err(early));
    sealer.seal(good(0), &plain).unwrap();

    let mut bad = [good(1); 4];
    bad[0].keyframe = false;
    bad[1].plain_len += 1;
    bad[2].start_ms = i64::MIN;
    bad[3].duration_ms = u32::MAX;
    let errors = bad.map(|meta| sealer.seal(meta, &plain).unwrap_err());
    let far = ChainError::TooFar { n: 1 };
    assert_eq!(
        errors,
        [
            ChainError::NotAKeyframe,
            ChainError::WrongLength { n: 1 },
            far,
            far
        ]
    );

    sealer.seal(good(1), &plain).unwrap();
    let mut back = good(2);
    back.start_ms -= 1_000;
    assert_eq!(
        sealer.seal(back, &plain),
        Err(ChainError::TimeGoesBack { n: 2 })
    );
    sealer.seal(good(2), &plain).unwrap();
    let (_, signed) = sealer.close().unwrap();
    assert!(signed.verify(&signing_key().public()).is_ok());
}

#[test]
fn a_clip_without_pictures_is_none() {
    let mut sealer = Sealer::new(header(7), &clip_key(7), signing_key()).unwrap();
    sealer.seal(meta(0, 0, 1, b"init"), b"init").unwrap();
    assert_eq!(sealer.close().unwrap_err(), ChainError::Empty);
}

#[test]
fn a_clip_is_followed_while_it_is_filmed() {
    let film = Film::of(7);
    let mut follower = Follower::new(header(7), &film.key, signing_key().public()).unwrap();
    for (fragment, plain) in film.sealed.iter().zip(&film.plain) {
        if let Some(gop) = &fragment.gop {
            follower.verify(gop).unwrap();
            assert_eq!(follower.verified(), Some(fragment.meta.n - 1));
        }
        assert_eq!(
            &follower.push(fragment.meta, &fragment.bytes).unwrap(),
            plain
        );
    }
    follower
        .verify(film.index.gop_signatures().last().unwrap())
        .unwrap();
    assert_eq!(follower.verified(), Some(11));
    assert!(follower.agrees_with(&film.index));
    assert!(!follower.agrees_with(&Film::of(8).index));
}

#[test]
fn nothing_secret_is_printed() {
    let film = Film::of(7);
    let sealer = Sealer::new(header(7), &film.key, signing_key()).unwrap();
    let follower = Follower::new(header(7), &film.key, signing_key().public()).unwrap();
    let (key, viewer) = (&film.key, viewer_key(2));
    let printed = format!(
        "{key:?} {viewer:?} {sealer:?} {follower:?} {:?}",
        film.opener()
    );
    assert!(
        !printed.contains(&format!("{:?}", &key.as_bytes()[..4])[1..11]),
        "{printed}"
    );
    assert!(!printed.contains("2, 2, 2"), "{printed}");
}
