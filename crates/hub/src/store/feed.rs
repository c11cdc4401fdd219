//! What residents see and what is pushed.

use access::{BuildingId, ClipId, DoorId, GrantId, ResidentId, UnitId};
use async_trait::async_trait;
use hub_api::{EntryInfo, Topic};
use serde::{Deserialize, Serialize};

use super::Result;

/// Who hears of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Audience {
    /// All doors of a building.
    Doors(BuildingId),
    /// All residents of a building.
    Residents(BuildingId),
    /// The residents of one unit.
    Unit(UnitId),
    /// One resident.
    Resident(ResidentId),
}

/// What an event says, by reference: personal data stays in one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Notice {
    /// A new entry.
    Entry {
        /// Its id.
        entry: u64,
    },
    /// A clip can be watched.
    Clip {
        /// The clip.
        clip: ClipId,
        /// The entry that it films.
        entry: u64,
    },
    /// There is a picture of a clip.
    Thumbnail {
        /// The clip.
        clip: ClipId,
        /// The entry that it films.
        entry: u64,
    },
    /// Something is stale.
    Refresh {
        /// What.
        what: Topic,
    },
    /// A newer bundle.
    Bundle {
        /// Its version.
        version: u64,
    },
}

/// An event that was posted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoredEvent {
    /// Its id.
    pub id: u64,
    /// What it says.
    pub notice: Notice,
}

/// An entry with what decides who sees what of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryRow {
    /// What is shown to everybody who may see it.
    pub info: EntryInfo,
    /// Its building.
    pub building: BuildingId,
    /// The pass that it was done with, and the unit of whoever made that.
    pub pass: Option<(GrantId, UnitId)>,
}

impl EntryRow {
    /// What residents of a unit see: which pass it was only when it is their own.
    pub fn shown_to(self, unit: Option<UnitId>) -> EntryInfo {
        let own = self.pass.filter(|(_, of)| Some(*of) == unit);
        EntryInfo {
            pass: own.map(|(pass, _)| pass),
            ..self.info
        }
    }
}

/// Entries and events.
#[async_trait]
pub trait Feed: Send + Sync {
    /// Entries at these doors with an id below `before`, newest first.
    async fn entries(
        &self,
        doors: &[DoorId],
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<EntryRow>>;
    /// One entry.
    async fn entry(&self, id: u64) -> Result<Option<EntryRow>>;
    /// Posts an event.
    async fn post(&self, audience: Audience, notice: Notice, at: u64) -> Result<()>;
    /// Events for any of these audiences with an id above `after`, oldest first.
    async fn events(
        &self,
        audiences: &[Audience],
        after: u64,
        limit: u32,
    ) -> Result<Vec<StoredEvent>>;
    /// The id of the newest event, pruned ones included; 0 before the first.
    async fn newest_event(&self) -> Result<u64>;
    /// The highest id that was pruned; events up to it may be missing.
    async fn pruned_events(&self) -> Result<u64>;
    /// Forgets events posted before a unix second.
    async fn prune_events(&self, before: u64) -> Result<()>;
}
