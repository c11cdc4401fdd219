//! The secret that codes are hashed with: the hub and its doors have it, and nobody who carries a bundle.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use zeroize::ZeroizeOnDrop;

use crate::base64url;

const ID_DOMAIN: &[u8] = b"code key 1";

/// Which [`CodeKey`]: the first bytes of its hash, which tell nothing else about it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CodeKeyId(#[serde(with = "base64url")] pub [u8; 8]);

impl fmt::Debug for CodeKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CodeKeyId({})", base64url::encode(self.0))
    }
}

/// A building's secret for the hashes of its codes: Argon2id's secret value K (RFC 9106, section 3.1).
/// Without it a hash tells nothing, however few digits the code has.
///
/// Wiped from memory when dropped; never printed.
#[derive(Clone, ZeroizeOnDrop)]
pub struct CodeKey([u8; 32]);

impl CodeKey {
    /// The key of these 32 random bytes.
    pub fn from_bytes(secret: [u8; 32]) -> Self {
        Self(secret)
    }

    /// The 32 bytes, to be kept secret.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// What bundles name it by.
    pub fn id(&self) -> CodeKeyId {
        let hash = Sha256::new_with_prefix(ID_DOMAIN)
            .chain_update(self.0)
            .finalize();
        let mut id = [0; 8];
        id.copy_from_slice(&hash[..8]);
        CodeKeyId(id)
    }
}

impl fmt::Debug for CodeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CodeKey(secret)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_named_and_never_printed() {
        let key = CodeKey::from_bytes([7; 32]);
        assert_eq!(format!("{key:?}"), "CodeKey(secret)");
        assert_eq!(key.id(), CodeKey::from_bytes([7; 32]).id());
        assert_ne!(key.id(), CodeKey::from_bytes([8; 32]).id());
        assert_ne!(key.id().0, [7; 8]);
    }
}
