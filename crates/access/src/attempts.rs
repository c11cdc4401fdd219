//! Back-off for holders that keep being denied.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::HolderPublicKey;

/// Slows down a holder that keeps being denied: each denial after the third doubles the wait.
///
/// Knows at most [`Self::CAPACITY`] holders; when full, the one denied longest ago is forgotten.
/// A flood of new keys can make the door forget a holder, but never make it wait: the wait is
/// always the holder's own. A holder is proven by the channel's handshake, so nobody can spend
/// another's attempts.
#[derive(Debug, Clone, Default)]
pub struct AttemptLimiter {
    denied: BTreeMap<HolderPublicKey, Denied>,
}

#[derive(Debug, Clone, Copy)]
struct Denied {
    times: u32,
    last: Duration,
}

impl AttemptLimiter {
    /// Most holders remembered.
    pub const CAPACITY: usize = 256;
    /// Denials before the first wait.
    pub const FREE_DENIALS: u32 = 3;
    /// The first wait.
    pub const FIRST_WAIT: Duration = Duration::from_secs(1);
    /// The longest wait.
    pub const LONGEST_WAIT: Duration = Duration::from_mins(1);
    /// A holder that was not denied for this long starts afresh.
    pub const FORGIVEN_AFTER: Duration = Duration::from_mins(10);

    /// A limiter that knows nobody.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether the holder may try now. `now` is monotonic.
    pub fn check(&self, holder: &HolderPublicKey, now: Duration) -> bool {
        self.denied
            .get(holder)
            .is_none_or(|denied| denied.waited(now))
    }

    /// Counts a denial.
    pub fn record_denied(&mut self, holder: &HolderPublicKey, now: Duration) {
        self.make_room(holder, now);
        let denied = self.denied.entry(*holder).or_insert(Denied {
            times: 0,
            last: now,
        });
        if denied.forgiven(now) {
            denied.times = 0;
        }
        denied.times = denied.times.saturating_add(1);
        denied.last = now;
    }

    /// Forgets the holder's denials.
    pub fn record_allowed(&mut self, holder: &HolderPublicKey) {
        self.denied.remove(holder);
    }

    /// How many holders are remembered.
    pub fn len(&self) -> usize {
        self.denied.len()
    }

    /// Whether nobody is remembered.
    pub fn is_empty(&self) -> bool {
        self.denied.is_empty()
    }

    fn make_room(&mut self, holder: &HolderPublicKey, now: Duration) {
        if self.denied.len() < Self::CAPACITY || self.denied.contains_key(holder) {
            return;
        }
        self.denied.retain(|_, denied| !denied.forgiven(now));
        let oldest = self
            .denied
            .iter()
            .min_by_key(|(key, denied)| (denied.last, **key));
        if let Some(oldest) = oldest.map(|(key, _)| *key)
            && self.denied.len() >= Self::CAPACITY
        {
            self.denied.remove(&oldest);
        }
    }
}

impl Denied {
    fn waited(self, now: Duration) -> bool {
        now.saturating_sub(self.last) >= self.wait()
    }

    fn forgiven(self, now: Duration) -> bool {
        now.saturating_sub(self.last) >= AttemptLimiter::FORGIVEN_AFTER
    }

    fn wait(self) -> Duration {
        let Some(doublings) = self.times.checked_sub(AttemptLimiter::FREE_DENIALS) else {
            return Duration::ZERO;
        };
        let factor = 2_u32.saturating_pow(doublings);
        AttemptLimiter::FIRST_WAIT
            .saturating_mul(factor)
            .min(AttemptLimiter::LONGEST_WAIT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: HolderPublicKey = HolderPublicKey([1; 32]);
    const B: HolderPublicKey = HolderPublicKey([2; 32]);

    fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn key(n: usize) -> HolderPublicKey {
        let mut key = [9; 32];
        key[..8].copy_from_slice(&n.to_be_bytes());
        HolderPublicKey(key)
    }

    #[test]
    fn each_denial_after_the_third_doubles_the_wait_up_to_a_minute() {
        let mut limiter = AttemptLimiter::new();
        let mut now = s(1_000);
        for wait in [0, 0, 1, 2, 4, 8, 16, 32, 60, 60] {
            limiter.record_denied(&A, now);
            if wait > 0 {
                assert!(!limiter.check(&A, now + Duration::from_millis(wait * 1_000 - 1)));
            }
            now += s(wait);
            assert!(limiter.check(&A, now), "after {wait} s");
        }
    }

    #[test]
    fn one_holders_denials_never_make_another_wait() {
        let mut limiter = AttemptLimiter::new();
        for _ in 0..100 {
            limiter.record_denied(&A, s(1));
        }
        assert!(!limiter.check(&A, s(1)));
        assert!(limiter.check(&B, s(1)));
    }

    #[test]
    fn an_entry_ends_the_wait() {
        let mut limiter = AttemptLimiter::new();
        for _ in 0..5 {
            limiter.record_denied(&A, s(1));
        }
        limiter.record_allowed(&A);
        assert!(limiter.check(&A, s(1)));
        assert!(limiter.is_empty());
    }

    #[test]
    fn a_quiet_ten_minutes_are_a_fresh_start() {
        let mut limiter = AttemptLimiter::new();
        for _ in 0..20 {
            limiter.record_denied(&A, s(1));
        }
        limiter.record_denied(&A, s(601));
        assert!(limiter.check(&A, s(601)));
    }

    #[test]
    fn a_flood_of_keys_is_held_to_its_capacity_and_locks_nobody_out() {
        let mut limiter = AttemptLimiter::new();
        for n in 0..10 * AttemptLimiter::CAPACITY {
            limiter.record_denied(&key(n), s(n as u64));
            assert!(limiter.len() <= AttemptLimiter::CAPACITY);
        }
        assert!(limiter.check(&A, s(0)));
        let newest = key(10 * AttemptLimiter::CAPACITY - 1);
        assert!(limiter.denied.contains_key(&newest));
        assert!(!limiter.denied.contains_key(&key(0)));
    }

    #[test]
    fn a_clock_that_starts_again_does_not_panic_and_still_ends_the_wait() {
        let mut limiter = AttemptLimiter::new();
        for _ in 0..5 {
            limiter.record_denied(&A, s(1_000));
        }
        assert!(!limiter.check(&A, s(0)));
        assert!(limiter.check(&A, s(1_004)));
    }
}
