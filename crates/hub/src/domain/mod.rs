//! What the hub does, whoever asks: no HTTP here, no SQL.

mod bundles;
mod carried;
mod clip_check;
mod clip_files;
mod clips;
mod clips_so_far;
mod codes;
mod credentials;
mod endorsements;
mod enrolment;
mod exports;
mod keeping;
mod log;
mod offline;
mod own_codes;
mod pass_secrets;
mod pass_terms;
mod passes;
mod presence;
mod privacy;
mod projection;
mod push;
mod records;
mod room;
mod upkeep;
mod watches;

use std::collections::HashSet;
use std::sync::Arc;

use access::{BuildingId, BuildingKey, DoorId};
use hub_api::{ApiError, ErrorCode};
use rand::RngCore as _;
use rand::rngs::OsRng;

pub use clip_check::ClipReport;
pub use clip_files::{ClipFiles, FileError};
pub use clips::Uploader;
pub use codes::{code_of, code_state};
pub use credentials::CREDENTIAL_LIFETIME_S;
pub use enrolment::hash_code;
pub use exports::Check;
pub use log::{LogReport, Logged};
pub use offline::{OfflineBound, in_words};
pub use passes::{Household, ShownPass};
pub use presence::{Presence, Present};

use crate::clock::Clock;
use crate::data::{DataError, DataFolder, Keys, Settings};
use crate::store::{Building, Store, StoreError};

/// A hub at work: its store, files, secrets and clock.
pub struct Hub {
    /// Everything it knows.
    pub store: Arc<dyn Store>,
    /// Who is connected.
    pub presence: Presence,
    /// What time it is.
    pub clock: Clock,
    settings: Settings,
    folder: DataFolder,
    files: ClipFiles,
    keys: Keys,
    turns: Turns,
    /// The doors that were refused last for want of room; who has the lock makes room.
    without_room: tokio::sync::Mutex<HashSet<DoorId>>,
}

/// One task at a time verifies and appends records, or publishes bundles: it saves doing the work twice.
/// Correctness rests on the store's own checks. One at a time makes a pass, so that each sees the codes of those before; and one exports, which may read the whole log.
#[derive(Debug, Default)]
struct Turns {
    append: tokio::sync::Mutex<()>,
    publish: tokio::sync::Mutex<()>,
    pass: tokio::sync::Mutex<()>,
    export: tokio::sync::Mutex<()>,
}

/// Why the hub did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum HubError {
    /// The caller is told why.
    #[error(transparent)]
    Refused(#[from] ApiError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file failed.
    #[error(transparent)]
    File(#[from] FileError),
    /// The data folder failed.
    #[error(transparent)]
    Data(#[from] DataError),
    /// Something that was checked before does not hold.
    #[error("{0}")]
    Internal(String),
}

/// What the hub's operations return.
pub type Result<T, E = HubError> = std::result::Result<T, E>;

impl std::fmt::Debug for Hub {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hub")
            .field("folder", &self.folder)
            .finish_non_exhaustive()
    }
}

impl Hub {
    /// Opens the hub of a data folder on its store.
    pub fn open(folder: DataFolder, store: Arc<dyn Store>, clock: Clock) -> Result<Self> {
        Ok(Self {
            store,
            presence: Presence::default(),
            clock,
            settings: folder.settings()?,
            files: ClipFiles::open(&folder.clips())?,
            keys: folder.read_keys()?,
            folder,
            turns: Turns::default(),
            without_room: tokio::sync::Mutex::default(),
        })
    }

    /// What the operator set.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Its secrets.
    pub(crate) fn keys(&self) -> &Keys {
        &self.keys
    }

    /// The building of this id, which some caller belongs to.
    pub async fn building(&self, id: BuildingId) -> Result<Building> {
        let buildings = self.store.buildings().await?;
        let found = buildings.into_iter().find(|building| building.id == id);
        found.ok_or_else(|| HubError::Internal(format!("building {id} is gone")))
    }

    fn building_key(&self, id: BuildingId) -> Result<BuildingKey> {
        Ok(self.folder.building_key(id)?)
    }
}

/// 16 random bytes, for a new id.
pub(crate) fn entropy16() -> [u8; 16] {
    let mut bytes = [0; 16];
    OsRng.fill_bytes(&mut bytes);
    bytes
}

/// 32 random bytes.
pub(crate) fn entropy32() -> [u8; 32] {
    let mut bytes = [0; 32];
    OsRng.fill_bytes(&mut bytes);
    bytes
}

fn refuse<T>(code: ErrorCode, message: impl Into<String>) -> Result<T> {
    Err(ApiError::new(code, message).into())
}
