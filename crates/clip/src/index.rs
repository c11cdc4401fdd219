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
#[derive(Clone, Debug, PartialEq)]
pub struct ClipIndex(Content);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
    let chain = verify_chain(
        &content.header,
        &content.fragments,
        &content.gop_signatures,
        door,
    )?;
    let rolls = chain.rolls()? == (content.pre_roll_ms, content.post_roll_ms);
    let ends = chain.running() == content.final_hash;
    if rolls && ends {
        Ok(())
    } else {
        Err(ClipError::Inconsistent)
    }
}

/// Checks the chain, which has pictures, and its signatures, of which the last must cover all of it.
pub(crate) fn verify_chain(
    header: &ClipHeader,
    fragments: &[FragmentEntry],
    gop_signatures: &[GopSignature],
    door: &SigningPublicKey,
) -> Result<Chain, ClipError> {
    let mut chain = Chain::new(header.clone())?;
    let mut gops = gop_signatures.iter();
    let mut due = gops.next();
    for entry in fragments {
        chain.push(*entry)?;
        if let Some(gop) = due.filter(|gop| gop.n == entry.meta.n) {
            chain.verify(gop, door)?;
            due = gops.next();
        }
    }
    chain.rolls()?;
    let last = gop_signatures.last().map(|gop| gop.n.wrapping_add(1));
    if due.is_none() && last == Some(chain.next()) {
        Ok(chain)
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

/// Reads a value in its one encoding: nothing follows it, and [`encode`] would write the same.
pub(crate) fn decode<T: Serialize + DeserializeOwned>(bytes: &[u8]) -> Result<T, ClipError> {
    match ciborium::de::from_reader_with_recursion_limit(bytes, MAX_DEPTH) {
        Ok(value) if encode(&value) == bytes => Ok(value),
        _ => Err(ClipError::Undecodable),
    }
}

#[cfg(test)]
mod tests {
    use access::{BuildingId, ClipId, DoorId};

    use super::*;
    use crate::{ChainError, FragmentMeta, Lens, Mount, Transcript};

    fn key() -> SigningKey {
        SigningKey::from_seed([1; 32])
    }

    /// Two groups of two pictures.
    fn content() -> Content {
        let header = ClipHeader {
            clip: ClipId::from_entropy([2; 16]),
            building: BuildingId::from_entropy([3; 16]),
            door: DoorId::from_entropy([4; 16]),
            entry_at_ms: 1,
            codec: "avc1.42C01F".into(),
            width: 16,
            height: 16,
            lens: None,
            keys: vec![],
        };
        let mut transcript = Transcript::new(header, key()).unwrap();
        for n in 0..5 {
            let start_ms = i64::from(n) * 100 - 300;
            let keyframe = n % 2 == 1;
            let meta = FragmentMeta {
                n,
                start_ms,
                duration_ms: 100,
                keyframe,
                plain_len: 1,
            };
            transcript.push(meta, Digest::of(&n.to_be_bytes())).unwrap();
        }
        transcript.close().unwrap().0.0
    }

    /// What becomes of an index that the door itself signed.
    fn verified(change: impl FnOnce(&mut Content)) -> Result<ClipIndex, ClipError> {
        let mut content = content();
        change(&mut content);
        SignedClipIndex::seal(encode(&content), &key()).verify(&key().public())
    }

    #[test]
    fn an_untouched_index_is_verified() {
        assert_eq!(verified(|_| ()), Ok(ClipIndex(content())));
    }

    #[test]
    fn a_signed_index_with_reordered_missing_or_foreign_fragments_is_refused() {
        let disorder = ChainError::OutOfOrder {
            expected: 2,
            found: 3,
        };
        assert_eq!(verified(|it| it.fragments.swap(2, 3)), Err(disorder.into()));
        assert_eq!(
            verified(|it| it.fragments.retain(|entry| entry.meta.n != 2)),
            Err(disorder.into())
        );
        let altered = verified(|it| it.fragments[1].hash = Digest([0; 32]));
        assert_eq!(altered, Err(ClipError::BadGopSignature { n: 2 }));
        let renamed = verified(|it| it.header.clip = ClipId::from_entropy([9; 16]));
        assert_eq!(renamed, Err(ClipError::BadGopSignature { n: 2 }));
        assert_eq!(
            verified(|it| it.fragments.truncate(4)),
            Err(ClipError::Inconsistent)
        );
        let empty = verified(|it| it.fragments.truncate(1));
        assert_eq!(empty, Err(ChainError::Empty.into()));
    }

    #[test]
    fn a_signed_index_whose_signatures_do_not_cover_it_is_refused() {
        let inconsistent = Err(ClipError::Inconsistent);
        assert_eq!(verified(|it| it.gop_signatures.truncate(1)), inconsistent);
        assert_eq!(verified(|it| it.gop_signatures.reverse()), inconsistent);
        assert_eq!(verified(|it| it.gop_signatures.clear()), inconsistent);
        let forged = verified(|it| it.gop_signatures[0].signature[9] ^= 1);
        assert_eq!(forged, Err(ClipError::BadGopSignature { n: 2 }));
    }

    #[test]
    fn a_signed_index_with_untrue_times_or_hash_is_refused() {
        let inconsistent = Err(ClipError::Inconsistent);
        assert_eq!(verified(|it| it.pre_roll_ms += 1), inconsistent);
        assert_eq!(verified(|it| it.post_roll_ms += 1), inconsistent);
        assert_eq!(verified(|it| it.final_hash = Digest([0; 32])), inconsistent);
    }

    #[test]
    fn an_index_has_one_encoding() {
        let index = encode(&content());
        let signature = key().sign(INDEX_DOMAIN, &index);
        let plain = encode(&Envelope { index, signature });
        // The map's length in a byte of its own, which CBOR allows and this crate never writes.
        let longer = [&[0xb8, 2], &plain[1..]].concat();
        let verified = |bytes| SignedClipIndex::from_bytes(bytes).verify(&key().public());
        assert_eq!(plain[0], 0xa2);
        assert!(verified(plain).is_ok());
        assert_eq!(verified(longer), Err(ClipError::Undecodable));
    }

    #[test]
    fn an_index_of_another_version_is_refused() {
        assert_eq!(
            verified(|it| it.version = 1),
            Err(ClipError::UnsupportedVersion(1))
        );
    }

    #[test]
    fn a_header_longer_than_allowed_is_refused() {
        let error = verified(|it| it.header.codec = "a".repeat(65));
        assert_eq!(error, Err(ChainError::HeaderTooLong.into()));
    }

    #[test]
    fn a_signed_index_with_an_impossible_lens_is_refused() {
        let size = (16, 16);
        let wide = Lens::equidistant(size, 180.0, Mount::Wall, 0.0);
        assert!(
            verified(|it| it.header.lens = Some(wide)).is_err(),
            "unsigned"
        );
        let blind = Lens { fx: 0.0, ..wide };
        let error = verified(|it| it.header.lens = Some(blind));
        assert_eq!(error, Err(ChainError::ImpossibleLens.into()));
    }
}
