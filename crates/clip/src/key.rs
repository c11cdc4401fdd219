//! A clip's key, and its wrapping to the devices that may watch.

use std::fmt;

use access::{ClipId, DeviceId, Viewer, ViewerPublicKey, x25519_public};
use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::{Deserializable as _, Kem, OpModeR, OpModeS, Serializable as _};
use rand_core::{CryptoRng, RngCore};
use serde::{Deserialize, Serialize};
use zeroize::{ZeroizeOnDrop, Zeroizing};

use crate::ClipError;

const KEY_INFO: &[u8] = b"vestibule clip key\0";

/// The ChaCha20-Poly1305 key of one clip. Wiped when dropped; never printed.
#[derive(Clone, ZeroizeOnDrop)]
pub struct ClipKey([u8; 32]);

impl ClipKey {
    /// Makes a key for a new clip.
    pub fn generate(rng: &mut (impl RngCore + CryptoRng)) -> Self {
        let mut key = Self([0; 32]);
        rng.fill_bytes(&mut key.0);
        key
    }

    /// Takes 32 secret bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 secret bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Wraps the key for one viewer's device.
    pub fn wrap(
        &self,
        clip: ClipId,
        viewer: &Viewer,
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<WrappedKey, ClipError> {
        let (device, to) = (viewer.device, viewer.key);
        let to = <X25519HkdfSha256 as Kem>::PublicKey::from_bytes(to.as_bytes())
            .map_err(|_| ClipError::KeyWrap)?;
        let (enc, ciphertext) =
            hpke::single_shot_seal::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256, _>(
                &OpModeS::Base,
                &to,
                &info(clip),
                &self.0,
                device.as_bytes(),
                &mut Entropy(rng),
            )
            .map_err(|_| ClipError::KeyWrap)?;
        let ciphertext = ciphertext.try_into().map_err(|_| ClipError::KeyWrap)?;
        Ok(WrappedKey {
            device,
            enc: enc.to_bytes().into(),
            ciphertext,
        })
    }
}

impl fmt::Debug for ClipKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClipKey(secret)")
    }
}

/// A clip's key that only one device can read (HPKE base mode, RFC 9180).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrappedKey {
    /// The device.
    pub device: DeviceId,
    /// The encapsulated X25519 key, 32 bytes.
    #[serde(with = "serde_bytes")]
    pub enc: [u8; 32],
    /// The sealed key: 32 bytes and a tag of 16.
    #[serde(with = "serde_bytes")]
    pub ciphertext: [u8; 48],
}

/// A device's X25519 secret for watching. Wiped when dropped; never printed.
#[derive(Clone, ZeroizeOnDrop)]
pub struct ViewerKey([u8; 32]);

impl ViewerKey {
    /// Takes 32 secret bytes (RFC 7748 scalar; clamped when used).
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 secret bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// What doors wrap clip keys to.
    pub fn public(&self) -> ViewerPublicKey {
        ViewerPublicKey(x25519_public(&self.0))
    }

    /// Unwraps the key of a clip. [`ClipError::KeyUnwrap`] when it was wrapped for another key,
    /// device or clip.
    pub fn unwrap_key(&self, wrapped: &WrappedKey, clip: ClipId) -> Result<ClipKey, ClipError> {
        self.open(wrapped, clip).map_err(|_| ClipError::KeyUnwrap)
    }

    fn open(&self, wrapped: &WrappedKey, clip: ClipId) -> Result<ClipKey, hpke::HpkeError> {
        let secret = <X25519HkdfSha256 as Kem>::PrivateKey::from_bytes(&self.0)?;
        let enc = <X25519HkdfSha256 as Kem>::EncappedKey::from_bytes(&wrapped.enc)?;
        let key = hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
            &OpModeR::Base,
            &secret,
            &enc,
            &info(clip),
            &wrapped.ciphertext,
            wrapped.device.as_bytes(),
        )?;
        let key = Zeroizing::new(key);
        let key = <[u8; 32]>::try_from(key.as_slice()).map_err(|_| hpke::HpkeError::OpenError)?;
        Ok(ClipKey(key))
    }
}

impl fmt::Debug for ViewerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ViewerKey(secret)")
    }
}

fn info(clip: ClipId) -> Vec<u8> {
    [KEY_INFO, clip.as_bytes()].concat()
}

/// The caller's entropy for HPKE, which speaks a later version of the same traits.
pub(crate) struct Entropy<'a, R>(pub(crate) &'a mut R);

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
