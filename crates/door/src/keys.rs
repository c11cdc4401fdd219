//! The door's own secrets, made on the device and never leaving it.

use std::path::{Path, PathBuf};

use access::{SigningKey, SigningPublicKey};
use rand::RngCore as _;
use rand::rngs::OsRng;
use zeroize::Zeroizing;

use crate::files::{FilesError, read_private, write_private};

const HEADER: &[u8] = b"vestibule-door keys 1\n";

/// Why there are no keys.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// The file cannot be read or written.
    #[error(transparent)]
    Files(#[from] FilesError),
    /// The file is not one that this program wrote.
    #[error("{} is not a file of door keys. Restore it from a backup, or move data_dir away and enrol this device anew", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// The operating system gave no randomness.
    #[error(
        "the operating system gives no randomness, so no key can be made: {0}. Try again once it has started fully"
    )]
    Randomness(rand::Error),
}

/// The two secrets of a door.
pub struct Keys {
    signing: SigningKey,
    channel: Zeroizing<[u8; 32]>,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys(secret)")
    }
}

impl Keys {
    /// Makes both with the operating system's randomness.
    pub fn make() -> Result<Self, KeysError> {
        let mut secrets = Zeroizing::new([0; 64]);
        OsRng
            .try_fill_bytes(secrets.as_mut())
            .map_err(KeysError::Randomness)?;
        Ok(Self::from_secrets(&secrets))
    }

    /// The keys in the file at `path`, made and kept there when there are none yet.
    pub fn load_or_make(path: &Path) -> Result<Self, KeysError> {
        if let Some(keys) = Self::load(path)? {
            return Ok(keys);
        }
        let keys = Self::make()?;
        keys.save(path)?;
        Ok(keys)
    }

    /// Keeps the keys in a file that only this user may read.
    pub fn save(&self, path: &Path) -> Result<(), KeysError> {
        let mut contents = Zeroizing::new(HEADER.to_vec());
        contents.extend_from_slice(self.signing.seed());
        contents.extend_from_slice(self.channel.as_ref());
        Ok(write_private(path, &contents)?)
    }

    /// The keys in the file at `path`; `None` when there is no such file.
    pub fn load(path: &Path) -> Result<Option<Self>, KeysError> {
        let Some(contents) = read_private(path)?.map(Zeroizing::new) else {
            return Ok(None);
        };
        let secrets = contents.strip_prefix(HEADER);
        match secrets.and_then(|secrets| <&[u8; 64]>::try_from(secrets).ok()) {
            Some(secrets) => Ok(Some(Self::from_secrets(secrets))),
            None => Err(KeysError::Damaged {
                path: path.to_owned(),
            }),
        }
    }

    fn from_secrets(secrets: &[u8; 64]) -> Self {
        let mut signing = Zeroizing::new([0; 32]);
        let mut channel = Zeroizing::new([0; 32]);
        signing.copy_from_slice(&secrets[..32]);
        channel.copy_from_slice(&secrets[32..]);
        Self {
            signing: SigningKey::from_seed(*signing),
            channel,
        }
    }

    /// Signs records and clips, and authenticates the door at the hub.
    pub fn signing(&self) -> &SigningKey {
        &self.signing
    }

    /// The public half of [`Self::signing`].
    pub fn signing_public(&self) -> SigningPublicKey {
        self.signing.public()
    }

    /// The X25519 secret that phones know the door by.
    pub fn channel(&self) -> &Zeroizing<[u8; 32]> {
        &self.channel
    }
}
