//! Where devices are woken.

use std::fmt;

use access::DeviceId;
use async_trait::async_trait;

use super::{Audience, Notice, Result};

/// Where a device is woken, and for whom what is said there is sealed.
#[derive(Clone, PartialEq, Eq)]
pub struct PushTarget {
    /// The push server's address for this device.
    pub endpoint: String,
    /// The device's public key: an uncompressed P-256 point.
    pub p256dh: [u8; 65],
    /// The secret that both ends know.
    pub auth: [u8; 16],
}

impl fmt::Debug for PushTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PushTarget(..)")
    }
}

/// An event with who hears of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posted {
    /// Its id.
    pub id: u64,
    /// Who hears of it.
    pub audience: Audience,
    /// What it says.
    pub notice: Notice,
}

/// Endpoints of devices, and how far devices have been woken.
#[async_trait]
pub trait Pushes: Send + Sync {
    /// Keeps where a device is woken, in the place of what was kept before.
    async fn set_push(&self, device: DeviceId, target: &PushTarget) -> Result<()>;
    /// Wakes a device no more.
    async fn drop_push(&self, device: DeviceId) -> Result<()>;
    /// The same, unless the device has given another endpoint meanwhile.
    async fn drop_push_at(&self, device: DeviceId, endpoint: &str) -> Result<()>;
    /// Where those of these audiences are woken whose access was not revoked.
    async fn push_targets(&self, audiences: &[Audience]) -> Result<Vec<(DeviceId, PushTarget)>>;
    /// The events after this one, oldest first.
    async fn posted(&self, after: u64, limit: u32) -> Result<Vec<Posted>>;
    /// The last event for which devices were woken.
    async fn pushed(&self) -> Result<Option<u64>>;
    /// Keeps for which event devices were woken last.
    async fn set_pushed(&self, event: u64) -> Result<()>;
}
