//! A credential's bytes.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A credential as it travels and is kept: a serialized Biscuit. Base64url in JSON, bytes in CBOR.
///
/// Nothing in it is trusted before a door (or [`crate::read_claims`]) has checked it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String)]
pub struct Credential(#[serde(with = "crate::base64url")] pub Vec<u8>);

impl Credential {
    /// Largest credential, in bytes.
    pub const MAX_LEN: usize = 3_584;
    /// Most doors in one credential.
    pub const MAX_DOORS: usize = 64;
    /// Most doors in a resident's credential that leaves in one Bluetooth write of 510 bytes.
    /// Credentials for more doors work, and take two.
    pub const DOORS_IN_ONE_WRITE: usize = 1;

    /// The bytes that travel.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Credential({} bytes)", self.0.len())
    }
}
