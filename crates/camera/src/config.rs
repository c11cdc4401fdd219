//! What a camera is told by the installer.

use std::{fmt, path::PathBuf};

use serde::{Deserialize, Serialize};

use crate::mask::Mask;

/// One camera: where pictures come from and what is made of them.
///
/// A source that already encodes H.264 (RTSP, some USB cameras) keeps its own size, rate and
/// bitrate.
#[derive(Clone, Debug, PartialEq)]
pub struct CameraConfig {
    /// Where pictures come from.
    pub source: Source,
    /// Picture width in pixels.
    pub width: u16,
    /// Picture height in pixels.
    pub height: u16,
    /// Frames per second.
    pub fps: u8,
    /// Encoded video in kbit/s.
    pub bitrate_kbps: u32,
    /// Whether a source that encodes H.264 itself is decoded and encoded anew.
    pub encode: bool,
    /// What of the picture nobody may see. A source is not passed through while there are any; one that
    /// offers nothing but H.264 needs [`Self::encode`].
    pub masks: Vec<Mask>,
    /// Seconds between two looks at the picture, whether it is black or stands still; 0 for none.
    pub check_s: u16,
}

impl CameraConfig {
    /// The picture's width in pixels unless it is chosen.
    pub const WIDTH: u16 = 1280;
    /// The picture's height in pixels unless it is chosen.
    pub const HEIGHT: u16 = 720;
    /// Frames per second unless they are chosen.
    pub const FPS: u8 = 15;
    /// Encoded video in kbit/s unless it is chosen.
    pub const BITRATE_KBPS: u32 = 1500;
    /// Seconds between two looks at the picture unless they are chosen.
    pub const CHECK_S: u16 = 10;

    /// 1280 x 720 at 15 frames and 1,500 kbit per second.
    pub fn new(source: Source) -> Self {
        Self {
            source,
            width: Self::WIDTH,
            height: Self::HEIGHT,
            fps: Self::FPS,
            bitrate_kbps: Self::BITRATE_KBPS,
            encode: false,
            masks: Vec::new(),
            check_s: Self::CHECK_S,
        }
    }

    /// Whether raw pictures are preferred to what the source encodes.
    pub(crate) fn wants_raw(&self) -> bool {
        self.encode || !self.masks.is_empty()
    }
}

/// Where pictures come from.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Source {
    /// A V4L2 device. H.264 is passed through where the device encodes.
    V4l2 {
        /// The device, as `/dev/video0`.
        device: PathBuf,
    },
    /// A network camera that speaks RTSP over TCP and sends H.264, which is passed through.
    Rtsp {
        /// The stream, as `rtsp://name:password@camera/stream`. Never logged.
        url: String,
    },
    /// A recording, played again and again at its own pace as if it were a camera.
    ///
    /// It is decoded and encoded anew, so that any recording gives GOPs of one second.
    File {
        /// Any file that GStreamer can decode.
        path: PathBuf,
    },
    /// A generated picture.
    Test {
        /// What it shows.
        #[serde(default)]
        pattern: Pattern,
    },
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::V4l2 { device } => f.debug_struct("V4l2").field("device", device).finish(),
            Self::Rtsp { .. } => f.debug_struct("Rtsp").finish_non_exhaustive(),
            Self::File { path } => f.debug_struct("File").field("path", path).finish(),
            Self::Test { pattern } => f.debug_struct("Test").field("pattern", pattern).finish(),
        }
    }
}

/// What a generated picture shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pattern {
    /// Colour bars with a patch of noise.
    #[default]
    Smpte,
    /// A ball that moves.
    Ball,
    /// Noise: the hardest picture to encode.
    Snow,
    /// Colour bars that never change, as of a camera that hangs.
    Still,
    /// Nothing, as of a covered lens.
    Black,
}

impl Pattern {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Smpte => "smpte",
            Self::Ball => "ball",
            Self::Snow => "snow",
            Self::Still => "smpte100",
            Self::Black => "black",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_of_a_network_camera_never_reaches_a_log() {
        let source = Source::Rtsp {
            url: "rtsp://admin:secret@10.0.0.9/stream".into(),
        };
        assert_eq!(format!("{source:?}"), "Rtsp { .. }");
    }
}
