use access::{ClipId, DenyReason, DoorId, HolderClass};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A page of what non-residents did at the caller's doors, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EntryPage {
    /// Newest first.
    pub entries: Vec<EntryInfo>,
    /// `before` for the next, older page; absent on the last one.
    pub next: Option<u64>,
}

/// An entry, or a refused attempt, by somebody who is not a resident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EntryInfo {
    /// Grows with every entry of the hub; the cursor of a page.
    pub id: u64,
    /// Where.
    pub door: DoorId,
    /// When, unix milliseconds, by the door's clock.
    pub at_ms: u64,
    /// The door's record number.
    pub seq: u64,
    /// What kind of person; absent when a refused one proved nothing.
    pub class: Option<HolderClass>,
    /// The carrier, for a courier.
    pub carrier_name: Option<String>,
    /// The carrier's own reference for its driver.
    pub driver: Option<String>,
    /// The name on the grant, for a guest or staff.
    pub guest_name: Option<String>,
    /// The film of it, if there is or was one.
    pub clip: Option<ClipInfo>,
    /// What the door did.
    pub outcome: Outcome,
}

/// What the door did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Outcome {
    /// It opened.
    Entered,
    /// It stayed shut.
    Denied {
        /// Why.
        reason: DenyReason,
    },
}

/// The film of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ClipInfo {
    /// The clip's id.
    pub id: ClipId,
    /// Whether it can be watched.
    pub state: ClipState,
}

/// Whether a clip can be watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClipState {
    /// The door is still filming or uploading.
    Recording,
    /// Complete and closed.
    Ready,
    /// Never filmed, lost, or past its retention.
    Unavailable,
}
