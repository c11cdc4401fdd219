//! Checkpoints: the log's size and root, signed by the building's log key.
//!
//! C2SP tlog-checkpoint (<https://c2sp.org/tlog-checkpoint>) in a C2SP signed note
//! (<https://c2sp.org/signed-note>), so any reader of such logs can follow this one.

use std::fmt;
use std::str::FromStr;

use access::{BuildingId, base64url};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};
use signed_note::{Note, Signer, Verifier, VerifierList};
use tlog_tiles::Hash;
use utoipa::ToSchema;
use zeroize::{ZeroizeOnDrop, Zeroizing};

use crate::Hash32;

/// Signature type Ed25519 of C2SP signed notes.
const ED25519: u8 = 1;

/// The Ed25519 secret that signs a building's checkpoints, and nothing else: a note's signature
/// covers the bare text. Wiped from memory when dropped; never printed.
#[derive(Clone, ZeroizeOnDrop)]
pub struct LogKey(SigningKey);

impl LogKey {
    /// Makes the key of its 32-byte seed.
    pub fn from_seed(seed: [u8; 32]) -> Self {
        let seed = Zeroizing::new(seed);
        Self(SigningKey::from_bytes(&seed))
    }

    /// The seed, to be kept secret.
    pub fn seed(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// The public half.
    pub fn public(&self) -> LogPublicKey {
        LogPublicKey(self.0.verifying_key().to_bytes())
    }
}

impl fmt::Debug for LogKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LogKey(secret)")
    }
}

/// The key that a building's checkpoints are checked with. Base64url in JSON, bytes in CBOR.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String)]
pub struct LogPublicKey(#[serde(with = "base64url")] pub [u8; 32]);

/// How far a building's log had grown, and to what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checkpoint {
    /// The building.
    pub building: BuildingId,
    /// Leaves.
    pub size: u64,
    /// The root over them.
    pub root: Hash32,
}

/// A checkpoint as a signed note. Text; nothing in it is trusted before [`Self::verify`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct SignedCheckpoint(pub String);

/// Why a checkpoint is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// Not a checkpoint.
    #[error("this is not a checkpoint")]
    Malformed,
    /// Another building's.
    #[error("the checkpoint is another building's")]
    WrongBuilding,
    /// Not signed by the building's log key.
    #[error("the checkpoint is not signed by this building")]
    BadSignature,
}

impl Checkpoint {
    /// Signs it; the text is the same for the same checkpoint and key.
    pub fn sign(&self, key: &LogKey) -> Result<SignedCheckpoint, CheckpointError> {
        let malformed = |_| CheckpointError::Malformed;
        let origin = origin(self.building);
        let body = tlog_tiles::Checkpoint::new(&origin, self.size, Hash(self.root.0), "")
            .map_err(|_| CheckpointError::Malformed)?;
        let mut note = Note::new(&body.to_bytes(), &[]).map_err(malformed)?;
        let signer = NoteKey {
            key_id: key_id(&origin, key.public()),
            origin,
            key,
        };
        note.add_sigs(&[&signer]).map_err(malformed)?;
        let text = String::from_utf8(note.to_bytes()).map_err(|_| CheckpointError::Malformed)?;
        Ok(SignedCheckpoint(text))
    }
}

impl SignedCheckpoint {
    /// Checks the form, then the building, then the signature.
    pub fn verify(
        &self,
        building: BuildingId,
        key: LogPublicKey,
    ) -> Result<Checkpoint, CheckpointError> {
        let note = Note::from_bytes(self.0.as_bytes()).map_err(|_| CheckpointError::Malformed)?;
        let body = tlog_tiles::Checkpoint::from_bytes(note.text())
            .map_err(|_| CheckpointError::Malformed)?;
        let origin = origin(building);
        if body.origin() != origin {
            return Err(CheckpointError::WrongBuilding);
        }
        let verifier = NoteKey {
            key_id: key_id(&origin, key),
            origin,
            key,
        };
        note.verify(&VerifierList::new(vec![Box::new(verifier)]))
            .map_err(|_| CheckpointError::BadSignature)?;
        Ok(Checkpoint {
            building,
            size: body.size(),
            root: Hash32(body.hash().0),
        })
    }
}

impl fmt::Display for SignedCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for SignedCheckpoint {
    type Err = CheckpointError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Note::from_bytes(text.as_bytes()).map_err(|_| CheckpointError::Malformed)?;
        Ok(Self(text.to_owned()))
    }
}

/// The key in the form that other readers of signed notes take: `<name>+<id>+<key>`.
///
/// None when it is not an Ed25519 key.
pub fn verifier_key(building: BuildingId, key: LogPublicKey) -> Option<String> {
    let key = VerifyingKey::from_bytes(&key.0).ok()?;
    Some(signed_note::new_ed25519_verifier_key(
        &origin(building),
        &key,
    ))
}

/// The log's name, in its checkpoints and as its key's name.
fn origin(building: BuildingId) -> String {
    format!("vestibule/building/{building}")
}

fn key_id(origin: &str, key: LogPublicKey) -> u32 {
    let mut typed = vec![ED25519];
    typed.extend_from_slice(&key.0);
    signed_note::key_id(origin, &typed)
}

/// A log key under the log's name.
struct NoteKey<K> {
    origin: String,
    key_id: u32,
    key: K,
}

impl Signer for NoteKey<&LogKey> {
    fn name(&self) -> &str {
        &self.origin
    }

    fn key_id(&self) -> u32 {
        self.key_id
    }

    fn sign(&self, text: &[u8]) -> Result<Vec<u8>, ed25519_dalek::SignatureError> {
        Ok(self.key.0.try_sign(text)?.to_vec())
    }
}

impl Verifier for NoteKey<LogPublicKey> {
    fn name(&self) -> &str {
        &self.origin
    }

    fn key_id(&self) -> u32 {
        self.key_id
    }

    fn verify(&self, text: &[u8], signature: &[u8]) -> bool {
        let key = VerifyingKey::from_bytes(&self.key.0);
        let signature = Signature::from_slice(signature);
        key.and_then(|key| key.verify_strict(text, &signature?))
            .is_ok()
    }
}
