use std::time::Duration;

use camera::{Pattern, Source, ThumbnailError, thumbnail};

use crate::film::Film;

/// Width and height as a JPEG's start of frame tells them (ITU-T T.81, B.2.2).
fn size(jpeg: &[u8]) -> (u16, u16) {
    let mut at = 2;
    loop {
        let [0xff, marker, high, low, ..] = jpeg[at..] else {
            panic!("no marker at {at}");
        };
        if matches!(marker, 0xc0..=0xc2) {
            let number = |place: usize| u16::from_be_bytes([jpeg[place], jpeg[place + 1]]);
            return (number(at + 7), number(at + 5));
        }
        at += 2 + usize::from(u16::from_be_bytes([high, low]));
    }
}

#[tokio::test]
async fn a_keyframe_becomes_a_small_picture_of_the_same_shape() {
    let source = Source::Test {
        pattern: Pattern::Smpte,
    };
    let mut film = Film::of(source, Duration::from_secs(1)).await;
    let fragments = film.take(12).await;
    let init = film.clip.init();
    let keyframe = fragments
        .iter()
        .rfind(|fragment| fragment.keyframe)
        .unwrap();
    let picture = thumbnail(&init.data, &keyframe.data).unwrap();
    let (width, height) = size(&picture);
    assert_eq!(width, 320);
    let expected = 320 * u32::from(init.height) / u32::from(init.width);
    assert!(u32::from(height).abs_diff(expected) <= 1, "{height}");
    assert!(picture.len() < 100_000, "{}", picture.len());
}

#[test]
fn what_is_no_film_has_no_picture() {
    let refused = thumbnail(b"no init segment", b"no fragment");
    assert_eq!(refused, Err(ThumbnailError::Failed));
}
