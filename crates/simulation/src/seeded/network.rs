//! What becomes of what is sent.

use std::time::Duration;

use super::dice::Dice;

/// How bad the way is: parts in a thousand, and milliseconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Weather {
    loss: u32,
    duplicates: u32,
    stragglers: u32,
    longest_ms: u64,
}

impl Weather {
    /// Everything arrives, at once and in order.
    pub(super) const CALM: Self = Self {
        loss: 0,
        duplicates: 0,
        stragglers: 0,
        longest_ms: 0,
    };

    /// Calm, unsteady or stormy.
    pub(super) fn draw(dice: &mut Dice) -> Self {
        let [loss, duplicates, stragglers] = match dice.index(4) {
            0 => [0, 0, 0],
            1 | 2 => [15, 15, 30],
            _ => [120, 80, 150],
        };
        Self {
            loss,
            duplicates,
            stragglers,
            longest_ms: 20_000,
        }
    }

    /// After how long each copy of one message arrives; none when it is lost. A straggler is overtaken.
    pub(super) fn fates(&self, dice: &mut Dice) -> Vec<Duration> {
        if dice.chance(self.loss) {
            return Vec::new();
        }
        let copies = 1 + usize::from(dice.chance(self.duplicates));
        let delay = |dice: &mut Dice| {
            if dice.chance(self.stragglers) {
                dice.ms(100, self.longest_ms.max(100))
            } else {
                Duration::from_millis(10)
            }
        };
        (0..copies).map(|_| delay(dice)).collect()
    }
}
