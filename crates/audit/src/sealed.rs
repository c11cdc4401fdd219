//! Records that a phone carries from a door without a network to the hub: it cannot read them.

use std::fmt;

use access::{BuildingId, DoorId, RecordsPublicKey, base64url, x25519_public};
use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::{Deserializable as _, Kem, OpModeR, OpModeS, Serializable as _};
use rand_core::{CryptoRng, RngCore};
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;
use utoipa::ToSchema;
use zeroize::ZeroizeOnDrop;

use crate::SignedRecord;

const INFO: &[u8] = b"vestibule carried records 1";

/// What is sealed has this length, whatever it says: a batch's size tells nothing about its records.
const PLAIN_LEN: usize = 3_584;
const TAG_LEN: usize = 16;
/// Deepest nesting that is read.
const MAX_DEPTH: usize = 8;

/// A run of one door's signed records, sealed to the building's hub: HPKE base mode (RFC 9180) with
/// X25519, HKDF-SHA256 and ChaCha20-Poly1305.
///
/// All batches have the same length. Building, door and numbers are not secret, and are bound to
/// what is sealed. Who sealed it is proven by nothing here: the records inside are signed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SealedRecords {
    /// The door's building.
    pub building: BuildingId,
    /// The door.
    pub door: DoorId,
    /// The number of the first record.
    pub first_seq: u64,
    /// The number of the last record.
    pub last_seq: u64,
    /// The encapsulated key: 32 bytes, base64url in JSON.
    #[serde(with = "base64url")]
    #[schema(value_type = String)]
    enc: [u8; 32],
    /// 3,584 bytes and a tag of 16, base64url in JSON.
    #[serde(with = "base64url")]
    #[schema(value_type = String)]
    ciphertext: Vec<u8>,
}

/// Why records were not sealed or not opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealedError {
    /// Nothing to seal.
    #[error("there is no record to seal")]
    Empty,
    /// Not one door's records in order without gaps.
    #[error("these are not consecutive records of one door")]
    NotARun,
    /// The bytes are no batch of sealed records in its one encoding.
    #[error("this is not a batch of sealed records")]
    Malformed,
    /// The key is of low order.
    #[error("records cannot be sealed to this key")]
    Key,
    /// Sealed to another key, for another door or other numbers, or altered.
    #[error("these records were not sealed for this building's hub, or were altered")]
    NotForThisKey,
}

impl SealedRecords {
    /// Seals as many of `run`, from the first on, as one batch holds: at least three.
    ///
    /// `run` are one door's records in order without gaps; their signatures are not checked.
    pub fn seal(
        run: &[SignedRecord],
        to: &RecordsPublicKey,
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<Self, SealedError> {
        let count = fitting(run);
        let run = run.get(..count).unwrap_or_default();
        let span = Span::of(run)?;
        let plain = pack(run)?;
        let to = <X25519HkdfSha256 as Kem>::PublicKey::from_bytes(to.as_bytes())
            .map_err(|_| SealedError::Key)?;
        let (enc, ciphertext) =
            hpke::single_shot_seal::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256, _>(
                &OpModeS::Base,
                &to,
                INFO,
                &plain,
                &span.associated_data(),
                &mut Entropy(rng),
            )
            .map_err(|_| SealedError::Key)?;
        let Span {
            building,
            door,
            first_seq,
            last_seq,
        } = span;
        Ok(Self {
            building,
            door,
            first_seq,
            last_seq,
            enc: enc.to_bytes().into(),
            ciphertext,
        })
    }

    /// The batch as it travels: CBOR.
    pub fn to_bytes(&self) -> Result<Vec<u8>, SealedError> {
        let mut bytes = Vec::new();
        ciborium::into_writer(self, &mut bytes).map_err(|_| SealedError::Malformed)?;
        Ok(bytes)
    }

    /// Reads what [`Self::to_bytes`] gave, in its one encoding. Nothing is proven yet.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SealedError> {
        let batch: Self = ciborium::de::from_reader_with_recursion_limit(bytes, MAX_DEPTH)
            .map_err(|_| SealedError::Malformed)?;
        let is_sound = batch.ciphertext.len() == PLAIN_LEN + TAG_LEN
            && (1..=batch.last_seq).contains(&batch.first_seq);
        if is_sound && batch.to_bytes()? == bytes {
            Ok(batch)
        } else {
            Err(SealedError::Malformed)
        }
    }

    fn span(&self) -> Span {
        Span {
            building: self.building,
            door: self.door,
            first_seq: self.first_seq,
            last_seq: self.last_seq,
        }
    }
}

impl fmt::Debug for SealedRecords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealedRecords")
            .field("door", &self.door)
            .field("first_seq", &self.first_seq)
            .field("last_seq", &self.last_seq)
            .finish_non_exhaustive()
    }
}

/// A building's X25519 secret for carried records. Wiped when dropped; never printed.
#[derive(Clone, ZeroizeOnDrop)]
pub struct RecordsKey([u8; 32]);

