//! Decodes one picture of a film.

use gstreamer::{self as gst, prelude::*};
use gstreamer_app as gst_app;

use crate::decoder;

/// How long decoding one picture may take.
const PATIENCE: gst::ClockTime = gst::ClockTime::from_seconds(5);

/// Why there is no picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spoilt {
    /// An element is missing.
    Unsupported,
    /// The bytes hold no picture, or it took too long.
    Failed,
}

/// The first picture of a fragment that begins with a keyframe, as the last element of `print` gives it:
/// elements from raw pictures on, in `gst-launch` form. `init` is the fragment's init segment. Blocks for
/// some ten milliseconds at 1080p.
pub(crate) fn develop<B>(print: &str, init: B, fragment: B) -> Result<Vec<u8>, Spoilt>
where
    B: AsRef<[u8]> + Send + 'static,
{
    gst::init().map_err(|_| Spoilt::Unsupported)?;
    let bench = Bench::set_up(print).ok_or(Spoilt::Unsupported)?;
    bench.develop([init, fragment]).ok_or(Spoilt::Failed)
}

/// The pipeline of one picture; stops when dropped.
struct Bench {
    pipeline: gst::Pipeline,
    film: gst_app::AppSrc,
    print: gst_app::AppSink,
}

impl Bench {
    fn set_up(print: &str) -> Option<Self> {
        let decoder = decoder::of_one_picture()?;
        let description = format!(
            "appsrc name=film format=bytes ! qtdemux ! h264parse ! {decoder} ! {print} \
             ! appsink name=print sync=false max-buffers=1"
        );
        let parsed = gst::parse::launch(&description).ok()?;
        let pipeline = parsed.downcast::<gst::Pipeline>().ok()?;
        Some(Self {
            film: pipeline.by_name("film")?.downcast().ok()?,
            print: pipeline.by_name("print")?.downcast().ok()?,
            pipeline,
        })
    }

    fn develop<B>(&self, film: [B; 2]) -> Option<Vec<u8>>
    where
        B: AsRef<[u8]> + Send + 'static,
    {
        self.pipeline.set_state(gst::State::Playing).ok()?;
        for part in film {
            self.film.push_buffer(gst::Buffer::from_slice(part)).ok()?;
        }
        self.film.end_of_stream().ok()?;
        let sample = self.print.try_pull_sample(PATIENCE)?;
        let picture = sample.buffer()?.map_readable().ok()?;
        Some(picture.to_vec())
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        if self.pipeline.set_state(gst::State::Null).is_err() {
            tracing::warn!("the pipeline of a picture did not stop cleanly");
        }
    }
}
