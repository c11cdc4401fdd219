//! Pictures on their way: sealed, and each signed.

use access::{LiveId, SigningKey, SigningPublicKey};
use chacha20poly1305::aead::AeadInPlace;
use chacha20poly1305::{ChaCha20Poly1305, KeyInit};

use super::{LIVE_OVERHEAD, LiveError};
use crate::seal::nonce;
use crate::{Digest, FragmentMeta, MAX_FRAGMENT_LEN};

const DOMAIN: &[u8] = b"live fragment";
const AD: &[u8] = b"vestibule live fragment\0";
const META_LEN: usize = 21;
const TAG_LEN: usize = 16;
const SIGNATURE_LEN: usize = 64;

/// A picture that is proven to be the door's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveFragment {
    /// What it is; its number counts within its session, from 1.
    pub meta: FragmentMeta,
    /// `moof` and `mdat`.
    pub plain: Vec<u8>,
}

/// Seals the fragments of one session, in order.
pub struct LiveSealer {
    session: LiveId,
    cipher: ChaCha20Poly1305,
    signing: SigningKey,
    last: u32,
}

impl LiveSealer {
    pub(super) fn new(session: LiveId, key: &[u8; 32], signing: SigningKey) -> Self {
        Self {
            session,
            cipher: ChaCha20Poly1305::new(key.into()),
            signing,
            last: 0,
        }
    }

    /// Seals the next fragment. `start_ms` counts from the hello.
    pub fn seal(
        &mut self,
        start_ms: i64,
        duration_ms: u32,
        keyframe: bool,
        plain: &[u8],
    ) -> Result<Vec<u8>, LiveError> {
        let n = self.last.checked_add(1).ok_or(LiveError::UsedUp)?;
        let meta = FragmentMeta {
            n,
            start_ms,
            duration_ms,
            keyframe,
            plain_len: u32::try_from(plain.len()).map_err(|_| LiveError::TooLong)?,
        };
        meta.check().map_err(|_| LiveError::TooLong)?;
        self.last = n;
        let mut bytes = Vec::with_capacity(plain.len() + LIVE_OVERHEAD);
        bytes.extend_from_slice(self.session.as_bytes());
        bytes.extend_from_slice(&meta.to_bytes());
        let head = bytes.len();
        bytes.extend_from_slice(plain);
        let ad = associated_data(self.session, &meta);
        let tag = self
            .cipher
            .encrypt_in_place_detached(&nonce(n), &ad, &mut bytes[head..])
            .map_err(|_| LiveError::Sealing)?;
        bytes.extend_from_slice(&tag);
        let signature = self.signing.sign(DOMAIN, Digest::of(&bytes).as_bytes());
        bytes.extend_from_slice(&signature);
        Ok(bytes)
    }
}

impl std::fmt::Debug for LiveSealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LiveSealer")
            .field("session", &self.session)
            .field("last", &self.last)
            .finish_non_exhaustive()
    }
}

/// Opens the fragments of one session, in order, with gaps only before keyframes.
pub(super) struct LiveOpener {
    session: LiveId,
    cipher: ChaCha20Poly1305,
    last: u32,
}

impl LiveOpener {
    pub(super) fn new(session: LiveId, key: &[u8; 32]) -> Self {
        Self {
            session,
            cipher: ChaCha20Poly1305::new(key.into()),
            last: 0,
        }
    }

    /// Opens a fragment; an error leaves the opener as it was.
    pub(super) fn open(
        &mut self,
        bytes: &[u8],
        door: &SigningPublicKey,
    ) -> Result<LiveFragment, LiveError> {
        let parts = Parts::of(bytes)?;
        if parts.session != self.session {
            return Err(LiveError::OtherSession);
        }
        let meta = parts.meta;
        door.verify(DOMAIN, Digest::of(parts.signed).as_bytes(), parts.signature)
            .map_err(|_| LiveError::BadSignature)?;
        let follows = self.last.checked_add(1) == Some(meta.n) && self.last > 0;
        if !follows && (meta.n <= self.last || !meta.keyframe) {
            let (last, found) = (self.last, meta.n);
            return Err(LiveError::OutOfOrder { last, found });
        }
        let mut plain = parts.ciphertext.to_vec();
        let ad = associated_data(self.session, &meta);
        self.cipher
            .decrypt_in_place_detached(&nonce(meta.n), &ad, &mut plain, parts.tag.into())
            .map_err(|_| LiveError::Tampered { n: meta.n })?;
        self.last = meta.n;
        Ok(LiveFragment { meta, plain })
    }
}

/// A sealed fragment, taken apart and proven to be nothing yet.
struct Parts<'a> {
    session: LiveId,
    meta: FragmentMeta,
    ciphertext: &'a [u8],
    tag: &'a [u8; TAG_LEN],
    signed: &'a [u8],
    signature: &'a [u8; SIGNATURE_LEN],
}

impl<'a> Parts<'a> {
    fn of(bytes: &'a [u8]) -> Result<Self, LiveError> {
        if bytes.len() > MAX_FRAGMENT_LEN + LIVE_OVERHEAD {
            return Err(LiveError::TooLong);
        }
        Self::split(bytes).ok_or(LiveError::Undecodable)
    }

    fn split(bytes: &'a [u8]) -> Option<Self> {
        let (signed, signature) = bytes.split_last_chunk::<SIGNATURE_LEN>()?;
        let (session, rest) = signed.split_first_chunk::<16>()?;
        let (meta, rest) = rest.split_first_chunk::<META_LEN>()?;
        let (ciphertext, tag) = rest.split_last_chunk::<TAG_LEN>()?;
        let meta = FragmentMeta::from_bytes(meta)?;
        let whole = meta.plain_len as usize == ciphertext.len() && meta.check().is_ok();
        whole.then_some(Self {
            session: LiveId::from_bytes(session).ok()?,
            meta,
            ciphertext,
            tag,
            signed,
            signature,
        })
    }
}

fn associated_data(session: LiveId, meta: &FragmentMeta) -> Vec<u8> {
    [AD, session.as_bytes(), &meta.to_bytes()].concat()
}

const _: () = assert!(
    LIVE_OVERHEAD == 16 + META_LEN + TAG_LEN + SIGNATURE_LEN,
    "a session's id has 16 bytes"
);
