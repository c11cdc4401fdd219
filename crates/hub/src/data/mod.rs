//! The hub's data folder: settings, secrets, database, clips.

mod browsers;
mod secrets;
mod settings;

use std::fs::{self, File, TryLockError};
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use access::{BuildingId, BuildingKey, CodeKey};
use audit::RecordsKey;
use hub_api::KeyHash;
use url::Url;

pub use browsers::OwnCertificate;
pub use secrets::{Keys, TlsIdentity};
pub use settings::{PushSettings, SettingFault, Settings};

use crate::push::VapidKey;
use crate::store::{self, Sqlite};

/// A hub's data folder.
///
/// ```text
/// hub.toml                 settings, for the operator to edit
/// hub.sqlite3              the store
/// keys/                    secrets, readable by the hub's user only
/// clips/                   sealed fragments
/// address                  where `serve` listens, while it runs
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataFolder(PathBuf);

/// What is wrong with a data folder.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// It was never made.
    #[error(
        "{0} is not a hub's data folder. Make one with: vestibule-hub init --data {0} --name NAME"
    )]
    NotAHub(PathBuf),
    /// Another user's.
    #[error(
        "this user may not read {0}. Run the command as the user that owns it, as with sudo -u USER"
    )]
    NotYours(PathBuf),
    /// It was made before.
    #[error(
        "{0} already holds a hub. Choose another folder, or go on with: vestibule-hub serve --data {0}"
    )]
    AlreadyAHub(PathBuf),
    /// Another `serve` runs on it.
    #[error("another vestibule-hub serves {0}. Stop that one first.")]
    InUse(PathBuf),
    /// A file cannot be read or written.
    #[error("{path} cannot be {verb}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// `read` or `written`.
        verb: &'static str,
        /// Why.
        source: io::Error,
    },
    /// The settings are not TOML, or a name or type in them is not known.
    #[error(
        "{path} is not understood:\n{}\nCorrect that line; docs/install/hub.md lists every setting",
        message.trim_end()
    )]
    Settings {
        /// The file.
        path: PathBuf,
        /// The line, a pointer at the column and the reason.
        message: String,
    },
    /// A setting has a value that cannot work.
    #[error("{path} cannot work: {fault}")]
    Setting {
        /// The file.
        path: PathBuf,
        /// The setting, what is wrong with it, and what would be right.
        fault: SettingFault,
    },
    /// The folder is a hub's, but its database is gone.
    #[error(
        "{0} is missing, and with it all that this hub knew of its buildings. Restore the whole folder from a backup"
    )]
    NoStore(PathBuf),
    /// A key file does not hold what it should.
    #[error("{path} is damaged: {why}. Restore it from a backup.")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The database cannot be opened.
    #[error("{path} cannot be opened: {source}")]
    Store {
        /// The file.
        path: PathBuf,
        /// Why.
        source: store::StoreError,
    },
    /// Clients could not find the hub.
    #[error(
        "the hub's address is not known. Start it first (vestibule-hub serve --data {0}), or set \
         public_url in {0}/hub.toml"
    )]
    NoAddress(PathBuf),
    /// A wildcard address is of no use in an invite.
    #[error(
        "the hub listens on {listen}, which no client can call. Set public_url in {folder}/hub.toml \
         to the https address under which this machine is reached"
    )]
    WildcardAddress {
        /// The data folder.
        folder: PathBuf,
        /// The address.
        listen: SocketAddr,
    },
}

