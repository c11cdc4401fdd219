use serde::{Deserialize, Serialize};

/// This device's own keypad code, without its digits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct OwnCode {
    /// The doors that it opens, as the hub last said.
    pub door_ids: Vec<String>,
    /// Until when, in Unix milliseconds.
    pub until_ms: u64,
}
