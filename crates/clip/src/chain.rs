//! The chain that ties a clip's fragments together.

use access::{ClipId, SigningKey, SigningPublicKey};

use crate::index::encode;
use crate::{ChainError, ClipError, ClipHeader, ClipIndex, Digest, FragmentEntry, FragmentMeta};
use crate::{GopSignature, MAX_FRAGMENTS, SignedClipIndex, SignedClipPrefix};

const START: &[u8] = b"vestibule clip start\0";
const CHAIN: &[u8] = b"vestibule clip chain\0";
const GOP_DOMAIN: &[u8] = b"clip gop";

/// Header, fragments and running hash, always consistent.
#[derive(Clone, Debug)]
pub(crate) struct Chain {
    header: ClipHeader,
    entries: Vec<FragmentEntry>,
    running: Digest,
}

impl Chain {
    pub(crate) fn new(header: ClipHeader) -> Result<Self, ChainError> {
        header.check()?;
        let running = start(&header);
        Ok(Self {
            header,
            entries: Vec::new(),
            running,
        })
    }

    pub(crate) fn header(&self) -> &ClipHeader {
        &self.header
    }

    pub(crate) fn clip(&self) -> ClipId {
        self.header.clip
    }

    pub(crate) fn entries(&self) -> &[FragmentEntry] {
        &self.entries
    }

    /// The hash over everything so far.
    pub(crate) fn running(&self) -> Digest {
        self.running
    }

    /// The number of the next fragment.
    pub(crate) fn next(&self) -> u32 {
        u32::try_from(self.entries.len()).unwrap_or(u32::MAX)
    }

    /// Says whether a fragment may come next.
    pub(crate) fn check(&self, meta: &FragmentMeta) -> Result<(), ChainError> {
        let (expected, n) = (self.next(), meta.n);
        if n != expected {
            return Err(ChainError::OutOfOrder { expected, found: n });
        }
        if self.entries.len() >= MAX_FRAGMENTS {
            return Err(ChainError::TooMany);
        }
        meta.check()?;
        match self.entries.last() {
            Some(last) if last.meta.n == 0 && !meta.keyframe => Err(ChainError::NotAKeyframe),
            Some(last) if last.meta.n > 0 && meta.start_ms < last.meta.start_ms => {
                Err(ChainError::TimeGoesBack { n })
            }
            _ => Ok(()),
        }
    }

    pub(crate) fn push(&mut self, entry: FragmentEntry) -> Result<(), ChainError> {
        self.check(&entry.meta)?;
        let meta = entry.meta.to_bytes();
        self.running =
            Digest::of_parts(&[CHAIN, self.running.as_bytes(), &meta, entry.hash.as_bytes()]);
        self.entries.push(entry);
        Ok(())
    }

    /// Milliseconds filmed before and after entry was asked for.
    pub(crate) fn rolls(&self) -> Result<(u32, u32), ChainError> {
        let [_, first, ..] = &*self.entries else {
            return Err(ChainError::Empty);
        };
        let last = self.entries.last().unwrap_or(first);
        let ms = |ms: i64| u32::try_from(ms.max(0)).unwrap_or(u32::MAX);
        Ok((
            ms(first.meta.start_ms.saturating_neg()),
            ms(last.meta.end_ms()),
        ))
    }

    /// Checks a signature over everything so far.
    pub(crate) fn verify(
        &self,
        gop: &GopSignature,
        door: &SigningPublicKey,
    ) -> Result<(), ClipError> {
        let n = gop.n;
        if n.checked_add(1) != Some(self.next()) {
            return Err(ClipError::BadGopSignature { n });
        }
        let message = self.gop_message(n);
        door.verify(GOP_DOMAIN, &message, &gop.signature)
            .map_err(|_| ClipError::BadGopSignature { n })
    }

    fn sign(&self, key: &SigningKey) -> Option<GopSignature> {
        let n = self.next().checked_sub(1)?;
        Some(GopSignature {
            n,
            signature: key.sign(GOP_DOMAIN, &self.gop_message(n)),
        })
    }

    fn gop_message(&self, n: u32) -> Vec<u8> {
        [
            self.clip().as_bytes(),
            &n.to_be_bytes()[..],
            self.running.as_bytes(),
        ]
        .concat()
    }

    pub(crate) fn into_parts(self) -> (ClipHeader, Vec<FragmentEntry>, Digest) {
        (self.header, self.entries, self.running)
    }
}

/// The hash that a clip's chain starts from.
pub(crate) fn start(header: &ClipHeader) -> Digest {
    Digest::of_parts(&[START, &encode(header)])
}

/// The door's account of a clip: everything but the pictures and the key.
///
/// After a crash, pushing what the door's journal lists once more gives the same clip with the same
/// signatures, because Ed25519 is deterministic; the fragments themselves need no second sealing.
#[derive(Debug)]
pub struct Transcript {
    chain: Chain,
    gops: Vec<GopSignature>,
    signing_key: SigningKey,
}

impl Transcript {
    /// Begins a clip.
    pub fn new(header: ClipHeader, signing_key: SigningKey) -> Result<Self, ChainError> {
        Ok(Self {
            chain: Chain::new(header)?,
            gops: Vec::new(),
            signing_key,
        })
    }

    /// Adds the next sealed fragment. When it starts a group of pictures, returns the signature
    /// over the group before it.
    pub fn push(
        &mut self,
        meta: FragmentMeta,
        hash: Digest,
    ) -> Result<Option<GopSignature>, ChainError> {
        self.chain.check(&meta)?;
        let gop = if meta.keyframe && meta.n > 1 {
            self.sign()
        } else {
            None
        };
        self.chain.push(FragmentEntry { meta, hash })?;
        Ok(gop)
    }

    /// Everything so far, signed as the end of a group of pictures.
    pub fn prefix(&self) -> Result<SignedClipPrefix, ChainError> {
        let mut gops = self.gops.clone();
        gops.extend(self.chain.sign(&self.signing_key));
        SignedClipPrefix::of(&self.chain, gops)
    }

    /// Ends the clip.
    pub fn close(mut self) -> Result<(ClipIndex, SignedClipIndex), ChainError> {
        let rolls = self.chain.rolls()?;
        self.sign();
        let index = ClipIndex::from_chain(self.chain, self.gops, rolls);
        let signed = SignedClipIndex::sign(&index, &self.signing_key);
        Ok((index, signed))
    }

    pub(crate) fn chain(&self) -> &Chain {
        &self.chain
    }

    pub(crate) fn signing_key(&self) -> &SigningKey {
        &self.signing_key
    }

    fn sign(&mut self) -> Option<GopSignature> {
        let gop = self.chain.sign(&self.signing_key)?;
        self.gops.push(gop);
        Some(gop)
    }
}