/// Held while `serve` runs on the folder; the system drops it when the process ends, however.
#[derive(Debug)]
pub struct ServeLock(#[expect(dead_code, reason = "holding the file is holding the lock")] File);

impl DataFolder {
    /// Makes a hub in a folder that holds none, with fresh secrets of its own.
    pub fn init(path: &Path, settings: &Settings) -> Result<Self, DataError> {
        let folder = Self(path.to_owned());
        if folder.settings_file().exists() {
            return Err(DataError::AlreadyAHub(folder.0));
        }
        secrets::create_folder(path)?;
        let folder = Self(path.canonicalize().map_err(reading(path))?);
        secrets::create_folder(&folder.clips())?;
        secrets::create_folder(&folder.keys())?;
        secrets::create(&folder.keys(), &settings.name)?;
        secrets::touch(&folder.store_file())?;
        folder.open_store()?;
        // Written last: a folder with settings is a whole hub.
        secrets::write_file(
            &folder.settings_file(),
            settings.to_toml().as_bytes(),
            0o600,
        )?;
        Ok(folder)
    }

    /// Opens the folder of a hub.
    pub fn open(path: &Path) -> Result<Self, DataError> {
        let folder = Self(path.to_owned());
        match folder.settings_file().metadata() {
            Ok(file) if file.is_file() => {}
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                return Err(DataError::NotYours(folder.0));
            }
            _ => return Err(DataError::NotAHub(folder.0)),
        }
        Ok(Self(path.canonicalize().map_err(reading(path))?))
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Where the sealed fragments lie.
    pub fn clips(&self) -> PathBuf {
        self.0.join("clips")
    }

    fn keys(&self) -> PathBuf {
        self.0.join("keys")
    }

    fn settings_file(&self) -> PathBuf {
        self.0.join("hub.toml")
    }

    fn store_file(&self) -> PathBuf {
        self.0.join("hub.sqlite3")
    }

    fn address_file(&self) -> PathBuf {
        self.0.join("address")
    }

    /// Reads the settings.
    pub fn settings(&self) -> Result<Settings, DataError> {
        let path = self.settings_file();
        let text = fs::read_to_string(&path).map_err(reading(&path))?;
        let settings = Settings::from_toml(&text).map_err(|error| DataError::Settings {
            path: path.clone(),
            message: error.to_string(),
        })?;
        match settings.check() {
            Ok(()) => Ok(settings),
            Err(fault) => Err(DataError::Setting { path, fault }),
        }
    }

    /// Reads the hub's own secrets.
    pub fn read_keys(&self) -> Result<Keys, DataError> {
        secrets::read(&self.keys())
    }

    /// Makes and keeps the secret of a new building.
    pub fn create_building_key(&self, id: BuildingId) -> Result<BuildingKey, DataError> {
        secrets::create_building(&self.keys(), id)
    }

    /// Reads the secret of a building.
    pub fn building_key(&self, id: BuildingId) -> Result<BuildingKey, DataError> {
        secrets::read_building(&self.keys(), id)
    }

    /// The secret that carried records of a building are opened with; the first call makes it.
    pub fn records_key(&self, id: BuildingId) -> Result<RecordsKey, DataError> {
        secrets::records_key(&self.keys(), id)
    }

    /// The secret that a building's codes are hashed with; the first call makes it.
    pub fn code_key(&self, id: BuildingId) -> Result<CodeKey, DataError> {
        secrets::code_key(&self.keys(), id)
    }

    /// The hub's key for push servers; the first call makes it.
    pub(crate) fn vapid_key(&self) -> Result<VapidKey, DataError> {
        secrets::vapid_key(&self.keys())
    }

    /// Opens the store, bringing it up to date.
    pub fn open_store(&self) -> Result<Sqlite, DataError> {
        let path = self.store_file();
        if !path.exists() {
            return Err(DataError::NoStore(path));
        }
        Sqlite::open(&path).map_err(|source| DataError::Store { path, source })
    }

    /// Claims the folder for one serving process.
    pub fn lock(&self) -> Result<ServeLock, DataError> {
        let path = self.0.join("lock");
        let file = File::create(&path).map_err(writing(&path))?;
        match file.try_lock() {
            Ok(()) => Ok(ServeLock(file)),
            Err(TryLockError::WouldBlock) => Err(DataError::InUse(self.0.clone())),
            Err(TryLockError::Error(source)) => Err(writing(&path)(source)),
        }
    }

    /// Tells other commands where the server listens.
    pub fn write_address(&self, address: SocketAddr) -> Result<(), DataError> {
        let path = self.address_file();
        secrets::replace_file(&path, format!("{address}\n").as_bytes(), 0o644)
    }

    /// Where clients reach the hub: the public URL of the settings, or where the server listened
    /// last.
    pub fn client_url(&self, settings: &Settings) -> Result<Url, DataError> {
        if let Some(url) = &settings.public_url {
            return Ok(url.clone());
        }
        let text = fs::read_to_string(self.address_file());
        let listen = text
            .ok()
            .and_then(|text| text.trim().parse::<SocketAddr>().ok());
        let listen = listen.ok_or_else(|| DataError::NoAddress(self.0.clone()))?;
        if listen.ip().is_unspecified() {
            return Err(DataError::WildcardAddress {
                folder: self.0.clone(),
                listen,
            });
        }
        Url::parse(&format!("https://{listen}/")).map_err(|_| DataError::NoAddress(self.0.clone()))
    }

    /// The hash of the hub's TLS key, which invites carry.
    pub fn key_hash(&self) -> Result<KeyHash, DataError> {
        Ok(self.read_keys()?.tls.key_hash)
    }
}

fn reading(path: &Path) -> impl FnOnce(io::Error) -> DataError + use<> {
    let path = path.to_owned();
    |source| DataError::File {
        path,
        verb: "read",
        source,
    }
}

fn writing(path: &Path) -> impl FnOnce(io::Error) -> DataError + use<> {
    let path = path.to_owned();
    |source| DataError::File {
        path,
        verb: "written",
        source,
    }
}
