//! What a door must not forget: its chain of records, how far the hub has it, the newest bundle,
//! which clips are on disk, whom it denied, which single-use codes are used
//! and what codes are hashed with. A database in WAL mode, every commit an fsync.

mod attempts;
mod clips;
mod code_keys;

use std::path::{Path, PathBuf};

use access::{ClipId, DeniedAttempts, GrantId};
use audit::RecordError;
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

pub use self::clips::{ClipRow, ClipState};

mod migrations {
    refinery::embed_migrations!("migrations");
}

/// Why the store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database cannot be opened.
    #[error("cannot open the door's records at {}: {source}. Check that data_dir exists, that this user owns it and that the disk is not full", path.display())]
    Open {
        /// The database file.
        path: PathBuf,
        /// What the database said.
        source: rusqlite::Error,
    },
    /// The database is of another version of this program.
    #[error("cannot bring the door's records to this version: {0}")]
    Migrate(#[from] refinery::Error),
    /// A statement or a commit failed.
    #[error("the door's records could not be read or written: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// A record is not one that can be signed.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The commit failed, for this record and those that shared it.
    #[error("the record could not be committed: {0}")]
    NotCommitted(String),
    /// A row that this program did not write.
    #[error("the door's records hold something unreadable: {0}")]
    Unreadable(String),
    /// The writing thread has ended.
    #[error("the door's records are closed: the door is stopping")]
    Closed,
}

/// A signed record, ready to be appended.
#[derive(Clone, Debug)]
pub struct NewRecord {
    /// Its number in the chain.
    pub seq: u64,
    /// Its hash, which the next record names.
    pub hash: [u8; 32],
    /// The signed record's bytes.
    pub body: Vec<u8>,
    /// What becomes true in the same transaction.
    pub alongside: Vec<Alongside>,
}

/// What becomes true in the transaction of a record, or not at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Alongside {
    /// The record names a clip that is about to be filmed.
    ClipBegins {
        /// Which.
        clip: ClipId,
        /// Whether it shows somebody who was turned away.
        denied: bool,
    },
    /// The record closes a clip.
    ClipCloses {
        /// Which.
        clip: ClipId,
        /// Its size on disk.
        bytes: u64,
    },
    /// The record says that a clip will never be there.
    ClipLost(ClipId),
    /// The record says that this bundle is in force.
    Bundle {
        /// Its version.
        version: u64,
        /// The signed bundle's bytes.
        body: Vec<u8>,
    },
    /// How often holders and codes were denied.
    Denied(DeniedAttempts),
    /// The record is of the one entry by this single-use code; a second one cannot be committed.
    CodeUsed(GrantId),
}

/// The end of the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tail {
    /// Number of the last record.
    pub seq: u64,
    /// Hash of the last record.
    pub hash: [u8; 32],
    /// The last record's signed bytes.
    pub body: Vec<u8>,
}

/// The open database. One connection, one thread.
#[derive(Debug)]
pub struct Store {
    connection: Connection,
}

