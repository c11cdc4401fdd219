//! Whether the camera still shows what is before it.

use crate::{picture::Picture, state::Impairment};

/// Black for so many looks in a row is more than a lamp that was switched.
const BLACK_LOOKS: u32 = 3;

/// The same picture for so many looks in a row is no coincidence.
const FROZEN_LOOKS: u32 = 6;

/// Looks at a picture now and then, and says what is wrong with them once it has lasted.
#[derive(Debug, Default)]
pub(crate) struct Inspection {
    black_looks: u32,
    /// The picture that all since then were the same as, and how many.
    standing: Option<(Picture, u32)>,
}

impl Inspection {
    /// Takes the next look. One good look is enough for all to be well again.
    pub(crate) fn look(&mut self, picture: Picture) -> Option<Impairment> {
        self.black_looks = if picture.is_black() {
            self.black_looks + 1
        } else {
            0
        };
        let looks = match &mut self.standing {
            // Against the first and not the last: daylight changes slowly.
            Some((first, looks)) if picture.is_same_as(first) => {
                *looks += 1;
                *looks
            }
            _ => self.standing.insert((picture, 0)).1,
        };
        match () {
            () if self.black_looks >= BLACK_LOOKS => Some(Impairment::Black),
            () if self.black_looks == 0 && looks >= FROZEN_LOOKS => Some(Impairment::Frozen),
            () => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PIXELS: usize = 10_000;

    /// A picture with noise that is another for each `seed`.
    fn lit(seed: usize) -> Picture {
        let noise = |at: usize| u8::try_from((at * 7 + seed * 13) % 9).unwrap();
        Picture::of((0..PIXELS).map(|at| 100 + noise(at)).collect())
    }

    fn dark(seed: usize) -> Picture {
        Picture::of(
            (0..PIXELS)
                .map(|at| u8::from((at + seed).is_multiple_of(2)))
                .collect(),
        )
    }

    fn looks(pictures: impl IntoIterator<Item = Picture>) -> Vec<Option<Impairment>> {
        let mut inspection = Inspection::default();
        pictures
            .into_iter()
            .map(|picture| inspection.look(picture))
            .collect()
    }

    #[test]
    fn a_camera_that_sees_is_well_although_nothing_moves() {
        assert_eq!(looks((0..20).map(lit)), [None; 20]);
    }

    #[test]
    fn a_black_picture_is_told_of_when_it_stays_and_ends_with_the_first_light() {
        let pictures = [lit(0), dark(1), dark(2), dark(3), dark(4), lit(5)];
        let black = Some(Impairment::Black);
        assert_eq!(looks(pictures), [None, None, None, black, black, None]);
    }

    #[test]
    fn a_lamp_that_goes_off_and_on_is_nothing_to_tell_of() {
        let pictures = (0..30_usize).map(|n| if n.is_multiple_of(3) { lit(n) } else { dark(n) });
        assert_eq!(looks(pictures), [None; 30]);
    }

    #[test]
    fn a_picture_that_stands_still_is_told_of_until_it_moves_again() {
        let mut inspection = Inspection::default();
        let standing: Vec<_> = (0..8).map(|_| inspection.look(lit(1))).collect();
        let frozen = Some(Impairment::Frozen);
        assert_eq!(
            standing,
            [None, None, None, None, None, None, frozen, frozen]
        );
        assert_eq!(inspection.look(lit(2)), None);
    }

    #[test]
    fn the_digits_of_a_clock_do_not_make_a_picture_another() {
        let with_clock = |second: usize| {
            let mut pixels: Vec<u8> = (0..PIXELS)
                .map(|at| u8::try_from(100 + at % 9).unwrap())
                .collect();
            pixels[second] = 255;
            Picture::of(pixels)
        };
        assert_eq!(
            looks((0..8).map(with_clock)).last(),
            Some(&Some(Impairment::Frozen))
        );
    }
}
