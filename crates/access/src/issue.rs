//! Making credentials.

use rand_core::{CryptoRng, RngCore};

use crate::{
    BuildingKey, BuildingPublicKey, CarrierGrant, CarrierKey, Credential, Grant, HolderPublicKey,
    Visit,
};

/// Why no credential is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IssueError {
    /// A courier's credential is made from a carrier's, never straight from a grant.
    #[error("a courier's credential comes from its carrier, not from the building")]
    CourierNeedsCarrier,
    /// A carrier was to be granted an apartment's door.
    #[error("a carrier may not be granted a unit door")]
    UnitDoor,
    /// No door, a door twice, or more than [`Credential::MAX_DOORS`].
    #[error("a credential names 1 to {max} doors, each once", max = Credential::MAX_DOORS)]
    Doors,
    /// The time window is empty.
    #[error("the validity ends before it begins")]
    EmptyWindow,
    /// The driver reference is empty, too long or has control characters.
    #[error("a driver reference has 1 to {max} bytes and no control characters", max = Visit::MAX_DRIVER_LEN)]
    DriverReference,
    /// The carrier's credential is not one, or is not signed by the building.
    #[error("the carrier's credential is not valid at this building")]
    CarrierCredential,
    /// The carrier's key is not the one the building granted.
    #[error("the building granted another carrier key")]
    CarrierKey,
    /// The visit asks for a door or time that the carrier was not granted.
    #[error("the visit asks for more than the carrier was granted")]
    Widens,
    /// The credential would be larger than [`Credential::MAX_LEN`].
    #[error("the credential would be too large; name fewer doors")]
    TooLarge,
    /// The token could not be built.
    #[error("the token could not be built")]
    Token,
}

/// Issues a resident's, guest's or staff member's credential, bound to the holder's key.
pub fn issue(
    _key: &BuildingKey,
    _grant: &Grant,
    _holder: HolderPublicKey,
    _rng: &mut (impl RngCore + CryptoRng),
) -> Result<Credential, IssueError> {
    Err(IssueError::Token)
}

/// Issues a carrier's credential. It opens nothing until the carrier's key signs a visit.
pub fn issue_carrier(
    _key: &BuildingKey,
    _grant: &CarrierGrant,
    _rng: &mut (impl RngCore + CryptoRng),
) -> Result<Credential, IssueError> {
    Err(IssueError::Token)
}

/// Makes a driver's credential from the carrier's, offline.
pub fn issue_driver(
    _carrier_credential: &Credential,
    _building_key: &BuildingPublicKey,
    _carrier_key: &CarrierKey,
    _visit: &Visit,
    _rng: &mut (impl RngCore + CryptoRng),
) -> Result<Credential, IssueError> {
    Err(IssueError::Token)
}
