//! Reads what a simulated strike did.

use std::path::Path;

use serde::{Deserialize, Serialize};

/// Whether a strike lets the door open.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StrikeState {
    /// The door can be pushed open.
    Unlocked,
    /// The door holds.
    Locked,
}

/// One line of a simulated strike's log.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct StrikeMove {
    /// Unix time in milliseconds.
    pub at_ms: u64,
    /// The state it moved to.
    pub state: StrikeState,
    /// The audit record that allowed it; none when it relocks.
    pub seq: Option<u64>,
}

impl StrikeMove {
    /// All complete lines of the log at `path`; a log that is not there yet has none.
    pub fn read_all(path: &Path) -> Vec<Self> {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        text.lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect()
    }
}
