//! The data folder: private files, written whole or not at all, used by one process at a time.

use std::{
    fs::{self, DirBuilder, File, TryLockError},
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

/// Why the data folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FilesError {
    /// A file or folder cannot be read or written.
    #[error("cannot use {}: {source}. Check data_dir in the configuration, that this user owns it and that the disk is not full", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// Another process holds the folder.
    #[error("{} is in use by another vestibule-door. Stop it first, or give this door a data_dir of its own", path.display())]
    InUse {
        /// The folder.
        path: PathBuf,
    },
    /// Others can read a file of secrets.
    #[error("{} can be read by other users. Find out who could have copied it; then run chmod 600 on it", path.display())]
    NotPrivate {
        /// The file.
        path: PathBuf,
    },
}

impl FilesError {
    pub(crate) fn io(path: &Path, source: io::Error) -> Self {
        Self::Io {
            path: path.to_owned(),
            source,
        }
    }
}

/// The data folder, held by this process until it is dropped or the process ends in any way.
#[derive(Debug)]
pub struct DataDir {
    path: PathBuf,
    _lock: File,
}

impl DataDir {
    /// Makes the folder when it is not there and takes it for this process.
    pub fn take(path: &Path) -> Result<Self, FilesError> {
        make_private_folder(path)?;
        let lock_path = path.join("lock");
        let lock = private()
            .open(&lock_path)
            .map_err(|source| FilesError::io(&lock_path, source))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self {
                path: path.to_owned(),
                _lock: lock,
            }),
            Err(TryLockError::WouldBlock) => Err(FilesError::InUse {
                path: path.to_owned(),
            }),
            Err(TryLockError::Error(source)) => Err(FilesError::io(&lock_path, source)),
        }
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// Makes `path` and what is above it; only this user may enter.
pub fn make_private_folder(path: &Path) -> Result<(), FilesError> {
    let mut builder = DirBuilder::new();
    builder.recursive(true).mode(0o700);
    builder
        .create(path)
        .map_err(|source| FilesError::io(path, source))
}

/// Writes a file that only this user may read. After a crash it is there whole, or as it was.
pub fn write_private(path: &Path, contents: &[u8]) -> Result<(), FilesError> {
    let new = path.with_extension("new");
    let write = || {
        let mut file = private().truncate(true).open(&new)?;
        file.write_all(contents)?;
        file.sync_all()?;
        fs::rename(&new, path)?;
        sync_folder(path.parent().unwrap_or(Path::new(".")))
    };
    write().map_err(|source| FilesError::io(path, source))
}

/// Reads a file that [`write_private`] wrote; `None` when there is none.
pub fn read_private(path: &Path) -> Result<Option<Vec<u8>>, FilesError> {
    let error = |source| FilesError::io(path, source);
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(missing) if missing.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(error(source)),
    };
    if metadata.mode() & 0o077 != 0 {
        return Err(FilesError::NotPrivate {
            path: path.to_owned(),
        });
    }
    fs::read(path).map(Some).map_err(error)
}

/// Makes what was created, renamed or removed in `folder` survive a power cut.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Options to open or create a file for writing that only this user may read.
pub fn private() -> fs::OpenOptions {
    let mut options = File::options();
    options.write(true).create(true).mode(0o600);
    options
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_private_file_is_read_back_and_only_its_owner_may_read_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        assert_eq!(read_private(&path).unwrap(), None);
        write_private(&path, b"one").unwrap();
        write_private(&path, b"two").unwrap();
        assert_eq!(read_private(&path).unwrap().unwrap(), b"two");
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
    }

    #[test]
    fn secrets_that_others_can_read_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        write_private(&path, b"one").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        let refused = read_private(&path);
        assert!(matches!(refused, Err(FilesError::NotPrivate { .. })));
    }

    #[test]
    fn a_data_folder_is_used_by_one_process_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b");
        let held = DataDir::take(&path).unwrap();
        assert!(matches!(
            DataDir::take(&path),
            Err(FilesError::InUse { .. })
        ));
        assert_eq!(fs::metadata(held.path()).unwrap().mode() & 0o777, 0o700);
        drop(held);
        DataDir::take(&path).unwrap();
    }
}
