//! What the picture shows, and what of it nobody may see.

use std::time::Duration;

use camera::{CameraConfig, CameraState, Impairment, Mask, Pattern, Source};
use simulation::NetworkCamera;

use crate::film::{self, Film, brightness};

const SECOND: Duration = Duration::from_secs(1);

fn of(pattern: Pattern) -> CameraConfig {
    CameraConfig {
        check_s: 1,
        ..film::small(Source::Test { pattern })
    }
}

#[tokio::test]
async fn a_black_picture_and_one_that_stands_still_are_told_of() {
    for (pattern, impairment) in [
        (Pattern::Black, Impairment::Black),
        (Pattern::Still, Impairment::Frozen),
    ] {
        let film = Film::with(of(pattern), SECOND).await;
        film.until(|state| state == CameraState::Impaired(impairment))
            .await;
    }
}

#[tokio::test]
async fn a_camera_that_sees_is_not_said_to_be_impaired() {
    let film = Film::with(of(Pattern::Ball), SECOND).await;
    tokio::time::sleep(10 * SECOND).await;
    assert_eq!(*film.camera.state().borrow(), CameraState::Recording);
}

/// The left half, and a stripe at the bottom that begins and ends within a pixel.
fn masks() -> Vec<Mask> {
    let mask = |x, y, width, height| Mask {
        x,
        y,
        width,
        height,
    };
    vec![mask(0.0, 0.0, 0.5, 1.0), mask(0.5, 0.899, 0.5, 0.1)]
}

/// Colour bars are bright at their top; under the masks nothing is left of them.
async fn assert_masked(mut film: Film) {
    let keyframe = film.next().await;
    let bytes = [film.clip.init().data.clone(), keyframe.data].concat();
    let (width, pixels) = brightness(&bytes);
    let height = pixels.len() / width;
    let rows: Vec<&[u8]> = pixels.chunks(width).collect();
    // The encoder blurs edges by a few pixels.
    let (left, right) = (width / 2 - 8, width / 2 + 8);
    let darkest_right = rows[height / 4][right..].iter().min().unwrap();
    assert!(*darkest_right > 20, "nothing is seen beside the mask");
    for row in &rows {
        assert!(row[..left].iter().all(|pixel| *pixel <= 20), "{row:?}");
    }
    let stripe = &rows[height * 92 / 100..height * 98 / 100];
    assert!(
        stripe
            .iter()
            .all(|row| row.iter().all(|pixel| *pixel <= 20))
    );
}

#[tokio::test]
async fn what_a_mask_covers_is_not_in_the_film() {
    let config = CameraConfig {
        masks: masks(),
        ..of(Pattern::Still)
    };
    assert_masked(Film::with(config, SECOND).await).await;
}

#[tokio::test]
async fn a_network_cameras_picture_is_masked_where_it_is_encoded_anew() {
    let folder = tempfile::tempdir().unwrap();
    let network = NetworkCamera::plug_in(folder.path(), 1).unwrap();
    let anew = |masks| CameraConfig {
        encode: true,
        masks,
        ..film::small(Source::Rtsp { url: network.url() })
    };
    let mut film = Film::with(anew(vec![]), SECOND).await;
    let keyframe = film.next().await;
    let (width, open) = brightness(&[film.clip.init().data.clone(), keyframe.data].concat());
    assert_eq!(width, 320);
    assert!(open.iter().any(|pixel| *pixel > 200), "the ball is seen");
    let whole = Mask {
        x: 0.0,
        y: 0.0,
        width: 1.0,
        height: 1.0,
    };
    let mut film = Film::with(anew(vec![whole]), SECOND).await;
    let keyframe = film.next().await;
    let (_, covered) = brightness(&[film.clip.init().data.clone(), keyframe.data].concat());
    assert!(covered.iter().all(|pixel| *pixel <= 20));
}

#[tokio::test]
async fn a_picture_that_cannot_be_masked_is_not_filmed() {
    let folder = tempfile::tempdir().unwrap();
    let network = NetworkCamera::plug_in(folder.path(), 1).unwrap();
    let passed_through = CameraConfig {
        masks: masks(),
        ..film::small(Source::Rtsp { url: network.url() })
    };
    assert_eq!(
        film::first_stop_with(passed_through).await,
        camera::StopReason::Unsupported
    );
}
