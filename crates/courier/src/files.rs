//! Small files that only their owner may read, written whole or not at all.

use std::{
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
};

use rand::{RngCore, rngs::OsRng};
use serde::{Serialize, de::DeserializeOwned};
use tempfile::NamedTempFile;
use zeroize::Zeroizing;

/// Why a file of the carrier or the handset could not be used.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The operating system refused.
    #[error("{path} cannot be {action}")]
    Io {
        /// The file.
        path: PathBuf,
        /// `read` or `written`.
        action: &'static str,
        /// What the system said.
        source: std::io::Error,
    },
    /// The handset has no key: it was never set up, or the folder is another one.
    #[error(
        "{0} does not exist: that folder is no handset's. Check the path, or make the handset's key with vestibule-courier handset"
    )]
    NoKey(PathBuf),
    /// The file holds something else.
    #[error("{path} is damaged: {what}; restore it from a copy or make it anew")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
}

/// Reads the 32-byte secret at `path`, or makes one with the system's randomness.
pub(crate) fn secret(path: &Path) -> Result<Zeroizing<[u8; 32]>, FileError> {
    match kept_secret(path) {
        Err(FileError::NoKey(_)) => make_secret(path),
        kept => kept,
    }
}

/// Reads the 32-byte secret at `path`.
pub(crate) fn kept_secret(path: &Path) -> Result<Zeroizing<[u8; 32]>, FileError> {
    match std::fs::read(path).map(Zeroizing::new) {
        Ok(bytes) => match <[u8; 32]>::try_from(bytes.as_slice()) {
            Ok(secret) => Ok(Zeroizing::new(secret)),
            Err(_) => Err(damaged(path, "a key has 32 bytes")),
        },
        Err(error) if error.kind() == ErrorKind::NotFound => Err(FileError::NoKey(path.to_owned())),
        Err(source) => Err(io(path, "read", source)),
    }
}

fn make_secret(path: &Path) -> Result<Zeroizing<[u8; 32]>, FileError> {
    let mut secret = Zeroizing::new([0; 32]);
    OsRng.fill_bytes(secret.as_mut());
    write(path, secret.as_ref())?;
    Ok(secret)
}

/// Reads the JSON at `path`.
pub(crate) fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T, FileError> {
    let text = std::fs::read(path).map_err(|source| io(path, "read", source))?;
    serde_json::from_slice(&text).map_err(|error| damaged(path, &error.to_string()))
}

/// Writes `value` as JSON.
pub(crate) fn write_json(path: &Path, value: &impl Serialize) -> Result<(), FileError> {
    let text =
        serde_json::to_vec_pretty(value).map_err(|error| damaged(path, &error.to_string()))?;
    write(path, &text)
}

/// A temporary file is made with mode 0600 and takes the name only once it is on disk.
fn write(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let put = || {
        std::fs::create_dir_all(folder)?;
        let mut file = NamedTempFile::new_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)
    };
    put()
        .map(drop)
        .map_err(|source| io(path, "written", source))
}

fn io(path: &Path, action: &'static str, source: std::io::Error) -> FileError {
    FileError::Io {
        path: path.to_owned(),
        action,
        source,
    }
}

fn damaged(path: &Path, what: &str) -> FileError {
    FileError::Damaged {
        path: path.to_owned(),
        what: what.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_made_once_and_only_its_owner_may_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/holder.key");
        let made = secret(&path).unwrap();
        assert_eq!(made, secret(&path).unwrap());
        assert_eq!(
            std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }

    #[test]
    fn a_truncated_secret_is_named_damaged_and_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("holder.key");
        std::fs::write(&path, [7; 31]).unwrap();
        assert!(matches!(secret(&path), Err(FileError::Damaged { .. })));
        assert_eq!(std::fs::read(&path).unwrap(), [7; 31]);
    }
}
