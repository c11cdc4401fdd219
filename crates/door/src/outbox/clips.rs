use std::{collections::HashMap, io, path::PathBuf, sync::Arc, time::Instant};

use access::ClipId;
use audit::Event;
use hub_api::UploadState;
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

use super::{OutboxError, REFUSED_PAUSE};
use crate::{
    clip_files::{ClosedClip, remove_clip},
    clock::Clock,
    hub_link::HubLink,
    journal::{Draft, Journal},
    retry::Pauses,
    store::{Alongside, ClipRow, ClipState, Store},
};

/// Delivers closed clips, oldest first, and removes them here.
#[derive(Debug)]
pub struct ClipOutbox {
    /// The hub.
    pub hub: Arc<dyn HubLink>,
    /// Knows which clips are closed.
    pub journal: Journal,
    /// The folder of all clips.
    pub folder: PathBuf,
    /// Tells when a clip was found missing.
    pub clock: Clock,
    /// Rung when a clip is closed.
    pub closed: Arc<Notify>,
    /// Up to which record the hub has confirmed the chain.
    pub durable: watch::Receiver<u64>,
}

impl ClipOutbox {
    /// Runs until `stop`.
    pub async fn run(mut self, stop: CancellationToken) {
        stop.run_until_cancelled(self.deliver_forever()).await;
    }

    async fn deliver_forever(&mut self) {
        let mut pauses = Pauses::new();
        let mut refused = HashMap::new();
        loop {
            match self.deliver_all(&mut refused, &mut pauses).await {
                Ok(()) => {
                    let _ = tokio::time::timeout(REFUSED_PAUSE, self.closed.notified()).await;
                }
                Err(error) => pauses.after("clips wait for the hub", &error).await,
            }
        }
    }

    /// Delivers every closed clip; those that the hub refuses for good are left for later.
    async fn deliver_all(
        &mut self,
        refused: &mut HashMap<ClipId, Instant>,
        pauses: &mut Pauses,
    ) -> Result<(), OutboxError> {
        self.finish_removals().await?;
        let closed = self
            .journal
            .query(|store| store.clips(ClipState::Closed))
            .await?;
        refused.retain(|_, at| at.elapsed() < REFUSED_PAUSE);
        for row in closed {
            let ClipRow {
                clip, entry_seq, ..
            } = row;
            if refused.contains_key(&clip) {
                continue;
            }
            match self.deliver(clip, pauses).await {
                Ok(()) => tracing::info!(%clip, "clip delivered"),
                Err(OutboxError::Files(error)) if error.kind() == io::ErrorKind::NotFound => {
                    tracing::warn!(%clip, seq = entry_seq, "a clip's files are gone");
                    self.give_up(row).await?;
                }
                Err(error) if error.is_passing() => return Err(error),
                Err(error) => {
                    tracing::error!(%clip, %error, "the clip cannot be delivered");
                    refused.insert(clip, Instant::now());
                }
            }
        }
        Ok(())
    }

    async fn deliver(&mut self, clip: ClipId, pauses: &mut Pauses) -> Result<(), OutboxError> {
        self.records_first().await;
        let upload = self.hub.upload_state(clip).await?;
        if !upload.closed {
            self.upload(clip, &upload, pauses).await?;
        }
        let uploaded = move |store: &mut Store| store.set_clip_uploaded(clip);
        self.journal.query(uploaded).await?;
        self.remove(clip).await
    }

    /// Puts on record that a clip is lost, unless it gave way meanwhile and is on record as that.
    async fn give_up(&self, row: ClipRow) -> Result<(), OutboxError> {
        let closed = self.journal.query(|store| store.clips(ClipState::Closed));
        if !closed.await?.contains(&row) {
            return Ok(());
        }
        let event = Event::Unfilmed {
            entry_seq: row.entry_seq,
            why: "files_missing".to_owned(),
        };
        let lost = Alongside::ClipLost(row.clip);
        let draft = Draft::new(self.clock.utc_ms(), event).with(lost);
        self.journal.append(draft).await?;
        remove_clip(&self.folder, row.clip)?;
        Ok(())
    }

    /// Sends the fragments that the hub does not have yet, and closes the clip.
    async fn upload(
        &self,
        clip: ClipId,
        upload: &UploadState,
        pauses: &mut Pauses,
    ) -> Result<(), OutboxError> {
        let folder = self.folder.clone();
        let closed = Arc::new(off_thread(move || ClosedClip::open(&folder, clip)).await?);
        for n in 0..closed.fragments() {
            if upload.received.binary_search(&n).is_err() {
                let film = Arc::clone(&closed);
                let sealed = off_thread(move || film.read(n)).await?;
                self.hub.put_fragment(clip, n, sealed).await?;
                pauses.reset();
            }
        }
        let index = off_thread(move || closed.index()).await?;
        Ok(self.hub.close_clip(clip, &index).await?)
    }

    /// Waits until the hub has the records that a clip belongs to.
    async fn records_first(&mut self) {
        let needed = *self.journal.last_seq().borrow();
        // An outbox of records that ended means that the program does.
        let _ = self.durable.wait_for(|durable| *durable >= needed).await;
    }

    /// Removes what was delivered before a crash.
    async fn finish_removals(&self) -> Result<(), OutboxError> {
        let uploaded = self
            .journal
            .query(|store| store.clips(ClipState::Uploaded))
            .await?;
        for ClipRow { clip, .. } in uploaded {
            self.remove(clip).await?;
        }
        Ok(())
    }

    /// The files go before the row: what the row names is never forgotten on the disk.
    async fn remove(&self, clip: ClipId) -> Result<(), OutboxError> {
        remove_clip(&self.folder, clip)?;
        self.journal
            .query(move |store| store.forget_clip(clip))
            .await?;
        Ok(())
    }
}

/// Does what may block away from the threads that serve people.
async fn off_thread<T: Send + 'static>(
    act: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    tokio::task::spawn_blocking(act)
        .await
        .map_err(io::Error::other)?
}
