use serde::{Deserialize, Serialize};

use super::DoorKind;

/// What the building's hub says is true of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct PrivacyPolicy {
    /// How long clips are kept, in seconds.
    pub clips_s: u64,
    /// The most clips of the building, in bytes.
    pub clips_bytes: u64,
    /// How many clips of this resident's doors are held whatever their age.
    pub held_clips: u32,
    /// How long news waits for devices that are away, in seconds.
    pub events_s: u64,
    /// How long passes that ended are kept, in seconds.
    pub ended_passes_s: u64,
    /// How long a device that was taken off can open a door that hears nothing, in seconds.
    pub credential_s: u64,
    pub doors: Vec<WatchableDoor>,
}

/// A door, and who may watch it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct WatchableDoor {
    pub door_id: String,
    pub name: String,
    pub kind: DoorKind,
    pub camera: bool,
    /// How many residents' devices may watch it.
    pub viewers: u32,
    /// How many devices may that are no resident's.
    pub strangers: u32,
}

/// Who watched, the newest day first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct WatchedPage {
    pub days: Vec<WatchedDay>,
    /// Ask for what is before this day.
    pub next: Option<String>,
}

/// Who watched on one day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct WatchedDay {
    /// In the building's time zone, as `2026-05-12`.
    pub date: String,
    /// By this resident's devices.
    pub own: Vec<LiveWatch>,
    /// By devices that are no resident's.
    pub strangers: Vec<LiveWatch>,
    /// How often other residents watched each door; only of days that are over.
    pub others: Vec<OthersWatched>,
}

/// One live watch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct LiveWatch {
    pub door_name: String,
    /// What the device is called; `None` for one that was removed, or that is no resident's.
    pub device_name: Option<String>,
    pub this_device: bool,
    pub from_ms: u64,
    /// `None` while it goes on.
    pub until_ms: Option<u64>,
}

/// How often other residents watched a door on one day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct OthersWatched {
    pub door_name: String,
    pub times: u32,
}

/// A device of this resident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct MyDevice {
    pub id: String,
    pub name: String,
    pub enrolled_at_ms: u64,
    /// The last day on which it asked the hub for anything, as `2026-05-12`.
    pub seen_on: Option<String>,
    pub this_device: bool,
}

/// A file with everything that is held about this resident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct ExportedData {
    pub path: String,
}
