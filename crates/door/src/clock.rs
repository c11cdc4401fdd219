//! The door's two clocks: monotonic for deadlines, wall for validity.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use access::Now;

/// Unix time in milliseconds, as the operating system has it.
pub fn unix_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| {
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    })
}

/// A clock shared by all parts of one door.
#[derive(Clone, Debug)]
pub struct Clock {
    origin: Instant,
    floor_s: Arc<AtomicU64>,
}

impl Clock {
    /// A clock whose monotonic time starts now.
    pub fn start() -> Self {
        Self {
            origin: Instant::now(),
            floor_s: Arc::default(),
        }
    }

    /// Learns that it is at least `utc_s`, from something that the building signed.
    ///
    /// A board whose battery died would otherwise accept what has long expired.
    pub fn raise_floor(&self, utc_s: u64) {
        self.floor_s.fetch_max(utc_s, Ordering::Relaxed);
    }

    /// Both clocks.
    pub fn now(&self) -> Now {
        Now {
            monotonic: self.origin.elapsed(),
            utc_s: self.utc_ms() / 1000,
        }
    }

    /// Unix time in milliseconds, never before the floor.
    pub fn utc_ms(&self) -> u64 {
        unix_ms().max(self.floor_s.load(Ordering::Relaxed).saturating_mul(1000))
    }

    /// The zero of monotonic time.
    pub fn origin(&self) -> Instant {
        self.origin
    }

    /// The instant at which the monotonic clock shows `at`.
    pub fn instant(&self, at: Duration) -> Instant {
        self.origin + at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wall_clock_never_shows_a_time_before_what_the_building_signed() {
        let clock = Clock::start();
        let far = unix_ms() / 1000 + 1_000_000;
        clock.raise_floor(far);
        clock.raise_floor(5);
        assert_eq!(clock.now().utc_s, far);
        assert_eq!(clock.utc_ms(), far * 1000);
    }
}
