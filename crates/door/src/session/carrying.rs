//! What a phone that was let in carries: a newer bundle here, sealed records away.

use access::{BundleError, SignedBundle};
use audit::{SealedRecords, SignedRecord};
use door_protocol::{CarryAnswer, CarryRefusal, DoorStatus, MAX_BATCH};
use rand::rngs::OsRng;

use super::{Doorway, Serving};
use crate::{
    gate::BundleRefused,
    store::StoreError,
    sync::{SyncError, accept},
};

/// The most records that are looked at for one batch. None holds more.
const MOST_RECORDS: u64 = 24;

/// The most bytes of records that are looked at for one batch.
const MOST_BYTES: usize = 8 * 1024;

impl Serving<'_> {
    pub(super) async fn tell_status(&mut self) {
        let answer = self.doorway.status().await.map(CarryAnswer::Status);
        self.answer(answer);
    }

    pub(super) async fn take_bundle(&mut self, signed: SignedBundle) {
        let accepted = accept(self.doorway, signed).await;
        let answer = accepted.map(|version| CarryAnswer::InForce { version });
        self.answer(answer.map_err(|error| {
            tracing::info!(%error, "a bundle that a phone brought is not taken");
            blame(&error)
        }));
    }

    pub(super) async fn give_records(&mut self, after: u64, before: u64) {
        let answer = self.doorway.sealed_records(after, before).await;
        self.answer(answer);
    }

    fn answer(&mut self, answer: Result<CarryAnswer, CarryRefusal>) {
        let answer = answer.unwrap_or_else(|code| CarryAnswer::Refused { code });
        self.session.handle_carry_answer(&answer);
    }
}

impl Doorway {
    async fn status(&self) -> Result<DoorStatus, CarryRefusal> {
        let durable_seq = self.journal.query(|store| store.durable_seq()).await;
        let clock_known = self.clock.is_known();
        Ok(DoorStatus {
            bundle_version: self.gate.version().unwrap_or_default(),
            last_seq: *self.journal.last_seq().borrow(),
            durable_seq: durable_seq.map_err(|error| not_read(&error))?,
            utc_ms: self.clock.utc_ms(),
            clock_known,
        })
    }

    async fn sealed_records(&self, after: u64, before: u64) -> Result<CarryAnswer, CarryRefusal> {
        let waiting = before.saturating_sub(1).saturating_sub(after);
        if waiting == 0 {
            return Ok(CarryAnswer::NoRecords);
        }
        let key = self.gate.records_key().ok_or(CarryRefusal::NoRecordsKey)?;
        let count = u32::try_from(waiting.min(MOST_RECORDS)).unwrap_or(u32::MAX);
        let read =
            move |store: &mut crate::store::Store| store.records_after(after, count, MOST_BYTES);
        let bodies = self.journal.query(read).await;
        let bodies = bodies.map_err(|error| not_read(&error))?;
        let run: Vec<_> = bodies.into_iter().map(SignedRecord).collect();
        if run.is_empty() {
            return Ok(CarryAnswer::NoRecords);
        }
        let batch = SealedRecords::seal(&run, &key, &mut OsRng);
        let sealed = batch.and_then(|batch| Ok((batch.last_seq, batch.to_bytes()?)));
        match sealed {
            Ok((last_seq, sealed)) if sealed.len() <= MAX_BATCH => {
                Ok(CarryAnswer::Records { sealed, last_seq })
            }
            Ok(_) => Err(CarryRefusal::NotKept),
            Err(error) => {
                tracing::error!(%error, "records cannot be sealed for a phone to carry");
                Err(CarryRefusal::NotKept)
            }
        }
    }
}

fn not_read(error: &StoreError) -> CarryRefusal {
    tracing::error!(%error, "records cannot be read for a phone to carry");
    CarryRefusal::NotKept
}

fn blame(error: &SyncError) -> CarryRefusal {
    use BundleError::{Forked, RolledBack};
    match error {
        SyncError::Refused(BundleRefused::Bundle(RolledBack { .. } | Forked { .. })) => {
            CarryRefusal::NotNewer
        }
        SyncError::Refused(_) => CarryRefusal::NotTheBuildings,
        _ => CarryRefusal::NotKept,
    }
}
