// A float is `number | null` to TypeScript, for JSON has no NaN. A lens is checked to have none, so its numbers are
// exported as whole ones are: as `number`.

use serde::{Deserialize, Serialize};

/// How a wide-angle lens puts directions on its picture: OpenCV's fisheye model, `theta` by `atan2(r, z)`. In
/// pixels of a picture of `width` by `height`; a video of another size is the same picture, scaled.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct Lens {
    pub width: u16,
    pub height: u16,
    /// Focal lengths.
    #[cfg_attr(feature = "specta", specta(type = u32))]
    pub fx: f64,
    #[cfg_attr(feature = "specta", specta(type = u32))]
    pub fy: f64,
    /// Where the optical axis meets the picture.
    #[cfg_attr(feature = "specta", specta(type = u32))]
    pub cx: f64,
    #[cfg_attr(feature = "specta", specta(type = u32))]
    pub cy: f64,
    /// Of `theta^3`, `theta^5`, `theta^7` and `theta^9`.
    #[cfg_attr(feature = "specta", specta(type = [u32; 4]))]
    pub k: [f64; 4],
    pub mount: LensMount,
    /// How far the optical axis looks down from the horizon: 90 is straight down.
    #[cfg_attr(feature = "specta", specta(type = u32))]
    pub tilt_deg: f64,
    /// How far from the optical axis it still sees.
    #[cfg_attr(feature = "specta", specta(type = u32))]
    pub max_theta_deg: f64,
}

/// What a camera hangs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub enum LensMount {
    Wall,
    Ceiling,
}

impl From<clip::Lens> for Lens {
    fn from(lens: clip::Lens) -> Self {
        let clip::Lens {
            width,
            height,
            fx,
            fy,
            cx,
            cy,
            k,
            mount,
            tilt_deg,
            max_theta_deg,
        } = lens;
        let mount = match mount {
            clip::Mount::Wall => LensMount::Wall,
            clip::Mount::Ceiling => LensMount::Ceiling,
        };
        Self {
            width,
            height,
            fx,
            fy,
            cx,
            cy,
            k,
            mount,
            tilt_deg,
            max_theta_deg,
        }
    }
}
