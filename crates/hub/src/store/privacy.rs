//! What residents may know: who watched, which devices are theirs, and what is kept of them.

use access::{BuildingId, DeviceId, DoorId, ResidentId};
use async_trait::async_trait;

use super::{Departure, Device, Projection, Result};

/// A live watch, as its door recorded it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WatchRow {
    /// The door.
    pub door: DoorId,
    /// The device that watched.
    pub device: DeviceId,
    /// Whose device it is; none when it is no resident's of the door's building.
    pub resident: Option<ResidentId>,
    /// From when, unix milliseconds.
    pub from_ms: u64,
    /// Until when, once that is on record.
    pub until_ms: Option<u64>,
}

/// A device as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnDevice {
    /// The device.
    pub device: Device,
    /// When it was enrolled, unix seconds.
    pub enrolled_at: u64,
    /// The last day on which it asked for anything.
    pub seen_on: Option<String>,
    /// The push endpoint at which it is woken.
    pub woken_at: Option<String>,
}

/// Watches, own devices, and forgetting.
#[async_trait]
pub trait Privacy: Send + Sync {
    /// The watches of these doors that began from `from_ms` on and before `before_ms`, newest first.
    async fn watches(
        &self,
        doors: &[DoorId],
        from_ms: u64,
        before_ms: u64,
    ) -> Result<Vec<WatchRow>>;
    /// When the newest watch of these doors began that began before `before_ms`.
    async fn newest_watch(&self, doors: &[DoorId], before_ms: u64) -> Result<Option<u64>>;
    /// The watches by a resident's devices, newest first.
    async fn watches_by(&self, resident: ResidentId) -> Result<Vec<WatchRow>>;
    /// Every device that a resident ever enrolled, newest first.
    async fn devices_by(&self, resident: ResidentId) -> Result<Vec<OwnDevice>>;
    /// Notes that a device asked for something on a day.
    async fn note_seen(&self, device: DeviceId, day: &str) -> Result<()>;
    /// How many clips of these doors are held.
    async fn held_clips(&self, doors: &[DoorId]) -> Result<u32>;
    /// How many of a resident's invites can still be redeemed at a unix second.
    async fn open_invites(&self, resident: ResidentId, now: u64) -> Result<u32>;
    /// Ends everything of a resident, as [`super::Enrolment::revoke_resident`] does, and deletes the passes, what the devices
    /// are called and, with `name`, what the resident is called; all or nothing.
    async fn forget_resident(
        &self,
        resident: ResidentId,
        name: Option<&str>,
        now: u64,
    ) -> Result<Departure>;
    /// The logs whose older watches have not been read to their end, and how far they have been.
    async fn watch_backlog(&self) -> Result<Vec<(BuildingId, u64)>>;
    /// Adds what was read of a log; with `next` there is more from there on.
    async fn take_backlog(
        &self,
        building: BuildingId,
        found: &[(DoorId, Projection)],
        next: Option<u64>,
    ) -> Result<()>;
}
