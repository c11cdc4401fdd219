use std::path::{Path, PathBuf};

use access::{HolderPublicKey, HolderSecret};

use crate::files::{self, FileError};

/// A driver's handset: it holds the key that the driver's passes are bound to.
#[derive(Debug)]
pub struct Handset {
    secret: HolderSecret,
}

impl Handset {
    /// Opens the handset's folder, and makes its key the first time.
    pub fn set_up(folder: &Path) -> Result<Self, FileError> {
        files::secret(&key_file(folder)).map(|secret| Self::of(&secret))
    }

    /// Opens the folder of a handset that has its key.
    pub fn open(folder: &Path) -> Result<Self, FileError> {
        files::kept_secret(&key_file(folder)).map(|secret| Self::of(&secret))
    }

    fn of(secret: &[u8; 32]) -> Self {
        Self {
            secret: HolderSecret::from_bytes(*secret),
        }
    }

    /// The public key, for the carrier's dispatch to make passes for.
    pub fn holder(&self) -> HolderPublicKey {
        self.secret.public()
    }

    pub(crate) fn secret(&self) -> &HolderSecret {
        &self.secret
    }
}

fn key_file(folder: &Path) -> PathBuf {
    folder.join("holder.key")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_setting_up_makes_a_key() {
        let folder = tempfile::tempdir().unwrap();
        let elsewhere = folder.path().join("mistyped");
        let refused = Handset::open(&elsewhere).unwrap_err();
        assert!(matches!(refused, FileError::NoKey(_)), "{refused}");
        assert!(!elsewhere.exists());
        let made = Handset::set_up(folder.path()).unwrap().holder();
        assert_eq!(Handset::open(folder.path()).unwrap().holder(), made);
        assert_eq!(Handset::set_up(folder.path()).unwrap().holder(), made);
    }
}
