//! What the building's hub itself puts on record: what it keeps and deletes, which no door can say.

use access::{BuildingId, BuildingKey, BuildingPublicKey, ClipId};
use serde::{Deserialize, Serialize};

use crate::chain::{self, ChainError};
use crate::record::{RecordError, SignedRecord};
use crate::{Event, Hash32};

const SIGNATURE_DOMAIN: &[u8] = b"hub record 1";

/// Something that the hub did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum HubEvent {
    /// A clip is kept whatever its age, until it is released.
    ClipHeld {
        /// The clip.
        clip: ClipId,
        /// Why, in the manager's words; at most [`Event::MAX_TEXT_LEN`] bytes.
        reason: String,
    },
    /// A held clip is kept for as long as any other again.
    ClipReleased {
        /// The clip.
        clip: ClipId,
    },
    /// A clip was deleted before its time, because the building's space for clips was used up.
    ClipGaveWay {
        /// The clip.
        clip: ClipId,
    },
}

impl HubEvent {
    fn longest_text(&self) -> usize {
        match self {
            Self::ClipHeld { reason, .. } => reason.len(),
            Self::ClipReleased { .. } | Self::ClipGaveWay { .. } => 0,
        }
    }
}

/// One thing that the hub did for one building. It travels as a [`SignedRecord`], signed with the building's key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HubRecord {
    /// The building.
    pub building: BuildingId,
    /// 1 for the hub's first record of this building, then one more each time.
    pub seq: u64,
    /// When, in unix ms by the hub's clock.
    pub at_ms: u64,
    /// What.
    pub event: HubEvent,
    /// The hash of the record before; [`Hash32::ZERO`] in the first.
    pub previous: Hash32,
}

/// Where the hub's chain for a building stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HubPosition {
    /// The building.
    pub building: BuildingId,
    /// The next record's number; the first is 1.
    pub next_seq: u64,
    /// The hash of the newest record; [`Hash32::ZERO`] when there is none.
    pub last_hash: Hash32,
}

impl HubPosition {
    /// Before the first record of a building.
    pub const fn start(building: BuildingId) -> Self {
        Self {
            building,
            next_seq: 1,
            last_hash: Hash32::ZERO,
        }
    }

    /// Makes and signs the record that comes next.
    pub fn sign(
        &self,
        key: &BuildingKey,
        at_ms: u64,
        event: HubEvent,
    ) -> Result<SignedRecord, RecordError> {
        if event.longest_text() > Event::MAX_TEXT_LEN {
            return Err(RecordError::TooLarge);
        }
        let record = HubRecord {
            building: self.building,
            seq: self.next_seq,
            at_ms,
            event,
            previous: self.last_hash,
        };
        SignedRecord::seal(&record, |bytes| key.sign(SIGNATURE_DOMAIN, bytes))
    }

    /// Checks that a record is the hub's own and comes next; returns the position after it.
    pub fn verify(
        &self,
        signed: &SignedRecord,
        key: &BuildingPublicKey,
    ) -> Result<Self, ChainError> {
        let expected_seq = self.next_seq;
        let malformed = ChainError::Malformed { expected_seq };
        let (envelope, record) = signed.open::<HubRecord>().map_err(|_| malformed)?;
        key.verify(SIGNATURE_DOMAIN, &envelope.record, &envelope.signature)
            .map_err(|_| ChainError::BadSignature { expected_seq })?;
        if record.building != self.building {
            return Err(ChainError::WrongDoor { seq: record.seq });
        }
        Ok(Self {
            building: self.building,
            next_seq: chain::follow((record.seq, record.previous), expected_seq, self.last_hash)?,
            last_hash: signed.hash(),
        })
    }
}

impl SignedRecord {
    /// Reads a record of the hub without checking who signed it.
    pub fn read_unverified_of_hub(&self) -> Result<HubRecord, RecordError> {
        self.open().map(|(_, record)| record)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> BuildingKey {
        BuildingKey::from_seed([1; 32])
    }

    fn start() -> HubPosition {
        HubPosition::start(BuildingId::from_entropy([2; 16]))
    }

    fn released(clip: u8) -> HubEvent {
        HubEvent::ClipReleased {
            clip: ClipId::from_entropy([clip; 16]),
        }
    }

    #[test]
    fn the_hubs_records_follow_each_other_and_nothing_else_does() {
        let first = start().sign(&key(), 1, released(1)).unwrap();
        let after = start().verify(&first, &key().public()).unwrap();
        let second = after.sign(&key(), 2, released(2)).unwrap();
        assert_eq!(
            after.verify(&second, &key().public()).unwrap().next_seq,
            3,
            "the second follows the first"
        );
        let gap = start().verify(&second, &key().public());
        assert!(matches!(gap, Err(ChainError::Gap { .. })), "{gap:?}");
        let again = after.verify(&first, &key().public());
        assert!(matches!(again, Err(ChainError::Repeated { .. })));
        let rewritten = start().sign(&key(), 1, released(9)).unwrap();
        let rewritten = start().verify(&rewritten, &key().public()).unwrap();
        let fork = rewritten.verify(&second, &key().public());
        assert!(matches!(fork, Err(ChainError::Fork { seq: 2 })), "{fork:?}");
    }

    #[test]
    fn a_record_that_the_buildings_key_did_not_sign_is_refused() {
        let forged = start()
            .sign(&BuildingKey::from_seed([9; 32]), 1, released(1))
            .unwrap();
        let refused = start().verify(&forged, &key().public());
        assert_eq!(refused, Err(ChainError::BadSignature { expected_seq: 1 }));
        let other = HubPosition::start(BuildingId::from_entropy([3; 16]));
        let elsewhere = other.sign(&key(), 1, released(1)).unwrap();
        let refused = start().verify(&elsewhere, &key().public());
        assert_eq!(refused, Err(ChainError::WrongDoor { seq: 1 }));
    }

    #[test]
    fn a_reason_is_short() {
        let held = |len: usize| HubEvent::ClipHeld {
            clip: ClipId::from_entropy([1; 16]),
            reason: "a".repeat(len),
        };
        assert!(start().sign(&key(), 1, held(64)).is_ok());
        let long = start().sign(&key(), 1, held(65));
        assert_eq!(long, Err(RecordError::TooLarge));
    }
}
