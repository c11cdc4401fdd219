use serde::{Deserialize, Serialize};

use super::DenyReason;

/// A run of activity, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct ActivityPage {
    pub items: Vec<ActivityItem>,
    /// The `before` of the next older page; `None` at the end.
    pub next: Option<u64>,
}

/// One line of the activity list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct ActivityItem {
    /// Stable over restarts; unique in this device's list.
    pub id: String,
    /// Orders the list: newer items have greater cursors.
    pub cursor: u64,
    pub at_ms: u64,
    pub door_id: String,
    pub door_name: String,
    pub kind: ActivityKind,
    pub clip: Option<ActivityClip>,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(
    tag = "type",
    rename_all = "snake_case",
    rename_all_fields = "camelCase"
)]
pub enum ActivityKind {
    /// Somebody who does not live here came in.
    Entry {
        class: VisitorClass,
        /// The carrier's name.
        carrier: Option<String>,
        /// The carrier's own reference for the driver.
        driver: Option<String>,
        guest: Option<String>,
    },
    /// A door refused somebody.
    Denied {
        class: Option<VisitorClass>,
        carrier: Option<String>,
        reason: DenyReason,
    },
    /// This device opened a door. Known to this device only.
    OwnUnlock,
}

/// Who came, when it was not a resident.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum VisitorClass {
    Courier,
    Guest,
    Staff,
}

/// The clip of an entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct ActivityClip {
    pub id: String,
    pub state: ClipState,
}

/// How far a clip has come on its way to this device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum ClipState {
    Recording,
    Ready,
    Unavailable,
}
