//! The half of a pipeline before the muxer: one description per kind of source.

use gstreamer::{self as gst, prelude::*};

use crate::{
    config::{CameraConfig, Source},
    decoder, encoder,
    looped::{DECODER, PACE},
    mask::MASKED,
    state::StopReason,
};

/// The name of the element that holds device, address or path.
const SOURCE: &str = "source";

/// Describes source and encoder in `gst-launch` form, up to a stream of H.264.
pub(crate) fn describe(config: &CameraConfig) -> Result<String, StopReason> {
    match &config.source {
        Source::Test { pattern } => {
            let source = format!(
                "videotestsrc name={SOURCE} is-live=true pattern={}",
                pattern.name()
            );
            encoded(&format!("{source} ! {}", picture(config)), config)
        }
        Source::File { .. } => {
            let source = format!("filesrc name={SOURCE} ! decodebin name={DECODER}");
            let paced = format!("{} ! clocksync name={PACE}", resized(config));
            encoded(&format!("{source} ! {paced}"), config)
        }
        Source::Rtsp { .. } => {
            let source = format!(
                "rtspsrc name={SOURCE} protocols=tcp latency=100 \
                 ! application/x-rtp,media=video,encoding-name=H264 ! rtph264depay"
            );
            if config.encode {
                decoded(&source, config)
            } else {
                Ok(format!("{source} ! {}", passed_through()))
            }
        }
        Source::V4l2 { device } => from_device(device.to_str().unwrap_or_default(), config),
    }
}

fn from_device(device: &str, config: &CameraConfig) -> Result<String, StopReason> {
    let offer = offered(device).ok_or(StopReason::NotFound)?;
    let source = format!("v4l2src name={SOURCE}");
    let h264 = format!("{source} ! video/x-h264,{}", size(config));
    match () {
        () if offer.h264 && !config.wants_raw() => Ok(format!("{h264} ! {}", passed_through())),
        () if offer.raw => {
            let raw = format!("{source} ! video/x-raw,{};video/x-raw", size(config));
            encoded(&format!("{raw} ! {}", resized(config)), config)
        }
        () if offer.jpeg => {
            let jpeg = format!("{source} ! image/jpeg ! jpegdec");
            encoded(&format!("{jpeg} ! {}", resized(config)), config)
        }
        () if offer.h264 && config.encode => decoded(&h264, config),
        () => Err(StopReason::Unsupported),
    }
}

/// Decodes what the source encodes, to encode it anew.
fn decoded(h264: &str, config: &CameraConfig) -> Result<String, StopReason> {
    let decoder = decoder::name().ok_or(StopReason::Unsupported)?;
    let pictures = format!("{h264} ! h264parse ! {decoder} ! {}", resized(config));
    encoded(&pictures, config)
}

/// Tells the source element its device, address or path; none of them is ever part of a description.
pub(crate) fn configure(pipeline: &gst::Pipeline, source: &Source) {
    let Some(element) = pipeline.by_name(SOURCE) else {
        return;
    };
    match source {
        Source::V4l2 { device } => element.set_property("device", device.to_str()),
        Source::Rtsp { url } => element.set_property("location", url),
        Source::File { path } => element.set_property("location", path.to_str()),
        Source::Test { .. } => {}
    }
}

fn encoded(pictures: &str, config: &CameraConfig) -> Result<String, StopReason> {
    let encoder = encoder::describe(&picture(config), config.fps, config.bitrate_kbps);
    Ok(fed(pictures, &encoder.ok_or(StopReason::Unsupported)?))
}

/// Sheds pictures that come too fast and gives the encoder the raw format that it takes.
fn fed(pictures: &str, encoder: &str) -> String {
    let shed = "queue leaky=downstream max-size-buffers=4 max-size-bytes=0 max-size-time=0";
    format!("{pictures} ! identity name={MASKED} ! {shed} ! videoconvert ! {encoder}")
}

/// Gives every access unit a decoding time, which neither RTP nor USB carries.
fn passed_through() -> &'static str {
    "h264parse ! video/x-h264,stream-format=avc,alignment=au ! h264timestamper"
}

fn resized(config: &CameraConfig) -> String {
    format!(
        "videoconvert ! videoscale ! videorate ! {}",
        picture(config)
    )
}

fn picture(config: &CameraConfig) -> String {
    format!(
        "video/x-raw,format=I420,pixel-aspect-ratio=1/1,{},framerate={}/1",
        size(config),
        config.fps
    )
}

fn size(config: &CameraConfig) -> String {
    format!("width={},height={}", config.width, config.height)
}

/// What a V4L2 device delivers.
struct Offer {
    h264: bool,
    raw: bool,
    jpeg: bool,
}

fn offered(device: &str) -> Option<Offer> {
    let element = gst::ElementFactory::make("v4l2src")
        .property("device", device)
        .build()
        .ok()?;
    element.set_state(gst::State::Ready).ok()?;
    let caps = element.static_pad("src").map(|pad| pad.query_caps(None));
    element.set_state(gst::State::Null).ok()?;
    let caps = caps?;
    let has = |name: &str| caps.iter().any(|structure| structure.name() == name);
    Some(Offer {
        h264: has("video/x-h264"),
        raw: has("video/x-raw"),
        jpeg: has("image/jpeg"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Pattern;

    #[test]
    fn an_encoder_that_takes_only_nv12_is_given_nv12() {
        gst::init().unwrap();
        let config = CameraConfig::new(Source::Test {
            pattern: Pattern::default(),
        });
        let pictures = format!("videotestsrc num-buffers=3 ! {}", picture(&config));
        let encoder = "capsfilter caps=video/x-raw,format=NV12 ! fakesink";
        let pipeline = gst::parse::launch(&fed(&pictures, encoder)).unwrap();
        pipeline.set_state(gst::State::Playing).unwrap();
        let ends = [gst::MessageType::Eos, gst::MessageType::Error];
        let patience = gst::ClockTime::from_seconds(10);
        let end = pipeline.bus().unwrap();
        let end = end.timed_pop_filtered(patience, &ends).unwrap();
        pipeline.set_state(gst::State::Null).unwrap();
        assert_eq!(end.type_(), gst::MessageType::Eos, "{end:?}");
    }
}
