//! The index of a closed clip.

use access::{SigningKey, SigningPublicKey};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::chain::Chain;
use crate::{
    ClipError, ClipHeader, Digest, FragmentEntry, GopSignature, INDEX_VERSION, MAX_INDEX_LEN,
};

const INDEX_DOMAIN: &[u8] = b"clip index";

/// Deeper than an index nests.
const MAX_DEPTH: usize = 16;

/// Everything about a closed clip but the pictures. Made by the door that filmed it or by verifying
/// its signature, and in no other way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClipIndex(Content);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    version: u8,
    header: ClipHeader,
    fragments: Vec<FragmentEntry>,
    gop_signatures: Vec<GopSignature>,
    final_hash: Digest,
    pre_roll_ms: u32,
    post_roll_ms: u32,
}

impl ClipIndex {
    pub(crate) fn from_chain(
        chain: Chain,
        gop_signatures: Vec<GopSignature>,
        rolls: (u32, u32),
    ) -> Self {
        let (header, fragments, final_hash) = chain.into_parts();
        let (pre_roll_ms, post_roll_ms) = rolls;
        let version = INDEX_VERSION;
        Self(Content {
            version,
            header,
            fragments,
            gop_signatures,
            final_hash,
            pre_roll_ms,
            post_roll_ms,
        })
    }

    /// What was known when the clip began.
    pub fn header(&self) -> &ClipHeader {
        &self.0.header
    }

    /// The fragments by number; the first is the init segment.
    pub fn fragments(&self) -> &[FragmentEntry] {
        &self.0.fragments
    }

    /// The fragment of this number.
    pub fn fragment(&self, n: u32) -> Option<&FragmentEntry> {
        self.0.fragments.get(usize::try_from(n).ok()?)
    }

    /// The door's signatures, one for each group of pictures.
    pub fn gop_signatures(&self) -> &[GopSignature] {
        &self.0.gop_signatures
    }

    /// The chain's last hash, which the audit record carries.
    pub fn final_hash(&self) -> Digest {
        self.0.final_hash
    }

    /// Milliseconds filmed before entry was asked for.
    pub fn pre_roll_ms(&self) -> u32 {
        self.0.pre_roll_ms
    }

    /// Milliseconds filmed after entry was asked for.
    pub fn post_roll_ms(&self) -> u32 {
        self.0.post_roll_ms
    }
}

/// A clip's index as it travels: CBOR `{index: bytes, signature: bytes}`, not yet verified.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SignedClipIndex(#[serde(with = "serde_bytes")] Vec<u8>);

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Envelope {
    #[serde(with = "serde_bytes")]
    index: Vec<u8>,
    #[serde(with = "serde_bytes")]
    signature: [u8; 64],
}

impl SignedClipIndex {
    /// Signs an index with the door's key.
    pub fn sign(index: &ClipIndex, key: &SigningKey) -> Self {
        Self::seal(encode(&index.0), key)
    }

    fn seal(index: Vec<u8>, key: &SigningKey) -> Self {
        let signature = key.sign(INDEX_DOMAIN, &index);
        Self(encode(&Envelope { index, signature }))
    }

    /// Takes bytes that claim to be one.
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The bytes to store or send.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Checks the door's signature over the whole, the chain, its times, and the signature of each
    /// group of pictures.
    pub fn verify(&self, door: &SigningPublicKey) -> Result<ClipIndex, ClipError> {
        if self.0.len() > MAX_INDEX_LEN {
            return Err(ClipError::IndexTooLong);
        }
        let Envelope { index, signature } = decode(&self.0)?;
        door.verify(INDEX_DOMAIN, &index, &signature)
            .map_err(|_| ClipError::BadSignature)?;
        let content: Content = decode(&index)?;
        if content.version != INDEX_VERSION {
            return Err(ClipError::UnsupportedVersion(content.version));
        }
        check(&content, door)?;
        Ok(ClipIndex(content))
    }
}

fn check(content: &Content, door: &SigningPublicKey) -> Result<(), ClipError> {
    let mut chain = Chain::new(content.header.clone())?;
    let mut gops = content.gop_signatures.iter();
    let mut due = gops.next();
    for entry in &content.fragments {
        chain.push(*entry)?;
        if let Some(gop) = due.filter(|gop| gop.n == entry.meta.n) {
            chain.verify(gop, door)?;
            due = gops.next();
        }
    }
    let whole = content
        .gop_signatures
        .last()
        .map(|gop| gop.n.wrapping_add(1))
        == Some(chain.next());
    let rolls = chain.rolls()? == (content.pre_roll_ms, content.post_roll_ms);
    let ends = chain.running() == content.final_hash;
    if due.is_none() && whole && rolls && ends {
        Ok(())
    } else {
        Err(ClipError::Inconsistent)
    }
}

pub(crate) fn encode(value: &impl Serialize) -> Vec<u8> {
    let mut bytes = Vec::new();
    #[expect(
        clippy::expect_used,
        reason = "writing to a Vec cannot fail, nor can these types refuse to serialize"
    )]
    ciborium::into_writer(value, &mut bytes).expect("an index always serializes");
    bytes
}

fn decode<T: DeserializeOwned>(mut bytes: &[u8]) -> Result<T, ClipError> {
    match ciborium::de::from_reader_with_recursion_limit(&mut bytes, MAX_DEPTH) {
        Ok(value) if bytes.is_empty() => Ok(value),
        _ => Err(ClipError::Undecodable),
    }
}
