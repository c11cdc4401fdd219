//! A clip that left the app: its film as a plain file, and the manifest by which a stranger can check it.
//!
//! The film is the clip's fragments in the clear, one after the other. With the clip's key, which the manifest tells,
//! each of them can be sealed again: what comes out must be what the door listed and signed. So nobody has to believe
//! whoever exported the clip.

use access::{BuildingId, ClipId, DeviceId, DoorId, SigningKey, SigningPublicKey, base64url};
use chacha20poly1305::{ChaCha20Poly1305, KeyInit};
use serde::{Deserialize, Serialize};

use crate::chain::Chain;
use crate::index::encode;
use crate::seal::seal_fragment;
use crate::{ClipError, ClipIndex, ClipKey, Digest, SignedClipIndex};

const DOMAIN: &[u8] = b"clip export";

/// The version of the manifest that this crate reads and writes.
pub const MANIFEST_VERSION: u8 = 1;

/// What stands beside an exported film. JSON; what is signed is its CBOR, with the fields in this order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// [`MANIFEST_VERSION`].
    pub version: u8,
    /// The clip.
    pub clip: ClipId,
    /// The building it was filmed in.
    pub building: BuildingId,
    /// The door it was filmed at.
    pub door: DoorId,
    /// What the device calls the door.
    pub door_name: String,
    /// When entry was asked for, in unix milliseconds by the door's clock.
    pub entry_at_ms: u64,
    /// When the film begins, in unix milliseconds.
    pub begin_ms: u64,
    /// When the film ends, in unix milliseconds.
    pub end_ms: u64,
    /// Milliseconds filmed before entry was asked for.
    pub pre_roll_ms: u32,
    /// Milliseconds filmed after entry was asked for.
    pub post_roll_ms: u32,
    /// SHA-256 of the film's file, hexadecimal.
    pub film_sha256: String,
    /// What the clip's chain ends with, which the door's record of the clip says too; hexadecimal.
    pub final_hash: String,
    /// The index as the door signed it.
    pub index: SignedIndex,
    /// The key of this clip and of no other, 32 bytes.
    #[serde(with = "base64url")]
    pub clip_key: [u8; 32],
    /// The device that exported the clip.
    pub device: DeviceId,
    /// The key that the device is registered with at its hub, and has signed this with.
    pub device_key: SigningPublicKey,
    /// When it was exported, in unix milliseconds by the device's clock.
    pub exported_at_ms: u64,
}

/// A [`SignedClipIndex`], base64url in JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SignedIndex(#[serde(with = "base64url")] Vec<u8>);

/// Who exports a clip, and when.
#[derive(Clone, Copy, Debug)]
pub struct Exporter<'a> {
    /// The device.
    pub device: DeviceId,
    /// The key that it is registered with.
    pub key: &'a SigningKey,
    /// Now, unix milliseconds.
    pub at_ms: u64,
}

