//! What goes wrong in a round besides the power cut.

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

/// A fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Scenario {
    /// Nothing.
    Plain,
    /// The hub is killed and started again, several times.
    HubFlaps,
    /// The disk is full, but for a few mebibytes.
    DiskFull,
    /// The camera is pulled out and put back.
    CameraPulled,
    /// The clock jumps an hour ahead, and back, again and again.
    ClockJumps,
}

impl Scenario {
    /// The fault of a round: each in turn.
    pub(crate) fn of(round: u32) -> Self {
        let all = Self::value_variants();
        all[round as usize % all.len()]
    }
}

impl std::fmt::Display for Scenario {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Plain => "nothing else",
            Self::HubFlaps => "the hub flaps",
            Self::DiskFull => "the disk is full",
            Self::CameraPulled => "the camera is pulled out",
            Self::ClockJumps => "the clock jumps",
        })
    }
}
