//! The door's side: fragments become ciphertext.

use access::{ClipId, SigningKey};
use chacha20poly1305::aead::AeadInPlace;
use chacha20poly1305::{ChaCha20Poly1305, KeyInit, Nonce};

use crate::chain::Chain;
use crate::{ChainError, ClipHeader, ClipIndex, ClipKey, Digest, FragmentMeta, GopSignature};
use crate::{SEAL_OVERHEAD, SignedClipIndex, SignedThumbnail, Transcript};

const FRAGMENT: &[u8] = b"vestibule clip fragment\0";

/// Bytes before the ciphertext: clip id and number.
pub(crate) const PREFIX_LEN: usize = 20;

/// Encrypts a clip while it is being filmed.
pub struct Sealer {
    transcript: Transcript,
    cipher: ChaCha20Poly1305,
    has_thumbnail: bool,
}

/// A fragment as it is stored and uploaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedFragment {
    /// What it is.
    pub meta: FragmentMeta,
    /// Clip id, number, ciphertext and tag.
    pub bytes: Vec<u8>,
    /// SHA-256 of `bytes`.
    pub hash: Digest,
    /// When this fragment starts a group of pictures: the signature over everything before it.
    pub gop: Option<GopSignature>,
}

impl Sealer {
    /// Begins a clip. The key must be new: it seals one clip.
    pub fn new(
        header: ClipHeader,
        key: &ClipKey,
        signing_key: SigningKey,
    ) -> Result<Self, ChainError> {
        let transcript = Transcript::new(header, signing_key)?;
        Ok(Self {
            transcript,
            cipher: ChaCha20Poly1305::new(key.as_bytes().into()),
            has_thumbnail: false,
        })
    }

    /// The number of the next fragment.
    pub fn next(&self) -> u32 {
        self.transcript.chain().next()
    }

    /// Seals the next fragment: 0, the init segment, first. An error leaves the clip as it was.
    pub fn seal(&mut self, meta: FragmentMeta, plain: &[u8]) -> Result<SealedFragment, ChainError> {
        if plain.len() != meta.plain_len as usize {
            return Err(ChainError::WrongLength { n: meta.n });
        }
        let chain = self.transcript.chain();
        chain.check(&meta)?;
        let bytes = seal_fragment(&self.cipher, chain, &meta, plain)?;
        let hash = Digest::of(&bytes);
        let gop = self.transcript.push(meta, hash)?;
        Ok(SealedFragment {
            meta,
            bytes,
            hash,
            gop,
        })
    }

    /// Seals the clip's one picture, a JPEG of at most [`crate::MAX_THUMBNAIL_LEN`] bytes. A second
    /// one is refused, for it would be sealed under the nonce of the first.
    pub fn seal_thumbnail(&mut self, picture: &[u8]) -> Result<SignedThumbnail, ChainError> {
        if self.has_thumbnail {
            return Err(ChainError::SecondThumbnail);
        }
        let header = self.transcript.chain().header();
        let key = self.transcript.signing_key();
        let thumbnail = SignedThumbnail::seal(header, picture, &self.cipher, key)?;
        self.has_thumbnail = true;
        Ok(thumbnail)
    }

    /// Ends the clip.
    pub fn close(self) -> Result<(ClipIndex, SignedClipIndex), ChainError> {
        self.transcript.close()
    }
}

impl std::fmt::Debug for Sealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sealer")
            .field("next", &self.next())
            .finish_non_exhaustive()
    }
}

/// The sealed bytes of the fragment that comes next in a chain. A key must never seal another in its place.
pub(crate) fn seal_fragment(
    cipher: &ChaCha20Poly1305,
    chain: &Chain,
    meta: &FragmentMeta,
    plain: &[u8],
) -> Result<Vec<u8>, ChainError> {
    let clip = chain.clip();
    let mut body = plain.to_vec();
    let ad = associated_data(clip, meta, chain.running());
    let tag = cipher
        .encrypt_in_place_detached(&nonce(meta.n), &ad, &mut body)
        .map_err(|_| ChainError::Encryption)?;
    Ok([clip.as_bytes(), &meta.n.to_be_bytes()[..], &body, &tag].concat())
}

pub(crate) fn nonce(n: u32) -> Nonce {
    let mut nonce = Nonce::default();
    nonce[8..].copy_from_slice(&n.to_be_bytes());
    nonce
}

pub(crate) fn associated_data(clip: ClipId, meta: &FragmentMeta, previous: Digest) -> Vec<u8> {
    [
        FRAGMENT,
        clip.as_bytes(),
        &meta.to_bytes(),
        previous.as_bytes(),
    ]
    .concat()
}

const _: () = assert!(SEAL_OVERHEAD == PREFIX_LEN + 16, "the tag has 16 bytes");
