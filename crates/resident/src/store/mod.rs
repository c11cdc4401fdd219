//! What this device keeps, in one SQLite file: enough to open doors and show the past without the hub.

mod activity;
mod building;
mod carried;
pub(crate) mod deliveries;
mod enrolment;
mod own_code;
mod passes;
mod preferences;
mod retention;
mod search;

use std::fs::OpenOptions;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OptionalExtension as _, Params};
use serde::Serialize;
use serde::de::DeserializeOwned;

pub use activity::{Change, Happening, Record};
pub(crate) use activity::{entry_item, entry_of_item};
pub use deliveries::{DeliveryAt, HeldDelivery, StoredDelivery, Waiting};
pub use enrolment::{PendingKeys, StoredEnrolment};
pub use own_code::KeptCode;
pub use passes::{KeptPass, ShownCode};
pub use retention::{KEPT_FOR_MS, MOST_KEPT};
pub use search::Filter;

mod embedded {
    refinery::embed_migrations!("migrations");
}

/// The device's own database. Every call is one transaction.
#[derive(Debug)]
pub struct Store {
    connection: Mutex<Connection>,
}

/// Why the device's database cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    #[error("the app's database cannot be used")]
    Database(#[from] rusqlite::Error),
    #[error("the app's database cannot be made")]
    Io(#[from] std::io::Error),
    #[error("the app's database is of a version that this app cannot read")]
    Migration(#[from] Box<refinery::Error>),
    #[error("the app's database holds something unreadable")]
    Content(#[from] serde_json::Error),
    #[error("the app's database holds unreadable records of a door")]
    Sealed,
}

impl Store {
    /// Opens the database, and makes or migrates it first where needed. Only this user may read it.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        make_private(path)?;
        Self::prepare(Connection::open(path)?)
    }

    /// A database that is gone when it is dropped.
    pub fn in_memory() -> Result<Self, StoreError> {
        Self::prepare(Connection::open_in_memory()?)
    }

    fn prepare(mut connection: Connection) -> Result<Self, StoreError> {
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        // What a person forgets must not stay readable in free pages.
        connection.pragma_update(None, "secure_delete", "ON")?;
        // The journal is written back when it has a megabyte, and stays no larger.
        connection.pragma_update(None, "wal_autocheckpoint", 256)?;
        connection.pragma_update(None, "journal_size_limit", 1 << 20)?;
        connection.busy_timeout(std::time::Duration::from_secs(5))?;
        embedded::migrations::runner()
            .run(&mut connection)
            .map_err(Box::new)?;
        search::fill_in(&mut connection)?;
        Ok(Self {
            connection: Mutex::new(connection),
        })
    }

    /// Removes everything that came from the building or was done in it.
    pub fn wipe(&self) -> Result<(), StoreError> {
        let mut connection = self.lock();
        let transaction = connection.transaction()?;
        transaction.execute_batch(
            "DELETE FROM enrolment; DELETE FROM pending_keys; DELETE FROM doors;
             DELETE FROM credentials; DELETE FROM activity;
             DELETE FROM progress; INSERT INTO progress (one) VALUES (1);",
        )?;
        carried::wipe(&transaction)?;
        own_code::wipe(&transaction)?;
        deliveries::wipe(&transaction)?;
        passes::wipe(&transaction)?;
        preferences::wipe(&transaction)?;
        transaction.commit()?;
        connection.pragma_update(None, "wal_checkpoint", "TRUNCATE")?;
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        self.connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// Makes the file before SQLite does, which would let others read it; its journals take over its mode.
fn make_private(path: &Path) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

fn to_json(value: &impl Serialize) -> Result<String, StoreError> {
    Ok(serde_json::to_string(value)?)
}

/// Reads the first column of every row as JSON.
fn read_all<T: DeserializeOwned>(
    connection: &Connection,
    sql: &str,
    parameters: impl Params,
) -> Result<Vec<T>, StoreError> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(parameters)?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(serde_json::from_str(
            row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?,
        )?);
    }
    Ok(all)
}

/// Reads the first column of the only row as JSON.
fn read_one<T: DeserializeOwned>(
    connection: &Connection,
    sql: &str,
    parameters: impl Params,
) -> Result<Option<T>, StoreError> {
    let text: Option<String> = connection
        .query_row(sql, parameters, |row| row.get(0))
        .optional()?;
    Ok(text.map(|text| serde_json::from_str(&text)).transpose()?)
}