impl Store {
    /// Opens the database at `path`, making or migrating it first.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let connect = || {
            let connection = Connection::open(path)?;
            connection.pragma_update(None, "journal_mode", "WAL")?;
            connection.pragma_update(None, "synchronous", "FULL")?;
            connection.busy_timeout(std::time::Duration::from_secs(5))?;
            Ok(connection)
        };
        let mut connection = connect().map_err(|source| StoreError::Open {
            path: path.to_owned(),
            source,
        })?;
        migrations::migrations::runner().run(&mut connection)?;
        Ok(Self { connection })
    }

    /// Appends records in one transaction; when this returns they are on the disk.
    pub fn append(&mut self, records: &[NewRecord]) -> Result<(), StoreError> {
        let transaction = self.connection.transaction()?;
        for record in records {
            insert(&transaction, record)?;
        }
        transaction.commit()?;
        Ok(())
    }

    /// The last record, if there is any.
    pub fn tail(&self) -> Result<Option<Tail>, StoreError> {
        let query = "SELECT seq, hash, body FROM records ORDER BY seq DESC LIMIT 1";
        let row = self
            .connection
            .query_row(query, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
        let tail = row.optional()?;
        Ok(tail.map(|(seq, hash, body)| Tail { seq, hash, body }))
    }

    /// The signed records after `seq`, in order: at most `count` of them, and no more than about
    /// `bytes` altogether, but at least one if there is one.
    pub fn records_after(
        &self,
        seq: u64,
        count: u32,
        bytes: usize,
    ) -> Result<Vec<Vec<u8>>, StoreError> {
        let query = "SELECT body FROM records WHERE seq > ?1 ORDER BY seq LIMIT ?2";
        let mut statement = self.connection.prepare_cached(query)?;
        let mut rows = statement.query(params![seq, count])?;
        let mut run: Vec<Vec<u8>> = Vec::new();
        let mut total = 0;
        while let Some(row) = rows.next()? {
            let body: Vec<u8> = row.get(0)?;
            total += body.len();
            if total > bytes && !run.is_empty() {
                break;
            }
            run.push(body);
        }
        Ok(run)
    }

    /// Up to which record the hub has confirmed the chain; 0 for none.
    pub fn durable_seq(&self) -> Result<u64, StoreError> {
        let query = "SELECT durable_seq FROM outbox";
        Ok(self.connection.query_row(query, [], |row| row.get(0))?)
    }

    /// Remembers what the hub has confirmed.
    pub fn set_durable_seq(&mut self, seq: u64) -> Result<(), StoreError> {
        let update = "UPDATE outbox SET durable_seq = ?1";
        self.connection.execute(update, params![seq])?;
        Ok(())
    }

    /// The latest time that the door noted, in unix milliseconds; 0 for none.
    pub fn noted_time_ms(&self) -> Result<u64, StoreError> {
        let query = "SELECT utc_ms FROM noted_time";
        let noted = self.connection.query_row(query, [], |row| row.get(0));
        Ok(noted.optional()?.unwrap_or(0))
    }

    /// Notes what time it is, so that the door does not start with an earlier one.
    pub fn note_time_ms(&mut self, utc_ms: u64) -> Result<(), StoreError> {
        let note = "INSERT INTO noted_time (only, utc_ms) VALUES (1, ?1) \
                    ON CONFLICT (only) DO UPDATE SET utc_ms = max(utc_ms, excluded.utc_ms)";
        self.connection.execute(note, params![utc_ms])?;
        Ok(())
    }

    /// The newest accepted bundle's signed bytes.
    pub fn bundle(&self) -> Result<Option<Vec<u8>>, StoreError> {
        let query = "SELECT body FROM bundle";
        let body = self.connection.query_row(query, [], |row| row.get(0));
        Ok(body.optional()?)
    }
}

fn insert(transaction: &Transaction<'_>, record: &NewRecord) -> Result<(), StoreError> {
    let seq = record.seq;
    transaction
        .prepare_cached("INSERT INTO records (seq, hash, body) VALUES (?1, ?2, ?3)")?
        .execute(params![seq, record.hash, record.body])?;
    record
        .alongside
        .iter()
        .try_for_each(|alongside| insert_alongside(transaction, seq, alongside))
}

fn insert_alongside(
    transaction: &Transaction<'_>,
    seq: u64,
    alongside: &Alongside,
) -> Result<(), StoreError> {
    match alongside {
        Alongside::ClipBegins { clip, denied } => clips::begin(transaction, *clip, seq, *denied),
        Alongside::ClipCloses { clip, bytes } => clips::close(transaction, *clip, *bytes),
        Alongside::ClipLost(clip) => clips::forget(transaction, *clip),
        Alongside::Bundle { version, body } => {
            let put = "INSERT OR REPLACE INTO bundle (only, version, body) VALUES (1, ?1, ?2)";
            transaction.execute(put, params![*version, body])?;
            Ok(())
        }
        Alongside::Denied(denied) => attempts::keep(transaction, denied),
        Alongside::CodeUsed(grant) => attempts::use_code(transaction, *grant, seq),
    }
}

#[cfg(test)]
#[path = "store/tests.rs"]
mod tests;
