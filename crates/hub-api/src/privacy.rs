use access::{
    BuildingId, DeviceId, DoorId, DoorKind, GrantId, HolderPublicKey, ResidentId, ResidentRecords,
    ViewerPublicKey,
};
use audit::LinkKind;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{PassInfo, PassState};

/// What is true of a building, from `GET /v1/policy`: the hub's own settings and the bundle that its doors follow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Policy {
    /// Whether records name residents.
    pub resident_records: ResidentRecords,
    /// How long what is kept.
    pub kept: Kept,
    /// The caller's doors, and who may watch them.
    pub doors: Vec<DoorPolicy>,
}

/// How long the hub keeps what has an end; the building's log and entries have none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Kept {
    /// Clips, in seconds, unless they are held or give way to newer ones.
    pub clips_s: u64,
    /// The most clips of the building, in bytes; beyond it the oldest give way.
    pub clips_bytes: u64,
    /// How many clips of the caller's doors are held now, whatever their age.
    pub held_clips: u32,
    /// Events for devices that were away, in seconds.
    pub events_s: u64,
    /// Passes that ended, with their labels, in seconds.
    pub ended_passes_s: u64,
    /// How long a credential is good at a door that hears of no revocation, in seconds.
    pub credential_s: u64,
}

/// Who may watch a door: the viewers of the newest signed bundle, whom the door itself goes by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DoorPolicy {
    /// The door.
    pub door: DoorId,
    /// Its name.
    pub name: String,
    /// Of a common door all residents are viewers; of a unit's, the unit's own.
    pub kind: DoorKind,
    /// Whether it has a camera, as it says itself.
    pub camera: bool,
    /// How many residents' devices may watch it live and open its clips.
    pub viewers: u32,
    /// How many devices may that are no resident's of this building; there should be none.
    pub strangers: u32,
}

/// A page of who watched the caller's doors live, from `GET /v1/watches`: the newest day first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WatchPage {
    /// The days on which somebody watched.
    pub days: Vec<WatchDay>,
    /// `before` for the next, older page; absent on the last one.
    pub next: Option<String>,
}

/// Who watched on one day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WatchDay {
    /// The day in the building's time zone, as `2026-05-12`.
    pub date: String,
    /// By the caller's own devices, newest first.
    pub own: Vec<Watch>,
    /// By devices that are no resident's of this building, newest first.
    pub strangers: Vec<Watch>,
    /// How often other residents watched each door. Told only once the day is over, and never who or when: it would tell
    /// who is at home.
    pub others: Vec<OthersWatched>,
}

/// How often other residents watched a door on one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OthersWatched {
    /// Which door.
    pub door: DoorId,
    /// How many watches began.
    pub times: u32,
}

/// One live watch, as the door recorded it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Watch {
    /// Which door.
    pub door: DoorId,
    /// By which device.
    pub device: DeviceId,
    /// From when, unix milliseconds by the door's clock.
    pub from_ms: u64,
    /// Until when; absent while it goes on, and until the door has said so.
    pub until_ms: Option<u64>,
}

/// A device of the caller that opens doors.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeviceInfo {
    /// Its id.
    pub id: DeviceId,
    /// What it is called.
    pub name: String,
    /// When it was enrolled, unix seconds.
    pub enrolled_at: u64,
    /// The last day on which it asked the hub for anything, in the building's time zone.
    pub seen_on: Option<String>,
    /// Whether it is the one that asks.
    pub this: bool,
}

/// Everything that the hub holds about the caller, from `GET /v1/me`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MyData {
    /// The resident's id.
    pub resident: ResidentId,
    /// The resident's name.
    pub name: String,
    /// The unit's name.
    pub unit: String,
    /// The building's id.
    pub building: BuildingId,
    /// The building's name.
    pub building_name: String,
    /// Whether its records name residents.
    pub resident_records: ResidentRecords,
    /// Every device that was ever enrolled.
    pub devices: Vec<HeldDevice>,
    /// Invites for further devices that can still be redeemed.
    pub open_invites: u32,
    /// The household's passes, also those that ended, while their labels are kept.
    pub passes: Vec<PassInfo>,
    /// The keypad codes of these devices' own, also those that ended, newest first. The codes themselves are not known.
    #[serde(default)]
    pub own_codes: Vec<HeldCode>,
    /// What the log says of live watches by these devices, newest first.
    pub watches: Vec<Watch>,
    /// What the log says of these devices at doors: only where records name residents, newest first.
    pub named_entries: Vec<NamedEntry>,
}

/// A device as the hub holds it, also after it was removed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HeldDevice {
    /// What its owner sees of it.
    #[serde(flatten)]
    pub info: DeviceInfo,
    /// Whether it was removed or revoked.
    pub removed: bool,
    /// The grant that its credentials come from.
    pub grant: GrantId,
    /// The public key that credentials are bound to.
    pub holder_key: HolderPublicKey,
    /// The public key that clips are sealed to.
    pub viewer_key: ViewerPublicKey,
    /// The push endpoint at which it is woken, if it asked for that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub woken_at: Option<String>,
}

/// A keypad code of a resident's own as the hub holds it, without the slow hash that doors know it by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HeldCode {
    /// The grant that stands for it.
    pub id: GrantId,
    /// The device that it was made for.
    pub device: DeviceId,
    /// The doors it opens; once it has ended, those it was made for.
    pub doors: Vec<DoorId>,
    /// Since when, unix seconds.
    pub not_before: u64,
    /// Until when, unix seconds, this second included.
    pub not_after: u64,
    /// What it is good for now.
    pub state: PassState,
}

/// An entry of the caller that the log names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NamedEntry {
    /// Which door.
    pub door: DoorId,
    /// When, unix milliseconds by the door's clock.
    pub at_ms: u64,
    /// The door's record number.
    pub seq: u64,
    /// By which grant, which is one device's.
    pub grant: GrantId,
    /// How the request came.
    pub link: LinkKind,
}

/// What `DELETE /v1/residents/{resident}` ended and deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Forgotten {
    /// Devices that opened doors until now.
    pub devices: u32,
    /// Passes for others that were open until now.
    pub passes: u32,
    /// Whether the resident's name stays: it does where records name residents, for who could take it out of the log's
    /// reach could not be asked about what they did.
    pub name_kept: bool,
}
