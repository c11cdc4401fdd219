//! What of a clip is signed while it is still being filmed.

use access::SigningPublicKey;
use serde::{Deserialize, Serialize};

use crate::chain::Chain;
use crate::index::{decode, encode, verify_chain};
use crate::{ChainError, ClipError, ClipHeader, ClipIndex, FragmentEntry, GopSignature, Timeline};
use crate::{INDEX_VERSION, MAX_INDEX_LEN, timeline};

/// The beginning of a clip, up to the end of a group of pictures. Made by verifying the door's
/// signatures, and in no other way.
#[derive(Clone, Debug, PartialEq)]
pub struct ClipPrefix(Content);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    version: u8,
    header: ClipHeader,
    fragments: Vec<FragmentEntry>,
    gop_signatures: Vec<GopSignature>,
}

impl ClipPrefix {
    /// What was known when the clip began.
    pub fn header(&self) -> &ClipHeader {
        &self.0.header
    }

    /// The fragments so far, by number; the first is the init segment.
    pub fn fragments(&self) -> &[FragmentEntry] {
        &self.0.fragments
    }

    /// The clip's time so far, as a player counts it.
    pub fn timeline(&self) -> Timeline {
        timeline::of(self.header(), self.fragments())
    }

    /// Whether `later` shows the same clip from the same start and at least as far.
    pub fn is_continued_by(&self, later: &Self) -> bool {
        self.header() == later.header() && later.fragments().starts_with(self.fragments())
    }
}

/// The whole of a closed clip is its longest beginning.
impl From<&ClipIndex> for ClipPrefix {
    fn from(index: &ClipIndex) -> Self {
        Self(Content {
            version: INDEX_VERSION,
            header: index.header().clone(),
            fragments: index.fragments().to_vec(),
            gop_signatures: index.gop_signatures().to_vec(),
        })
    }
}

/// The beginning of a clip as it travels: CBOR with a signature at the end of each group of
/// pictures, not yet verified. The last one covers everything in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SignedClipPrefix(#[serde(with = "serde_bytes")] Vec<u8>);

impl SignedClipPrefix {
    pub(crate) fn of(chain: &Chain, gop_signatures: Vec<GopSignature>) -> Result<Self, ChainError> {
        chain.rolls()?;
        Ok(Self(encode(&Content {
            version: INDEX_VERSION,
            header: chain.header().clone(),
            fragments: chain.entries().to_vec(),
            gop_signatures,
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

    /// Checks the chain and the door's signature of each group of pictures.
    pub fn verify(&self, door: &SigningPublicKey) -> Result<ClipPrefix, ClipError> {
        if self.0.len() > MAX_INDEX_LEN {
            return Err(ClipError::IndexTooLong);
        }
        let content: Content = decode(&self.0)?;
        if content.version != INDEX_VERSION {
            return Err(ClipError::UnsupportedVersion(content.version));
        }
        verify_chain(
            &content.header,
            &content.fragments,
            &content.gop_signatures,
            door,
        )?;
        Ok(ClipPrefix(content))
    }
}
