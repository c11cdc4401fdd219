//! A camera under test, and what judges its output.

use std::{
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use camera::{Camera, CameraConfig, CameraState, ClipSource, Fragment, Source, StopReason};
use gstreamer::{self as gst, prelude::*};

/// A running camera and one reader of its live picture.
pub(crate) struct Film {
    pub(crate) camera: Camera,
    pub(crate) clip: ClipSource,
    origin: Instant,
}

/// Lies before the start of every test, so that no time can underflow.
fn origin() -> Instant {
    let now = Instant::now();
    now.checked_sub(Duration::from_mins(1)).unwrap_or(now)
}

/// 320 x 240 at 30 frames per second.
pub(crate) fn small(source: Source) -> CameraConfig {
    CameraConfig {
        width: 320,
        height: 240,
        fps: 30,
        bitrate_kbps: 500,
        ..CameraConfig::new(source)
    }
}

impl Film {
    pub(crate) async fn of(source: Source, pre_roll: Duration) -> Self {
        Self::with(small(source), pre_roll).await
    }

    /// Starts a camera and waits for its first fragment.
    pub(crate) async fn with(config: CameraConfig, pre_roll: Duration) -> Self {
        let origin = origin();
        let camera = Camera::open(config, pre_roll, origin);
        until(&camera, |state| state == CameraState::Recording).await;
        let clip = camera.ring().live().unwrap();
        Self {
            camera,
            clip,
            origin,
        }
    }

    pub(crate) async fn next(&mut self) -> Fragment {
        let next = tokio::time::timeout(Duration::from_secs(10), self.clip.next());
        next.await
            .expect("a fragment within 10 s")
            .expect("the camera films on")
    }

    pub(crate) async fn take(&mut self, count: usize) -> Vec<Fragment> {
        let mut fragments = Vec::new();
        while fragments.len() < count {
            fragments.push(self.next().await);
        }
        fragments
    }

    pub(crate) async fn until(&self, wanted: impl Fn(CameraState) -> bool) {
        until(&self.camera, wanted).await;
    }

    /// The time on the clock that capture times are told in.
    pub(crate) fn now(&self) -> Duration {
        self.origin.elapsed()
    }

    /// A time that has passed.
    pub(crate) fn ago(&self, time: Duration) -> Duration {
        self.now().saturating_sub(time)
    }
}

/// Starts a camera and waits until it says that it does not film, and why.
pub(crate) async fn first_stop(source: Source) -> StopReason {
    first_stop_with(small(source)).await
}

pub(crate) async fn first_stop_with(config: CameraConfig) -> StopReason {
    let camera = Camera::open(config, Duration::ZERO, origin());
    let mut state = camera.state();
    let stopped = state.wait_for(|state| *state != CameraState::Starting);
    match *stopped.await.unwrap() {
        CameraState::Stopped(reason) => reason,
        other => panic!("{other:?}"),
    }
}

async fn until(camera: &Camera, wanted: impl Fn(CameraState) -> bool) {
    let mut state = camera.state();
    let change = state.wait_for(|state| wanted(*state));
    let seen = tokio::time::timeout(Duration::from_mins(1), change).await;
    let seen = seen.expect("the state within a minute");
    drop(seen.expect("the camera lives"));
}

/// Each fragment begins where the one before it ended, in media time and in capture time.
pub(crate) fn assert_unbroken(fragments: &[Fragment]) {
    for pair in fragments.windows(2) {
        let [before, after] = pair else {
            unreachable!()
        };
        assert_eq!(
            after.start_ms,
            before.start_ms + u64::from(before.duration_ms)
        );
        let apart = after.captured_at.abs_diff(before.ends_at());
        assert!(
            apart <= Duration::from_millis(2),
            "{apart:?} between two fragments"
        );
    }
}

/// Writes a recording of this length, 30 frames per second, as any camera's app would.
pub(crate) fn recording(length: Duration) -> (tempfile::TempDir, PathBuf) {
    gst::init().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("recording.mp4");
    let frames = length.as_secs() * 30;
    run(&format!(
        "videotestsrc num-buffers={frames} ! video/x-raw,width=640,height=360,framerate=30/1 \
         ! x264enc speed-preset=ultrafast ! mp4mux ! filesink location={}",
        path.display()
    ));
    (folder, path)
}

/// Decodes a stream from its first byte to its last: frames, and the time of the first in ms.
pub(crate) fn decoded_frames(bytes: &[u8]) -> (u32, u64) {
    gst::init().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("clip.mp4");
    std::fs::write(&path, bytes).unwrap();
    let description = format!(
        "filesrc location={} ! qtdemux ! h264parse ! openh264dec ! fakesink name=screen",
        path.display()
    );
    let pipeline = gst::parse::launch(&description)
        .unwrap()
        .downcast::<gst::Pipeline>()
        .unwrap();
    let frames = Arc::new(AtomicU32::new(0));
    let first = Arc::new(Mutex::new(None));
    let screen = pipeline
        .by_name("screen")
        .unwrap()
        .static_pad("sink")
        .unwrap();
    let (counted, noted) = (Arc::clone(&frames), Arc::clone(&first));
    screen.add_probe(gst::PadProbeType::BUFFER, move |_, info| {
        counted.fetch_add(1, Ordering::Relaxed);
        let pts = info.buffer().and_then(|buffer| buffer.pts());
        noted.lock().unwrap().get_or_insert(pts.unwrap().mseconds());
        gst::PadProbeReturn::Ok
    });
    play_out(&pipeline);
    let first = first.lock().unwrap().unwrap();
    (frames.load(Ordering::Relaxed), first)
}

/// Decodes the first picture of a stream: its width, and the brightness of each pixel.
pub(crate) fn brightness(bytes: &[u8]) -> (usize, Vec<u8>) {
    gst::init().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("clip.mp4");
    std::fs::write(&path, bytes).unwrap();
    let description = format!(
        "filesrc location={} ! qtdemux ! h264parse ! openh264dec ! videoconvert \
         ! video/x-raw,format=GRAY8 ! appsink name=screen sync=false",
        path.display()
    );
    let pipeline = gst::parse::launch(&description).unwrap();
    let pipeline = pipeline.downcast::<gst::Pipeline>().unwrap();
    let screen = pipeline.by_name("screen").unwrap();
    let screen = screen.downcast::<gstreamer_app::AppSink>().unwrap();
    pipeline.set_state(gst::State::Playing).unwrap();
    let picture = screen.pull_sample().unwrap();
    let form = gstreamer_video::VideoInfo::from_caps(picture.caps().unwrap()).unwrap();
    let pixels = picture.buffer().unwrap().map_readable().unwrap().to_vec();
    pipeline.set_state(gst::State::Null).unwrap();
    (form.width() as usize, pixels)
}

fn run(description: &str) {
    play_out(&gst::parse::launch(description).unwrap().downcast().unwrap());
}

fn play_out(pipeline: &gst::Pipeline) {
    pipeline.set_state(gst::State::Playing).unwrap();
    let kinds = [gst::MessageType::Eos, gst::MessageType::Error];
    let last = pipeline
        .bus()
        .unwrap()
        .timed_pop_filtered(gst::ClockTime::from_seconds(60), &kinds);
    pipeline.set_state(gst::State::Null).unwrap();
    let last = last.expect("the end within a minute");
    assert_eq!(last.type_(), gst::MessageType::Eos, "{last:?}");
}