impl RecordsKey {
    /// Takes 32 secret bytes (RFC 7748 scalar; clamped when used).
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// What doors seal records to.
    pub fn public(&self) -> RecordsPublicKey {
        RecordsPublicKey(x25519_public(&self.0))
    }

    /// Opens a batch: consecutive records of the door and numbers that it names. Their signatures
    /// and their place in the door's chain remain to be checked.
    pub fn open(&self, batch: &SealedRecords) -> Result<Vec<SignedRecord>, SealedError> {
        let plain = self
            .decrypt(batch)
            .map_err(|_| SealedError::NotForThisKey)?;
        let run = unpack(&plain)?;
        if Span::of(&run)? == batch.span() {
            Ok(run)
        } else {
            Err(SealedError::NotARun)
        }
    }

    fn decrypt(&self, batch: &SealedRecords) -> Result<Vec<u8>, hpke::HpkeError> {
        let secret = <X25519HkdfSha256 as Kem>::PrivateKey::from_bytes(&self.0)?;
        let enc = <X25519HkdfSha256 as Kem>::EncappedKey::from_bytes(&batch.enc)?;
        hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
            &OpModeR::Base,
            &secret,
            &enc,
            INFO,
            &batch.ciphertext,
            &batch.span().associated_data(),
        )
    }
}

impl fmt::Debug for RecordsKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecordsKey(secret)")
    }
}

/// Which records.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Span {
    building: BuildingId,
    door: DoorId,
    first_seq: u64,
    last_seq: u64,
}

impl Span {
    fn of(run: &[SignedRecord]) -> Result<Self, SealedError> {
        let mut span: Option<Self> = None;
        for signed in run {
            let record = signed.read_unverified().map_err(|_| SealedError::NotARun)?;
            let (building, door, seq) = (record.building, record.door, record.seq);
            let so_far = span.get_or_insert(Self {
                building,
                door,
                first_seq: seq,
                last_seq: seq.wrapping_sub(1),
            });
            let next_seq = so_far.last_seq.wrapping_add(1);
            if (building, door, seq) != (so_far.building, so_far.door, next_seq) {
                return Err(SealedError::NotARun);
            }
            so_far.last_seq = seq;
        }
        span.ok_or(SealedError::Empty)
    }

    fn associated_data(&self) -> Vec<u8> {
        let numbers = [self.first_seq.to_be_bytes(), self.last_seq.to_be_bytes()].concat();
        [
            self.building.as_bytes(),
            self.door.as_bytes(),
            numbers.as_slice(),
        ]
        .concat()
    }
}

/// How many records, from the first on, fit one batch. CBOR adds three bytes to each, and three.
fn fitting(run: &[SignedRecord]) -> usize {
    let mut room = PLAIN_LEN - 3;
    let fits = |signed: &&SignedRecord| {
        let left = room.checked_sub(signed.as_bytes().len() + 3);
        room = left.unwrap_or(0);
        left.is_some()
    };
    run.iter().take_while(fits).count()
}

/// A CBOR array of byte strings, filled up with zeros.
fn pack(run: &[SignedRecord]) -> Result<Vec<u8>, SealedError> {
    let bodies: Vec<_> = run
        .iter()
        .map(|signed| serde_bytes::Bytes::new(signed.as_bytes()))
        .collect();
    let mut plain = Vec::with_capacity(PLAIN_LEN);
    ciborium::into_writer(&bodies, &mut plain).map_err(|_| SealedError::Malformed)?;
    if plain.len() > PLAIN_LEN {
        return Err(SealedError::Malformed);
    }
    plain.resize(PLAIN_LEN, 0);
    Ok(plain)
}

fn unpack(plain: &[u8]) -> Result<Vec<SignedRecord>, SealedError> {
    let mut rest = plain;
    let bodies: Vec<ByteBuf> = ciborium::de::from_reader_with_recursion_limit(&mut rest, MAX_DEPTH)
        .map_err(|_| SealedError::Malformed)?;
    if rest.iter().any(|byte| *byte != 0) {
        return Err(SealedError::Malformed);
    }
    let signed = bodies.into_iter().map(|body| SignedRecord(body.into_vec()));
    Ok(signed.collect())
}

/// The caller's entropy for HPKE, which speaks a later version of the same traits.
struct Entropy<'a, R>(&'a mut R);

impl<R: RngCore> hpke::rand_core::RngCore for Entropy<'_, R> {
    fn next_u32(&mut self) -> u32 {
        self.0.next_u32()
    }

    fn next_u64(&mut self) -> u64 {
        self.0.next_u64()
    }

    fn fill_bytes(&mut self, dest: &mut [u8]) {
        self.0.fill_bytes(dest);
    }
}

impl<R: RngCore + CryptoRng> hpke::rand_core::CryptoRng for Entropy<'_, R> {}
