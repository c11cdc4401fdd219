use serde::{Deserialize, Serialize};

use super::{DenyReason, Lockdown};

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
    /// Whether it is a delivery that was left in the building's package room.
    pub in_package_room: bool,
    pub kind: ActivityKind,
    pub clip: Option<ActivityClip>,
    /// Whether a picture of it can be fetched.
    pub thumbnail: bool,
    /// It should have been filmed, and was not.
    pub unfilmed: bool,
    /// What became of it, when it is a delivery. Known to this device only.
    pub delivery: Option<Delivery>,
}

/// What became of a delivery, as the person at this device told it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(
    tag = "state",
    rename_all = "snake_case",
    rename_all_fields = "camelCase"
)]
pub enum Delivery {
    /// Nobody has said that it was collected.
    Waiting,
    Collected {
        at_ms: u64,
    },
    /// Nobody has said so for so long that it is asked after no more.
    Lapsed,
}

/// The deliveries that nobody has said to be collected.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct WaitingDeliveries {
    pub count: u32,
    /// The newest of them.
    pub newest: Option<Box<ActivityItem>>,
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
        /// The name on the grant, for a guest or staff; for a holder of the household's pass, the name that it gave.
        guest: Option<String>,
        /// The household's own pass that it was done with.
        pass: Option<String>,
        /// Whether it was with a code at the keypad.
        by_keypad: bool,
    },
    /// A door refused somebody.
    Denied {
        class: Option<VisitorClass>,
        carrier: Option<String>,
        /// The name on the grant, for a guest or staff; for a holder of the household's pass, the name that it gave.
        guest: Option<String>,
        /// The household's own pass that it was tried with.
        pass: Option<String>,
        reason: DenyReason,
        /// Whether it was with a code at the keypad.
        by_keypad: bool,
    },
    /// Something happened to the door itself.
    Alert { alert: DoorAlert },
    /// This device opened a door. Known to this device only.
    OwnUnlock {
        /// Whether through the hub.
        remote: bool,
    },
}

/// What happened to a door.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(
    tag = "type",
    rename_all = "snake_case",
    rename_all_fields = "camelCase"
)]
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
    /// It does not know the time.
    ClockUnknown,
    /// It knows the time again.
    ClockKnown,
    /// Its camera does not show what is before it.
    CameraImpaired,
    /// Its camera does again.
    CameraWell,
}

impl From<hub_api::DoorAlert> for DoorAlert {
    fn from(alert: hub_api::DoorAlert) -> Self {
        use hub_api::DoorAlert as Alert;
        match alert {
            Alert::Forced => Self::Forced,
            Alert::HeldOpen { after_s } => Self::HeldOpen { after_s },
            Alert::Closed => Self::Closed,
            Alert::Lockdown { lockdown } => Self::Lockdown {
                lockdown: lockdown.into(),
            },
            Alert::NotMoved => Self::NotMoved,
            Alert::ClockUnknown => Self::ClockUnknown,
            Alert::ClockKnown => Self::ClockKnown,
            Alert::CameraImpaired => Self::CameraImpaired,
            Alert::CameraWell => Self::CameraWell,
        }
    }
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
    /// Why it is shorter than the building asked for, or gone before its time, when it is.
    pub shortfall: Option<Shortfall>,
    /// Whether the building keeps it until it is released, whatever its age.
    pub held: bool,
}

/// Why a clip is shorter than the building asked for, or gone before its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Shortfall {
    /// The camera had not run long enough.
    CameraStarting,
    /// The camera stopped early.
    CameraStopped,
    /// The door's storage was full.
    StorageFull,
    /// The door's program stopped or lost power while filming.
    Interrupted,
    /// The building's hub ran out of room and deleted it.
    HubOutOfRoom,
}

impl From<audit::Shortfall> for Shortfall {
    fn from(shortfall: audit::Shortfall) -> Self {
        match shortfall {
            audit::Shortfall::CameraStarting => Self::CameraStarting,
            audit::Shortfall::CameraStopped => Self::CameraStopped,
            audit::Shortfall::StorageFull => Self::StorageFull,
            audit::Shortfall::Interrupted => Self::Interrupted,
        }
    }
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
