//! Secrets as files that only the hub's user can read. All come from the system's randomness.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use access::{BuildingId, BuildingKey, CodeKey};
use audit::RecordsKey;
use hub_api::KeyHash;
use rand::RngCore as _;
use rand::rngs::OsRng;
use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair, PKCS_ED25519};
use rustls::pki_types::CertificateDer;
use rustls::server::ParsedCertificate;
use zeroize::{Zeroize as _, Zeroizing};

use super::{DataError, reading, writing};
use crate::push::VapidKey;

/// The hub's own secrets.
pub struct Keys {
    /// Signs access tokens: an Ed25519 seed.
    pub token: Zeroizing<[u8; 32]>,
    /// Signs log checkpoints: an Ed25519 seed.
    pub log: Zeroizing<[u8; 32]>,
    /// What the server shows to clients.
    pub tls: TlsIdentity,
}

/// A self-signed certificate of the server. Clients pin the first one's key, so it never needs to change.
pub struct TlsIdentity {
    /// The key, PKCS #8 DER.
    pub key_der: Zeroizing<Vec<u8>>,
    /// The certificate, X.509 DER.
    pub certificate_der: Vec<u8>,
    /// What clients pin.
    pub key_hash: KeyHash,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keys")
            .field("tls", &self.tls)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for TlsIdentity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TlsIdentity")
            .field("key_hash", &self.key_hash)
            .finish_non_exhaustive()
    }
}

/// Makes a folder that only the hub's user can enter; one that is there stays as it is.
pub(super) fn create_folder(path: &Path) -> Result<(), DataError> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(writing(path))
}

/// Makes the hub's own secrets. An `init` that was cut short is repeated from the start.
pub(super) fn create(keys: &Path, hub_name: &str) -> Result<(), DataError> {
    create_tls(keys, hub_name)?;
    create_seed(&keys.join("token.key"))?;
    create_seed(&keys.join("log.key")).map(drop)
}

fn create_tls(keys: &Path, hub_name: &str) -> Result<(), DataError> {
    let (key, certificate) = (keys.join("tls.key"), keys.join("tls.crt"));
    let pair = KeyPair::generate_for(&PKCS_ED25519);
    let names = vec!["vestibule-hub".to_owned()];
    create_certificate(&key, &certificate, pair, hub_name, names)
}

/// Keeps a key and a certificate that it signs itself; the key last, so that where one is, the other is too.
pub(super) fn create_certificate(
    key: &Path,
    certificate: &Path,
    pair: Result<KeyPair, rcgen::Error>,
    hub_name: &str,
    names: Vec<String>,
) -> Result<(), DataError> {
    let failed = |error: rcgen::Error| writing(key)(io::Error::other(error));
    let pair = pair.map_err(failed)?;
    let mut params = CertificateParams::new(names).map_err(failed)?;
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, hub_name);
    // Only the key is checked by clients: a date in a certificate must never lock a building.
    params.not_before = rcgen::date_time_ymd(2020, 1, 1);
    params.not_after = rcgen::date_time_ymd(9999, 12, 31);
    let signed = params.self_signed(&pair).map_err(failed)?;
    replace_file(certificate, signed.der(), 0o600)?;
    replace_file(key, &Zeroizing::new(pair.serialize_der()), 0o600)
}

/// Reads the hub's own secrets.
pub(super) fn read(keys: &Path) -> Result<Keys, DataError> {
    Ok(Keys {
        token: read_seed(&keys.join("token.key"))?,
        log: read_seed(&keys.join("log.key"))?,
        tls: read_tls(&keys.join("tls.key"), &keys.join("tls.crt"))?,
    })
}

pub(super) fn read_tls(key: &Path, certificate: &Path) -> Result<TlsIdentity, DataError> {
    let key_der = Zeroizing::new(fs::read(key).map_err(reading(key))?);
    let certificate_der = fs::read(certificate).map_err(reading(certificate))?;
    let parsed = CertificateDer::from(certificate_der.as_slice());
    let parsed = ParsedCertificate::try_from(&parsed).map_err(|error| DataError::Damaged {
        path: certificate.to_owned(),
        why: error.to_string(),
    })?;
    let key_hash = KeyHash::of_spki(&parsed.subject_public_key_info());
    Ok(TlsIdentity {
        key_der,
        certificate_der,
        key_hash,
    })
}

