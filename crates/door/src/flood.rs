//! A limit on the records that strangers can cause.
//!
//! Every request of an authenticated channel is recorded, and anybody can make a key and open a
//! channel. A denied holder of a credential that the building signed has to wait longer each time
//! and is always recorded. Of the denials that anybody could cause, with a forged or somebody else's
//! credential and a new key each time, only so many a minute are, or the disk would fill.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// Denials in a row.
const BURST: u32 = 60;

/// How long until one more is admitted.
const REFILL: Duration = Duration::from_secs(1);

/// A token bucket for records of denials that anybody could cause.
#[derive(Debug)]
pub struct FloodGuard(Mutex<Bucket>);

#[derive(Debug)]
struct Bucket {
    tokens: u32,
    refilled_at: Duration,
}

impl Default for FloodGuard {
    fn default() -> Self {
        Self(Mutex::new(Bucket {
            tokens: BURST,
            refilled_at: Duration::ZERO,
        }))
    }
}

impl FloodGuard {
    /// Whether one more may be recorded at `now` (monotonic).
    pub fn admits(&self, now: Duration) -> bool {
        let mut bucket = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = now.saturating_sub(bucket.refilled_at);
        let earned = u32::try_from(waited.as_millis() / REFILL.as_millis()).unwrap_or(BURST);
        if earned > 0 {
            bucket.refilled_at = now;
            bucket.tokens = bucket.tokens.saturating_add(earned).min(BURST);
        }
        let admitted = bucket.tokens > 0;
        bucket.tokens = bucket.tokens.saturating_sub(1);
        admitted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_cut_to_one_record_a_second_after_the_burst() {
        let guard = FloodGuard::default();
        let mut admitted = 0;
        for tenth in 0..1000 {
            admitted += u32::from(guard.admits(Duration::from_millis(tenth * 100)));
        }
        assert!((BURST + 95..=BURST + 100).contains(&admitted), "{admitted}");
        let rested = Duration::from_hours(1);
        assert!((0..BURST).all(|_| guard.admits(rested)));
        assert!(!guard.admits(rested));
    }
}
