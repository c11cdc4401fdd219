//! What can be watched of a clip that is still being filmed.

use clip::{ClipError, ClipPrefix, Digest, Opener, SignedClipPrefix, Transcript};

use crate::film::{Film, device, header, signing_key, viewer_key};

/// The film's first fragments as the door signs them.
fn so_far(film: &Film, fragments: usize) -> SignedClipPrefix {
    let mut transcript = Transcript::new(film.index.header().clone(), signing_key()).unwrap();
    for fragment in &film.sealed[..fragments] {
        transcript.push(fragment.meta, fragment.hash).unwrap();
    }
    transcript.prefix().unwrap()
}

fn verified(prefix: &SignedClipPrefix) -> ClipPrefix {
    prefix.verify(&signing_key().public()).unwrap()
}

#[test]
fn what_is_signed_so_far_is_opened_before_the_clip_is_closed() {
    let film = Film::of(7);
    let prefix = verified(&so_far(&film, 5));
    assert_eq!(prefix.fragments().len(), 5);
    let timeline = prefix.timeline();
    assert_eq!((timeline.fragments.len(), timeline.duration_ms), (4, 400));
    let opener = Opener::so_far(&prefix, device(2), &viewer_key(2)).unwrap();
    for n in [4, 0, 2] {
        let at = n as usize;
        let plain = opener.open(n, &film.sealed[at].bytes).unwrap();
        assert_eq!(plain, film.plain[at]);
    }
    let later = opener.open(5, &film.sealed[5].bytes);
    assert_eq!(later, Err(ClipError::NoSuchFragment { n: 5 }));
}

#[test]
fn the_closed_clip_goes_on_from_each_beginning_and_no_other_clip_does() {
    let film = Film::of(7);
    let closed = ClipPrefix::from(&film.index);
    let mut earlier = verified(&so_far(&film, 2));
    for fragments in [5, 9, 12] {
        let later = verified(&so_far(&film, fragments));
        assert!(earlier.is_continued_by(&later));
        assert!(later.is_continued_by(&closed));
        assert!(
            !later.is_continued_by(&earlier),
            "a clip never gets shorter"
        );
        earlier = later;
    }
    let other = ClipPrefix::from(&Film::of(8).index);
    assert!(!earlier.is_continued_by(&other));
}

#[test]
fn another_end_under_the_same_header_is_no_continuation() {
    let film = Film::of(7);
    let mut transcript = Transcript::new(film.index.header().clone(), signing_key()).unwrap();
    for fragment in &film.sealed[..9] {
        let hash = if fragment.meta.n == 4 {
            Digest::of(b"other pictures")
        } else {
            fragment.hash
        };
        transcript.push(fragment.meta, hash).unwrap();
    }
    let other = verified(&transcript.prefix().unwrap());
    assert!(!verified(&so_far(&film, 5)).is_continued_by(&other));
}

#[test]
fn a_beginning_that_the_door_did_not_sign_is_refused() {
    let film = Film::of(7);
    let prefix = so_far(&film, 9);
    let stranger = access::SigningKey::from_seed([9; 32]).public();
    let refused = prefix.verify(&stranger);
    assert_eq!(refused, Err(ClipError::BadGopSignature { n: 4 }));
    for place in 0..prefix.as_bytes().len() {
        let mut changed = prefix.as_bytes().to_vec();
        changed[place] ^= 1;
        let changed = SignedClipPrefix::from_bytes(changed);
        assert!(changed.verify(&signing_key().public()).is_err(), "{place}");
    }
}

#[test]
fn a_clip_without_pictures_has_no_beginning() {
    let transcript = Transcript::new(header(7), signing_key()).unwrap();
    assert!(transcript.prefix().is_err());
}
