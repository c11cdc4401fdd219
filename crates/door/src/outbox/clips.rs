use std::{
    collections::{HashMap, HashSet},
    io,
    path::PathBuf,
    sync::Arc,
    time::Instant,
};

use access::{ClipId, SigningKey};
use audit::Event;
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

use super::{OutboxError, REFUSED_PAUSE, upload::Upload};
use crate::{
    clip_files::remove_clip,
    clock::Clock,
    hub_link::HubLink,
    journal::{Draft, Journal},
    retry::Pauses,
    store::{Alongside, ClipRow, ClipState, Store},
};

/// Delivers clips while they are filmed, and closed ones, oldest first, which it then removes here.
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
    /// Signs what there is of a clip.
    pub signing: SigningKey,
    /// Rung when there is more of a clip, and when one is closed.
    pub grown: Arc<Notify>,
    /// Up to which record the hub has confirmed the chain.
    pub durable: watch::Receiver<u64>,
}

/// What is remembered from one round to the next.
#[derive(Debug, Default)]
struct Round {
    /// What the hub refused for good, and when.
    refused: HashMap<ClipId, Instant>,
    /// The uploads of clips in the making.
    growing: HashMap<ClipId, Upload>,
    /// Clips in the making that can only be delivered once they are closed, if then.
    stuck: HashSet<ClipId>,
}

impl Round {
    fn is_refused(&mut self, clip: ClipId) -> bool {
        self.refused.retain(|_, at| at.elapsed() < REFUSED_PAUSE);
        self.refused.contains_key(&clip)
    }
}

impl ClipOutbox {
    /// Runs until `stop`.
    pub async fn run(mut self, stop: CancellationToken) {
        stop.run_until_cancelled(self.deliver_forever()).await;
    }

    async fn deliver_forever(&mut self) {
        let mut pauses = Pauses::new();
        let mut round = Round::default();
        loop {
            match self.deliver_all(&mut round, &mut pauses).await {
                Ok(()) => {
                    let _ = tokio::time::timeout(REFUSED_PAUSE, self.grown.notified()).await;
                }
                Err(error) => pauses.after("clips wait for the hub", &error).await,
            }
        }
    }

    /// Delivers every closed clip, and before each what there is of those in the making: somebody may
    /// be waiting to see who is at the door now.
    async fn deliver_all(
        &mut self,
        round: &mut Round,
        pauses: &mut Pauses,
    ) -> Result<(), OutboxError> {
        self.finish_removals().await?;
        self.deliver_growing(round, pauses).await?;
        for row in self.rows(ClipState::Closed).await? {
            if round.is_refused(row.clip) {
                continue;
            }
            let delivered = self.deliver(row.clip, pauses).await;
            self.take_outcome(row, delivered, &mut round.refused)
                .await?;
            self.deliver_growing(round, pauses).await?;
        }
        Ok(())
    }

    async fn rows(&self, state: ClipState) -> Result<Vec<ClipRow>, OutboxError> {
        let rows = self.journal.query(move |store| store.clips(state));
        Ok(rows.await?)
    }

    /// What cannot be delivered for good is left for later; what may pass ends the round.
    async fn take_outcome(
        &self,
        row: ClipRow,
        delivered: Result<(), OutboxError>,
        refused: &mut HashMap<ClipId, Instant>,
    ) -> Result<(), OutboxError> {
        let ClipRow {
            clip, entry_seq, ..
        } = row;
        match delivered {
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
        Ok(())
    }

    /// Delivers what was added to the clips in the making.
    async fn deliver_growing(
        &mut self,
        round: &mut Round,
        pauses: &mut Pauses,
    ) -> Result<(), OutboxError> {
        let rows = self.rows(ClipState::Recording).await?;
        let is_filmed = |clip: &ClipId| rows.iter().any(|row| row.clip == *clip);
        round.growing.retain(|clip, _| is_filmed(clip));
        round.stuck.retain(is_filmed);
        for ClipRow {
            clip, entry_seq, ..
        } in rows
        {
            if round.stuck.contains(&clip) {
                continue;
            }
            self.records_up_to(entry_seq).await;
            match self.deliver_more(clip, round, pauses).await {
                Ok(()) => {}
                Err(error) if error.is_passing() => return Err(error),
                Err(error) => {
                    tracing::warn!(%clip, %error, "the clip waits until it is closed");
                    round.stuck.insert(clip);
                }
            }
        }
        Ok(())
    }

    /// Delivers what was added to a clip; nothing of it may be on the disk yet, or any more.
    async fn deliver_more(
        &self,
        clip: ClipId,
        round: &mut Round,
        pauses: &mut Pauses,
    ) -> Result<(), OutboxError> {
        if !round.growing.contains_key(&clip) {
            match self.begin(clip).await {
                Ok(begun) => round.growing.extend(begun.map(|upload| (clip, upload))),
                Err(OutboxError::Files(error)) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        match round.growing.get_mut(&clip) {
            Some(upload) => upload.go_on(pauses).await,
            None => Ok(()),
        }
    }

    async fn begin(&self, clip: ClipId) -> Result<Option<Upload>, OutboxError> {
        let (folder, key) = (self.folder.clone(), self.signing.clone());
        Upload::begin(Arc::clone(&self.hub), folder, clip, key).await
    }

    async fn deliver(&mut self, clip: ClipId, pauses: &mut Pauses) -> Result<(), OutboxError> {
        let last = *self.journal.last_seq().borrow();
        self.records_up_to(last).await;
        let begun = self.begin(clip).await?;
        let mut upload = begun.ok_or(io::Error::from(io::ErrorKind::NotFound))?;
        upload.finish(pauses).await?;
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

    /// Waits until the hub has the records up to this one: what a clip shows must be on record first.
    async fn records_up_to(&mut self, needed: u64) {
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
