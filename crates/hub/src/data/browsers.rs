//! The certificate for browsers, which take no Ed25519: made by the hub, or the operator's own.

use std::path::{Path, PathBuf};

use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256};
use serde::{Deserialize, Serialize};

use super::secrets::{self, TlsIdentity};
use super::{DataError, DataFolder};

/// A certificate that browsers trust, with its key: PEM files, which are read again when they change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnCertificate {
    /// The certificate, followed by those that lead to a known authority.
    pub certificate: PathBuf,
    /// Its key.
    pub key: PathBuf,
}

impl OwnCertificate {
    /// With what is relative taken from this folder.
    pub(crate) fn under(&self, folder: &Path) -> Self {
        Self {
            certificate: folder.join(&self.certificate),
            key: folder.join(&self.key),
        }
    }
}

impl DataFolder {
    /// The hub's own certificate for browsers: a P-256 key, made when it is first asked for. Only the serving process asks,
    /// and holds the folder's lock.
    pub(crate) fn browser_identity(
        &self,
        hub_name: &str,
        names: Vec<String>,
    ) -> Result<TlsIdentity, DataError> {
        let keys = self.keys();
        let (key, certificate) = (keys.join("browsers.key"), keys.join("browsers.crt"));
        if !key.exists() {
            let pair = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256);
            secrets::create_certificate(&key, &certificate, pair, hub_name, names)?;
        }
        secrets::read_tls(&key, &certificate)
    }
}
