//! Records, the building's log, and what is projected from them.

use access::{
    BuildingId, CarrierId, ClipId, DeviceId, DoorId, GrantId, HolderClass, SigningPublicKey,
};
use async_trait::async_trait;
use audit::log::Leaf;
use audit::{Hash32, LinkKind, Shortfall, SignedRecord};
use hub_api::Outcome;

use super::{Audience, Result};

/// Where a door's chain stands at the hub.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DoorTip {
    /// The door's building.
    pub building: BuildingId,
    /// What its records are signed with; none before it enrols.
    pub key: Option<SigningPublicKey>,
    /// The highest durable number; 0 when there is none.
    pub seq: u64,
    /// The hash of that record; zero when there is none.
    pub hash: Hash32,
    /// Who sees what happens at the door.
    pub audience: Audience,
}

/// How far a building's log is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogState {
    /// The number of leaves.
    pub size: u64,
    /// The signed checkpoint of that size; none before the first leaf.
    pub checkpoint: Option<String>,
}

/// How a building's log grows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogGrowth {
    /// The number of leaves before.
    pub from_size: u64,
    /// The number of leaves after.
    pub to_size: u64,
    /// The position of the first of `hashes`, in the order in which the tree stores them.
    pub first_position: u64,
    /// The tree's new hashes.
    pub hashes: Vec<[u8; 32]>,
    /// The signed checkpoint of the new size.
    pub checkpoint: String,
}

/// A record that was verified.
#[derive(Clone, Debug)]
pub struct NewRecord {
    /// Its number.
    pub seq: u64,
    /// Its hash.
    pub hash: Hash32,
    /// The salt of its leaf.
    pub salt: [u8; 32],
    /// What the building's log commits to.
    pub leaf: Leaf,
    /// The record.
    pub body: SignedRecord,
}

/// What residents learn of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Projection {
    /// A non-resident entered or was refused, or something happened to the door itself.
    Entry(NewEntry),
    /// The strike did not move after the entry of this number, which is shown or not.
    NotMoved {
        /// The entry's record number.
        entry_seq: u64,
        /// The alert, to be shown exactly when that entry is.
        alert: NewEntry,
    },
    /// The door closed a clip with this hash.
    ClipClosed {
        /// The clip.
        clip: ClipId,
        /// What its uploaded index must end with.
        final_hash: [u8; 32],
        /// Why it is shorter than it should be.
        shortfall: Option<Shortfall>,
    },
    /// The entry of this number was not filmed.
    Unfilmed {
        /// The entry's record number.
        entry_seq: u64,
    },
    /// A device began to watch live.
    WatchBegan {
        /// The record's number.
        seq: u64,
        /// The device.
        device: DeviceId,
        /// When, unix milliseconds.
        from_ms: u64,
    },
    /// A device watches no more.
    WatchEnded {
        /// The number of the record of its beginning.
        began_seq: u64,
        /// When, unix milliseconds.
        until_ms: u64,
    },
    /// The door started anew, which ended all watches.
    WatchesCut {
        /// The record's number.
        seq: u64,
        /// When, unix milliseconds.
        until_ms: u64,
    },
}

/// An entry, a refusal or an alert, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEntry {
    /// The record's number.
    pub seq: u64,
    /// When, unix milliseconds.
    pub at_ms: u64,
    /// What kind of person.
    pub class: Option<HolderClass>,
    /// The grant, where it was proven.
    pub grant: Option<GrantId>,
    /// The carrier, for a courier.
    pub carrier: Option<CarrierId>,
    /// The carrier's reference for its driver.
    pub driver: Option<String>,
    /// How the request came.
    pub link: Option<LinkKind>,
    /// What the door did.
    pub outcome: Outcome,
    /// The film of it.
    pub clip: Option<ClipId>,
}

/// A verified run of records with all that follows from it.
#[derive(Clone, Debug)]
pub struct Append {
    /// The door.
    pub door: DoorId,
    /// Where its chain stood when the run was verified.
    pub after: DoorTip,
    /// The run; not empty.
    pub records: Vec<NewRecord>,
    /// How the building's log grows by it.
    pub growth: LogGrowth,
    /// What residents learn, in the order of the records.
    pub projections: Vec<Projection>,
    /// Now, unix seconds.
    pub at: u64,
}

/// A record as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredRecord {
    /// Its door; none when it is the hub's own.
    pub door: Option<DoorId>,
    /// Its number.
    pub seq: u64,
    /// The salt of its leaf.
    pub salt: [u8; 32],
    /// What the building's log commits to.
    pub leaf: Leaf,
    /// The record.
    pub body: SignedRecord,
}

/// A door offered a second record under a number that was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alarm {
    /// When, unix seconds.
    pub at: u64,
    /// The building.
    pub building: BuildingId,
    /// The door.
    pub door: DoorId,
    /// The number.
    pub seq: u64,
    /// The hash of the record that is kept.
    pub held: Hash32,
    /// The hash of the one that was offered.
    pub offered: Hash32,
}

/// Records and logs.
#[async_trait]
pub trait Ledger: Send + Sync {
    /// Where a door's chain stands.
    async fn tip(&self, door: DoorId) -> Result<DoorTip>;
    /// The hash of a door's record, if it is kept.
    async fn record_hash(&self, door: DoorId, seq: u64) -> Result<Option<Hash32>>;
    /// Appends a run of records, the log's growth and what residents learn, all or nothing;
    /// [`super::StoreError::Conflict`] when the door's chain or the log has moved.
    async fn append(&self, append: &Append) -> Result<()>;
    /// How far a building's log is.
    async fn log(&self, building: BuildingId) -> Result<LogState>;
    /// The log's hashes at these positions, in their order.
    async fn log_hashes(&self, building: BuildingId, positions: &[u64]) -> Result<Vec<[u8; 32]>>;
    /// A building's leaves from number `from` on.
    async fn leaves(&self, building: BuildingId, from: u64, limit: u32) -> Result<Vec<Leaf>>;
    /// A building's records from leaf number `from` on, in the order of the log.
    async fn records(
        &self,
        building: BuildingId,
        from: u64,
        limit: u32,
    ) -> Result<Vec<StoredRecord>>;
    /// Keeps an alarm; one of the same door, number and hash is kept once.
    async fn raise(&self, alarm: &Alarm) -> Result<()>;
    /// A building's alarms, oldest first.
    async fn alarms(&self, building: BuildingId) -> Result<Vec<Alarm>>;
}
