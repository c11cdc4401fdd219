use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::{DeviceKeys, ENCODED_LEN, KeyError, KeyStore};

/// Keys in files that only this user may read: the fallback that a person chooses after a warning.
#[derive(Debug)]
pub struct FileKeys {
    folder: PathBuf,
}

impl FileKeys {
    /// Keeps keys in `folder`, which is made when the first keys are saved.
    pub fn in_folder(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.key"))
    }
}

impl KeyStore for FileKeys {
    fn save(&self, name: &str, keys: &DeviceKeys) -> Result<(), KeyError> {
        make_private_folder(&self.folder)?;
        let unfinished = self.folder.join(format!("{name}.new"));
        remove_if_there(&unfinished)?;
        let mut file = create_private(&unfinished)?;
        file.write_all(&keys.encode())?;
        file.sync_all()?;
        fs::rename(&unfinished, self.path(name))?;
        sync_folder(&self.folder)?;
        Ok(())
    }

    fn load(&self, name: &str) -> Result<DeviceKeys, KeyError> {
        let file = match File::open(self.path(name)) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(KeyError::Missing),
            Err(error) => return Err(error.into()),
        };
        refuse_exposed(&file)?;
        let mut bytes = Zeroizing::new(Vec::with_capacity(ENCODED_LEN + 1));
        file.take(ENCODED_LEN as u64 + 1).read_to_end(&mut bytes)?;
        DeviceKeys::decode(&bytes)
    }

    fn delete(&self, name: &str) -> Result<(), KeyError> {
        Ok(remove_if_there(&self.path(name))?)
    }
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Makes `folder` and its parents; on Unix nobody else may look inside.
pub(crate) fn make_private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn create_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(unix)]
fn refuse_exposed(file: &File) -> Result<(), KeyError> {
    let mode = std::os::unix::fs::PermissionsExt::mode(&file.metadata()?.permissions()) & 0o777;
    if mode & 0o077 == 0 {
        Ok(())
    } else {
        Err(KeyError::Exposed { mode })
    }
}

#[cfg(not(unix))]
fn refuse_exposed(_: &File) -> Result<(), KeyError> {
    Ok(())
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn keys() -> DeviceKeys {
        DeviceKeys {
            auth: [1; 32],
            holder: [2; 32],
            viewer: [3; 32],
        }
    }

    #[test]
    fn a_key_file_is_readable_by_its_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let store = FileKeys::in_folder(folder.path().join("keys"));
        store.save("home", &keys()).unwrap();

        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&store.path("home")), 0o600);
        assert_eq!(mode(&store.folder), 0o700);
        assert_eq!(store.load("home").unwrap(), keys());
    }

    #[test]
    fn a_key_file_that_others_may_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let store = FileKeys::in_folder(folder.path());
        store.save("home", &keys()).unwrap();
        fs::set_permissions(store.path("home"), fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(
            store.load("home"),
            Err(KeyError::Exposed { mode: 0o640 })
        ));
    }

    #[test]
    fn deleted_keys_are_gone_and_deleting_again_is_no_error() {
        let folder = tempfile::tempdir().unwrap();
        let store = FileKeys::in_folder(folder.path());
        store.save("home", &keys()).unwrap();
        store.delete("home").unwrap();
        store.delete("home").unwrap();
        assert!(matches!(store.load("home"), Err(KeyError::Missing)));
    }
}
