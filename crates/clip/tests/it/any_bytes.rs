//! Whatever arrives: no panic, and nothing accepted that the door did not film.

use clip::{ClipError, Follower, MAX_INDEX_LEN, SignedClipIndex};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::film::{Film, header, meta, signing_key};

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..Default::default() })]

    #[test]
    fn any_film_is_opened_as_it_was_shot(
        plain in vec(vec(any::<u8>(), 0..300), 2..30),
        pre_roll in 0_u32..40,
        gop in 1_u32..12,
    ) {
        let film = Film::shot(7, plain, pre_roll, gop);
        let opener = film.opener();
        for (n, (fragment, plain)) in (0..).zip(film.sealed.iter().zip(&film.plain)) {
            prop_assert_eq!(&opener.open(n, &fragment.bytes).unwrap(), plain);
            prop_assert_eq!(fragment.bytes.len(), fragment.meta.sealed_len());
        }
        let timeline = film.index.timeline();
        prop_assert_eq!(timeline.fragments.len(), film.plain.len() - 1);
        prop_assert!(timeline.entry_offset_ms <= timeline.duration_ms);
        prop_assert_eq!(timeline.keyframe_before(0).map(|fragment| fragment.n), Some(1));
    }

    #[test]
    fn any_bytes_are_no_index(bytes in vec(any::<u8>(), 0..600)) {
        prop_assert!(SignedClipIndex::from_bytes(bytes).verify(&signing_key().public()).is_err());
    }

    #[test]
    fn any_bytes_are_no_fragment(n in 0_u32..14, bytes in vec(any::<u8>(), 0..200)) {
        let film = Film::of(7);
        prop_assert!(film.opener().open(n, &bytes).is_err());
        let mut placed = film.sealed[3].bytes[..20].to_vec();
        placed.extend(bytes);
        prop_assert!(film.opener().open(3, &placed).is_err());
        let mut follower = Follower::new(header(7), &film.key, signing_key().public()).unwrap();
        prop_assert!(follower.push(meta(0, 6, 4, &[0; 40]), &placed).is_err());
    }

    #[test]
    fn no_change_of_several_bytes_passes(changes in vec((any::<usize>(), 1_u8..), 1..6)) {
        let film = Film::of(7);
        let mut bytes = film.sealed[3].bytes.clone();
        for (at, mask) in changes {
            let at = at % bytes.len();
            bytes[at] ^= mask;
        }
        let opened = film.opener().open(3, &bytes);
        prop_assert!(bytes == film.sealed[3].bytes || opened.is_err());
    }
}

#[test]
fn an_index_that_only_claims_to_be_huge_or_deep_costs_nothing() {
    let door = signing_key().public();
    let huge = [
        0xa2, 0x65, b'i', b'n', b'd', b'e', b'x', 0x5b, 0xff, 0, 0, 0, 0, 0, 0, 0,
    ];
    for bytes in [
        huge.to_vec(),
        vec![0x81; 100_000],
        vec![0x9b; 9],
        vec![0xbf; 50_000],
    ] {
        let error = SignedClipIndex::from_bytes(bytes).verify(&door);
        assert_eq!(error, Err(ClipError::Undecodable));
    }
    let error = SignedClipIndex::from_bytes(vec![0; MAX_INDEX_LEN + 1]).verify(&door);
    assert_eq!(error, Err(ClipError::IndexTooLong));
}
