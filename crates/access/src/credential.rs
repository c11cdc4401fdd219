//! A credential's bytes: a Biscuit in an envelope that says which building it is for.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;
use utoipa::ToSchema;

use crate::BuildingId;
use crate::cbor::{self, CborError};

/// A credential as it travels: CBOR `[building, token]`, `token` a serialized Biscuit.
///
/// The building in the envelope is not signed. It only ever chooses between
/// [`crate::DenyReason::WrongBuilding`] and [`crate::DenyReason::BadSignature`]; the building the
/// door trusts is the one inside the signed token. Base64url in JSON, bytes in CBOR.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String)]
pub struct Credential(#[serde(with = "crate::base64url")] pub Vec<u8>);

impl Credential {
    /// Largest credential, in bytes.
    pub const MAX_LEN: usize = 3_584;
    /// Most doors in one credential.
    pub const MAX_DOORS: usize = 64;

    /// The bytes that travel.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    pub(crate) fn seal(building: BuildingId, token: Vec<u8>) -> Result<Self, CborError> {
        cbor::encode(&Envelope(building, token.into())).map(Self)
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Credential({} bytes)", self.0.len())
    }
}

#[derive(Serialize, Deserialize)]
pub(crate) struct Envelope(pub(crate) BuildingId, pub(crate) ByteBuf);

impl Envelope {
    pub(crate) fn open(bytes: &[u8]) -> Result<Self, CborError> {
        if bytes.len() > Credential::MAX_LEN {
            return Err(CborError);
        }
        cbor::decode(bytes)
    }
}