pub(super) fn create_building(keys: &Path, id: BuildingId) -> Result<BuildingKey, DataError> {
    create_seed(&building_file(keys, id)).map(|seed| BuildingKey::from_seed(*seed))
}

pub(super) fn read_building(keys: &Path, id: BuildingId) -> Result<BuildingKey, DataError> {
    read_seed(&building_file(keys, id)).map(|seed| BuildingKey::from_seed(*seed))
}

/// The secret that carried records of a building are opened with, made when it is first asked for.
/// Only the serving process asks, and holds the folder's lock.
pub(super) fn records_key(keys: &Path, id: BuildingId) -> Result<RecordsKey, DataError> {
    let path = keys.join(format!("records-{id}.key"));
    let secret = if path.exists() {
        read_seed(&path)?
    } else {
        create_seed(&path)?
    };
    Ok(RecordsKey::from_bytes(*secret))
}

/// The secret that a building's codes are hashed with, made when it is first needed. Who serves needs it, and who
/// administers meanwhile: one at a time looks for it, so that there is only ever one.
pub(super) fn code_key(keys: &Path, id: BuildingId) -> Result<CodeKey, DataError> {
    let path = keys.join(format!("codes-{id}.key"));
    if !path.exists() {
        let turn = File::open(keys).map_err(reading(keys))?;
        turn.lock().map_err(reading(keys))?;
        if !path.exists() {
            create_seed(&path)?;
        }
    }
    Ok(CodeKey::from_bytes(*read_seed(&path)?))
}

/// The hub's key for push servers, made when it is first asked for.
pub(super) fn vapid_key(keys: &Path) -> Result<VapidKey, DataError> {
    let path = keys.join("push.key");
    if !path.exists() {
        // One seed in 2^32 is no key of the curve's.
        while VapidKey::from_bytes(&*create_seed(&path)?).is_err() {}
    }
    VapidKey::from_bytes(&*read_seed(&path)?).map_err(|error| DataError::Damaged {
        path,
        why: error.to_string(),
    })
}

fn building_file(keys: &Path, id: BuildingId) -> PathBuf {
    keys.join(format!("building-{id}.key"))
}

fn create_seed(path: &Path) -> Result<Zeroizing<[u8; 32]>, DataError> {
    let mut seed = Zeroizing::new([0; 32]);
    OsRng.fill_bytes(&mut *seed);
    replace_file(path, &*seed, 0o600)?;
    Ok(seed)
}

fn read_seed(path: &Path) -> Result<Zeroizing<[u8; 32]>, DataError> {
    let mut bytes = fs::read(path).map_err(reading(path))?;
    let seed = <[u8; 32]>::try_from(bytes.as_slice()).map(Zeroizing::new);
    bytes.zeroize();
    seed.map_err(|_| DataError::Damaged {
        path: path.to_owned(),
        why: "a key has 32 bytes".to_owned(),
    })
}

/// Makes an empty file for the database before `SQLite` would make one that others can read.
pub(super) fn touch(path: &Path) -> Result<(), DataError> {
    let mut options = OpenOptions::new();
    options.append(true).create(true).mode(0o600);
    options.open(path).map(drop).map_err(writing(path))
}

/// Writes a file that must not exist, durably.
pub(super) fn write_file(path: &Path, bytes: &[u8], mode: u32) -> Result<(), DataError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(mode);
    let write = || {
        let mut file = options.open(path)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        sync_parent(path)
    };
    write().map_err(writing(path))
}

/// Writes a file as a whole or not at all, durably.
pub(super) fn replace_file(path: &Path, bytes: &[u8], mode: u32) -> Result<(), DataError> {
    let draft = path.with_extension("draft");
    match fs::remove_file(&draft) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(writing(&draft)(error));
        }
        _ => {}
    }
    write_file(&draft, bytes, mode)?;
    let replace = || {
        fs::rename(&draft, path)?;
        sync_parent(path)
    };
    replace().map_err(writing(path))
}

fn sync_parent(path: &Path) -> io::Result<()> {
    path.parent()
        .map_or(Ok(()), |parent| File::open(parent)?.sync_all())
}
