//! No index is taken but the door's, in its one encoding; no fragment but the ones it lists, in their places.
//!
//! Input: how the rest is read (one byte), the rest.

use arbitrary::Unstructured;
use clip::{
    ClipIndex, ClipKey, ClipPrefix, Follower, MAX_FRAGMENTS, Opener, SignedClipIndex,
    SignedClipPrefix, SignedThumbnail,
};
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use crate::mutation::{self, number};
use crate::vectors::FILM;
use crate::{as_mode, cbor};

#[derive(Deserialize, Serialize)]
struct Envelope {
    index: ByteBuf,
    signature: ByteBuf,
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = vec![as_mode(0, &FILM.signed_index), as_mode(1, &inner())];
    for kind in 0..6 {
        seeds.push(vec![2, kind, 40, 0, 1]);
        seeds.push(vec![3, kind, 40, 0, 1]);
        seeds.push(vec![6, kind, 40, 0, 1]);
        seeds.push(vec![7, kind, 40, 0, 1]);
        seeds.push(vec![4, kind, kind, kind, 40, 0, 1]);
        seeds.push(vec![5, kind, kind, kind, 40, 0, 1]);
    }
    for (n, sealed) in (0..).zip(FILM.sealed()) {
        seeds.push([&[4, n, n], sealed.as_slice()].concat());
    }
    seeds
}

pub(crate) fn check(input: &[u8]) {
    let mut input = Unstructured::new(input);
    match number(&mut input) % 8 {
        0 => assert_only_signed(input.take_rest().to_vec()),
        1 => assert_one_encoding(input.take_rest()),
        2 => {
            let mut bytes = FILM.signed_index.clone();
            mutation::apply(&mut input, &mut bytes, &FILM.signed_index);
            assert_only_signed(bytes);
        }
        3 => {
            let mut bytes = inner();
            mutation::apply(&mut input, &mut bytes, &FILM.signed_index);
            assert_one_encoding(&bytes);
        }
        4 => assert_opens_in_its_place(&mut input),
        5 => assert_follows_in_order(&mut input),
        6 => {
            let mut bytes = FILM.signed_prefix.clone();
            mutation::apply(&mut input, &mut bytes, &FILM.signed_index);
            assert_signed_beginning(bytes);
        }
        _ => {
            let mut bytes = FILM.signed_thumbnail.clone();
            mutation::apply(&mut input, &mut bytes, &FILM.signed_index);
            assert_signed_picture(bytes);
        }
    }
}

fn inner() -> Vec<u8> {
    let envelope: Envelope =
        ciborium::from_reader(FILM.signed_index.as_slice()).expect("the vector is an envelope");
    envelope.index.into_vec()
}

fn verified() -> ClipIndex {
    let signed = SignedClipIndex::from_bytes(FILM.signed_index.clone());
    let index = signed.verify(&FILM.key().public());
    index.expect("the vector is signed")
}

fn assert_only_signed(bytes: Vec<u8>) {
    let is_the_vector = bytes == FILM.signed_index;
    let verified = SignedClipIndex::from_bytes(bytes).verify(&FILM.key().public());
    assert_eq!(verified.is_ok(), is_the_vector);
}

/// Every signature in it is the door's, and the clip's own chain goes on from it.
fn assert_signed_beginning(bytes: Vec<u8>) {
    let is_the_vector = bytes == FILM.signed_prefix;
    let verified = SignedClipPrefix::from_bytes(bytes).verify(&FILM.key().public());
    assert_eq!(verified.is_ok(), is_the_vector);
    if let Ok(prefix) = verified {
        assert!(prefix.is_continued_by(&ClipPrefix::from(&self::verified())));
    }
}

fn assert_signed_picture(bytes: Vec<u8>) {
    let is_the_vector = bytes == FILM.signed_thumbnail;
    let verified = SignedThumbnail::from_bytes(bytes).verify(&FILM.key().public());
    assert_eq!(verified.is_ok(), is_the_vector);
}

fn assert_one_encoding(index: &[u8]) {
    let signature = FILM.key().sign(b"clip index", index);
    let bytes = cbor(&Envelope {
        index: ByteBuf::from(index),
        signature: ByteBuf::from(signature),
    });
    let signed = SignedClipIndex::from_bytes(bytes);
    let Ok(index) = signed.verify(&FILM.key().public()) else {
        return;
    };
    assert_eq!(SignedClipIndex::sign(&index, &FILM.key()), signed);
    assert!((2..=MAX_FRAGMENTS).contains(&index.fragments().len()));
    let timeline = index.timeline();
    assert_eq!(timeline.fragments.len(), index.fragments().len() - 1);
    assert!(timeline.entry_offset_ms <= timeline.duration_ms);
    let opener = Opener::new(&index, &ClipKey::from_bytes(FILM.clip_key));
    assert!(opener.is_ok());
}

/// A sealed fragment of the film, changed as the input tells.
fn fragment(input: &mut Unstructured<'_>) -> (u32, Vec<u8>) {
    let (asked, taken) = (number(input) % 6, number(input));
    let all = FILM.sealed();
    let taken = usize::from(taken) % all.len();
    let mut bytes = all[taken].clone();
    mutation::apply(input, &mut bytes, &all[0]);
    (asked.into(), bytes)
}

/// Whether these bytes are the film's fragment of this number: a change may bring another one about.
fn is_of_the_film(n: u32, bytes: &[u8]) -> bool {
    FILM.sealed()
        .get(n as usize)
        .is_some_and(|sealed| sealed == bytes)
}

fn assert_opens_in_its_place(input: &mut Unstructured<'_>) {
    let (n, bytes) = fragment(input);
    let opener = Opener::new(&verified(), &ClipKey::from_bytes(FILM.clip_key));
    let opened = opener.expect("the vector is an index").open(n, &bytes);
    assert_eq!(opened.is_ok(), is_of_the_film(n, &bytes));
}

fn assert_follows_in_order(input: &mut Unstructured<'_>) {
    let index = verified();
    let key = ClipKey::from_bytes(FILM.clip_key);
    let follower = Follower::new(index.header().clone(), &key, FILM.key().public());
    let mut follower = follower.expect("the header is short");
    let mut next = 0;
    for _ in 0..8 {
        let (n, bytes) = fragment(input);
        let Some(entry) = index.fragment(n) else {
            continue;
        };
        let is_next = n == next && is_of_the_film(n, &bytes);
        assert_eq!(follower.push(entry.meta, &bytes).is_ok(), is_next);
        next += u32::from(is_next);
    }
}
