//! Which H.264 encoder this machine has, and how it is told to film a door.
//!
//! Whatever the element, the stream has the same shape: constrained baseline, no B-frames, no
//! look-ahead and a keyframe each second. Encoders are only ever named, never linked: x264 is a
//! GPL plugin of the system.

/// An element and its settings for `fps` frames and `kbps` kbit per second.
type Encoder = (&'static str, fn(u32, u32) -> String);

/// Best first: hardware where its element registered itself, then software.
const ENCODERS: [Encoder; 4] = [
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

/// Describes the best encoder in `gst-launch` form; `None` where there is none.
pub(crate) fn describe(fps: u8, kbps: u32) -> Option<String> {
    let installed = |name: &str| gstreamer::ElementFactory::find(name).is_some();
    let (name, settings) = ENCODERS.iter().find(|(name, _)| installed(name))?;
    Some(format!("{name} {}", settings(u32::from(fps), kbps)))
}
