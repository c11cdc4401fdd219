//! One small picture of a film.

use crate::darkroom::{Spoilt, develop};

/// 320 pixels wide; the height follows from the film's shape.
const SMALL_JPEG: &str =
    "videoconvert ! videoscale ! video/x-raw,width=320,pixel-aspect-ratio=1/1 ! jpegenc quality=75";

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

impl From<Spoilt> for ThumbnailError {
    fn from(spoilt: Spoilt) -> Self {
        match spoilt {
            Spoilt::Unsupported => Self::Unsupported,
            Spoilt::Failed => Self::Failed,
        }
    }
}

/// Decodes the first picture of a fragment that begins with a keyframe, scales it to 320 pixels of
/// width and returns it as JPEG. `init` is the fragment's init segment. Blocks until it is done.
pub fn thumbnail(init: &[u8], fragment: &[u8]) -> Result<Vec<u8>, ThumbnailError> {
    Ok(develop(SMALL_JPEG, init.to_vec(), fragment.to_vec())?)
}
