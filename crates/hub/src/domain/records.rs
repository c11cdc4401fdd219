//! Records: verified, chained, appended to the building's log, projected for residents.

use access::{BuildingId, DoorId, SigningPublicKey};
use audit::log::Leaf;
use audit::{ChainError, ChainPosition, Hash32, Record, SignedRecord, verify_run};
use hub_api::{ApiError, ErrorCode, RecordRun};

use super::projection::project;
use super::{Hub, HubError, Result, entropy32, refuse};
use crate::store::{Alarm, Append, DoorTip, NewRecord, StoreError};

/// How often an append is repeated because another building door's came first.
pub(super) const APPEND_TRIES: usize = 8;

impl Hub {
    /// Takes a contiguous run of a door's records and says how far the door is durable.
    ///
    /// Records that are held already are compared and skipped, so a run may be repeated whole.
    pub async fn take_records(&self, door: DoorId, run: &[SignedRecord]) -> Result<u64> {
        if run.len() > RecordRun::MAX {
            return refuse(
                ErrorCode::PayloadTooLarge,
                format!(
                    "A run has at most {} records. Send it in parts.",
                    RecordRun::MAX
                ),
            );
        }
        let _turn = self.turns.append.lock().await;
        for _ in 0..APPEND_TRIES {
            let tip = self.store.tip(door).await?;
            let Some(key) = tip.key else {
                return Err(StoreError::Unknown.into());
            };
            let records = read_run(run, &key, tip.building, door)?;
            let fresh = self.skip_held(door, &tip, &records).await?;
            if fresh.is_empty() {
                return Ok(tip.seq);
            }
            let last = self.verify_fresh(door, &tip, &key, fresh).await?;
            match self.append(door, tip, fresh).await {
                Err(HubError::Store(StoreError::Conflict)) => {}
                result => return result.map(|()| last),
            }
        }
        Err(StoreError::Conflict.into())
    }

    /// The records after the ones that are held, all of which must be the same as the held ones.
    async fn skip_held<'a>(
        &self,
        door: DoorId,
        tip: &DoorTip,
        run: &'a [(SignedRecord, Record)],
    ) -> Result<&'a [(SignedRecord, Record)]> {
        let held_count = run
            .iter()
            .take_while(|(_, record)| record.seq <= tip.seq)
            .count();
        let (held, fresh) = run.split_at(held_count);
        for (signed, record) in held {
            let known = self.store.record_hash(door, record.seq).await?;
            let known = known.unwrap_or(Hash32::ZERO);
            if known != signed.hash() {
                return self
                    .raise(door, tip, record.seq, known, signed.hash())
                    .await;
            }
        }
        Ok(fresh)
    }

    async fn verify_fresh(
        &self,
        door: DoorId,
        tip: &DoorTip,
        key: &SigningPublicKey,
        fresh: &[(SignedRecord, Record)],
    ) -> Result<u64> {
        let from = ChainPosition {
            building: tip.building,
            door,
            next_seq: tip.seq.saturating_add(1),
            last_hash: tip.hash,
        };
        let signed: Vec<_> = fresh.iter().map(|(signed, _)| signed.clone()).collect();
        match verify_run(&signed, key, from) {
            Ok(position) => Ok(position.last_seq()),
            Err(ChainError::Fork { seq }) => {
                let forked = fresh.iter().find(|(_, record)| record.seq == seq);
                let claimed = forked.map_or(Hash32::ZERO, |(_, record)| record.previous);
                let before = seq.saturating_sub(1);
                self.raise(door, tip, before, tip.hash, claimed).await
            }
            Err(error @ (ChainError::Gap { .. } | ChainError::Repeated { .. })) => refuse(
                ErrorCode::RecordGap,
                format!("The run cannot follow: {error}. Ask for the durable number first."),
            ),
            Err(error) => refuse(ErrorCode::RecordInvalid, sentence(&error)),
        }
    }

    async fn raise<T>(
        &self,
        door: DoorId,
        tip: &DoorTip,
        seq: u64,
        held: Hash32,
        offered: Hash32,
    ) -> Result<T> {
        let at = self.clock.now_s();
        let building = tip.building;
        self.store
            .raise(&Alarm {
                at,
                building,
                door,
                seq,
                held,
                offered,
            })
            .await?;
        tracing::error!(%door, seq, "TAMPER ALARM: the door offered a second record of one number");
        refuse(
            ErrorCode::RecordFork,
            format!(
                "Record {seq} differs from the one that is held. The door was rolled back, copied \
                 or rewritten; the building's manager sees an alarm."
            ),
        )
    }

    async fn append(
        &self,
        door: DoorId,
        after: DoorTip,
        fresh: &[(SignedRecord, Record)],
    ) -> Result<()> {
        let records: Vec<_> = fresh
            .iter()
            .map(|(signed, record)| new_record(record.seq, signed))
            .collect();
        let growth = self.grow_log(after.building, &records).await?;
        let projections = fresh
            .iter()
            .filter_map(|(_, record)| project(record))
            .collect();
        let at = self.clock.now_s();
        let append = Append {
            door,
            after,
            records,
            growth,
            projections,
            at,
        };
        Ok(self.store.append(&append).await?)
    }
}

/// Reads a run, refusing what is not this door's own: a stranger must not raise an alarm.
fn read_run(
    run: &[SignedRecord],
    key: &SigningPublicKey,
    building: BuildingId,
    door: DoorId,
) -> Result<Vec<(SignedRecord, Record)>> {
    let read = |signed: &SignedRecord| {
        let record = signed.verify(key).map_err(|error| invalid(&error))?;
        if (record.building, record.door) != (building, door) {
            return refuse(
                ErrorCode::RecordInvalid,
                "A record belongs to another door.",
            );
        }
        Ok((signed.clone(), record))
    };
    run.iter().map(read).collect()
}

fn invalid(error: &impl std::fmt::Display) -> HubError {
    ApiError::new(ErrorCode::RecordInvalid, sentence(error)).into()
}

fn sentence(error: &impl std::fmt::Display) -> String {
    format!("The run is refused: {error}.")
}

/// A record with what the log commits to.
pub(super) fn new_record(seq: u64, signed: &SignedRecord) -> NewRecord {
    let salt = entropy32();
    NewRecord {
        seq,
        hash: signed.hash(),
        salt,
        leaf: Leaf::commit(signed, &salt),
        body: signed.clone(),
    }
}
