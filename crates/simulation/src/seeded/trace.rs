//! What happened, for whoever replays a seed.

use std::fmt;
use std::time::Duration;

/// How often what happened, over a run or over many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Steps taken.
    pub steps: u64,
    /// Requests that a door decided on.
    pub decisions: u64,
    /// Moves of a strike.
    pub unlocks: u64,
    /// Requests that a door denied.
    pub denials: u64,
    /// Times that a door's program stopped, by a crash or a power cut.
    pub stops: u64,
    /// Messages lost, duplicated or overtaken on the way.
    pub mishaps: u64,
    /// Bundles that a door put in use.
    pub bundles: u64,
    /// Records that the hub holds at the end.
    pub records: u64,
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.steps += other.steps;
        self.decisions += other.decisions;
        self.unlocks += other.unlocks;
        self.denials += other.denials;
        self.stops += other.stops;
        self.mishaps += other.mishaps;
        self.bundles += other.bundles;
        self.records += other.records;
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            steps,
            decisions,
            unlocks,
            denials,
            stops,
            mishaps,
            bundles,
            records,
        } = self;
        write!(
            f,
            "{steps} steps, {decisions} decisions, {unlocks} unlocks, {denials} denials, {stops} stops of doors, \
             {mishaps} mishaps on the way, {bundles} bundles installed, {records} records at the hub"
        )
    }
}

/// The lines and numbers of one run.
#[derive(Debug, Default)]
pub(super) struct Trace {
    lines: Vec<String>,
    pub(super) counts: Counts,
}

impl Trace {
    pub(super) fn say(&mut self, now: Duration, what: fmt::Arguments<'_>) {
        let (s, ms) = (now.as_secs(), now.subsec_millis());
        self.lines.push(format!("{s:>6}.{ms:03}  {what}"));
    }

    pub(super) fn into_parts(self) -> (Vec<String>, Counts) {
        (self.lines, self.counts)
    }
}
