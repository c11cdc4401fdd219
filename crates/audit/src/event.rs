//! What a record can say.

use std::fmt;

use access::{
    CarrierId, ClipId, DenyReason, DeviceId, Entrant, GrantId, HolderClass, Lockdown,
    ResidentRecords, Unfilmed, VisitId,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Hash32;

/// Something that happened at a door.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Event {
    /// The door's program started.
    Started {
        /// Its version.
        version: String,
    },
    /// Somebody was let in. The strike moves only after this record is durable.
    Entry(Entry),
    /// Somebody was refused.
    Denied {
        /// Why.
        reason: DenyReason,
        /// The holder's class, where the building's signature was proven.
        class: Option<HolderClass>,
        /// The grant, where the signature was proven and the holder is no resident.
        grant: Option<GrantId>,
        /// How the request came.
        link: LinkKind,
        /// The clip of the attempt, when one is made.
        clip: Option<ClipId>,
    },
    /// A newer bundle is in use.
    BundleInstalled {
        /// Its version.
        version: u64,
    },
    /// A clip is complete and will not change.
    ClipClosed {
        /// The clip.
        clip: ClipId,
        /// The record of the entry that the clip shows.
        entry_seq: u64,
        /// The hash that fixes all of the clip's fragments.
        final_hash: Hash32,
        /// How many fragments, the init segment included.
        fragments: u32,
        /// What was filmed before the attempt, in ms.
        pre_roll_ms: u32,
        /// What was filmed after the attempt, in ms.
        post_roll_ms: u32,
        /// Why the clip is shorter than configured, when it is.
        shortfall: Option<Shortfall>,
    },
    /// An entry that should have been filmed was not.
    Unfilmed {
        /// The record of the entry.
        entry_seq: u64,
        /// A code for why, at most [`Event::MAX_TEXT_LEN`] bytes.
        why: String,
    },
    /// The strike did not move although the entry is on record: nobody was let in.
    NotMoved {
        /// The record of the entry.
        entry_seq: u64,
    },
    /// The button inside was pressed and let somebody out.
    Exit,
    /// The door opened although nobody was let in or out.
    Forced,
    /// The door has stood open for too long.
    HeldOpen {
        /// For how long, in seconds.
        after_s: u16,
    },
    /// The door is shut again after [`Self::Forced`] or [`Self::HeldOpen`].
    Closed,
    /// A bundle changed who is kept out.
    Lockdown {
        /// Who is kept out from now on.
        lockdown: Lockdown,
    },
    /// A bundle changed what becomes of couriers whom nobody would film.
    FilmingRule {
        /// What becomes of them from now on.
        unfilmed: Unfilmed,
    },
    /// The door started without knowing the time: its clock was before what it had seen.
    ClockUnknown,
    /// The door knows the time again.
    ClockKnown,
    /// The camera does not show what is before it: it is away, its picture is black or stands still.
    CameraImpaired {
        /// A code for why, at most [`Event::MAX_TEXT_LEN`] bytes.
        why: String,
    },
    /// The camera shows what is before it again.
    CameraWell,
    /// A device began to watch live. It is given the key only after this record is durable.
    LiveStarted {
        /// The device, as the bundle names its viewers.
        device: DeviceId,
    },
    /// A device watches no more. A [`Self::Started`] in between ends it too.
    LiveEnded {
        /// The record of its [`Self::LiveStarted`].
        started_seq: u64,
    },
}

impl Event {
    /// Longest text in an event, in bytes.
    pub const MAX_TEXT_LEN: usize = 64;

    /// The longest text that the event carries, in bytes.
    pub(crate) fn longest_text(&self) -> usize {
        match self {
            Self::Started { version } => version.len(),
            Self::Unfilmed { why, .. } | Self::CameraImpaired { why } => why.len(),
            Self::Entry(Entry {
                person: Person::Courier { driver, .. },
                ..
            }) => driver.len(),
            _ => 0,
        }
    }
}

/// Somebody was let in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Who, as far as the record may say.
    pub person: Person,
    /// How the request came.
    pub link: LinkKind,
    /// The clip; none for residents, and none where the door has no camera.
    pub clip: Option<ClipId>,
}

/// Who entered. A resident is not named unless the building's rule says so.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Person {
    /// Some resident.
    Resident,
    /// A resident, in a building that keeps named records.
    NamedResident {
        /// The resident's grant.
        grant: GrantId,
    },
    /// A guest.
    Guest {
        /// The guest's grant.
        grant: GrantId,
    },
    /// Staff.
    Staff {
        /// The staff member's grant.
        grant: GrantId,
    },
    /// A carrier's driver.
    Courier {
        /// The carrier's grant.
        grant: GrantId,
        /// The carrier.
        carrier: CarrierId,
        /// The carrier's own reference for the driver.
        driver: String,
        /// The visit.
        visit: VisitId,
    },
}

impl Person {
    /// What a record may say of an entrant under the building's rule for residents.
    pub fn of(entrant: &Entrant, resident_records: ResidentRecords) -> Self {
        let grant = entrant.grant;
        match (&entrant.courier, entrant.class, resident_records) {
            (Some(courier), ..) => Self::Courier {
                grant,
                carrier: courier.carrier,
                driver: courier.driver.clone(),
                visit: courier.visit,
            },
            (None, HolderClass::Resident, ResidentRecords::Unnamed) => Self::Resident,
            (None, HolderClass::Resident, ResidentRecords::Named) => Self::NamedResident { grant },
            // A courier with a code and no visit is a visitor whom the grant names.
            (None, HolderClass::Guest | HolderClass::Courier, _) => Self::Guest { grant },
            (None, HolderClass::Staff, _) => Self::Staff { grant },
        }
    }

    /// The person's class.
    pub fn class(&self) -> HolderClass {
        match self {
            Self::Resident | Self::NamedResident { .. } => HolderClass::Resident,
            Self::Guest { .. } => HolderClass::Guest,
            Self::Staff { .. } => HolderClass::Staff,
            Self::Courier { .. } => HolderClass::Courier,
        }
    }

    /// Whether the building films the entry: everybody's but residents'.
    pub fn is_filmed(&self) -> bool {
        self.class() != HolderClass::Resident
    }
}

/// The driver's reference stays out of logs.
impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.class().as_str())
    }
}

/// How a request reached the door.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum LinkKind {
    /// Bluetooth, at the door.
    Bluetooth,
    /// A stream on the local network or the same machine.
    Stream,
    /// Through the hub, which only carries ciphertext.
    Remote,
    /// A code at the door's keypad.
    Keypad,
}

/// Why a clip is shorter than configured.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Shortfall {
    /// The camera had not run long enough for the whole pre-roll.
    CameraStarting,
    /// The camera stopped before the end of the post-roll.
    CameraStopped,
    /// The disk was full.
    StorageFull,
    /// The door's program stopped or lost power while filming.
    Interrupted,
}
