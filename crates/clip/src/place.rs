//! Whether sealed bytes stand where the clip's index has them, which needs no key.

use access::ClipId;

use crate::seal::PREFIX_LEN;
use crate::{ClipError, ClipIndex, Digest, FragmentEntry, FragmentMeta};

impl ClipIndex {
    /// Checks that sealed bytes are the fragment that the door put at this place.
    pub fn check(&self, n: u32, sealed: &[u8]) -> Result<(), ClipError> {
        let entry = self.fragment(n).ok_or(ClipError::NoSuchFragment { n })?;
        check_listed(self.header().clip, entry, sealed).map(drop)
    }
}

/// Checks that sealed bytes are the listed fragment; returns ciphertext and tag.
pub(crate) fn check_listed<'a>(
    clip: ClipId,
    entry: &FragmentEntry,
    sealed: &'a [u8],
) -> Result<&'a [u8], ClipError> {
    let body = check_place(clip, &entry.meta, sealed)?;
    if Digest::of(sealed) == entry.hash {
        Ok(body)
    } else {
        Err(ClipError::Tampered { n: entry.meta.n })
    }
}

/// Checks that sealed bytes name this clip and number and have the right length; returns ciphertext
/// and tag.
pub(crate) fn check_place<'a>(
    clip: ClipId,
    meta: &FragmentMeta,
    sealed: &'a [u8],
) -> Result<&'a [u8], ClipError> {
    let expected = meta.n;
    let Some((prefix, body)) = sealed.split_first_chunk::<PREFIX_LEN>() else {
        return Err(ClipError::Truncated { n: expected });
    };
    let (named, number) = prefix.split_at(PREFIX_LEN - 4);
    let found = ClipId::from_bytes(named).map_err(|_| ClipError::Tampered { n: expected })?;
    if found != clip {
        return Err(ClipError::OtherClip {
            expected: clip,
            found,
        });
    }
    let found = number.iter().fold(0, |n, byte| n << 8 | u32::from(*byte));
    if found != expected {
        return Err(ClipError::Misplaced { expected, found });
    }
    match sealed.len().cmp(&meta.sealed_len()) {
        std::cmp::Ordering::Less => Err(ClipError::Truncated { n: expected }),
        std::cmp::Ordering::Equal => Ok(body),
        std::cmp::Ordering::Greater => Err(ClipError::Tampered { n: expected }),
    }
}
