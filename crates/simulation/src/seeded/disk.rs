//! A door's disk: what was committed is there after any crash, what was not is lost.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use audit::SignedRecord;
use door::store::Store;

/// Tells the databases of all runs of this process apart; never seen by a run.
static DISKS: AtomicU64 = AtomicU64::new(0);

/// A database in memory. Dropping a store in the middle of a transaction is a power cut: SQLite rolls back.
#[derive(Debug)]
pub(super) struct Disk {
    path: PathBuf,
    /// Keeps the memory while no door runs, and reads what is committed behind the door's back.
    observer: Store,
}

impl Disk {
    pub(super) fn new() -> Self {
        let number = DISKS.fetch_add(1, Ordering::Relaxed);
        let path = PathBuf::from(format!("file:/door-{number}?vfs=memdb"));
        let observer = Store::open(&path).expect("memory is a disk");
        Self { path, observer }
    }

    /// What a starting door opens.
    pub(super) fn open(&self) -> Store {
        Store::open(&self.path).expect("memory is a disk")
    }

    /// The number of the last committed record; 0 when there is none.
    pub(super) fn last_seq(&self) -> u64 {
        let tail = self.observer.tail().expect("memory can be read");
        tail.map_or(0, |tail| tail.seq)
    }

    /// The committed record of this number.
    pub(super) fn record(&self, seq: u64) -> Option<SignedRecord> {
        let before = seq.checked_sub(1)?;
        let found = self.observer.records_after(before, 1, usize::MAX);
        let found = found.expect("memory can be read").into_iter().next();
        (seq <= self.last_seq())
            .then_some(found)
            .flatten()
            .map(SignedRecord)
    }

    /// All committed records, in order.
    pub(super) fn records(&self) -> Vec<SignedRecord> {
        let all = self.observer.records_after(0, u32::MAX, usize::MAX);
        let all = all.expect("memory can be read").into_iter();
        all.map(SignedRecord).collect()
    }
}
