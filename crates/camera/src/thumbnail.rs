//! One small picture of a film.

use gstreamer::{self as gst, prelude::*};
use gstreamer_app as gst_app;

/// How wide a thumbnail is, in pixels; its height follows from the film's shape.
const WIDTH: u32 = 320;

/// How long decoding one picture may take.
const PATIENCE: gst::ClockTime = gst::ClockTime::from_seconds(5);

/// Why there is no picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ThumbnailError {
    /// An element is missing: a decoder of H.264, or the JPEG encoder.
    #[error("this machine has no H.264 decoder or no JPEG encoder for GStreamer")]
    Unsupported,
    /// The bytes hold no picture, or it took too long.
    #[error("no picture could be decoded")]
    Failed,
}

/// Decodes the first picture of a fragment that begins with a keyframe, scales it to 320 pixels of
/// width and returns it as JPEG. `init` is the fragment's init segment. Blocks until it is done.
pub fn thumbnail(init: &[u8], fragment: &[u8]) -> Result<Vec<u8>, ThumbnailError> {
    gst::init().map_err(|_| ThumbnailError::Unsupported)?;
    let pipeline = Darkroom::build()?;
    pipeline.develop([init, fragment].concat())
}

/// The pipeline of one picture; stops when dropped.
struct Darkroom {
    pipeline: gst::Pipeline,
    source: gst_app::AppSrc,
    sink: gst_app::AppSink,
}

impl Darkroom {
    fn build() -> Result<Self, ThumbnailError> {
        let description = format!(
            "appsrc name=src format=bytes ! qtdemux ! decodebin ! videoconvert ! videoscale \
             ! video/x-raw,width={WIDTH},pixel-aspect-ratio=1/1 ! jpegenc quality=75 \
             ! appsink name=sink sync=false max-buffers=1"
        );
        let parsed = gst::parse::launch(&description).ok();
        let pipeline = parsed.and_then(|parsed| parsed.downcast::<gst::Pipeline>().ok());
        let pipeline = pipeline.ok_or(ThumbnailError::Unsupported)?;
        let source = pipeline.by_name("src").and_then(|it| it.downcast().ok());
        let sink = pipeline.by_name("sink").and_then(|it| it.downcast().ok());
        Ok(Self {
            source: source.ok_or(ThumbnailError::Unsupported)?,
            sink: sink.ok_or(ThumbnailError::Unsupported)?,
            pipeline,
        })
    }

    fn develop(&self, film: Vec<u8>) -> Result<Vec<u8>, ThumbnailError> {
        let failed = |_| ThumbnailError::Failed;
        self.pipeline
            .set_state(gst::State::Playing)
            .map_err(|_| ThumbnailError::Failed)?;
        self.source
            .push_buffer(gst::Buffer::from_mut_slice(film))
            .map_err(failed)?;
        self.source.end_of_stream().map_err(failed)?;
        let sample = self.sink.try_pull_sample(PATIENCE);
        let sample = sample.ok_or(ThumbnailError::Failed)?;
        let picture = sample.buffer().ok_or(ThumbnailError::Failed)?;
        let picture = picture.map_readable().map_err(|_| ThumbnailError::Failed)?;
        Ok(picture.to_vec())
    }
}

impl Drop for Darkroom {
    fn drop(&mut self) {
        if self.pipeline.set_state(gst::State::Null).is_err() {
            tracing::warn!("the pipeline of a picture did not stop cleanly");
        }
    }
}
