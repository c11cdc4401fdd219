//! A SHA-256 hash.

use std::fmt;
use std::str::FromStr;

use access::base64url;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;

/// 32 bytes of SHA-256: base64url without padding in JSON, bytes in CBOR.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, ToSchema,
)]
#[serde(transparent)]
#[schema(value_type = String)]
pub struct Hash32(#[serde(with = "base64url")] pub [u8; 32]);

impl Hash32 {
    /// What the first record of a door gives as its previous hash.
    pub const ZERO: Self = Self([0; 32]);

    /// The hash's 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Hashes parts that are hashed for one purpose only: `"vestibule " ++ domain ++ 0x00 ++ parts`.
    pub(crate) fn of(domain: &str, parts: &[&[u8]]) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(b"vestibule ");
        hasher.update(domain.as_bytes());
        hasher.update([0]);
        for part in parts {
            hasher.update(part);
        }
        Self(hasher.finalize().into())
    }
}

impl From<[u8; 32]> for Hash32 {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl fmt::Display for Hash32 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&base64url::encode(self.0))
    }
}

impl fmt::Debug for Hash32 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash32({self})")
    }
}

/// Why a text is not a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not a hash: expected 32 bytes as base64url without padding")]
pub struct ParseHashError;

impl FromStr for Hash32 {
    type Err = ParseHashError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        base64url::decode(text).map(Self).ok_or(ParseHashError)
    }
}
