//! The viewer's side: ciphertext becomes fragments again, or is refused.

use access::{ClipId, DeviceId, SigningPublicKey};
use chacha20poly1305::aead::AeadInPlace;
use chacha20poly1305::{ChaCha20Poly1305, KeyInit};

use crate::chain::Chain;
use crate::place::{check_listed, check_place};
use crate::seal::{PREFIX_LEN, associated_data, nonce};
use crate::{ClipError, ClipHeader, ClipIndex, ClipKey, ClipPrefix, Digest, FragmentEntry};
use crate::{FragmentMeta, GopSignature, SEAL_OVERHEAD, ViewerKey};

/// Opens the fragments of a verified clip, or of what there is of one, in any order.
pub struct Opener {
    clip: ClipId,
    fragments: Vec<Placed>,
    cipher: ChaCha20Poly1305,
}

/// A listed fragment and the running hash before it.
struct Placed {
    entry: FragmentEntry,
    previous: Digest,
}

impl Opener {
    /// Prepares to open fragments with the clip's key.
    pub fn new(index: &ClipIndex, key: &ClipKey) -> Result<Self, ClipError> {
        Self::of(&index.into(), key)
    }

    /// Prepares to open the fragments of a closed clip as one of its viewers.
    pub fn for_viewer(
        index: &ClipIndex,
        device: DeviceId,
        key: &ViewerKey,
    ) -> Result<Self, ClipError> {
        Self::so_far(&index.into(), device, key)
    }

    /// Prepares to open the fragments of a clip's beginning as one of its viewers.
    pub fn so_far(
        prefix: &ClipPrefix,
        device: DeviceId,
        key: &ViewerKey,
    ) -> Result<Self, ClipError> {
        let header = prefix.header();
        let wrapped = header
            .key_for(device)
            .ok_or(ClipError::NotAViewer(device))?;
        Self::of(prefix, &key.unwrap_key(wrapped, header.clip)?)
    }

    fn of(prefix: &ClipPrefix, key: &ClipKey) -> Result<Self, ClipError> {
        let mut chain = Chain::new(prefix.header().clone())?;
        let mut fragments = Vec::with_capacity(prefix.fragments().len());
        for entry in prefix.fragments() {
            fragments.push(Placed {
                entry: *entry,
                previous: chain.running(),
            });
            chain.push(*entry)?;
        }
        Ok(Self {
            clip: prefix.header().clip,
            fragments,
            cipher: cipher(key),
        })
    }

    /// Opens one sealed fragment and returns what the door filmed.
    pub fn open(&self, n: u32, sealed: &[u8]) -> Result<Vec<u8>, ClipError> {
        let found = usize::try_from(n).ok().and_then(|n| self.fragments.get(n));
        let Placed { entry, previous } = found.ok_or(ClipError::NoSuchFragment { n })?;
        let body = check_listed(self.clip, entry, sealed)?;
        decrypt(&self.cipher, self.clip, &entry.meta, *previous, body)
            .ok_or(ClipError::WrongKey { n })
    }
}

impl std::fmt::Debug for Opener {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Opener")
            .field("clip", &self.clip)
            .finish_non_exhaustive()
    }
}

/// Opens a clip that is still being filmed, in order.
///
/// What [`Follower::push`] returns is proven to come from somebody with the clip's key, in this
/// place; what [`Follower::verify`] has covered is proven to come from the door.
pub struct Follower {
    chain: Chain,
    cipher: ChaCha20Poly1305,
    door: SigningPublicKey,
    verified: Option<u32>,
}

impl Follower {
    /// Follows a clip from its header on. The header too is proven by the first signature.
    pub fn new(
        header: ClipHeader,
        key: &ClipKey,
        door: SigningPublicKey,
    ) -> Result<Self, ClipError> {
        Ok(Self {
            chain: Chain::new(header)?,
            cipher: cipher(key),
            door,
            verified: None,
        })
    }

    /// Opens the next fragment. An error leaves the follower as it was.
    pub fn push(&mut self, meta: FragmentMeta, sealed: &[u8]) -> Result<Vec<u8>, ClipError> {
        self.chain.check(&meta)?;
        let clip = self.chain.header().clip;
        let body = check_place(clip, &meta, sealed)?;
        let plain = decrypt(&self.cipher, clip, &meta, self.chain.running(), body);
        let plain = plain.ok_or(ClipError::Tampered { n: meta.n })?;
        self.chain.push(FragmentEntry {
            meta,
            hash: Digest::of(sealed),
        })?;
        Ok(plain)
    }

    /// Checks the door's signature over everything pushed so far.
    pub fn verify(&mut self, gop: &GopSignature) -> Result<(), ClipError> {
        self.chain.verify(gop, &self.door)?;
        self.verified = Some(gop.n);
        Ok(())
    }

    /// The last fragment that is proven to come from the door.
    pub fn verified(&self) -> Option<u32> {
        self.verified
    }

    /// Whether a closed clip is the one that was followed, as far as it was.
    pub fn agrees_with(&self, index: &ClipIndex) -> bool {
        self.chain.header() == index.header() && index.fragments().starts_with(self.chain.entries())
    }
}

impl std::fmt::Debug for Follower {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let next = self.chain.next();
        f.debug_struct("Follower")
            .field("next", &next)
            .field("verified", &self.verified)
            .finish_non_exhaustive()
    }
}

fn cipher(key: &ClipKey) -> ChaCha20Poly1305 {
    ChaCha20Poly1305::new(key.as_bytes().into())
}

fn decrypt(
    cipher: &ChaCha20Poly1305,
    clip: ClipId,
    meta: &FragmentMeta,
    previous: Digest,
    body: &[u8],
) -> Option<Vec<u8>> {
    let (ciphertext, tag) =
        body.split_at_checked(body.len().checked_sub(SEAL_OVERHEAD - PREFIX_LEN)?)?;
    let mut plain = ciphertext.to_vec();
    let ad = associated_data(clip, meta, previous);
    cipher
        .decrypt_in_place_detached(&nonce(meta.n), &ad, &mut plain, tag.into())
        .ok()?;
    Some(plain)
}
