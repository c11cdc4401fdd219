//! What the model knows of the time at a door: it never goes back, and a clock that is behind it is not believed.

use super::door::Told;
use super::violation::{Lawful, TIME_GROWS, broken};

/// By how much a clock that is set right may step back, in ms.
const SLACK_MS: u64 = 5_000;

/// The least that it can be at one door, as far as can be told from outside.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Timeline {
    /// By what the building signed and the disk holds, in unix ms.
    durable_ms: u64,
    /// By what the door told since it started, in unix ms.
    told_ms: u64,
    /// Whether the hub has told it the time since it started.
    has_heard: bool,
}

impl Timeline {
    /// The building signed, or a record on the disk says, that it was at least this.
    pub(super) fn proves(&mut self, utc_ms: u64) {
        self.durable_ms = self.durable_ms.max(utc_ms);
    }

    pub(super) fn hears(&mut self) {
        self.has_heard = true;
    }

    pub(super) fn restarts(&mut self) {
        self.told_ms = self.durable_ms;
        self.has_heard = false;
    }

    /// A door whose own clock shows `wall_ms` says what time it is, and acts by it.
    pub(super) fn tells(&mut self, told: Told, wall_ms: u64) -> Lawful {
        let (least, told_ms) = (self.durable_ms.max(self.told_ms), told.utc_ms);
        if told_ms < least {
            return broken(
                TIME_GROWS,
                format!("it was {least} ms, and is {told_ms} ms"),
            );
        }
        if told.is_known && !self.has_heard && wall_ms + SLACK_MS < told_ms {
            return broken(
                TIME_GROWS,
                format!("a clock that shows {wall_ms} ms is believed at {told_ms} ms"),
            );
        }
        if !told.is_known && wall_ms >= told_ms {
            return broken(
                TIME_GROWS,
                format!("a clock that is right, {wall_ms} ms, is not believed"),
            );
        }
        self.told_ms = told_ms;
        Ok(())
    }
}
