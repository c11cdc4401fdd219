//! What a credential is for, as its holder may want to show it.

use crate::token::{Verified, VerifyError};
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

impl From<VerifyError> for ClaimsError {
    fn from(error: VerifyError) -> Self {
        match error {
            VerifyError::Malformed => Self::Malformed,
            VerifyError::BadSignature => Self::BadSignature,
        }
    }
}

/// Reads a credential's claims. It says nothing about whether a door would allow it now.
pub fn read_claims(
    credential: &Credential,
    building_key: &BuildingPublicKey,
) -> Result<Claims, ClaimsError> {
    let verified = Verified::open(credential.as_bytes(), building_key)?;
    let courier = verified.courier.as_ref();
    Ok(Claims {
        grant: verified.grant,
        building: verified.building,
        class: verified.class,
        doors: verified.doors().collect(),
        carrier: courier.map(|courier| courier.carrier),
        visit: courier
            .and_then(|courier| courier.visit.as_ref())
            .map(|(visit, _)| *visit),
        holder: verified.holder(),
        not_before: verified.not_before(),
        not_after: verified.not_after(),
    })
}
