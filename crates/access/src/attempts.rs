//! Back-off for holders that keep being denied, and for a keypad at which codes are.

use std::collections::{BTreeMap, BTreeSet};
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
    /// Whose times changed since they were last kept.
    unkept: BTreeSet<HolderPublicKey>,
    /// Who is kept, of those remembered and of those forgotten since.
    kept: BTreeSet<HolderPublicKey>,
}

#[derive(Debug, Clone, Copy)]
struct Denied {
    times: u32,
    last: Duration,
}

/// Counted denials, as a door keeps them over a restart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeniedAttempts {
    /// Each holder with how often it was denied; 0 for one to be forgotten.
    pub holders: Vec<(HolderPublicKey, u32)>,
    /// How often codes were denied at the keypad; none where that is as it was kept.
    pub keypad: Option<u32>,
}

impl DeniedAttempts {
    /// Whether there is nothing to keep.
    pub fn is_empty(&self) -> bool {
        self.holders.is_empty() && self.keypad.is_none()
    }
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
        self.unkept.insert(*holder);
    }

    /// Forgets the holder's denials.
    pub fn record_allowed(&mut self, holder: &HolderPublicKey) {
        self.forget(holder);
    }

    /// Remembers holders that were denied before a restart, as if the last denial were `now`.
    pub fn restore(
        &mut self,
        holders: impl IntoIterator<Item = (HolderPublicKey, u32)>,
        now: Duration,
    ) {
        for (holder, times) in holders.into_iter().take(Self::CAPACITY) {
            self.denied.insert(holder, Denied { times, last: now });
            self.kept.insert(holder);
        }
    }

    /// Each holder whose denials changed since the last call, with how often it was denied; 0 for
    /// one that is kept and is to be forgotten.
    pub fn take_unkept(&mut self) -> Vec<(HolderPublicKey, u32)> {
        let mut taken = Vec::new();
        for holder in std::mem::take(&mut self.unkept) {
            let times = self.denied.get(&holder).map_or(0, |denied| denied.times);
            let was_kept = if times == 0 {
                self.kept.remove(&holder)
            } else {
                !self.kept.insert(holder)
            };
            if times > 0 || was_kept {
                taken.push((holder, times));
            }
        }
        taken
    }

    /// What [`Self::take_unkept`] gave could not be kept: it comes again.
    pub fn return_unkept(&mut self, holders: &[(HolderPublicKey, u32)]) {
        for (holder, times) in holders {
            self.unkept.insert(*holder);
            // Perhaps kept, perhaps not: to forget it once too often does no harm.
            if *times == 0 {
                self.kept.insert(*holder);
            }
        }
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
        let forgiven = self.denied.iter().filter(|(_, one)| one.forgiven(now));
        let forgiven: Vec<_> = forgiven.map(|(holder, _)| *holder).collect();
        for holder in forgiven {
            self.forget(&holder);
        }
        let oldest = self
            .denied
            .iter()
            .min_by_key(|(key, denied)| (denied.last, **key));
        if let Some(oldest) = oldest.map(|(key, _)| *key)
            && self.denied.len() >= Self::CAPACITY
        {
            self.forget(&oldest);
        }
    }

    fn forget(&mut self, holder: &HolderPublicKey) {
        self.denied.remove(holder);
        if self.kept.contains(holder) {
            self.unkept.insert(*holder);
        } else {
            self.unkept.remove(holder);
        }
    }
}

/// Slows down a keypad at which codes keep being denied, as [`AttemptLimiter`] does a holder.
///
/// Nobody who types is known, so the wait is everybody's who types here, and at most
/// [`AttemptLimiter::LONGEST_WAIT`]. Phones do not wait for it.
#[derive(Debug, Clone, Copy, Default)]
pub struct KeypadLimiter {
    denied: Option<Denied>,
    is_unkept: bool,
}

impl KeypadLimiter {
    /// A keypad at which nothing was denied.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether a code may be tried now. `now` is monotonic.
    pub fn check(&self, now: Duration) -> bool {
        off!(KeypadBackOff) || self.denied.is_none_or(|denied| denied.waited(now))
    }

    /// Counts a denial.
    pub fn record_denied(&mut self, now: Duration) {
        let fresh = Denied {
            times: 0,
            last: now,
        };
        let before = self.denied.filter(|denied| !denied.forgiven(now));
        let times = before.unwrap_or(fresh).times.saturating_add(1);
        self.denied = Some(Denied { times, last: now });
        self.is_unkept = true;
    }

    /// A code was let in: what has been forgiven is forgotten, and nothing else.
    pub fn record_allowed(&mut self, now: Duration) {
        if self.denied.is_some_and(|denied| denied.forgiven(now)) {
            self.denied = None;
            self.is_unkept = true;
        }
    }

