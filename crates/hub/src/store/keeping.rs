//! What the hub itself keeps and deletes, and puts on record with it.

use access::{BuildingId, ClipId};
use async_trait::async_trait;
use audit::HubPosition;

use super::{LogGrowth, NewRecord, Result};

/// What becomes of a clip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClipChange {
    /// It is kept whatever its age.
    Hold {
        /// Why.
        reason: String,
    },
    /// It is kept for as long as any other again.
    Release,
    /// It is hidden before its time, for want of room; its bytes may be deleted after this.
    GiveWay,
}

/// A record of the hub with what it says of a clip.
#[derive(Clone, Debug)]
pub struct HubAppend {
    /// Where the hub's chain stood when the record was made.
    pub after: HubPosition,
    /// The record.
    pub record: NewRecord,
    /// How the building's log grows by it.
    pub growth: LogGrowth,
    /// The clip.
    pub clip: ClipId,
    /// What becomes of it.
    pub change: ClipChange,
    /// Now, unix seconds.
    pub at: u64,
}

/// The hub's own records, and what they are about.
#[async_trait]
pub trait Keeping: Send + Sync {
    /// Where the hub's chain for a building stands.
    async fn hub_position(&self, building: BuildingId) -> Result<HubPosition>;
    /// Appends a record of the hub, the log's growth and what becomes of the clip, all or nothing;
    /// [`super::StoreError::Conflict`] when the chain, the log or the clip has moved on.
    async fn append_of_hub(&self, append: &HubAppend) -> Result<()>;
}
