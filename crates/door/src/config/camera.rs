//! The camera and its clips.

use std::time::Duration;

use camera::{CameraConfig, Mask, Source};
use serde::Deserialize;

use super::{Complaint, LensConfig};

/// The camera and how much of what it sees goes into a clip.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CameraTable {
    /// Where pictures come from.
    pub source: Source,
    /// Picture width in pixels.
    #[serde(default = "default_width")]
    pub width: u16,
    /// Picture height in pixels.
    #[serde(default = "default_height")]
    pub height: u16,
    /// Frames per second.
    #[serde(default = "default_fps")]
    pub fps: u8,
    /// Encoded video in kbit/s.
    #[serde(default = "default_bitrate_kbps")]
    pub bitrate_kbps: u32,
    /// Seconds of a clip before the attempt.
    #[serde(default = "default_roll_s")]
    pub pre_roll_s: u16,
    /// Seconds of a clip after the attempt.
    #[serde(default = "default_roll_s")]
    pub post_roll_s: u16,
    /// How it sees; a picture that is flat already without.
    #[serde(default)]
    pub lens: Option<LensConfig>,
    /// Whether a camera that encodes by itself is decoded and encoded anew.
    #[serde(default)]
    pub encode: bool,
    /// What of the picture nobody may see.
    #[serde(default)]
    pub masks: Vec<Mask>,
    /// Seconds between two looks whether the picture is black or stands still; 0 for none.
    #[serde(default = "default_check_s")]
    pub check_s: u16,
}

impl CameraTable {
    /// What of it cannot work.
    pub(super) fn complaint(&self) -> Option<Complaint> {
        picture_complaint(self).or_else(|| mask_complaint(self))
    }

    /// What the camera itself is told.
    pub fn camera(&self) -> CameraConfig {
        CameraConfig {
            source: self.source.clone(),
            width: self.width,
            height: self.height,
            fps: self.fps,
            bitrate_kbps: self.bitrate_kbps,
            encode: self.encode,
            masks: self.masks.clone(),
            check_s: self.check_s,
        }
    }

    /// Filmed time before an attempt.
    pub fn pre_roll(&self) -> Duration {
        Duration::from_secs(self.pre_roll_s.into())
    }

    /// Filmed time after an attempt.
    pub fn post_roll(&self) -> Duration {
        Duration::from_secs(self.post_roll_s.into())
    }
}

fn default_width() -> u16 {
    CameraConfig::WIDTH
}

fn default_height() -> u16 {
    CameraConfig::HEIGHT
}

fn default_fps() -> u8 {
    CameraConfig::FPS
}

fn default_bitrate_kbps() -> u32 {
    CameraConfig::BITRATE_KBPS
}

fn default_roll_s() -> u16 {
    10
}

fn default_check_s() -> u16 {
    CameraConfig::CHECK_S
}

fn picture_complaint(camera: &CameraTable) -> Option<Complaint> {
    let CameraTable {
        width,
        height,
        fps,
        bitrate_kbps,
        pre_roll_s,
        post_roll_s,
        ..
    } = camera;
    let odd = |length: u16| length % 2 == 1 || !(64..=4096).contains(&length);
    if odd(*width) || odd(*height) {
        return Some((
            "`camera.width` and `camera.height`",
            format!("are {width} by {height}; H.264 needs even numbers from 64 to 4096"),
            "Choose a size that the camera offers, such as 1280 by 720",
        ));
    }
    if !(1..=60).contains(fps) {
        return Some((
            "`camera.fps`",
            format!("is {fps}"),
            "Choose 1 to 60 frames per second; 15 is enough for a doorway",
        ));
    }
    if !(100..=50_000).contains(bitrate_kbps) {
        return Some((
            "`camera.bitrate_kbps`",
            format!("is {bitrate_kbps}"),
            "Choose 100 to 50000; 1500 suits 1280 by 720 at 15 frames per second",
        ));
    }
    if *pre_roll_s > 60 {
        return Some((
            "`camera.pre_roll_s`",
            format!("is {pre_roll_s}, and the pre-roll is held in memory"),
            "Choose 0 to 60 seconds",
        ));
    }
    if !(1..=300).contains(post_roll_s) {
        return Some((
            "`camera.post_roll_s`",
            format!("is {post_roll_s}"),
            "Choose 1 to 300 seconds",
        ));
    }
    None
}

fn mask_complaint(camera: &CameraTable) -> Option<Complaint> {
    if !camera.masks.iter().all(Mask::is_possible) {
        return Some((
            "`camera.masks`",
            "reach beyond the picture, or cover nothing".into(),
            "Give `x`, `y`, `width` and `height` as fractions of the picture, from 0 to 1, counted from the upper \
             left corner",
        ));
    }
    let passed_through = matches!(camera.source, Source::Rtsp { .. }) && !camera.encode;
    (passed_through && !camera.masks.is_empty()).then(|| {
        (
            "`camera.masks`",
            "cannot be burnt into a picture that the camera has already encoded".into(),
            "Set the masks in the camera itself, which costs nothing, or add encode = true: then the door decodes \
             and encodes the picture anew",
        )
    })
}
