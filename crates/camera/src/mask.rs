//! Parts of the picture that nobody may see, blacked out before anything encodes them.

use std::ops::Range;

use gstreamer::{self as gst, prelude::*};
use gstreamer_video::{VideoFrameExt as _, VideoFrameRef, VideoInfo};
use serde::{Deserialize, Serialize};

use crate::state::StopReason;

/// The name of the element at which pictures are raw.
pub(crate) const MASKED: &str = "masked";

/// Black in limited range (ITU-R BT.601): brightness, and no colour.
const BLACK: [u8; 3] = [16, 128, 128];

/// A rectangle of the picture, in fractions of its width and height from the upper left corner.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mask {
    /// Where it begins, from the left.
    pub x: f64,
    /// Where it begins, from the top.
    pub y: f64,
    /// How much of the picture's width it covers.
    pub width: f64,
    /// How much of the picture's height it covers.
    pub height: f64,
}

impl Mask {
    /// Whether it lies in the picture and covers something.
    pub fn is_possible(&self) -> bool {
        let fits = |start: f64, length: f64| start >= 0.0 && length > 0.0 && start + length <= 1.0;
        fits(self.x, self.width) && fits(self.y, self.height)
    }
}

/// Covers every raw picture of a pipeline. One that cannot be covered is not shown.
pub(crate) fn burn_in(pipeline: &gst::Pipeline, masks: &[Mask]) -> Result<(), StopReason> {
    if masks.is_empty() {
        return Ok(());
    }
    let masked = pipeline.by_name(MASKED).ok_or(StopReason::Unsupported)?;
    let pad = masked.static_pad("src").ok_or(StopReason::Failed)?;
    let masks = masks.to_vec();
    pad.add_probe(gst::PadProbeType::BUFFER, move |pad, info| {
        match cover(pad, info, &masks) {
            Some(()) => gst::PadProbeReturn::Ok,
            None => gst::PadProbeReturn::Drop,
        }
    });
    Ok(())
}

fn cover(pad: &gst::Pad, info: &mut gst::PadProbeInfo<'_>, masks: &[Mask]) -> Option<()> {
    let Some(gst::PadProbeData::Buffer(buffer)) = &mut info.data else {
        return None;
    };
    let caps = pad.current_caps()?;
    let form = VideoInfo::from_caps(&caps).ok()?;
    let mut frame = VideoFrameRef::from_buffer_ref_writable(buffer.make_mut(), &form).ok()?;
    for (plane, black) in (0..).zip(BLACK) {
        let stride = usize::try_from(*frame.plane_stride().get(plane as usize)?).ok()?;
        let (width, height) = (frame.comp_width(plane), frame.comp_height(plane));
        let pixels = frame.plane_data_mut(plane).ok()?;
        for mask in masks {
            let columns = covered(mask.x, mask.width, width);
            for row in covered(mask.y, mask.height, height) {
                let line = pixels.get_mut(row * stride..)?;
                line.get_mut(columns.clone())?.fill(black);
            }
        }
    }
    Some(())
}

/// The pixels of which a mask covers any part.
fn covered(start: f64, length: f64, pixels: u32) -> Range<usize> {
    let pixels = f64::from(pixels);
    let (first, end) = ((start * pixels).floor(), ((start + length) * pixels).ceil());
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a whole number from 0 to the picture's length"
    )]
    let whole = |number: f64| number.clamp(0.0, pixels) as usize;
    whole(first)..whole(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pixel_that_is_covered_in_part_is_covered() {
        assert_eq!(covered(0.0, 1.0, 180), 0..180);
        assert_eq!(covered(0.25, 0.5, 10), 2..8);
        assert_eq!(covered(0.999, 0.001, 10), 9..10);
    }

    #[test]
    fn a_mask_outside_the_picture_is_none() {
        let mask = |x, width| Mask {
            x,
            y: 0.0,
            width,
            height: 1.0,
        };
        assert!(mask(0.5, 0.5).is_possible());
        for (x, width) in [
            (0.6, 0.5),
            (-0.1, 0.5),
            (0.5, 0.0),
            (f64::NAN, 0.5),
            (0.0, f64::NAN),
        ] {
            assert!(!mask(x, width).is_possible(), "{x} {width}");
        }
    }
}
