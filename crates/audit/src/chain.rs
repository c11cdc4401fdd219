//! A door's chain of records: no gaps, each naming the hash of the one before.

use access::{BuildingId, DoorId, SigningKey, SigningPublicKey};
use serde::{Deserialize, Serialize};

use crate::{Event, Hash32, Record, RecordError, SignedRecord};

/// Where a door's chain stands: what its next record must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainPosition {
    /// The building.
    pub building: BuildingId,
    /// The door.
    pub door: DoorId,
    /// The next record's number; the first is 1.
    pub next_seq: u64,
    /// The hash of the newest record; [`Hash32::ZERO`] when there is none.
    pub last_hash: Hash32,
}

impl ChainPosition {
    /// Before a door's first record.
    pub const fn start(building: BuildingId, door: DoorId) -> Self {
        Self {
            building,
            door,
            next_seq: 1,
            last_hash: Hash32::ZERO,
        }
    }

    /// The number of the newest record; 0 when there is none.
    pub const fn last_seq(&self) -> u64 {
        self.next_seq.saturating_sub(1)
    }
}

/// A door's end of its chain: makes the next record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoorChain {
    position: ChainPosition,
}

impl DoorChain {
    /// A door's first chain.
    pub const fn start(building: BuildingId, door: DoorId) -> Self {
        Self {
            position: ChainPosition::start(building, door),
        }
    }

    /// Goes on after the newest durable record.
    pub const fn resume(position: ChainPosition) -> Self {
        Self { position }
    }

    /// Where the chain stands.
    pub const fn position(&self) -> ChainPosition {
        self.position
    }

    /// Makes and signs the next record, and moves on to it.
    ///
    /// A caller whose commit to disk then fails must go back with [`Self::resume`] to the position
    /// it had, or the next record would leave a gap.
    pub fn append(
        &mut self,
        key: &SigningKey,
        at_ms: u64,
        event: Event,
    ) -> Result<SignedRecord, RecordError> {
        let ChainPosition {
            building,
            door,
            next_seq,
            last_hash,
        } = self.position;
        let record = Record {
            building,
            door,
            seq: next_seq,
            at_ms,
            event,
            previous: last_hash,
        };
        let signed = SignedRecord::sign(&record, key)?;
        self.position.next_seq = next_seq.checked_add(1).ok_or(RecordError::TooLarge)?;
        self.position.last_hash = signed.hash();
        Ok(signed)
    }
}

/// What is wrong with a run of records, and from which record on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ChainError {
    /// Not a record: the sender is broken, or another program.
    #[error("record {expected_seq} of the run is not a record")]
    Malformed {
        /// The number it should have.
        expected_seq: u64,
    },
    /// Not signed by this door: forged, altered on the way, or the door has another key.
    #[error("record {expected_seq} is not signed by this door")]
    BadSignature {
        /// The number it should have.
        expected_seq: u64,
    },
    /// The door signed it for another building or another door's chain.
    #[error("record {seq} belongs to another door")]
    WrongDoor {
        /// Its number.
        seq: u64,
    },
    /// Records are missing before this one: send them first.
    #[error("record {expected_seq} is missing; the next one sent is {found_seq}")]
    Gap {
        /// The number that should come next.
        expected_seq: u64,
        /// The number that came.
        found_seq: u64,
    },
    /// A number that was already passed: the run starts too early or repeats itself.
    #[error("record {found_seq} was already passed; expected {expected_seq}")]
    Repeated {
        /// The number that should come next.
        expected_seq: u64,
        /// The number that came.
        found_seq: u64,
    },
    /// The door signed a record that follows another one than the one known: it was rolled back,
    /// copied, or its history was rewritten. An alarm, never to be retried.
    #[error("record {seq} follows another record {} than the one known", seq.saturating_sub(1))]
    Fork {
        /// Its number.
        seq: u64,
    },
}

/// Checks that a run of records is the door's own and goes on, record by record, from a position.
///
/// Returns the position after the run. The first record at fault decides the error.
pub fn verify_run(
    records: &[SignedRecord],
    key: &SigningPublicKey,
    from: ChainPosition,
) -> Result<ChainPosition, ChainError> {
    records
        .iter()
        .try_fold(from, |position, record| verify_next(record, key, position))
}

fn verify_next(
    signed: &SignedRecord,
    key: &SigningPublicKey,
    position: ChainPosition,
) -> Result<ChainPosition, ChainError> {
    let expected_seq = position.next_seq;
    let record = signed.verify(key).map_err(|error| match error {
        RecordError::BadSignature => ChainError::BadSignature { expected_seq },
        RecordError::Malformed | RecordError::TooLarge => ChainError::Malformed { expected_seq },
    })?;
    let found_seq = record.seq;
    if (record.building, record.door) != (position.building, position.door) {
        return Err(ChainError::WrongDoor { seq: found_seq });
    }
    let found = (found_seq, record.previous);
    Ok(ChainPosition {
        next_seq: follow(found, expected_seq, position.last_hash)?,
        last_hash: signed.hash(),
        ..position
    })
}

/// Checks that a record's number and the hash that it names as the one before come next; returns the number after it.
pub(crate) fn follow(
    (found_seq, previous): (u64, Hash32),
    expected_seq: u64,
    last_hash: Hash32,
) -> Result<u64, ChainError> {
    if found_seq > expected_seq {
        return Err(ChainError::Gap {
            expected_seq,
            found_seq,
        });
    }
    if found_seq < expected_seq {
        return Err(ChainError::Repeated {
            expected_seq,
            found_seq,
        });
    }
    if previous != last_hash {
        return Err(ChainError::Fork { seq: found_seq });
    }
    found_seq
        .checked_add(1)
        .ok_or(ChainError::Malformed { expected_seq })
}
