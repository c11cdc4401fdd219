use std::path::Path;

use access::{HolderPublicKey, HolderSecret};

use crate::files::{self, FileError};

/// A driver's handset: it holds the key that the driver's passes are bound to.
#[derive(Debug)]
pub struct Handset {
    secret: HolderSecret,
}

impl Handset {
    /// Opens the handset's folder, and makes its key the first time.
    pub fn open(folder: &Path) -> Result<Self, FileError> {
        let secret = files::secret(&folder.join("holder.key"))?;
        Ok(Self {
            secret: HolderSecret::from_bytes(*secret),
        })
    }

    /// The public key, for the carrier's dispatch to make passes for.
    pub fn holder(&self) -> HolderPublicKey {
        self.secret.public()
    }

    pub(crate) fn secret(&self) -> &HolderSecret {
        &self.secret
    }
}