    /// Goes on after a restart with so many denials, as if the last were `now`.
    pub fn restore(&mut self, times: u32, now: Duration) {
        self.denied = (times > 0).then_some(Denied { times, last: now });
    }

    /// How often codes were denied, when that changed since the last call.
    pub fn take_unkept(&mut self) -> Option<u32> {
        let times = self.denied.map_or(0, |denied| denied.times);
        std::mem::take(&mut self.is_unkept).then_some(times)
    }

    /// What [`Self::take_unkept`] gave could not be kept: it comes again.
    pub fn return_unkept(&mut self) {
        self.is_unkept = true;
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

    /// What a door keeps: the changes laid over what it kept before.
    fn keep(kept: &mut BTreeMap<HolderPublicKey, u32>, limiter: &mut AttemptLimiter) {
        for (holder, times) in limiter.take_unkept() {
            match times {
                0 => drop(kept.remove(&holder)),
                _ => drop(kept.insert(holder, times)),
            }
        }
    }

    #[test]
    fn a_wait_survives_a_restart_and_begins_anew() {
        let (mut limiter, mut kept) = (AttemptLimiter::new(), BTreeMap::new());
        for _ in 0..6 {
            limiter.record_denied(&A, s(1_000));
        }
        keep(&mut kept, &mut limiter);
        assert!(limiter.take_unkept().is_empty(), "nothing changed since");
        let mut restarted = AttemptLimiter::new();
        restarted.restore(kept.clone(), s(0));
        assert!(!restarted.check(&A, s(7)));
        assert!(restarted.check(&A, s(8)));
        assert!(restarted.check(&B, s(0)));
        restarted.record_denied(&A, s(8));
        assert!(!restarted.check(&A, s(8 + 15)), "and goes on doubling");
    }

    #[test]
    fn what_is_kept_is_what_is_remembered_even_in_a_flood() {
        let (mut limiter, mut kept) = (AttemptLimiter::new(), BTreeMap::new());
        for n in 0..4 * AttemptLimiter::CAPACITY {
            limiter.record_denied(&key(n), s(n as u64));
            if n % 7 == 0 {
                limiter.record_allowed(&key(n / 2));
            }
            if n % 100 == 0 {
                keep(&mut kept, &mut limiter);
            }
            assert!(limiter.unkept.len() <= 2 * AttemptLimiter::CAPACITY);
        }
        keep(&mut kept, &mut limiter);
        let remembered = limiter.denied.iter().map(|(key, one)| (*key, one.times));
        assert_eq!(kept, remembered.collect());
    }

    #[test]
    fn what_could_not_be_kept_is_given_again() {
        let (mut limiter, mut kept) = (AttemptLimiter::new(), BTreeMap::new());
        limiter.record_denied(&A, s(1));
        let lost = limiter.take_unkept();
        limiter.return_unkept(&lost);
        keep(&mut kept, &mut limiter);
        assert_eq!(kept, [(A, 1)].into());
        limiter.record_allowed(&A);
        let lost = limiter.take_unkept();
        assert_eq!(lost, [(A, 0)]);
        limiter.return_unkept(&lost);
        keep(&mut kept, &mut limiter);
        assert!(kept.is_empty());
    }

    #[test]
    fn a_keypad_waits_longer_with_each_denial_up_to_a_minute() {
        let mut keypad = KeypadLimiter::new();
        let mut now = s(1_000);
        for wait in [0, 0, 1, 2, 4, 8, 16, 32, 60, 60] {
            keypad.record_denied(now);
            if wait > 0 {
                assert!(!keypad.check(now + Duration::from_millis(wait * 1_000 - 1)));
            }
            now += s(wait);
            assert!(keypad.check(now), "after {wait} s");
        }
    }

    #[test]
    fn a_right_code_does_not_end_the_keypads_wait_and_ten_quiet_minutes_do() {
        let mut keypad = KeypadLimiter::new();
        for _ in 0..8 {
            keypad.record_denied(s(100));
        }
        keypad.record_allowed(s(140));
        keypad.record_denied(s(140));
        assert!(!keypad.check(s(199)));
        assert_eq!(keypad.take_unkept(), Some(9));
        keypad.record_allowed(s(740));
        assert_eq!(keypad.take_unkept(), Some(0));
        assert_eq!(keypad.take_unkept(), None);
        keypad.record_denied(s(740));
        assert!(keypad.check(s(740)));
    }

    #[test]
    fn a_keypads_wait_survives_a_restart() {
        let mut keypad = KeypadLimiter::new();
        keypad.restore(8, s(3));
        assert!(!keypad.check(s(34)) && keypad.check(s(35)));
        keypad.restore(0, s(3));
        assert!(keypad.check(s(3)));
    }
}
