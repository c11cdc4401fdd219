//! A building in virtual time, driven by one seed, against a model of what its laws allow.
//!
//! Everything that decides or records is real: [`door_protocol`]'s two sessions, [`access`]'s gate and credentials,
//! [`audit`]'s chain, the door's own store. What lies between them is simulated: links and the hub's network lose,
//! delay, duplicate and reorder; doors, phones and the hub crash after any step; a power cut loses what was not
//! committed; clocks are wrong; the bundle changes; somebody replays what was said. The [`Model`](model::Model) knows
//! the laws and none of the code.
//!
//! The seed is the only randomness, and nothing is iterated in the order of a hash: the same seed gives the same
//! trace.
#![expect(
    clippy::expect_used,
    reason = "made from what the simulation itself made: a failure is a defect and must show"
)]

mod attempt;
mod building;
mod carrying;
mod connection;
mod defect;
mod dice;
mod disk;
mod door;
mod entitlement;
mod hub;
mod link;
mod management;
mod model;
mod network;
mod people;
mod queue;
mod settling;
mod start;
mod step;
mod synchronisation;
#[cfg(test)]
mod tests;
mod timeline;
mod trace;
mod violation;
mod world;

pub use defect::Defect;
pub use trace::Counts;
pub use violation::Violation;

/// What became of one seed.
#[derive(Debug)]
pub struct Run {
    /// Everything that happened, a line each, in order.
    pub trace: Vec<String>,
    /// How often what happened.
    pub counts: Counts,
    /// The law that was broken, and how; the run ended there.
    pub violation: Option<Violation>,
}

/// Plays one seed to its end or to the first broken law; `defect` breaks the building on purpose.
pub fn run(seed: u64, defect: Option<Defect>) -> Run {
    let mut world = world::World::new(seed, defect);
    let violation = world.play().err();
    let (trace, counts) = world.into_trace();
    Run {
        trace,
        counts,
        violation,
    }
}
