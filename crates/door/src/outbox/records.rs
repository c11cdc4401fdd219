use std::sync::Arc;

use audit::SignedRecord;
use hub_api::RecordRun;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::{OutboxError, REFUSED_PAUSE};
use crate::{hub_link::HubLink, journal::Journal, retry::Pauses};

/// The most bytes of records in one run.
const RUN_BYTES: usize = 256 * 1024;

/// Delivers the chain, in order.
#[derive(Debug)]
pub struct RecordOutbox {
    hub: Arc<dyn HubLink>,
    journal: Journal,
    durable: watch::Sender<u64>,
}

impl RecordOutbox {
    /// An outbox that has asked the hub nothing yet.
    pub fn new(hub: Arc<dyn HubLink>, journal: Journal) -> Self {
        let durable = watch::Sender::new(0);
        Self {
            hub,
            journal,
            durable,
        }
    }

    /// Up to which record the hub has confirmed the chain in this run of the program; 0 before.
    pub fn durable(&self) -> watch::Receiver<u64> {
        self.durable.subscribe()
    }

    /// Runs until `stop`.
    pub async fn run(self, stop: CancellationToken) {
        stop.run_until_cancelled(self.deliver_forever()).await;
    }

    async fn deliver_forever(self) {
        let mut last_seq = self.journal.last_seq();
        let mut pauses = Pauses::new();
        loop {
            match self.deliver_all(&mut pauses).await {
                Ok(()) => {
                    if last_seq.changed().await.is_err() {
                        return;
                    }
                }
                Err(error) if error.is_passing() => {
                    pauses.after("records wait for the hub", &error).await;
                }
                Err(error) => {
                    tracing::error!(%error, "the hub refuses this door's records");
                    tokio::time::sleep(REFUSED_PAUSE).await;
                }
            }
        }
    }

    /// Asks the hub where to resume, and brings it up to the end of the chain.
    async fn deliver_all(&self, pauses: &mut Pauses) -> Result<(), OutboxError> {
        let mut durable = self.hub.put_records(Vec::new()).await?;
        self.confirm(durable).await?;
        pauses.reset();
        loop {
            let run = self.run_after(durable).await?;
            if run.is_empty() {
                return Ok(());
            }
            let confirmed = self.hub.put_records(run).await?;
            if confirmed <= durable {
                return Err(OutboxError::NoProgress);
            }
            durable = confirmed;
            self.confirm(durable).await?;
        }
    }

    async fn run_after(&self, durable: u64) -> Result<Vec<SignedRecord>, OutboxError> {
        let count = u32::try_from(RecordRun::MAX).unwrap_or(u32::MAX);
        let bodies = self
            .journal
            .query(move |store| store.records_after(durable, count, RUN_BYTES))
            .await?;
        Ok(bodies.into_iter().map(SignedRecord).collect())
    }

    async fn confirm(&self, durable: u64) -> Result<(), OutboxError> {
        let own = *self.journal.last_seq().borrow();
        if durable > own {
            return Err(OutboxError::HubAhead { durable, own });
        }
        let remember = move |store: &mut crate::store::Store| store.set_durable_seq(durable);
        self.journal.query(remember).await?;
        self.durable.send_replace(durable);
        Ok(())
    }
}
