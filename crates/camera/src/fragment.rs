//! The unit of everything that is filmed.

use std::time::Duration;

use bytes::Bytes;

/// The head of an fMP4 stream, `ftyp` and `moov` (ISO/IEC 14496-12): what a decoder needs before the first fragment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InitSegment {
    /// The bytes of both boxes.
    pub data: Bytes,
    /// The codec as a player is told it, probed from the stream: `avc1.42C01F` (RFC 6381).
    pub codec: String,
    /// Picture width in pixels, as encoded.
    pub width: u16,
    /// Picture height in pixels, as encoded.
    pub height: u16,
}

/// About 100 ms of video, `moof` and `mdat` (ISO/IEC 14496-12).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fragment {
    /// The bytes of both boxes.
    pub data: Bytes,
    /// When the first picture was taken: time since the origin given to [`crate::Camera::open`].
    pub captured_at: Duration,
    /// Media time of the first picture (`tfdt`) in ms: since the start of the epoch in the ring,
    /// since the start of the clip in what a [`crate::ClipSource`] yields.
    pub start_ms: u64,
    /// Length in ms; the next fragment starts at `start_ms + duration_ms`.
    pub duration_ms: u32,
    /// Whether it begins with a keyframe, and so begins a GOP.
    pub keyframe: bool,
}

impl Fragment {
    /// When the last picture ends: time since the origin given to [`crate::Camera::open`].
    pub fn ends_at(&self) -> Duration {
        self.captured_at + Duration::from_millis(u64::from(self.duration_ms))
    }
}
