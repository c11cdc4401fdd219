//! What one keyframe shows.

use crate::{
    darkroom::develop,
    fragment::{Fragment, InitSegment},
};

const BRIGHTNESS: &str = "videoconvert ! video/x-raw,format=GRAY8";

/// The brightest that still counts as black, of 255: a covered lens and a sensor's noise.
const DARK: u8 = 24;

/// A difference in brightness that a sensor's noise makes easily from one picture to the next, of 255.
const NOISE: u8 = 2;

/// One in so many pixels may be an exception: a hot pixel, the digits of a clock in the picture.
const EXCEPTIONS: usize = 1000;

/// The brightness of each pixel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Picture(Vec<u8>);

impl Picture {
    /// Decodes the first picture of a fragment that begins with a keyframe. Takes some ten milliseconds
    /// for 1080p; `None` where nothing can decode it.
    pub(crate) fn decode(init: &InitSegment, keyframe: &Fragment) -> Option<Self> {
        let developed = develop(BRIGHTNESS, init.data.clone(), keyframe.data.clone());
        developed.ok().map(Self)
    }

    /// Whether it shows nothing: a covered lens, no light at all.
    pub(crate) fn is_black(&self) -> bool {
        self.but_exceptions(self.0.iter().filter(|pixel| **pixel > DARK).count())
    }

    /// Whether it is the very picture that `other` is. Two pictures that a sensor takes never are: there
    /// is noise.
    pub(crate) fn is_same_as(&self, other: &Self) -> bool {
        let differing = self.0.iter().zip(&other.0);
        let differing = differing.filter(|(one, other)| one.abs_diff(**other) > NOISE);
        self.0.len() == other.0.len() && self.but_exceptions(differing.count())
    }

    fn but_exceptions(&self, count: usize) -> bool {
        count * EXCEPTIONS <= self.0.len()
    }

    #[cfg(test)]
    pub(crate) fn of(pixels: Vec<u8>) -> Self {
        Self(pixels)
    }
}
