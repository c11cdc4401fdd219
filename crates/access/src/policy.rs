//! What a door decides with: its building's key, its own id, the newest bundle.

use crate::{
    BuildingPublicKey, Bundle, BundleDoor, BundleError, Decision, Denial, DenyReason, DoorId,
    HolderPublicKey,
};

/// A door's rules. Decides offline.
#[derive(Debug, Clone)]
pub struct DoorPolicy {
    building_key: BuildingPublicKey,
    door: DoorId,
    bundle: Bundle,
}

impl DoorPolicy {
    /// Sets a door up with a bundle that [`crate::SignedBundle::verify`] gave.
    ///
    /// A door that the bundle does not list denies everybody until a newer bundle lists it.
    pub fn new(
        building_key: BuildingPublicKey,
        door: DoorId,
        bundle: Bundle,
    ) -> Result<Self, BundleError> {
        bundle.check()?;
        Ok(Self {
            building_key,
            door,
            bundle,
        })
    }

    /// The bundle in use.
    pub fn bundle(&self) -> &Bundle {
        &self.bundle
    }

    /// This door's id.
    pub fn door(&self) -> DoorId {
        self.door
    }

    /// The building's key.
    pub fn building_key(&self) -> BuildingPublicKey {
        self.building_key
    }

    /// This door's entry in the bundle, when it is listed.
    pub fn bundle_door(&self) -> Option<&BundleDoor> {
        self.bundle.door(self.door)
    }

    /// Takes a newer bundle that [`crate::SignedBundle::verify`] gave.
    ///
    /// The same bundle again changes nothing; a lower version, a different bundle of the same
    /// version and another building's bundle are refused, and the one in use stays.
    pub fn replace(&mut self, bundle: Bundle) -> Result<(), BundleError> {
        bundle.check()?;
        let (current, offered) = (self.bundle.version, bundle.version);
        if bundle.building != self.bundle.building {
            return Err(BundleError::WrongBuilding);
        }
        if offered < current {
            return Err(BundleError::RolledBack { current, offered });
        }
        if offered == current && bundle != self.bundle {
            return Err(BundleError::Forked { version: current });
        }
        self.bundle = bundle;
        Ok(())
    }

    /// Decides whether `holder` (proven by the channel) may pass at `now_utc` (unix seconds).
    pub fn decide(&self, _credential: &[u8], _holder: HolderPublicKey, _now_utc: u64) -> Decision {
        Decision::Deny(Denial::unproven(DenyReason::Malformed))
    }
}
