use access::{ClipId, DenyReason, DoorId, GrantId, HolderClass, Lockdown};
use audit::{LinkKind, Shortfall};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A page of what non-residents did at the caller's doors and what became of the doors, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EntryPage {
    /// Newest first.
    pub entries: Vec<EntryInfo>,
    /// `before` for the next, older page; absent on the last one.
    pub next: Option<u64>,
}

/// An entry or a refused attempt by somebody who is not a resident, or an alert about the door itself.
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
    /// What kind of person; absent when a refused one proved nothing, and in an alert.
    pub class: Option<HolderClass>,
    /// The carrier, for a courier.
    pub carrier_name: Option<String>,
    /// The carrier's own reference for its driver.
    pub driver: Option<String>,
    /// The name on the grant, for a guest or staff whom the manager let in.
    pub guest_name: Option<String>,
    /// The pass of the caller's own household that it was done with; its label says whose it is.
    #[serde(default)]
    pub pass: Option<GrantId>,
    /// How the request came; absent in an alert, and where the hub did not keep it.
    #[serde(default)]
    pub link: Option<LinkKind>,
    /// The film of it, if there is or was one.
    pub clip: Option<ClipInfo>,
    /// Whether it should have been filmed and was not.
    #[serde(default)]
    pub unfilmed: bool,
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
    /// Nobody asked for anything: something happened to the door.
    Alert {
        /// What.
        alert: DoorAlert,
    },
}

/// What happened to a door. Nothing in it says who comes or goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum DoorAlert {
    /// It opened although nobody was let in or out.
    Forced,
    /// It has stood open for too long.
    HeldOpen {
        /// For how long, in seconds.
        after_s: u16,
    },
    /// It is shut again after one of the two.
    Closed,
    /// The manager changed who is kept out.
    Lockdown {
        /// Who is kept out from now on.
        lockdown: Lockdown,
    },
    /// Its strike did not move for somebody who was let in.
    NotMoved,
    /// It started without knowing the time.
    ClockUnknown,
    /// It knows the time again.
    ClockKnown,
    /// Its camera does not show what is before it.
    CameraImpaired,
    /// Its camera does again.
    CameraWell,
}

/// The film of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ClipInfo {
    /// The clip's id.
    pub id: ClipId,
    /// Whether it can be watched.
    pub state: ClipState,
    /// Whether there is a picture of it.
    #[serde(default)]
    pub thumbnail: bool,
    /// Why it is shorter than it should be; absent while it is whole.
    #[serde(default)]
    pub shortfall: Option<Shortfall>,
    /// Whether the building keeps it until it is released, whatever its age.
    #[serde(default)]
    pub held: bool,
    /// Whether the hub deleted it before its time, for want of room.
    #[serde(default)]
    pub gave_way: bool,
}

/// Whether a clip can be watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClipState {
    /// The door is still filming or uploading; what is there can be watched.
    Recording,
    /// Complete and closed.
    Ready,
    /// Never filmed, lost, or past its retention.
    Unavailable,
}
