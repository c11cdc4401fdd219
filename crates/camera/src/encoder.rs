//! Which H.264 encoder this machine has, and how it is told to film a door.
//!
//! Whatever the element, the stream has the same shape: constrained baseline, no B-frames, no
//! look-ahead and a keyframe each second. Encoders are only ever named, never linked: x264 is a
//! GPL plugin of the system.

use gstreamer::{self as gst, prelude::*};
use gstreamer_app as gst_app;

/// An element and its settings for `fps` frames and `kbps` kbit per second.
type Encoder = (&'static str, fn(u32, u32) -> String);

/// How long an encoder may take for its first second of pictures.
const PATIENCE: gst::ClockTime = gst::ClockTime::from_seconds(5);

/// Best first. An element can be there for hardware that is not, or that cannot take this picture.
const HARDWARE: [Encoder; 2] = [
    ("v4l2h264enc", |fps, kbps| {
        format!(
            "extra-controls=\"controls,video_bitrate={bits},h264_i_frame_period={fps},repeat_sequence_header=1\" \
             ! video/x-h264,level=(string)4",
            bits = kbps * 1000
        )
    }),
    ("vah264enc", |fps, kbps| {
        format!("bitrate={kbps} key-int-max={fps} b-frames=0 ref-frames=1")
    }),
];

/// Best first.
const SOFTWARE: [Encoder; 2] = [
    ("x264enc", |fps, kbps| {
        format!(
            "tune=zerolatency speed-preset=ultrafast bframes=0 key-int-max={fps} bitrate={kbps} \
             option-string=scenecut=0 ! video/x-h264,profile=constrained-baseline"
        )
    }),
    ("openh264enc", |fps, kbps| {
        format!(
            "complexity=low rate-control=bitrate gop-size={fps} bitrate={bits} \
             ! video/x-h264,profile=constrained-baseline",
            bits = kbps * 1000
        )
    }),
];

/// Describes the best encoder in `gst-launch` form for raw pictures of these caps; `None` where there is
/// none. Blocks while hardware is tried.
pub(crate) fn describe(pictures: &str, fps: u8, kbps: u32) -> Option<String> {
    best(&HARDWARE, pictures, fps, kbps)
}

fn best(hardware: &[Encoder], pictures: &str, fps: u8, kbps: u32) -> Option<String> {
    let described = |(name, settings): &Encoder| {
        gst::ElementFactory::find(name)?;
        Some(format!("{name} {}", settings(u32::from(fps), kbps)))
    };
    let mut hardware = hardware.iter().filter_map(described);
    hardware
        .find(|encoder| encodes(encoder, pictures, fps))
        .or_else(|| SOFTWARE.iter().find_map(described))
}

/// Whether an encoder makes a stream of such pictures.
fn encodes(encoder: &str, pictures: &str, fps: u8) -> bool {
    let trial = format!(
        "videotestsrc num-buffers={fps} ! {pictures} ! videoconvert ! {encoder} ! h264parse \
         ! appsink name=stream sync=false"
    );
    let parsed = gst::parse::launch(&trial).ok();
    let pipeline = parsed.and_then(|parsed| parsed.downcast::<gst::Pipeline>().ok());
    let stream = pipeline.as_ref().and_then(|it| it.by_name("stream"));
    let stream = stream.and_then(|it| it.downcast::<gst_app::AppSink>().ok());
    let (Some(pipeline), Some(stream)) = (pipeline, stream) else {
        return false;
    };
    let began = pipeline.set_state(gst::State::Playing).is_ok();
    let encoded = began && stream.try_pull_sample(PATIENCE).is_some();
    // A pipeline that does not stop has shown what it can.
    let _ = pipeline.set_state(gst::State::Null);
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    const PICTURES: &str = "video/x-raw,format=I420,width=320,height=240,framerate=15/1";

    fn best_beside(hardware: Encoder) -> String {
        gst::init().unwrap();
        best(&[hardware], PICTURES, 15, 300).unwrap()
    }

    #[test]
    fn hardware_that_encodes_comes_first() {
        let works: Encoder = ("openh264enc", |_, _| "gop-size=15".into());
        assert_eq!(best_beside(works), "openh264enc gop-size=15");
    }

    #[test]
    fn hardware_that_fails_or_is_not_there_is_passed_over() {
        let fails: Encoder = ("identity", |_, _| "error-after=3".into());
        let stalls: Encoder = ("valve", |_, _| "drop=true".into());
        let absent: Encoder = ("nosuchenc", |_, _| String::new());
        for hardware in [fails, stalls, absent] {
            let found = best_beside(hardware);
            assert!(
                found.starts_with("x264enc") || found.starts_with("openh264enc"),
                "{found}"
            );
        }
    }
}
