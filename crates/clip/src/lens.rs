//! How a camera's lens sees, so that a viewer can straighten its picture.

use serde::{Deserialize, Serialize};

use crate::ChainError;

/// How a wide-angle lens puts directions on its picture: OpenCV's fisheye model.
///
/// A direction that lies `theta` from the optical axis and `phi` around it is seen at
/// `x = fx * theta_d * cos(phi) + cx`, `y = fy * theta_d * sin(phi) + cy`, with
/// `theta_d = theta * (1 + k[0] theta^2 + k[1] theta^4 + k[2] theta^6 + k[3] theta^8)` (Kannala and
/// Brandt 2006, without skew). In pixels of a picture of `width` by `height`, the first one's middle at
/// 0; a video of another size is the same picture, scaled.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lens {
    /// Pixels.
    pub width: u16,
    /// Pixels.
    pub height: u16,
    /// Focal length, in pixels.
    pub fx: f64,
    /// Focal length, in pixels.
    pub fy: f64,
    /// Where the optical axis meets the picture, in pixels.
    pub cx: f64,
    /// Where the optical axis meets the picture, in pixels.
    pub cy: f64,
    /// Of `theta^3`, `theta^5`, `theta^7` and `theta^9`.
    pub k: [f64; 4],
    /// What the camera hangs on.
    pub mount: Mount,
    /// How far the optical axis looks down from the horizon: 90 is straight down.
    pub tilt_deg: f64,
    /// How far from the optical axis it still sees.
    pub max_theta_deg: f64,
}

/// What a camera hangs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mount {
    /// It looks across.
    Wall,
    /// It looks down.
    Ceiling,
}

impl Lens {
    /// A lens as its box describes it: without distortion from `r = f * theta`, and with this field of
    /// view across a picture of this size.
    pub fn equidistant(
        (width, height): (u16, u16),
        field_of_view_deg: f64,
        mount: Mount,
        tilt_deg: f64,
    ) -> Self {
        let max_theta_deg = field_of_view_deg / 2.0;
        let focal_length = f64::from(width) / 2.0 / max_theta_deg.to_radians();
        Self {
            width,
            height,
            fx: focal_length,
            fy: focal_length,
            cx: (f64::from(width) - 1.0) / 2.0,
            cy: (f64::from(height) - 1.0) / 2.0,
            k: [0.0; 4],
            mount,
            tilt_deg,
            max_theta_deg,
        }
    }

    /// Says whether a lens can be like that.
    pub fn check(&self) -> Result<(), ChainError> {
        let Self {
            fx, fy, cx, cy, k, ..
        } = self;
        let is_long = |length: &f64| length.is_finite() && *length > 0.0;
        let is_possible = self.width > 0
            && self.height > 0
            && [fx, fy].into_iter().all(is_long)
            && [cx, cy]
                .into_iter()
                .chain(k)
                .all(|number| number.is_finite())
            && (-90.0..=90.0).contains(&self.tilt_deg)
            && self.max_theta_deg > 0.0
            && self.max_theta_deg <= 180.0;
        is_possible.then_some(()).ok_or(ChainError::ImpossibleLens)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wide() -> Lens {
        Lens::equidistant((1920, 1080), 180.0, Mount::Wall, 0.0)
    }

    #[test]
    fn an_equidistant_lens_sees_half_its_field_at_the_edge() {
        let Lens { fx, cx, width, .. } = wide();
        // The picture's edge lies half a pixel outside the middle of its last one.
        let theta = (f64::from(width) - 0.5 - cx) / fx;
        assert!((theta.to_degrees() - 90.0).abs() < 1e-9, "{theta}");
    }

    #[test]
    fn a_lens_that_cannot_be_is_refused() {
        let refused = |change: fn(&mut Lens)| {
            let mut lens = wide();
            change(&mut lens);
            assert_eq!(lens.check(), Err(ChainError::ImpossibleLens), "{lens:?}");
        };
        assert_eq!(wide().check(), Ok(()));
        refused(|lens| lens.fx = 0.0);
        refused(|lens| lens.fy = f64::INFINITY);
        refused(|lens| lens.cx = f64::NAN);
        refused(|lens| lens.k[3] = f64::NAN);
        refused(|lens| lens.height = 0);
        refused(|lens| lens.tilt_deg = 90.5);
        refused(|lens| lens.max_theta_deg = 180.5);
    }
}
