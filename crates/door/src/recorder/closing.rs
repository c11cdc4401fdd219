use std::{io, time::Duration};

use access::ClipId;
use audit::{Event, Hash32, Shortfall};
use clip::{ClipIndex, SignedClipIndex};
use tokio_util::sync::CancellationToken;

use super::{Rolls, Studio};
use crate::{
    clip_files::{close_interrupted, remove_clip, size_of, write_index},
    files::FilesError,
    journal::Draft,
    retry::Pauses,
    store::{Alongside, ClipRow, ClipState, StoreError},
};

#[derive(Debug, thiserror::Error)]
enum CloseError {
    #[error(transparent)]
    Files(#[from] FilesError),
    #[error(transparent)]
    Remove(#[from] io::Error),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Studio {
    /// The clips that a crash has left in the making. Asked before anything new is filmed.
    pub async fn interrupted(&self) -> Result<Vec<ClipRow>, StoreError> {
        let recording = self
            .journal
            .query(|store| store.clips(ClipState::Recording));
        recording.await
    }

    /// Closes interrupted clips with what of them is on the disk.
    pub async fn recover(&self, clips: Vec<ClipRow>, rolls: Rolls, stop: &CancellationToken) {
        for ClipRow {
            clip, entry_seq, ..
        } in clips
        {
            let studio = self.clone();
            let salvage = tokio::task::spawn_blocking(move || studio.salvage(clip));
            match salvage.await.unwrap_or(Salvaged::Unreadable) {
                Salvaged::Closed(closed) => {
                    let cause = Shortfall::Interrupted;
                    self.conclude(entry_seq, *closed, rolls, cause, stop).await;
                }
                Salvaged::Nothing => self.give_up(clip, entry_seq, "interrupted", stop).await,
                Salvaged::Unreadable => {}
            }
        }
    }

    /// Closes what reached the disk of a clip that broke off.
    pub(super) fn salvage(&self, clip: ClipId) -> Salvaged {
        match close_interrupted(&self.folder, clip, &self.signing) {
            Ok(Some(closed)) => Salvaged::Closed(Box::new(closed)),
            Ok(None) => Salvaged::Nothing,
            Err(error) => {
                tracing::error!(%clip, %error, "the clip cannot be read back; it is left for the next start");
                Salvaged::Unreadable
            }
        }
    }

    /// Writes a clip's index and puts on record that it is complete. `cause` is what a missing part
    /// of its post-roll is put down to.
    pub(super) async fn conclude(
        &self,
        entry_seq: u64,
        (index, signed): (ClipIndex, SignedClipIndex),
        rolls: Rolls,
        cause: Shortfall,
        stop: &CancellationToken,
    ) {
        let clip = index.header().clip;
        let event = Event::ClipClosed {
            clip,
            entry_seq,
            final_hash: Hash32(*index.final_hash().as_bytes()),
            fragments: u32::try_from(index.fragments().len()).unwrap_or(u32::MAX),
            pre_roll_ms: index.pre_roll_ms(),
            post_roll_ms: index.post_roll_ms(),
            shortfall: shortfall(&index, rolls, cause),
        };
        let ending = Ending {
            clip,
            index: Some(signed),
            event,
        };
        if self.end(&ending, stop).await {
            tracing::info!(%clip, seq = entry_seq, "clip closed");
            self.grown.notify_one();
        }
    }

    /// Puts on record that an attempt has no clip after all.
    pub(super) async fn give_up(
        &self,
        clip: ClipId,
        entry_seq: u64,
        why: &str,
        stop: &CancellationToken,
    ) {
        let event = Event::Unfilmed {
            entry_seq,
            why: why.to_owned(),
        };
        let ending = Ending {
            clip,
            index: None,
            event,
        };
        if self.end(&ending, stop).await {
            tracing::warn!(%clip, seq = entry_seq, why, "the clip is lost");
        }
    }

    /// Tries until it is done, but at least once; what `stop` cuts short is done at the next start.
    async fn end(&self, ending: &Ending, stop: &CancellationToken) -> bool {
        let mut pauses = Pauses::new();
        loop {
            let Err(error) = self.try_to_end(ending).await else {
                return true;
            };
            let pause = pauses.after("a clip cannot be closed", &error);
            if stop.run_until_cancelled(pause).await.is_none() {
                return false;
            }
        }
    }

    async fn try_to_end(&self, ending: &Ending) -> Result<(), CloseError> {
        let clip = ending.clip;
        let with = if let Some(index) = &ending.index {
            write_index(&self.folder, clip, index)?;
            let bytes = size_of(&self.folder, clip);
            Alongside::ClipCloses { clip, bytes }
        } else {
            remove_clip(&self.folder, clip)?;
            Alongside::ClipLost(clip)
        };
        let draft = Draft::new(self.clock.utc_ms(), ending.event.clone()).with(with);
        self.journal.append(draft).await?;
        Ok(())
    }
}

/// What there is of a clip that broke off.
pub(super) enum Salvaged {
    /// Its whole groups of pictures.
    Closed(Box<(ClipIndex, SignedClipIndex)>),
    /// Not one group of pictures.
    Nothing,
    /// Nobody knows now: its row and its files stay as they are.
    Unreadable,
}

/// How a clip ends: with an index, or without a trace but the event.
struct Ending {
    clip: ClipId,
    index: Option<SignedClipIndex>,
    event: Event,
}

/// A pause between two fragments that is longer is a time in which nothing was filmed, in milliseconds.
/// Times of fragments are rounded, and a camera that is away is away for longer.
const GAP_MS: i64 = 100;

/// What a clip is short of. The pre-roll is short only where the camera had just started.
fn shortfall(index: &ClipIndex, rolls: Rolls, cause: Shortfall) -> Option<Shortfall> {
    let has = |ms: u32, wanted: Duration| Duration::from_millis(ms.into()) >= wanted;
    if !has(index.post_roll_ms(), rolls.post) {
        Some(cause)
    } else if has_gap(index) {
        Some(Shortfall::CameraStopped)
    } else if !has(index.pre_roll_ms(), rolls.pre) {
        Some(Shortfall::CameraStarting)
    } else {
        None
    }
}

fn has_gap(index: &ClipIndex) -> bool {
    let pictures = index.fragments().get(1..).unwrap_or_default();
    pictures.windows(2).any(|pair| match pair {
        [before, after] => after.meta.start_ms - before.meta.end_ms() > GAP_MS,
        _ => false,
    })
}
