//! Which door it is.

use std::fmt;

use access::{BuildingId, DoorId, DoorPublicKey, x25519_public};
use zeroize::Zeroizing;

/// Which door this is, with its X25519 secret.
pub struct DoorIdentity {
    building: BuildingId,
    door: DoorId,
    secret: Zeroizing<[u8; 32]>,
}

impl DoorIdentity {
    /// Binds the X25519 secret of a door to its ids.
    pub fn new(building: BuildingId, door: DoorId, secret: [u8; 32]) -> Self {
        Self {
            building,
            door,
            secret: Zeroizing::new(secret),
        }
    }

    /// The building the door belongs to.
    pub fn building(&self) -> BuildingId {
        self.building
    }

    /// The door's id.
    pub fn door(&self) -> DoorId {
        self.door
    }

    /// The key phones know the door by.
    pub fn public(&self) -> DoorPublicKey {
        DoorPublicKey(x25519_public(&self.secret))
    }

    pub(super) fn secret(&self) -> &[u8] {
        &*self.secret
    }
}

impl fmt::Debug for DoorIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { building, door, .. } = self;
        f.debug_struct("DoorIdentity")
            .field("building", building)
            .field("door", door)
            .finish_non_exhaustive()
    }
}
