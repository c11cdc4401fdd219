//! A door's record: CBOR, signed, linked to the one before.

use access::{BuildingId, DoorId, SignatureError, SigningKey, SigningPublicKey, base64url};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;
use utoipa::ToSchema;

use crate::{Event, Hash32};

const SIGNATURE_DOMAIN: &[u8] = b"record 1";
const HASH_DOMAIN: &str = "record hash 1";
/// Deepest nesting that is read.
const MAX_DEPTH: usize = 16;

/// One thing that happened at one door.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// The building.
    pub building: BuildingId,
    /// The door.
    pub door: DoorId,
    /// 1 for a door's first record, then one more each time.
    pub seq: u64,
    /// When, in unix ms by the door's clock.
    pub at_ms: u64,
    /// What.
    pub event: Event,
    /// The hash of the record before; [`Hash32::ZERO`] in the first.
    pub previous: Hash32,
}

/// A record as it is stored and as it travels: CBOR `{record: bytes, signature: bytes}`, the
/// Ed25519 signature of the door, or of the building for a [`crate::HubRecord`], over the bytes. Base64url in JSON.
///
/// There is one encoding of each record; any other is refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String)]
pub struct SignedRecord(#[serde(with = "base64url")] pub Vec<u8>);

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Envelope {
    pub(crate) record: ByteBuf,
    pub(crate) signature: ByteBuf,
}

/// Why a record is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// Not a record in its one encoding.
    #[error("this is not a record")]
    Malformed,
    /// Larger than any record.
    #[error("the record is larger than {max} bytes", max = SignedRecord::MAX_LEN)]
    TooLarge,
    /// Not signed by this door.
    #[error("the record is not signed by this door")]
    BadSignature,
}

impl From<SignatureError> for RecordError {
    fn from(_: SignatureError) -> Self {
        Self::BadSignature
    }
}

impl SignedRecord {
    /// Largest signed record, in bytes.
    pub const MAX_LEN: usize = 1_024;

    pub(crate) fn sign(record: &Record, key: &SigningKey) -> Result<Self, RecordError> {
        if record.event.longest_text() > Event::MAX_TEXT_LEN {
            return Err(RecordError::TooLarge);
        }
        Self::seal(record, |bytes| key.sign(SIGNATURE_DOMAIN, bytes))
    }

    pub(crate) fn seal(
        record: &impl Serialize,
        sign: impl FnOnce(&[u8]) -> [u8; 64],
    ) -> Result<Self, RecordError> {
        let record = encode(record)?;
        let signature = sign(&record).to_vec();
        let bytes = encode(&Envelope {
            record: record.into(),
            signature: signature.into(),
        })?;
        if bytes.len() > Self::MAX_LEN {
            return Err(RecordError::TooLarge);
        }
        Ok(Self(bytes))
    }

    /// Checks size, encoding and the door's signature.
    pub fn verify(&self, key: &SigningPublicKey) -> Result<Record, RecordError> {
        let (envelope, record) = self.of_door()?;
        key.verify(SIGNATURE_DOMAIN, &envelope.record, &envelope.signature)?;
        Ok(record)
    }

    /// Reads the record without checking who signed it.
    pub fn read_unverified(&self) -> Result<Record, RecordError> {
        self.of_door().map(|(_, record)| record)
    }

    /// The record's hash: what the next record names, and what its building's log commits to.
    ///
    /// It covers the signature. Who has only the hash of an erased record cannot test a guess at
    /// what the record said, because only the door can make the signature.
    pub fn hash(&self) -> Hash32 {
        Hash32::of(HASH_DOMAIN, &[&self.0])
    }

    /// The bytes that travel.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    fn of_door(&self) -> Result<(Envelope, Record), RecordError> {
        let (envelope, record) = self.open::<Record>()?;
        if record.event.longest_text() > Event::MAX_TEXT_LEN {
            return Err(RecordError::TooLarge);
        }
        Ok((envelope, record))
    }

    pub(crate) fn open<T: Serialize + DeserializeOwned>(
        &self,
    ) -> Result<(Envelope, T), RecordError> {
        if self.0.len() > Self::MAX_LEN {
            return Err(RecordError::TooLarge);
        }
        let envelope: Envelope = decode(&self.0)?;
        let record: T = decode(&envelope.record)?;
        if encode(&record)? != *envelope.record || encode(&envelope)? != self.0 {
            return Err(RecordError::Malformed);
        }
        Ok((envelope, record))
    }
}

fn encode<T: Serialize>(value: &T) -> Result<Vec<u8>, RecordError> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).map_err(|_| RecordError::Malformed)?;
    Ok(bytes)
}

fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, RecordError> {
    ciborium::de::from_reader_with_recursion_limit(bytes, MAX_DEPTH)
        .map_err(|_| RecordError::Malformed)
}
