//! Whoever stores or carries a clip changes it; the viewer says what was done.

use access::SigningKey;
use clip::{ChainError, ClipError, Follower, Opener, Sealer, SignedClipIndex};

use crate::film::{Film, clip_key, header, meta, signing_key};

#[test]
fn an_altered_fragment_is_named_tampered() {
    let film = Film::of(7);
    let opener = film.opener();
    for at in 20..film.sealed[4].bytes.len() {
        let mut bytes = film.sealed[4].bytes.clone();
        bytes[at] ^= 1;
        assert_eq!(opener.open(4, &bytes), Err(ClipError::Tampered { n: 4 }));
    }
}

#[test]
fn a_truncated_fragment_is_named_truncated() {
    let film = Film::of(7);
    let opener = film.opener();
    let bytes = &film.sealed[4].bytes;
    for len in 0..bytes.len() {
        assert_eq!(
            opener.open(4, &bytes[..len]),
            Err(ClipError::Truncated { n: 4 })
        );
    }
    let longer = [&bytes[..], &[0]].concat();
    assert_eq!(opener.open(4, &longer), Err(ClipError::Tampered { n: 4 }));
}

#[test]
fn swapped_and_reordered_fragments_are_named_misplaced() {
    let film = Film::of(7);
    let opener = film.opener();
    for (expected, found) in [(4, 5), (5, 4), (1, 11), (0, 1)] {
        let error = opener.open(expected, &film.sealed[found as usize].bytes);
        assert_eq!(error, Err(ClipError::Misplaced { expected, found }));
    }
    let mut renumbered = film.sealed[5].bytes.clone();
    renumbered[16..20].copy_from_slice(&4_u32.to_be_bytes());
    assert_eq!(
        opener.open(4, &renumbered),
        Err(ClipError::Tampered { n: 4 })
    );
}

#[test]
fn a_fragment_of_another_clip_is_named_so() {
    let (film, other) = (Film::of(7), Film::of(8));
    let (expected, found) = (header(7).clip, header(8).clip);
    let error = film.opener().open(4, &other.sealed[4].bytes);
    assert_eq!(error, Err(ClipError::OtherClip { expected, found }));
    let mut relabelled = other.sealed[4].bytes.clone();
    relabelled[..16].copy_from_slice(expected.as_bytes());
    assert_eq!(
        film.opener().open(4, &relabelled),
        Err(ClipError::Tampered { n: 4 })
    );
}

#[test]
fn a_fragment_number_the_clip_does_not_have_is_named_so() {
    let film = Film::of(7);
    for n in [12, u32::MAX] {
        let error = film.opener().open(n, &film.sealed[4].bytes);
        assert_eq!(error, Err(ClipError::NoSuchFragment { n }));
    }
}

#[test]
fn a_wrong_key_is_told_from_tampering() {
    let film = Film::of(7);
    let opener = Opener::new(&film.index, &clip_key(8)).unwrap();
    assert_eq!(
        opener.open(4, &film.sealed[4].bytes),
        Err(ClipError::WrongKey { n: 4 })
    );
}

#[test]
fn no_altered_byte_of_an_index_is_accepted() {
    let film = Film::of(7);
    let door = signing_key().public();
    let bytes = film.signed.as_bytes();
    for at in 0..bytes.len() {
        let mut altered = bytes.to_vec();
        altered[at] ^= 1;
        assert!(
            SignedClipIndex::from_bytes(altered).verify(&door).is_err(),
            "byte {at}"
        );
    }
    let cut = SignedClipIndex::from_bytes(bytes[..bytes.len() - 1].to_vec());
    assert_eq!(cut.verify(&door), Err(ClipError::Undecodable));
    let longer = SignedClipIndex::from_bytes([bytes, &[0]].concat());
    assert_eq!(longer.verify(&door), Err(ClipError::Undecodable));
}

#[test]
fn an_index_of_another_door_is_refused() {
    let film = Film::of(7);
    let other = SigningKey::from_seed([9; 32]);
    assert_eq!(
        film.signed.verify(&other.public()),
        Err(ClipError::BadSignature)
    );
    let forged = SignedClipIndex::sign(&film.index, &other);
    assert_eq!(
        forged.verify(&signing_key().public()),
        Err(ClipError::BadSignature)
    );
}

#[test]
fn a_viewer_who_forges_pictures_for_others_is_found_out_by_the_doors_signature() {
    let film = Film::of(7);
    let other_key = SigningKey::from_seed([9; 32]);
    let mut forgery = Sealer::new(header(7), &film.key, other_key).unwrap();
    let mut follower = Follower::new(header(7), &film.key, signing_key().public()).unwrap();
    for (n, fragment) in (0..6).zip(&film.sealed) {
        let plain = if n == 3 {
            vec![0xff; 40]
        } else {
            film.plain[n as usize].clone()
        };
        let forged = forgery.seal(meta(n, 6, 4, &plain), &plain).unwrap();
        if let Some(gop) = &forged.gop {
            assert_eq!(
                follower.verify(gop),
                Err(ClipError::BadGopSignature { n: 4 })
            );
            let real = fragment.gop.unwrap();
            assert_eq!(
                follower.verify(&real),
                Err(ClipError::BadGopSignature { n: 4 })
            );
        }
        follower.push(forged.meta, &forged.bytes).unwrap();
    }
    assert_eq!(follower.verified(), None);
}

#[test]
fn a_followed_clip_admits_nothing_out_of_place() {
    let (film, other) = (Film::of(7), Film::of(8));
    let mut follower = Follower::new(header(7), &film.key, signing_key().public()).unwrap();
    let [init, first, second] = &film.sealed[..3] else {
        unreachable!("a film has twelve")
    };
    let early = ChainError::OutOfOrder {
        expected: 0,
        found: 1,
    };
    assert_eq!(follower.push(first.meta, &first.bytes), Err(early.into()));
    follower.push(init.meta, &init.bytes).unwrap();
    let swapped = ClipError::Misplaced {
        expected: 1,
        found: 2,
    };
    assert_eq!(follower.push(first.meta, &second.bytes), Err(swapped));
    let (expected, found) = (header(7).clip, header(8).clip);
    let crossed = ClipError::OtherClip { expected, found };
    assert_eq!(
        follower.push(first.meta, &other.sealed[1].bytes),
        Err(crossed)
    );

    let mut moved = first.meta;
    moved.start_ms += 1;
    let tampered = ClipError::Tampered { n: 1 };
    assert_eq!(
        follower.push(moved, &first.bytes),
        Err(tampered),
        "the times are sealed in"
    );
    follower.push(first.meta, &first.bytes).unwrap();
}

#[test]
fn the_sealed_fragment_depends_on_all_that_came_before() {
    let film = Film::of(7);
    let mut plain = film.plain.clone();
    plain[2][0] ^= 1;
    let changed = Film::shot(7, plain, 6, 4);
    for n in 0..12 {
        let same = film.sealed[n].bytes == changed.sealed[n].bytes;
        assert_eq!(same, n < 2, "fragment {n}");
    }
    assert_ne!(film.index.final_hash(), changed.index.final_hash());
}
