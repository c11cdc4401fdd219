//! Real GStreamer pipelines, watched through the public API.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "helpers of tests, which fail by panicking"
)]

mod film;
mod network;
mod pictures;
mod thumbnail;

use std::time::Duration;

use camera::{CameraState, Fragment, Pattern, Source, StopReason};
use film::{Film, decoded_frames, recording};

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test]
async fn fragments_last_100_ms_and_each_second_begins_with_a_keyframe() {
    let mut film = Film::of(
        Source::Test {
            pattern: Pattern::Ball,
        },
        SECOND,
    )
    .await;
    let fragments = film.take(35).await;
    assert!(
        fragments.iter().all(|fragment| fragment.duration_ms == 100),
        "{fragments:?}"
    );
    let keyframes = fragments.iter().filter(|fragment| fragment.keyframe);
    let starts: Vec<u64> = keyframes.map(|fragment| fragment.start_ms).collect();
    assert_eq!(starts, [0, 1000, 2000, 3000]);
}

#[tokio::test]
async fn a_rate_that_100_ms_does_not_divide_keeps_keyframes_first_and_time_unbroken() {
    let mut config = film::small(Source::Test {
        pattern: Pattern::Smpte,
    });
    config.fps = 15;
    let mut film = Film::with(config, SECOND).await;
    let fragments = film.take(40).await;
    film::assert_unbroken(&fragments);
    assert!(
        fragments
            .iter()
            .all(|fragment| (60..=134).contains(&fragment.duration_ms))
    );
    let keyframes = fragments.iter().filter(|fragment| fragment.keyframe);
    let starts: Vec<u64> = keyframes.map(|fragment| fragment.start_ms).collect();
    assert_eq!(starts, [0, 1000, 2000]);
}

#[tokio::test]
async fn a_clip_covers_the_pre_roll_from_a_keyframe_and_goes_on_live_without_gap_or_double() {
    let film = Film::of(
        Source::Test {
            pattern: Pattern::Smpte,
        },
        2 * SECOND,
    )
    .await;
    tokio::time::sleep(4 * SECOND).await;
    let (attempt, start) = (film.now(), film.ago(2 * SECOND));
    let mut clip = film.camera.ring().clip_from(start).unwrap();
    assert!(clip.starts_at() <= start && clip.starts_at() + SECOND > start);
    let mut fragments = Vec::new();
    while fragments
        .last()
        .is_none_or(|last: &Fragment| last.ends_at() < attempt + SECOND)
    {
        fragments.push(clip.next().await.unwrap());
    }
    assert!(fragments[0].keyframe);
    assert_eq!(fragments[0].start_ms, 0);
    film::assert_unbroken(&fragments);
}

#[tokio::test]
async fn a_clip_decodes_to_every_frame_that_was_filmed_and_starts_at_zero() {
    let film = Film::of(
        Source::Test {
            pattern: Pattern::Ball,
        },
        SECOND,
    )
    .await;
    tokio::time::sleep(Duration::from_millis(2300)).await;
    let mut clip = film.camera.ring().clip_from(film.ago(SECOND)).unwrap();
    let mut bytes = clip.init().data.to_vec();
    let mut length_ms = 0;
    for _ in 0..25 {
        let fragment = clip.next().await.unwrap();
        length_ms += fragment.duration_ms;
        bytes.extend_from_slice(&fragment.data);
    }
    let (frames, first_pts_ms) = decoded_frames(&bytes);
    assert_eq!(frames, length_ms * 30 / 1000);
    assert_eq!(first_pts_ms, 0);
}

#[tokio::test]
async fn the_codec_and_the_size_are_those_of_the_stream() {
    let film = Film::of(
        Source::Test {
            pattern: Pattern::Snow,
        },
        SECOND,
    )
    .await;
    let clip = film.camera.ring().live().unwrap();
    let init = clip.init();
    assert!(
        init.codec.starts_with("avc1.42C0"),
        "not constrained baseline: {}",
        init.codec
    );
    assert_eq!((init.width, init.height), (320, 240));
}

#[tokio::test]
async fn capture_times_are_those_of_the_callers_clock() {
    let mut film = Film::of(
        Source::Test {
            pattern: Pattern::Smpte,
        },
        SECOND,
    )
    .await;
    film.take(15).await;
    let live = film.next().await;
    let age = film.now().saturating_sub(live.ends_at());
    assert!(
        age < Duration::from_millis(700),
        "{age:?} old when delivered"
    );
    assert!(live.captured_at < film.now());
}

#[tokio::test]
async fn a_recording_plays_again_and_again_in_unbroken_time() {
    let (_folder, path) = recording(SECOND);
    let mut film = Film::of(Source::File { path }, SECOND).await;
    let fragments = film.take(42).await;
    film::assert_unbroken(&fragments);
    let took = film.ago(fragments[0].captured_at);
    assert!(
        took > 4 * SECOND,
        "42 fragments of 100 ms took {took:?}: not its own pace"
    );
    assert!(
        took < 6 * SECOND,
        "42 fragments of 100 ms took {took:?}: it stalls between rounds"
    );
}

#[tokio::test]
async fn a_source_that_dies_is_reported_ends_its_clips_and_comes_back_as_a_new_epoch() {
    let (_folder, path) = recording(SECOND);
    let kept = std::fs::read(&path).unwrap();
    let mut film = Film::of(Source::File { path: path.clone() }, SECOND).await;
    film.take(3).await;
    std::fs::write(&path, b"").unwrap();
    film.until(|state| matches!(state, CameraState::Stopped(_)))
        .await;
    while film.clip.next().await.is_some() {}
    std::fs::write(&path, kept).unwrap();
    film.until(|state| state == CameraState::Recording).await;
    let mut clip = film.camera.ring().live().unwrap();
    assert_eq!(clip.next().await.unwrap().start_ms, 0);
}

#[tokio::test]
async fn a_camera_that_is_not_there_says_so() {
    for source in [
        Source::V4l2 {
            device: "/dev/video-of-nobody".into(),
        },
        Source::File {
            path: "/nowhere/recording.mp4".into(),
        },
    ] {
        assert_eq!(film::first_stop(source).await, StopReason::NotFound);
    }
}
