//! The door's leaf, as its contact tells it: shut, open, forced, held open.
//!
//! Has no clock and no contact: times are on the door's monotonic clock and come with each call.

use std::{collections::VecDeque, time::Duration};

use audit::Event;

/// How late an opening may be told after the unlock that it belongs to: the contact is debounced,
/// and a leaf that was pulled in time takes a moment.
pub const OPENING_GRACE: Duration = Duration::from_secs(1);

/// What follows from what the leaf did, in this order.
#[derive(Debug, PartialEq, Eq)]
pub enum LeafOutput {
    /// Lock: nobody waits for the strike any more.
    Relock,
    /// Put on record.
    Record(Event),
}

/// The leaf of one door. It is shut until told otherwise.
#[derive(Debug, Default)]
pub struct Leaf {
    open: Option<Open>,
    outputs: VecDeque<LeafOutput>,
}

#[derive(Clone, Copy, Debug)]
struct Open {
    /// Whether the opening has been reported as forced or held open.
    is_reported: bool,
    /// When it will have been open for too long; none once that is reported.
    held_at: Option<Duration>,
    held_open_s: u16,
}

impl Leaf {
    /// The contact told how it found the door when the program started: nobody can know how it was
    /// opened.
    pub fn handle_found(&mut self, is_open: bool, held_open_s: u16, now: Duration) {
        self.open = is_open.then(|| Open::new(held_open_s, now));
    }

    /// The door has opened. `passage_until` is when the unlock ends or ended that it may belong to;
    /// it may stand open for `held_open_s`.
    pub fn handle_opened(
        &mut self,
        passage_until: Option<Duration>,
        held_open_s: u16,
        now: Duration,
    ) {
        if self.open.is_some() {
            return;
        }
        let mut open = Open::new(held_open_s, now);
        self.outputs.push_back(LeafOutput::Relock);
        let is_let = |until: Duration| now <= until.saturating_add(OPENING_GRACE);
        if !passage_until.is_some_and(is_let) {
            open.is_reported = true;
            self.outputs.push_back(LeafOutput::Record(Event::Forced));
        }
        self.open = Some(open);
    }

    /// The door has shut.
    pub fn handle_shut(&mut self) {
        let Some(open) = self.open.take() else {
            return;
        };
        self.outputs.push_back(LeafOutput::Relock);
        if open.is_reported {
            self.outputs.push_back(LeafOutput::Record(Event::Closed));
        }
    }

    /// Acts on a passed deadline; harmless before it.
    pub fn handle_timeout(&mut self, now: Duration) {
        let Some(open) = &mut self.open else { return };
        if open.held_at.is_some_and(|at| now >= at) {
            open.held_at = None;
            open.is_reported = true;
            let after_s = open.held_open_s;
            let held = Event::HeldOpen { after_s };
            self.outputs.push_back(LeafOutput::Record(held));
        }
    }

    /// When to call [`Self::handle_timeout`].
    pub fn deadline(&self) -> Option<Duration> {
        self.open?.held_at
    }

    /// The next thing to do.
    pub fn poll_output(&mut self) -> Option<LeafOutput> {
        self.outputs.pop_front()
    }
}

impl Open {
    fn new(held_open_s: u16, now: Duration) -> Self {
        Self {
            is_reported: false,
            held_at: Some(now.saturating_add(Duration::from_secs(held_open_s.into()))),
            held_open_s,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORCED: LeafOutput = LeafOutput::Record(Event::Forced);
    const HELD: LeafOutput = LeafOutput::Record(Event::HeldOpen { after_s: 30 });
    const CLOSED: LeafOutput = LeafOutput::Record(Event::Closed);

    fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn outputs(leaf: &mut Leaf) -> Vec<LeafOutput> {
        std::iter::from_fn(|| leaf.poll_output()).collect()
    }

    /// A door that opened at second 100.
    fn opened(passage_until: Option<Duration>) -> (Leaf, Vec<LeafOutput>) {
        let mut leaf = Leaf::default();
        leaf.handle_opened(passage_until, 30, s(100));
        let told = outputs(&mut leaf);
        (leaf, told)
    }

    #[test]
    fn a_door_opened_after_an_entry_relocks_and_nothing_is_reported() {
        let (mut leaf, told) = opened(Some(s(103)));
        assert_eq!(told, [LeafOutput::Relock]);
        leaf.handle_timeout(s(129));
        leaf.handle_shut();
        assert_eq!(outputs(&mut leaf), [LeafOutput::Relock]);
        assert_eq!(leaf.deadline(), None);
    }

    #[test]
    fn a_door_opened_without_an_unlock_or_too_late_is_forced() {
        let grace = s(100).saturating_sub(OPENING_GRACE);
        let late = grace.saturating_sub(Duration::from_millis(1));
        for passage in [None, Some(late)] {
            let (mut leaf, told) = opened(passage);
            assert_eq!(told, [LeafOutput::Relock, FORCED]);
            leaf.handle_shut();
            assert_eq!(outputs(&mut leaf), [LeafOutput::Relock, CLOSED]);
        }
        let (_, told) = opened(Some(grace));
        assert_eq!(told, [LeafOutput::Relock]);
    }

    #[test]
    fn a_door_that_stands_open_is_reported_once_and_so_is_its_closing() {
        let (mut leaf, _) = opened(Some(s(103)));
        assert_eq!(leaf.deadline(), Some(s(130)));
        leaf.handle_timeout(Duration::from_millis(129_999));
        assert_eq!(outputs(&mut leaf), []);
        leaf.handle_timeout(s(130));
        leaf.handle_timeout(s(300));
        assert_eq!(outputs(&mut leaf), [HELD]);
        assert_eq!(leaf.deadline(), None);
        leaf.handle_shut();
        leaf.handle_shut();
        assert_eq!(outputs(&mut leaf), [LeafOutput::Relock, CLOSED]);
    }

    #[test]
    fn a_forced_door_that_stays_open_is_held_open_too_and_closes_once() {
        let (mut leaf, _) = opened(None);
        leaf.handle_timeout(s(131));
        leaf.handle_shut();
        assert_eq!(outputs(&mut leaf), [HELD, LeafOutput::Relock, CLOSED]);
    }

    #[test]
    fn a_contact_that_repeats_itself_tells_nothing_new() {
        let (mut leaf, _) = opened(None);
        leaf.handle_opened(None, 30, s(101));
        assert_eq!(outputs(&mut leaf), []);
        assert_eq!(leaf.deadline(), Some(s(130)));
    }

    #[test]
    fn a_door_that_was_open_at_the_start_is_not_forced_but_can_be_held_open() {
        let mut leaf = Leaf::default();
        leaf.handle_found(true, 30, s(1));
        leaf.handle_timeout(s(31));
        assert_eq!(outputs(&mut leaf), [HELD]);
        leaf.handle_found(false, 30, s(32));
        assert_eq!(leaf.deadline(), None);
    }
}
