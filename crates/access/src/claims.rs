//! What a credential is for, as its holder may want to show it.

use crate::{
    BuildingId, BuildingPublicKey, CarrierId, Credential, DoorId, GrantId, HolderClass,
    HolderPublicKey, VisitId,
};

/// What a credential says, with the building's signature (and the carrier's) proven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// The grant.
    pub grant: GrantId,
    /// The building.
    pub building: BuildingId,
    /// The holder's class.
    pub class: HolderClass,
    /// The doors it opens, after all narrowing.
    pub doors: Vec<DoorId>,
    /// The carrier, for couriers and carriers.
    pub carrier: Option<CarrierId>,
    /// The visit, for couriers; none in a carrier's own credential.
    pub visit: Option<VisitId>,
    /// The key it is bound to; none in a carrier's own credential.
    pub holder: Option<HolderPublicKey>,
    /// First second of validity, unix.
    pub not_before: u64,
    /// Last second of validity, unix.
    pub not_after: u64,
}

/// Why a credential's claims cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ClaimsError {
    /// Not a credential, or one that says something unknown.
    #[error("this is not a credential")]
    Malformed,
    /// Not signed by the building, or not by the carrier where that is demanded.
    #[error("the credential is not signed by this building")]
    BadSignature,
}

/// Reads a credential's claims. It says nothing about whether a door would allow it now.
pub fn read_claims(
    _credential: &Credential,
    _building_key: &BuildingPublicKey,
) -> Result<Claims, ClaimsError> {
    Err(ClaimsError::Malformed)
}