/// Why an exported film is not what its manifest or its door says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExportError {
    /// Written by another version.
    #[error("the manifest has version {0}, which is not supported")]
    UnsupportedVersion(u8),
    /// The manifest was changed, or is not signed with the key that it names.
    #[error("the manifest is not what the device signed that it names")]
    BadSignature,
    /// The film's file is another than the one that was exported.
    #[error("the film is not the file that was exported: its SHA-256 is another")]
    OtherFilm,
    /// The index is not the door's.
    #[error(transparent)]
    Index(#[from] ClipError),
    /// What the manifest says of the clip is not what the door signed of it.
    #[error("the manifest says of the clip what its door did not sign: {0}")]
    Contradiction(&'static str),
    /// The film is shorter or longer than the door's fragments together.
    #[error("the film is not as long as what the door filmed")]
    WrongLength,
    /// A part of the film is not what the door filmed there.
    #[error("part {n} of the film is not what the door filmed")]
    NotAsFilmed {
        /// The fragment's number.
        n: u32,
    },
}

impl Manifest {
    /// Describes the film of a clip: its fragments in the clear, the init segment first.
    pub fn of(
        (index, signed): (&ClipIndex, &SignedClipIndex),
        key: &ClipKey,
        film: &[u8],
        door_name: String,
        by: Exporter<'_>,
    ) -> Self {
        let header = index.header();
        let (pre_roll_ms, post_roll_ms) = (index.pre_roll_ms(), index.post_roll_ms());
        Self {
            version: MANIFEST_VERSION,
            clip: header.clip,
            building: header.building,
            door: header.door,
            door_name,
            entry_at_ms: header.entry_at_ms,
            begin_ms: header.entry_at_ms.saturating_sub(pre_roll_ms.into()),
            end_ms: header.entry_at_ms.saturating_add(post_roll_ms.into()),
            pre_roll_ms,
            post_roll_ms,
            film_sha256: Digest::of(film).to_string(),
            final_hash: index.final_hash().to_string(),
            index: SignedIndex(signed.as_bytes().to_vec()),
            clip_key: *key.as_bytes(),
            device: by.device,
            device_key: by.key.public(),
            exported_at_ms: by.at_ms,
        }
    }

    /// The index, if this door signed it and the manifest says nothing else of the clip.
    pub fn index(&self, door: &SigningPublicKey) -> Result<ClipIndex, ExportError> {
        let index = SignedClipIndex::from_bytes(self.index.0.clone()).verify(door)?;
        match self.contradiction(&index) {
            Some(what) => Err(ExportError::Contradiction(what)),
            None => Ok(index),
        }
    }

    fn contradiction(&self, index: &ClipIndex) -> Option<&'static str> {
        let header = index.header();
        let begin_ms = header
            .entry_at_ms
            .saturating_sub(index.pre_roll_ms().into());
        let end_ms = header
            .entry_at_ms
            .saturating_add(index.post_roll_ms().into());
        let told = [
            ("another clip", self.clip == header.clip),
            ("another building", self.building == header.building),
            ("another door", self.door == header.door),
            ("other times", self.entry_at_ms == header.entry_at_ms),
            ("other times", self.begin_ms == begin_ms),
            ("other times", self.end_ms == end_ms),
            ("other times", self.pre_roll_ms == index.pre_roll_ms()),
            ("other times", self.post_roll_ms == index.post_roll_ms()),
            (
                "another final hash",
                self.final_hash == index.final_hash().to_string(),
            ),
        ];
        told.into_iter()
            .find_map(|(what, holds)| (!holds).then_some(what))
    }

    /// Checks that a file is the one that was exported.
    pub fn is_of(&self, film: &[u8]) -> Result<(), ExportError> {
        if Digest::of(film).to_string() == self.film_sha256 {
            Ok(())
        } else {
            Err(ExportError::OtherFilm)
        }
    }

    /// Checks that a film is, byte for byte, what the door filmed: seals each part of it again and compares.
    pub fn is_as_filmed(&self, index: &ClipIndex, film: &[u8]) -> Result<(), ExportError> {
        let cipher = ChaCha20Poly1305::new(&self.clip_key.into());
        let mut chain = Chain::new(index.header().clone()).map_err(ClipError::from)?;
        let mut rest = film;
        for entry in index.fragments() {
            let (plain, after) = rest
                .split_at_checked(entry.meta.plain_len as usize)
                .ok_or(ExportError::WrongLength)?;
            let sealed =
                seal_fragment(&cipher, &chain, &entry.meta, plain).map_err(ClipError::from)?;
            if Digest::of(&sealed) != entry.hash {
                return Err(ExportError::NotAsFilmed { n: entry.meta.n });
            }
            chain.push(*entry).map_err(ClipError::from)?;
            rest = after;
        }
        if rest.is_empty() {
            Ok(())
        } else {
            Err(ExportError::WrongLength)
        }
    }
}

/// A manifest as it is written: not yet verified.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedManifest {
    manifest: Manifest,
    /// Ed25519 over the manifest's CBOR, 64 bytes.
    #[serde(with = "base64url")]
    signature: [u8; 64],
}

impl SignedManifest {
    /// Signs a manifest with the exporting device's key.
    pub fn sign(manifest: Manifest, key: &SigningKey) -> Self {
        let signature = key.sign(DOMAIN, &encode(&manifest));
        Self {
            manifest,
            signature,
        }
    }

    /// Checks that the manifest is what the device signed that it names. Whose device that is, only its hub knows.
    pub fn verify(&self) -> Result<&Manifest, ExportError> {
        let Manifest {
            version,
            device_key,
            ..
        } = &self.manifest;
        if *version != MANIFEST_VERSION {
            return Err(ExportError::UnsupportedVersion(*version));
        }
        device_key
            .verify(DOMAIN, &encode(&self.manifest), &self.signature)
            .map_err(|_| ExportError::BadSignature)?;
        Ok(&self.manifest)
    }
}
