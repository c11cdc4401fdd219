//! One small picture of a clip, sealed as its film is, and signed by itself: it is there first.

use access::{DeviceId, SigningKey, SigningPublicKey};
use chacha20poly1305::aead::AeadInPlace;
use chacha20poly1305::{ChaCha20Poly1305, KeyInit, Nonce};
use serde::{Deserialize, Serialize};

use crate::index::{decode, encode};
use crate::{ChainError, ClipError, ClipHeader, Digest, ViewerKey, chain};
use crate::{MAX_INDEX_LEN, MAX_THUMBNAIL_LEN};

const THUMBNAIL: &[u8] = b"vestibule clip thumbnail\0";
const THUMBNAIL_DOMAIN: &[u8] = b"clip thumbnail";
const TAG_LEN: usize = 16;

/// A clip's picture, proven to be the door's. Only viewers can open it.
#[derive(Clone, Debug, PartialEq)]
pub struct Thumbnail(Content);

/// A clip's picture as it travels: CBOR `{header, sealed: bytes, signature: bytes}`, not yet
/// verified.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SignedThumbnail(#[serde(with = "serde_bytes")] Vec<u8>);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    header: ClipHeader,
    #[serde(with = "serde_bytes")]
    sealed: Vec<u8>,
    #[serde(with = "serde_bytes")]
    signature: [u8; 64],
}

impl Content {
    fn message(header: &ClipHeader, sealed: &[u8]) -> Vec<u8> {
        let (start, sealed) = (chain::start(header), Digest::of(sealed));
        [
            header.clip.as_bytes(),
            &start.as_bytes()[..],
            sealed.as_bytes(),
        ]
        .concat()
    }
}

impl SignedThumbnail {
    /// Seals a picture with the clip's cipher, which must never have sealed one.
    pub(crate) fn seal(
        header: &ClipHeader,
        picture: &[u8],
        cipher: &ChaCha20Poly1305,
        key: &SigningKey,
    ) -> Result<Self, ChainError> {
        if picture.len() > MAX_THUMBNAIL_LEN {
            return Err(ChainError::ThumbnailTooLong);
        }
        let mut sealed = picture.to_vec();
        cipher
            .encrypt_in_place(&nonce(), &associated_data(header), &mut sealed)
            .map_err(|_| ChainError::Encryption)?;
        let signature = key.sign(THUMBNAIL_DOMAIN, &Content::message(header, &sealed));
        let header = header.clone();
        Ok(Self(encode(&Content {
            header,
            sealed,
            signature,
        })))
    }

    /// Takes bytes that claim to be one.
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The bytes to store or send.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Checks the door's signature over the clip's header and the sealed picture.
    pub fn verify(&self, door: &SigningPublicKey) -> Result<Thumbnail, ClipError> {
        if self.0.len() > MAX_INDEX_LEN {
            return Err(ClipError::IndexTooLong);
        }
        let content: Content = decode(&self.0)?;
        let message = Content::message(&content.header, &content.sealed);
        door.verify(THUMBNAIL_DOMAIN, &message, &content.signature)
            .map_err(|_| ClipError::BadThumbnail)?;
        content.header.check()?;
        if content.sealed.len() > MAX_THUMBNAIL_LEN + TAG_LEN {
            return Err(ChainError::ThumbnailTooLong.into());
        }
        Ok(Thumbnail(content))
    }
}

impl Thumbnail {
    /// What was known when the clip began.
    pub fn header(&self) -> &ClipHeader {
        &self.0.header
    }

    /// Opens the picture, a JPEG, as one of the clip's viewers.
    pub fn open(&self, device: DeviceId, key: &ViewerKey) -> Result<Vec<u8>, ClipError> {
        let Content { header, sealed, .. } = &self.0;
        let wrapped = header
            .key_for(device)
            .ok_or(ClipError::NotAViewer(device))?;
        let key = key.unwrap_key(wrapped, header.clip)?;
        let mut picture = sealed.clone();
        ChaCha20Poly1305::new(key.as_bytes().into())
            .decrypt_in_place(&nonce(), &associated_data(header), &mut picture)
            .map_err(|_| ClipError::BadThumbnail)?;
        Ok(picture)
    }
}

/// No fragment's: those begin with eight zero bytes.
fn nonce() -> Nonce {
    Nonce::from([0xff; 12])
}

fn associated_data(header: &ClipHeader) -> Vec<u8> {
    [
        THUMBNAIL,
        header.clip.as_bytes(),
        chain::start(header).as_bytes(),
    ]
    .concat()
}
