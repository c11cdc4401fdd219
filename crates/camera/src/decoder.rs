//! Which H.264 decoder this machine has.

/// Software first: what is decoded here is a keyframe now and then, or small. Decoders are only ever
/// named, never linked.
const DECODERS: [&str; 3] = ["avdec_h264", "openh264dec", "v4l2h264dec"];

/// The name of the best element; `None` where there is none.
pub(crate) fn name() -> Option<&'static str> {
    let installed = |name: &&str| gstreamer::ElementFactory::find(name).is_some();
    DECODERS.into_iter().find(installed)
}

/// The best element for one picture, in `gst-launch` form. More threads than one would not be faster, and
/// each of them holds pictures of its own.
pub(crate) fn of_one_picture() -> Option<String> {
    let name = name()?;
    let threads = if name == "avdec_h264" {
        " max-threads=1"
    } else {
        ""
    };
    Some(format!("{name}{threads}"))
}
