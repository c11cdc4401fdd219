//! A resident's own word that one delivery may open the door of their apartment, once.

use serde::{Deserialize, Serialize};

use crate::{BuildingId, DeviceId, DoorId, GrantId, SigningKey, SigningPublicKey};

/// What is signed is good for one entry; a word for more would have another domain.
const SIGNATURE_DOMAIN: &[u8] = b"one entry at an own door 1";

/// One entry of somebody with a courier's code at a unit door, as a resident's device allows it.
///
/// Signed under a domain of its own: the three ids, 16 bytes each, and the two times, 8 bytes each, big-endian.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnDoorEntry {
    /// The building.
    pub building: BuildingId,
    /// The unit door; there is no way to name two.
    pub door: DoorId,
    /// The grant that the code stands for. The device draws it, since it signs before the hub knows.
    pub grant: GrantId,
    /// From when, in unix seconds.
    pub not_before: u64,
    /// Until when, in unix seconds, this second included.
    pub not_after: u64,
}

impl OwnDoorEntry {
    /// The longest that one may last, in seconds.
    pub const MAX_S: u64 = 24 * 3_600;

    /// Whether it begins before it ends, and ends in time.
    pub fn is_sound(&self) -> bool {
        let lasts_s = self.not_after.checked_sub(self.not_before);
        lasts_s.is_some_and(|lasts_s| lasts_s <= Self::MAX_S)
    }

    /// The device's word for it.
    pub fn endorse(&self, device: DeviceId, key: &SigningKey) -> Endorsement {
        Endorsement {
            device,
            not_before: self.not_before,
            not_after: self.not_after,
            signature: self.sign(key),
        }
    }

    /// The signature alone.
    pub fn sign(&self, key: &SigningKey) -> [u8; 64] {
        key.sign(SIGNATURE_DOMAIN, &self.message())
    }

    /// Whether the holder of this key signed it.
    pub fn is_endorsed_by(&self, key: &SigningPublicKey, signature: &[u8; 64]) -> bool {
        key.verify(SIGNATURE_DOMAIN, &self.message(), signature)
            .is_ok()
    }

    /// All fields in their order and at their full width, so that no two entries have the same.
    fn message(&self) -> Vec<u8> {
        let [from, until] = [self.not_before, self.not_after].map(u64::to_be_bytes);
        let ids = [
            &self.building.as_bytes()[..],
            self.door.as_bytes(),
            self.grant.as_bytes(),
        ];
        [&ids.concat()[..], &from, &until].concat()
    }
}

/// A resident's device's signature for one [`OwnDoorEntry`]; the rest of it is the code's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Endorsement {
    /// The device that signed.
    pub device: DeviceId,
    /// From when, in unix seconds.
    pub not_before: u64,
    /// Until when, in unix seconds, this second included.
    pub not_after: u64,
    /// Of the [`OwnDoorEntry`].
    #[serde(with = "crate::base64url")]
    pub signature: [u8; 64],
}

/// A resident's device that endorsed some open code: what doors check its signature by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Endorser {
    /// The device.
    pub device: DeviceId,
    /// What its credentials come from: once it is revoked, its word counts no more.
    pub grant: GrantId,
    /// The key that it signs with.
    pub key: SigningPublicKey,
    /// The unit doors that its credentials open.
    pub doors: Vec<DoorId>,
}
