//! Leaves: salted commitments to records.

use access::base64url;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Hash32, SignedRecord};

const COMMITMENT_DOMAIN: &str = "leaf 1";

/// An entry of the building's log: `SHA-256("vestibule leaf 1" ++ 0x00 ++ salt ++ signed record)`.
///
/// The salt is 32 random bytes of its own for each record, kept beside it and erased with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String)]
pub struct Leaf(#[serde(with = "base64url")] pub [u8; 32]);

impl Leaf {
    /// Commits to a record.
    pub fn commit(record: &SignedRecord, salt: &[u8; 32]) -> Self {
        Self(Hash32::of(COMMITMENT_DOMAIN, &[salt, record.as_bytes()]).0)
    }

    /// Whether this is the leaf of a record.
    pub fn is_of(&self, record: &SignedRecord, salt: &[u8; 32]) -> bool {
        *self == Self::commit(record, salt)
    }

    /// The leaf's hash in the tree: `SHA-256(0x00 ++ entry)` (RFC 6962, section 2.1).
    pub fn hash(&self) -> Hash32 {
        Hash32(tlog_tiles::record_hash(&self.0).0)
    }
}

/// Leaves as the bytes of a C2SP entry bundle: each with its length before it, 2 bytes big-endian.
pub fn entry_bundle(leaves: &[Leaf]) -> Vec<u8> {
    leaves
        .iter()
        .flat_map(|leaf| [0, 32].into_iter().chain(leaf.0))
        .collect()
}
