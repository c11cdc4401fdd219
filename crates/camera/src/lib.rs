//! GStreamer sources cut into fragments, held in a ring, handed out as clips and live.
//!
//! ```text
//! source -> H.264 -> fMP4 fragments of about 100 ms -> Ring -> ClipSource (pre-roll, then live)
//! ```
//!
//! A [`Camera`] runs one source for as long as it lives and starts it again, with growing pauses,
//! when it dies. Each start is an *epoch*: it has its own [`InitSegment`] and its own media time.
//! The [`Ring`] holds the newest whole GOPs; [`Ring::clip_from`] hands out what it holds and
//! everything that follows, with neither gap nor double, until the epoch ends.

mod boxes;
mod camera;
mod config;
mod darkroom;
mod decoder;
mod encoder;
mod fragment;
mod inspection;
mod looped;
mod mask;
mod picture;
mod pipeline;
mod ring;
mod source;
mod state;
mod thumbnail;

pub use camera::Camera;
pub use config::{CameraConfig, Pattern, Source};
pub use fragment::{Fragment, InitSegment};
pub use mask::Mask;
pub use ring::{ClipSource, Ring};
pub use state::{CameraState, Impairment, StopReason};
pub use thumbnail::{ThumbnailError, thumbnail};
