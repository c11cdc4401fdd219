//! This device's secret keys, and where they rest.

mod file;
mod keychain;

use std::fmt;

use rand::{CryptoRng, RngCore};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

pub use file::FileKeys;
pub(crate) use file::make_private_folder;
pub use keychain::Keychain;

use crate::ui::{AppError, ErrorCode, KeyStorage};

/// The three secrets of one enrolment. They never leave the device.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct DeviceKeys {
    /// Ed25519 seed: signs in at the hub.
    pub auth: [u8; 32],
    /// X25519 secret: the Noise static key that credentials are bound to.
    pub holder: [u8; 32],
    /// X25519 secret: unwraps the keys of clips.
    pub viewer: [u8; 32],
}

const FORMAT: u8 = 1;
const ENCODED_LEN: usize = 1 + 3 * 32;

impl DeviceKeys {
    /// Makes new keys.
    pub fn generate(rng: &mut (impl RngCore + CryptoRng)) -> Self {
        let mut keys = Self {
            auth: [0; 32],
            holder: [0; 32],
            viewer: [0; 32],
        };
        for secret in [&mut keys.auth, &mut keys.holder, &mut keys.viewer] {
            rng.fill_bytes(secret);
        }
        keys
    }

    /// One format byte and the three secrets.
    fn encode(&self) -> Zeroizing<Vec<u8>> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(ENCODED_LEN));
        bytes.push(FORMAT);
        for secret in [&self.auth, &self.holder, &self.viewer] {
            bytes.extend_from_slice(secret);
        }
        bytes
    }

    fn decode(bytes: &[u8]) -> Result<Self, KeyError> {
        let [FORMAT, secrets @ ..] = bytes else {
            return Err(KeyError::Damaged);
        };
        let (secrets, []) = secrets.as_chunks::<32>() else {
            return Err(KeyError::Damaged);
        };
        let [auth, holder, viewer] = *secrets else {
            return Err(KeyError::Damaged);
        };
        Ok(Self {
            auth,
            holder,
            viewer,
        })
    }
}

impl fmt::Debug for DeviceKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DeviceKeys(..)")
    }
}

/// A place for [`DeviceKeys`]. Calls may block: a keychain can ask the person for a password.
pub trait KeyStore: Send + Sync {
    /// Stores the keys under `name`, replacing what was there.
    fn save(&self, name: &str, keys: &DeviceKeys) -> Result<(), KeyError>;
    /// Reads the keys stored under `name`.
    fn load(&self, name: &str) -> Result<DeviceKeys, KeyError>;
    /// Removes the keys; having none is no error.
    fn delete(&self, name: &str) -> Result<(), KeyError>;
}

/// Why keys could not be stored or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    #[error("this system offers no keychain, or it stayed locked")]
    NoKeychain(#[source] keyring_core::Error),
    #[error("no keys are stored under this enrolment's name")]
    Missing,
    #[error("the stored keys are damaged")]
    Damaged,
    #[error("others may read the key file: its mode is {mode:o}, not 600")]
    Exposed { mode: u32 },
    #[error("the key file cannot be used")]
    Io(#[from] std::io::Error),
}

impl From<&KeyError> for AppError {
    fn from(error: &KeyError) -> Self {
        match error {
            KeyError::NoKeychain(_) => ErrorCode::NoKeychain.into(),
            _ => ErrorCode::Internal.into(),
        }
    }
}

/// Both places that a person can choose from.
#[derive(Clone)]
pub struct KeyStores {
    pub keychain: std::sync::Arc<dyn KeyStore>,
    pub file: std::sync::Arc<dyn KeyStore>,
}

impl KeyStores {
    /// The store of this kind.
    pub fn of(&self, storage: KeyStorage) -> std::sync::Arc<dyn KeyStore> {
        match storage {
            KeyStorage::Keychain => self.keychain.clone(),
            KeyStorage::File => self.file.clone(),
        }
    }
}

impl fmt::Debug for KeyStores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyStores(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_survive_their_encoding_and_a_cut_one_is_refused() {
        let keys = DeviceKeys::generate(&mut rand::rngs::OsRng);
        let bytes = keys.encode();
        assert_eq!(DeviceKeys::decode(&bytes).unwrap(), keys);
        assert!(matches!(
            DeviceKeys::decode(&bytes[..96]),
            Err(KeyError::Damaged)
        ));
        assert!(matches!(DeviceKeys::decode(&[]), Err(KeyError::Damaged)));
    }

    #[test]
    fn printed_keys_say_nothing() {
        let keys = DeviceKeys {
            auth: [7; 32],
            holder: [7; 32],
            viewer: [7; 32],
        };
        assert_eq!(format!("{keys:?}"), "DeviceKeys(..)");
    }
}
