//! Virtual time.

use std::collections::BTreeMap;
use std::time::Duration;

/// What is to happen, in the order of time and, within one moment, of being put here.
#[derive(Debug)]
pub(super) struct Queue<T> {
    waiting: BTreeMap<(Duration, u64), T>,
    put: u64,
    now: Duration,
}

impl<T> Queue<T> {
    pub(super) fn new() -> Self {
        Self {
            waiting: BTreeMap::new(),
            put: 0,
            now: Duration::ZERO,
        }
    }

    /// Since the run began.
    pub(super) fn now(&self) -> Duration {
        self.now
    }

    pub(super) fn put(&mut self, after: Duration, what: T) {
        self.waiting.insert((self.now + after, self.put), what);
        self.put += 1;
    }

    /// The next to happen up to `end`; time moves to it, or to `end` when there is none.
    pub(super) fn next_until(&mut self, end: Duration) -> Option<T> {
        let first = self
            .waiting
            .first_entry()
            .filter(|next| next.key().0 <= end);
        let next = first.map(|next| (next.key().0, next.remove()));
        self.now = next.as_ref().map_or(end, |(at, _)| *at);
        next.map(|(_, what)| what)
    }
}
