//! The parts of a clip's index.

use access::{BuildingId, ClipId, DeviceId, DoorId};
use serde::{Deserialize, Serialize};

use crate::{ChainError, Digest, MAX_CODEC_LEN, MAX_FRAGMENT_LEN, MAX_SPAN_MS, MAX_VIEWERS};
use crate::{Lens, SEAL_OVERHEAD, WrappedKey};

/// What is known when a clip begins.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClipHeader {
    /// The clip.
    pub clip: ClipId,
    /// The building it was filmed in.
    pub building: BuildingId,
    /// The door it was filmed at.
    pub door: DoorId,
    /// When entry was asked for, in unix milliseconds: zero of the fragments' times.
    pub entry_at_ms: u64,
    /// The RFC 6381 codec string as probed from the stream, such as `avc1.42C01F`.
    pub codec: String,
    /// Pixels.
    pub width: u16,
    /// Pixels.
    pub height: u16,
    /// How the camera sees; none for a picture that is flat already.
    pub lens: Option<Lens>,
    /// The clip's key, wrapped to each device that may watch.
    pub keys: Vec<WrappedKey>,
}

impl ClipHeader {
    /// The clip's key as wrapped to this device.
    pub fn key_for(&self, device: DeviceId) -> Option<&WrappedKey> {
        self.keys.iter().find(|key| key.device == device)
    }

    pub(crate) fn check(&self) -> Result<(), ChainError> {
        let fits = self.keys.len() <= MAX_VIEWERS && self.codec.len() <= MAX_CODEC_LEN;
        if !fits {
            return Err(ChainError::HeaderTooLong);
        }
        self.lens.as_ref().map_or(Ok(()), Lens::check)
    }
}

/// What a fragment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FragmentMeta {
    /// Its number; 0 is the init segment.
    pub n: u32,
    /// When it starts, in milliseconds since entry was asked for; negative before. The init
    /// segment's counts for nothing.
    pub start_ms: i64,
    /// How long it plays, in milliseconds.
    pub duration_ms: u32,
    /// Whether decoding can start here.
    pub keyframe: bool,
    /// Its length before sealing, in bytes.
    pub plain_len: u32,
}

impl FragmentMeta {
    /// Its length after sealing, in bytes.
    pub fn sealed_len(&self) -> usize {
        (self.plain_len as usize).saturating_add(SEAL_OVERHEAD)
    }

    /// When it ends, in milliseconds since entry was asked for.
    pub fn end_ms(&self) -> i64 {
        self.start_ms.saturating_add(i64::from(self.duration_ms))
    }

    /// 21 bytes that stand for the description in the chain.
    pub(crate) fn to_bytes(self) -> [u8; 21] {
        let mut bytes = [0; 21];
        bytes[..4].copy_from_slice(&self.n.to_be_bytes());
        bytes[4..12].copy_from_slice(&self.start_ms.to_be_bytes());
        bytes[12..16].copy_from_slice(&self.duration_ms.to_be_bytes());
        bytes[16] = u8::from(self.keyframe);
        bytes[17..].copy_from_slice(&self.plain_len.to_be_bytes());
        bytes
    }

    /// Reads what [`Self::to_bytes`] gives; none for any other form.
    pub(crate) fn from_bytes(bytes: &[u8; 21]) -> Option<Self> {
        let (n, rest) = bytes.split_first_chunk()?;
        let (start_ms, rest) = rest.split_first_chunk()?;
        let (duration_ms, rest) = rest.split_first_chunk()?;
        let (keyframe, plain_len) = rest.split_first()?;
        Some(Self {
            n: u32::from_be_bytes(*n),
            start_ms: i64::from_be_bytes(*start_ms),
            duration_ms: u32::from_be_bytes(*duration_ms),
            keyframe: match keyframe {
                0 => false,
                1 => true,
                _ => return None,
            },
            plain_len: u32::from_be_bytes(plain_len.try_into().ok()?),
        })
    }

    pub(crate) fn check(&self) -> Result<(), ChainError> {
        let n = self.n;
        if self.plain_len as usize > MAX_FRAGMENT_LEN {
            return Err(ChainError::WrongLength { n });
        }
        let near = self.start_ms.unsigned_abs() <= u64::from(MAX_SPAN_MS);
        if near && self.duration_ms <= MAX_SPAN_MS {
            Ok(())
        } else {
            Err(ChainError::TooFar { n })
        }
    }
}

/// A fragment as the index lists it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FragmentEntry {
    /// What it is.
    pub meta: FragmentMeta,
    /// SHA-256 of the sealed bytes.
    pub hash: Digest,
}

/// The door's Ed25519 signature over the chain up to and including a fragment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GopSignature {
    /// The last fragment it covers.
    pub n: u32,
    /// 64 bytes (RFC 8032).
    #[serde(with = "serde_bytes")]
    pub signature: [u8; 64],
}
