//! The door's two clocks: monotonic for deadlines, wall for validity.
//!
//! The operating system's wall clock is believed as long as it is not before what must have passed:
//! the newest of what the building signed, what the door recorded, and what it noted now and then.
//! That floor runs on with the monotonic clock. A wall clock before it is wrong: then the time is
//! only known to be at least the floor, until the wall clock passes it or the hub tells the time
//! over its pinned connection. A signed bundle or credential raises the floor, but makes no clock
//! known: who hands it over may have held it back. The time that is told never goes back.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use access::Now;

/// A wall clock that is corrected steps back by less.
const SLACK_MS: u64 = 5_000;

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
    wall: fn() -> u64,
    floor: Arc<Mutex<Floor>>,
}

/// The least that it can be by now: what a [`Clock`] believes, with both clocks as arguments.
#[derive(Clone, Copy, Debug)]
pub struct Floor {
    /// Unix milliseconds.
    ms: u64,
    /// When on the monotonic clock it was at least that.
    at: Duration,
    source: Source,
}

/// Who says what time it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    /// The operating system, which contradicts nothing.
    Wall,
    /// The hub, since the operating system was wrong.
    Hub,
    /// Nobody: it is at least the floor.
    Unknown,
}

impl Clock {
    /// A clock whose monotonic time starts now.
    pub fn start() -> Self {
        Self::with_wall(unix_ms)
    }

    /// The same by another wall clock, in unix milliseconds.
    pub fn with_wall(wall: fn() -> u64) -> Self {
        Self {
            origin: Instant::now(),
            wall,
            floor: Arc::new(Mutex::new(Floor::start())),
        }
    }

    /// Learns that it is at least `utc_s`, from something that the building signed.
    pub fn raise_floor(&self, utc_s: u64) {
        self.raise_floor_ms(utc_s.saturating_mul(1000));
    }

    /// Learns that it is at least `utc_ms`, from something that this door wrote down.
    pub fn raise_floor_ms(&self, utc_ms: u64) {
        if access::off!(ClockFloor) {
            return;
        }
        let at = self.origin.elapsed();
        let mut floor = self.lock();
        floor.raise(utc_ms, at);
        floor.read((self.wall)(), at);
    }

    /// Learns what time it is from the hub, over its pinned connection: unix milliseconds. Ignored
    /// when the wall clock is believed, or when it contradicts the floor.
    pub fn learn_from_hub(&self, utc_ms: u64) {
        let at = self.origin.elapsed();
        self.lock().learn_from_hub(utc_ms, (self.wall)(), at);
    }

    /// Both clocks.
    pub fn now(&self) -> Now {
        Now {
            monotonic: self.origin.elapsed(),
            utc_s: self.utc_ms() / 1000,
        }
    }

    /// Unix time in milliseconds; never before one that was told earlier. If the clock [is not
    /// known](Self::is_known), it is at least that.
    pub fn utc_ms(&self) -> u64 {
        self.lock().read((self.wall)(), self.origin.elapsed())
    }

    /// Whether the door knows what time it is.
    pub fn is_known(&self) -> bool {
        let mut floor = self.lock();
        floor.read((self.wall)(), self.origin.elapsed());
        floor.is_known()
    }

    /// The zero of monotonic time.
    pub fn origin(&self) -> Instant {
        self.origin
    }

    /// The instant at which the monotonic clock shows `at`.
    pub fn instant(&self, at: Duration) -> Instant {
        self.origin + at
    }

    fn lock(&self) -> MutexGuard<'_, Floor> {
        self.floor.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Floor {
    /// The floor of a door that has just started; its monotonic clock shows 0.
    pub const fn start() -> Self {
        Self {
            ms: 0,
            at: Duration::ZERO,
            source: Source::Wall,
        }
    }

    /// Whether it was known what time it is when it was last [read](Self::read).
    pub fn is_known(&self) -> bool {
        matches!(self.source, Source::Wall | Source::Hub)
    }

    fn by(&self, now: Duration) -> u64 {
        let since = now.saturating_sub(self.at).as_millis();
        let since = u64::try_from(since).unwrap_or(u64::MAX);
        self.ms.saturating_add(since)
    }

    /// Learns that it was at least `ms` (unix milliseconds) when the monotonic clock showed `at`.
    pub fn raise(&mut self, ms: u64, at: Duration) {
        if ms > self.by(at) {
            (self.ms, self.at) = (ms, at);
        }
    }

    /// Learns from the hub what time it is; see [`Clock::learn_from_hub`].
    pub fn learn_from_hub(&mut self, utc_ms: u64, wall: u64, at: Duration) {
        let least = self.read(wall, at);
        // A wall clock that contradicts nothing needs no hub, whose own clock may be the wrong one.
        if self.source != Source::Wall && utc_ms.saturating_add(SLACK_MS) >= least {
            self.raise(utc_ms, at);
            self.source = Source::Hub;
        }
    }

    /// Reads the wall clock against the floor: unix milliseconds, at least.
    pub fn read(&mut self, wall: u64, at: Duration) -> u64 {
        let floor = self.by(at);
        if wall.saturating_add(SLACK_MS) >= floor {
            self.source = Source::Wall;
            self.raise(wall, at);
        } else if self.source == Source::Wall {
            self.source = Source::Unknown;
        }
        self.by(at)
    }
}

#[cfg(test)]
#[path = "clock_tests.rs"]
mod tests;
