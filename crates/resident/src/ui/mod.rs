//! What a window shows and hears: the types on the seam between the app's core and its UI.
//!
//! Names are camelCase in JSON. Times are Unix milliseconds. With feature `specta` every type can be exported to
//! TypeScript; all numbers fit a JavaScript `number` exactly.

mod activity;
mod clip;
mod errand;
mod error;
mod lens;
mod live;
mod notifications;
mod own_code;
mod pass;
mod preferences;
mod privacy;
mod rules;

use serde::{Deserialize, Serialize};

pub use activity::{
    ActivityClip, ActivityItem, ActivityKind, ActivityPage, ClipState, Delivery, DoorAlert,
    Shortfall, VisitorClass, WaitingDeliveries,
};
pub use clip::{ClipTimeline, ExportedClip, TimelineFragment};
pub use errand::Errand;
pub use error::{AppError, DenyReason, ErrorCode};
pub use lens::{Lens, LensMount};
pub use live::LiveTimeline;
pub use notifications::{NotificationChoices, NotificationOutlet, QuietHours};
pub use own_code::OwnCode;
pub use pass::{Pass, PassCode, PassDraft, PassKind, PassLink, PassList, PassState, PassUses};
pub use preferences::{Language, Preferences};
pub use privacy::{
    ExportedData, LiveWatch, MyDevice, OthersWatched, PrivacyPolicy, WatchableDoor, WatchedDay,
    WatchedPage,
};
pub use rules::{DoorHours, HolderClass, Lockdown};

/// Everything the first page shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct Snapshot {
    /// `None` until this device has been enrolled in a building.
    pub enrolled: Option<Enrolment>,
    /// Nearby doors first, nearest at the top; then pinned ones in the person's own order; then by name.
    pub doors: Vec<DoorCard>,
    /// This device's own keypad code; `None` until one has been made.
    pub own_code: Option<OwnCode>,
    pub deliveries: WaitingDeliveries,
    pub hub: HubState,
    pub bluetooth: BluetoothState,
    pub preferences: Preferences,
    /// The app's own version, as in `0.1.0`.
    pub version: String,
}

/// The building this device belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct Enrolment {
    pub building_name: String,
    pub resident_name: String,
    pub resident_records: ResidentRecords,
    /// In which doors' hours are meant, such as `Europe/Berlin`, as far as this device has heard.
    pub time_zone: Option<String>,
    pub key_storage: KeyStorage,
}

/// What an invite says before it is spent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct InvitePreview {
    /// The hub's host, and its port where it is not the usual one.
    pub hub: String,
}

/// Whether the building's records say which resident came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum ResidentRecords {
    Unnamed,
    Named,
}

/// Where this device's secret keys rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum KeyStorage {
    /// The operating system's keychain.
    Keychain,
    /// A file that only this user may read: chosen by the user where there is no keychain.
    File,
}

/// Whether the hub answered last time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum HubState {
    /// Not tried to the end since the app started.
    Connecting,
    Online,
    Offline,
    /// It was reached, and says that this device's access was taken away.
    Revoked,
    /// What answers is not the building's server.
    NotTrusted,
}

/// What this machine's radio allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum BluetoothState {
    On,
    Off,
    /// There is no adapter, or nothing to talk to it through.
    Unsupported,
    PermissionDenied,
}

/// One door this device knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each says one thing that is or is not"
)]
pub struct DoorCard {
    pub id: String,
    pub name: String,
    pub kind: DoorKind,
    pub nearby: bool,
    /// Smoothed signal strength, when heard over Bluetooth.
    pub rssi_dbm: Option<i16>,
    /// Whether it can be asked through the hub: it is not nearby and the hub answers.
    pub remote: bool,
    /// Whether it has a camera that can be watched live.
    pub live: bool,
    /// Whether codes can be typed there.
    pub keypad: bool,
    pub credential: CredentialState,
    pub lockdown: Lockdown,
    /// Empty when whoever may pass, may at all times.
    pub hours: Vec<DoorHours>,
    pub unlock: UnlockState,
}

/// Whose door it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum DoorKind {
    Common,
    Unit,
}

/// Whether this device holds a credential that the door should accept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum CredentialState {
    Valid,
    Expired,
    None,
}

/// How far an unlock has come. Each state is entered when it is true, never before.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(
    tag = "kind",
    rename_all = "snake_case",
    rename_all_fields = "camelCase"
)]
pub enum UnlockState {
    #[default]
    Idle,
    /// The system asks the person to prove who they are; nothing is asked of the door before.
    Confirming,
    /// Looking for the door.
    Searching,
    /// The door was found; no link yet.
    Connecting,
    /// Linked; the door has been asked.
    Unlocking,
    /// The door said that it moved its strike.
    Unlocked {
        /// How long the strike stays open, in seconds.
        unlock_s: u16,
        /// When it locks again, in Unix milliseconds.
        until_ms: u64,
        /// The door's audit sequence number.
        seq: u64,
    },
    Relocked,
    Failed {
        error: AppError,
    },
}

impl UnlockState {
    /// Whether a further tap must be ignored.
    pub fn is_busy(&self) -> bool {
        matches!(
            self,
            Self::Confirming | Self::Searching | Self::Connecting | Self::Unlocking
        )
    }
}

/// What a window is told without asking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UiEvent {
    SnapshotChanged(Snapshot),
    UnlockChanged {
        door_id: String,
        unlock: UnlockState,
    },
    ActivityAdded(ActivityItem),
    ActivityChanged(ActivityItem),
    /// A notification was clicked.
    OpenClip {
        clip_id: String,
    },
    /// The same, of what has no clip, or of several deliveries.
    OpenActivity,
    /// So many of a clip's fragments have been fetched and proven to save it.
    ExportProgress {
        clip_id: String,
        done: u32,
        total: u32,
    },
    /// An invite link was opened while the app runs.
    PendingInvite {
        invite: String,
    },
    /// Something from outside waits for a window; see
    /// [`Controller::take_pending_errand`](crate::Controller::take_pending_errand).
    ErrandPending,
}
