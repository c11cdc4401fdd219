//! Keeps clips within their share of the disk, so that there is always room for records.

use std::{
    io,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use audit::Event;
use tokio_util::sync::CancellationToken;

use crate::{
    clip_files::{clips_in, remove_clip},
    clock::Clock,
    config::Storage,
    journal::{Draft, Journal},
    store::{Alongside, ClipRow, ClipState, StoreError},
};

const CHECK_EVERY: Duration = Duration::from_secs(10);
const MIB: u64 = 1024 * 1024;

/// Whether there is room for another clip.
#[derive(Clone, Debug)]
pub struct Room(Arc<AtomicBool>);

impl Default for Room {
    fn default() -> Self {
        Self(Arc::new(AtomicBool::new(true)))
    }
}

impl Room {
    /// Whether another clip may be begun.
    pub fn is_left(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Why room could not be made.
#[derive(Debug, thiserror::Error)]
enum RoomError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("a clip cannot be removed: {0}")]
    Remove(#[from] io::Error),
}

/// Makes clips give way.
#[derive(Debug)]
pub struct ClipStorage {
    /// Knows the clips.
    pub journal: Journal,
    /// The folder of all clips.
    pub folder: PathBuf,
    /// How much they may take.
    pub limits: Storage,
    /// Tells when a clip gave way.
    pub clock: Clock,
    /// Whether another may be begun.
    pub room: Room,
}

impl ClipStorage {
    /// Runs until `stop`.
    pub async fn run(self, stop: CancellationToken) {
        stop.run_until_cancelled(self.watch()).await;
    }

    async fn watch(self) {
        if let Err(error) = self.sweep().await {
            tracing::error!(%error, "clips that gave way are still on the disk");
        }
        let mut ticks = tokio::time::interval(CHECK_EVERY);
        loop {
            ticks.tick().await;
            if let Err(error) = self.make_room().await {
                tracing::error!(%error, "no room could be made for records");
            }
        }
    }

    /// Removes the files of clips that no row names: a crash came between a clip's row and its files.
    async fn sweep(&self) -> Result<(), RoomError> {
        let mut stray = clips_in(&self.folder)?;
        let rows = self.journal.query(|store| {
            use ClipState::{Closed, Recording, Uploaded};
            let states = [Recording, Closed, Uploaded];
            let rows = states.map(|state| store.clips(state)).into_iter();
            rows.collect::<Result<Vec<_>, _>>()
        });
        for row in rows.await?.into_iter().flatten() {
            stray.remove(&row.clip);
        }
        for clip in stray {
            remove_clip(&self.folder, clip)?;
        }
        Ok(())
    }

    /// Removes clips until the rest fit: first those that the hub holds, then those of denials, then
    /// the oldest.
    async fn make_room(&self) -> Result<(), RoomError> {
        let mut clips = self.clips().await?.into_iter();
        let mut total: u64 = clips.as_slice().iter().map(|(_, row)| row.bytes).sum();
        loop {
            let fits = total <= self.limits.clip_quota_mb * MIB && self.is_disk_free();
            let Some((state, row)) = (if fits { None } else { clips.next() }) else {
                self.room.0.store(fits, Ordering::Relaxed);
                return Ok(());
            };
            self.remove(state, row).await?;
            total -= row.bytes;
        }
    }

    /// In the order in which they give way.
    async fn clips(&self) -> Result<Vec<(ClipState, ClipRow)>, StoreError> {
        let ask = |store: &mut crate::store::Store| {
            let mut clips = Vec::new();
            for state in [ClipState::Uploaded, ClipState::Closed] {
                let mut rows = store.clips(state)?;
                rows.sort_by_key(|row| !row.denied);
                clips.extend(rows.into_iter().map(|row| (state, row)));
            }
            Ok(clips)
        };
        self.journal.query(ask).await
    }

    async fn remove(&self, state: ClipState, row: ClipRow) -> Result<(), RoomError> {
        let ClipRow {
            clip, entry_seq, ..
        } = row;
        if state == ClipState::Uploaded {
            remove_clip(&self.folder, clip)?;
            self.journal
                .query(move |store| store.forget_clip(clip))
                .await?;
            return Ok(());
        }
        tracing::warn!(%clip, seq = entry_seq, "a clip that the hub does not have gave way to newer ones");
        let why = "gave_way".to_owned();
        let event = Event::Unfilmed { entry_seq, why };
        let draft = Draft::new(self.clock.utc_ms(), event).with(Alongside::ClipLost(clip));
        self.journal.append(draft).await?;
        remove_clip(&self.folder, clip)?;
        Ok(())
    }

    fn is_disk_free(&self) -> bool {
        match free_bytes(&self.folder) {
            Ok(free) => free >= self.limits.keep_free_mb * MIB,
            Err(error) => {
                tracing::warn!(%error, "the free space of the disk is not known");
                true
            }
        }
    }
}

fn free_bytes(folder: &Path) -> io::Result<u64> {
    let disk = rustix::fs::statvfs(folder)?;
    Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
}

#[cfg(test)]
#[path = "storage_tests.rs"]
mod tests;
