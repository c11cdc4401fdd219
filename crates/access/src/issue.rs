//! Making credentials.

use std::collections::BTreeSet;

use biscuit_auth::builder::BiscuitBuilder;
use biscuit_auth::datalog::SymbolTable;
use biscuit_auth::{Algorithm, Biscuit, KeyPair, PrivateKey, error};
use rand_core::{CryptoRng, RngCore};

use crate::token::{Courier, InvalidKey, Statement, Verified, block_of};
use crate::{
    BuildingKey, BuildingPublicKey, CarrierGrant, CarrierKey, Credential, DoorId, DoorKind, Grant,
    HolderClass, HolderPublicKey, Visit,
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

impl From<error::Token> for IssueError {
    fn from(_: error::Token) -> Self {
        Self::Token
    }
}

impl From<InvalidKey> for IssueError {
    fn from(_: InvalidKey) -> Self {
        Self::CarrierKey
    }
}

/// Issues a resident's, guest's or staff member's credential, bound to the holder's key.
///
/// `rng` makes the token's throw-away key; the same randomness gives the same bytes.
pub fn issue(
    key: &BuildingKey,
    grant: &Grant,
    holder: HolderPublicKey,
    rng: &mut (impl RngCore + CryptoRng),
) -> Result<Credential, IssueError> {
    if grant.class == HolderClass::Courier {
        return Err(IssueError::CourierNeedsCarrier);
    }
    let window = window(grant.not_before, grant.not_after)?;
    let mut said = vec![Statement::Grant(grant.id), Statement::Class(grant.class)];
    said.extend(
        doors(grant.doors.iter().copied())?
            .into_iter()
            .map(Statement::Right),
    );
    said.extend([
        Statement::OnlyBuilding(grant.building),
        Statement::OnlyHolder(holder),
        window,
    ]);
    sign(key, &said, rng)
}

/// Issues a carrier's credential. It opens nothing until the carrier's key signs a visit.
///
/// A unit door is refused here, and again by the door itself.
pub fn issue_carrier(
    key: &BuildingKey,
    grant: &CarrierGrant,
    rng: &mut (impl RngCore + CryptoRng),
) -> Result<Credential, IssueError> {
    if grant.doors.iter().any(|door| door.kind == DoorKind::Unit) {
        return Err(IssueError::UnitDoor);
    }
    let window = window(grant.not_before, grant.not_after)?;
    let mut said = vec![
        Statement::Grant(grant.id),
        Statement::Class(HolderClass::Courier),
        Statement::Carrier(grant.carrier),
    ];
    said.extend(
        doors(grant.doors.iter().map(|door| door.id))?
            .into_iter()
            .map(Statement::Right),
    );
    said.extend([
        Statement::OnlyBuilding(grant.building),
        Statement::OnlyWithCarrier(grant.carrier_key),
        window,
    ]);
    sign(key, &said, rng)
}

/// Makes a driver's credential from the carrier's, offline: the carrier's key signs the visit in a
/// third-party block, which the building's block demands.
pub fn issue_driver(
    carrier_credential: &Credential,
    building_key: &BuildingPublicKey,
    carrier_key: &CarrierKey,
    visit: &Visit,
    rng: &mut (impl RngCore + CryptoRng),
) -> Result<Credential, IssueError> {
    let granted = Verified::open(carrier_credential.as_bytes(), building_key)
        .map_err(|_| IssueError::CarrierCredential)?;
    let said = narrowed(&granted, carrier_key, visit)?;
    let secret = PrivateKey::from_bytes(carrier_key.seed(), Algorithm::Ed25519)
        .map_err(|_| IssueError::Token)?;
    let request = granted.biscuit.third_party_request()?;
    let block = request.create_block(&secret, block_of(&said)?)?;
    let next = KeyPair::new_with_rng(Algorithm::Ed25519, rng);
    let token = granted
        .biscuit
        .append_third_party_with_keypair(secret.public(), block, next)?;
    serialize(&token)
}

/// What the carrier's block says; an error when it would say more than the carrier was granted.
fn narrowed(
    granted: &Verified,
    carrier_key: &CarrierKey,
    visit: &Visit,
) -> Result<[Statement; 4], IssueError> {
    let Some(Courier {
        key, visit: None, ..
    }) = &granted.courier
    else {
        return Err(IssueError::CarrierCredential);
    };
    if *key != carrier_key.public() {
        return Err(IssueError::CarrierKey);
    }
    if !Visit::is_driver_reference(&visit.driver) {
        return Err(IssueError::DriverReference);
    }
    let doors = doors(visit.doors.iter().copied())?;
    let window = window(visit.not_before, visit.not_after)?;
    let is_within =
        granted.not_before() <= visit.not_before && visit.not_after <= granted.not_after();
    if !is_within || !doors.iter().all(|door| granted.opens(*door)) {
        return Err(IssueError::Widens);
    }
    let courier = Statement::Courier {
        visit: visit.visit,
        driver: visit.driver.clone(),
    };
    Ok([
        courier,
        Statement::OnlyHolder(visit.holder),
        Statement::OnlyDoors(doors),
        window,
    ])
}

fn doors(doors: impl ExactSizeIterator<Item = DoorId>) -> Result<BTreeSet<DoorId>, IssueError> {
    let named = doors.len();
    let doors: BTreeSet<_> = doors.collect();
    let is_sound = (1..=Credential::MAX_DOORS).contains(&named) && doors.len() == named;
    if is_sound {
        Ok(doors)
    } else {
        Err(IssueError::Doors)
    }
}

fn window(not_before: u64, not_after: u64) -> Result<Statement, IssueError> {
    if not_before > not_after {
        return Err(IssueError::EmptyWindow);
    }
    Ok(Statement::OnlyWithin {
        not_before,
        not_after,
    })
}

fn sign(
    key: &BuildingKey,
    said: &[Statement],
    rng: &mut (impl RngCore + CryptoRng),
) -> Result<Credential, IssueError> {
    let secret =
        PrivateKey::from_bytes(key.seed(), Algorithm::Ed25519).map_err(|_| IssueError::Token)?;
    let token = BiscuitBuilder::new()
        .merge(block_of(said)?)
        .build_with_rng(&KeyPair::from(&secret), SymbolTable::new(), rng)?;
    serialize(&token)
}

fn serialize(token: &Biscuit) -> Result<Credential, IssueError> {
    let credential = token.to_vec()?;
    if credential.len() > Credential::MAX_LEN {
        return Err(IssueError::TooLarge);
    }
    Ok(Credential(credential))
}
