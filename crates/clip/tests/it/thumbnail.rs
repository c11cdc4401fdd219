//! A clip's one picture.

use clip::{ChainError, ClipError, MAX_THUMBNAIL_LEN, Sealer, SignedThumbnail};

use crate::film::{clip_key, device, header, meta, signing_key, viewer_key};

const PICTURE: &[u8] = b"a small picture";

fn sealer(film: u8) -> Sealer {
    Sealer::new(header(film), &clip_key(film), signing_key()).unwrap()
}

fn thumbnail() -> SignedThumbnail {
    sealer(7).seal_thumbnail(PICTURE).unwrap()
}

#[test]
fn a_viewer_opens_the_picture_and_nobody_else_does() {
    let verified = thumbnail().verify(&signing_key().public()).unwrap();
    assert_eq!(verified.header(), &header(7));
    for one in [2, 3] {
        let opened = verified.open(device(one), &viewer_key(one)).unwrap();
        assert_eq!(opened, PICTURE);
    }
    let denied = |who, key| verified.open(device(who), &viewer_key(key)).err();
    assert_eq!(denied(9, 9), Some(ClipError::NotAViewer(device(9))));
    assert_eq!(denied(2, 9), Some(ClipError::KeyUnwrap));
}

#[test]
fn the_picture_is_not_there_in_clear() {
    let thumbnail = thumbnail();
    let mut windows = thumbnail.as_bytes().windows(PICTURE.len());
    assert!(!windows.any(|window| window == PICTURE));
}

#[test]
fn a_changed_bit_anywhere_is_refused() {
    let thumbnail = thumbnail();
    for place in 0..thumbnail.as_bytes().len() {
        let mut changed = thumbnail.as_bytes().to_vec();
        changed[place] ^= 1;
        let verified = SignedThumbnail::from_bytes(changed).verify(&signing_key().public());
        assert!(verified.is_err(), "{place}");
    }
    let stranger = access::SigningKey::from_seed([9; 32]).public();
    assert_eq!(thumbnail.verify(&stranger), Err(ClipError::BadThumbnail));
}

#[test]
fn a_clip_has_one_picture_for_a_second_would_share_its_nonce() {
    let mut sealer = sealer(7);
    sealer.seal_thumbnail(PICTURE).unwrap();
    let second = sealer.seal_thumbnail(b"another");
    assert_eq!(second, Err(ChainError::SecondThumbnail));
}

#[test]
fn the_picture_is_sealed_as_no_fragment_is() {
    let mut sealer = sealer(7);
    let fragment = sealer.seal(meta(0, 0, 1, PICTURE), PICTURE).unwrap();
    let thumbnail = sealer.seal_thumbnail(PICTURE).unwrap();
    let keystream = &fragment.bytes[20..20 + PICTURE.len()];
    let mut windows = thumbnail.as_bytes().windows(PICTURE.len());
    assert!(!windows.any(|window| window == keystream));
}

#[test]
fn a_picture_that_is_too_long_is_refused() {
    let long = vec![0; MAX_THUMBNAIL_LEN + 1];
    let refused = sealer(7).seal_thumbnail(&long);
    assert_eq!(refused, Err(ChainError::ThumbnailTooLong));
    sealer(7).seal_thumbnail(&long[1..]).unwrap();
}
