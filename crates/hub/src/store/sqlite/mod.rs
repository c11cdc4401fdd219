//! The store in one `SQLite` file.

mod clips;
mod columns;
mod directory;
mod enrolment;
mod feed;
mod grants;
mod keeping;
mod ledger;
mod passes;
mod privacy;
mod push;
mod rules;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};
use tokio::sync::{Semaphore, watch};
use tokio::task::spawn_blocking;

use super::{Result, Store, StoreError};

mod embedded {
    refinery::embed_migrations!("migrations");
}

/// How long a command waits while another process writes.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// How many readers work at once.
const READERS: usize = 4;
/// How often changes by other processes are looked for.
const WATCH_INTERVAL: Duration = Duration::from_millis(200);

/// The store in one `SQLite` file, in write-ahead mode; every commit is synced to disk.
///
/// Several processes may have it open. Clones share connections.
#[derive(Clone, Debug)]
pub struct Sqlite {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    path: PathBuf,
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
    permits: Semaphore,
    changes: watch::Sender<u64>,
}

impl Sqlite {
    /// Opens the file, making it and bringing its tables up to date where needed.
    pub fn open(path: &Path) -> Result<Self> {
        let mut writer = Connection::open(path).map_err(backend)?;
        configure(&writer)?;
        embedded::migrations::runner()
            .run(&mut writer)
            .map_err(failed)?;
        let shared = Shared {
            path: path.to_owned(),
            writer: Mutex::new(writer),
            readers: Mutex::default(),
            permits: Semaphore::new(READERS),
            changes: watch::Sender::new(0),
        };
        Ok(Self {
            shared: Arc::new(shared),
        })
    }

    /// Starts to notice what other processes change, within a fraction of a second, until the last
    /// clone is dropped.
    pub fn watch_other_processes(&self) -> Result<()> {
        let observer = self.shared.connect()?;
        let shared = Arc::downgrade(&self.shared);
        thread::Builder::new()
            .name("store-watch".to_owned())
            .spawn(move || watch_changes(&observer, &shared))
            .map_err(failed)?;
        Ok(())
    }

    /// Runs `work` in a transaction that may write.
    async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let shared = self.shared.clone();
        spawn_blocking(move || shared.write(work))
            .await
            .map_err(failed)?
    }

    /// Runs `work` on one snapshot.
    async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let _permit = self.shared.permits.acquire().await.map_err(failed)?;
        let shared = self.shared.clone();
        spawn_blocking(move || shared.read(work))
            .await
            .map_err(failed)?
    }
}

impl Store for Sqlite {
    fn changes(&self) -> watch::Receiver<u64> {
        self.shared.changes.subscribe()
    }
}

impl Shared {
    fn connect(&self) -> Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags).map_err(backend)?;
        configure(&connection)?;
        Ok(connection)
    }

    fn write<T>(&self, work: impl FnOnce(&Transaction<'_>) -> Result<T>) -> Result<T> {
        // A poisoned lock is harmless: the transaction of the panicked thread was rolled back.
        let mut connection = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let transaction = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(backend)?;
        let done = work(&transaction)?;
        transaction.commit().map_err(backend)?;
        self.changes
            .send_modify(|version| *version = version.wrapping_add(1));
        Ok(done)
    }

    fn read<T>(&self, work: impl FnOnce(&Transaction<'_>) -> Result<T>) -> Result<T> {
        let idle = self
            .readers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        let mut connection = idle.map_or_else(|| self.connect(), Ok)?;
        let transaction = connection.transaction().map_err(backend)?;
        let done = work(&transaction);
        transaction.finish().map_err(backend)?;
        self.readers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(connection);
        done
    }
}

fn configure(connection: &Connection) -> Result<()> {
    connection.busy_timeout(BUSY_TIMEOUT).map_err(backend)?;
    connection
        .pragma_update(None, "journal_mode", "WAL")
        .map_err(backend)?;
    connection
        .pragma_update(None, "synchronous", "FULL")
        .map_err(backend)?;
    connection
        .pragma_update(None, "foreign_keys", true)
        .map_err(backend)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(())
}

/// `PRAGMA data_version` changes when any other connection commits.
fn watch_changes(observer: &Connection, shared: &Weak<Shared>) {
    let version = || {
        observer
            .pragma_query_value(None, "data_version", |row| row.get::<_, i64>(0))
            .ok()
    };
    let mut seen = version();
    loop {
        thread::sleep(WATCH_INTERVAL);
        let Some(shared) = shared.upgrade() else {
            return;
        };
        let now = version();
        if now != seen {
            seen = now;
            shared
                .changes
                .send_modify(|version| *version = version.wrapping_add(1));
        }
    }
}

fn failed(error: impl std::error::Error + Send + Sync + 'static) -> StoreError {
    StoreError::Backend(Box::new(error))
}

fn backend(error: rusqlite::Error) -> StoreError {
    use rusqlite::ffi::{SQLITE_CONSTRAINT_FOREIGNKEY, SQLITE_CONSTRAINT_UNIQUE};
    match error.sqlite_error().map(|error| error.extended_code) {
        Some(SQLITE_CONSTRAINT_UNIQUE) => StoreError::NameTaken,
        Some(SQLITE_CONSTRAINT_FOREIGNKEY) => StoreError::Unknown,
        _ => failed(error),
    }
}
