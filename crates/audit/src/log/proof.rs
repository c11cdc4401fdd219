//! Proofs that a leaf is in the log, and that the log only grew.

use tlog_tiles::{Hash, check_record, check_tree, prove_record, prove_tree};

use super::hashes::Asked;
use super::{KnownHashes, Leaf, LogError, within};
use crate::Hash32;

/// The positions to read for [`prove_inclusion`].
pub fn inclusion_positions(size: u64, leaf: u64) -> Result<Vec<u64>, LogError> {
    let size = within(size)?;
    Asked::by(|asked| prove_record(size, leaf, asked))
}

/// Proves that leaf number `leaf` (from 0) is among the first `size` (RFC 6962, section 2.1.1).
pub fn prove_inclusion(size: u64, leaf: u64, known: &KnownHashes) -> Result<Vec<Hash32>, LogError> {
    known.require(&inclusion_positions(size, leaf)?)?;
    prove_record(size, leaf, known)
        .map(ours)
        .map_err(|_| LogError::OutOfRange)
}

/// Checks that `leaf` is number `at` in the log of `size` leaves with this root.
pub fn check_inclusion(
    proof: &[Hash32],
    size: u64,
    root: Hash32,
    at: u64,
    leaf: &Leaf,
) -> Result<(), LogError> {
    let size = within(size)?;
    if at >= size {
        return Err(LogError::OutOfRange);
    }
    check_record(&theirs(proof), size, Hash(root.0), at, Hash(leaf.hash().0))
        .map_err(|_| LogError::InvalidProof)
}

/// The positions to read for [`prove_consistency`].
pub fn consistency_positions(old_size: u64, size: u64) -> Result<Vec<u64>, LogError> {
    let size = within(size)?;
    if old_size == 0 {
        return Ok(Vec::new());
    }
    Asked::by(|asked| prove_tree(size, old_size, asked))
}

/// Proves that the first `old_size` leaves are the same in the log of `size` leaves (RFC 6962,
/// section 2.1.2). Nothing needs proving of an empty log.
pub fn prove_consistency(
    old_size: u64,
    size: u64,
    known: &KnownHashes,
) -> Result<Vec<Hash32>, LogError> {
    known.require(&consistency_positions(old_size, size)?)?;
    if old_size == 0 {
        return Ok(Vec::new());
    }
    prove_tree(size, old_size, known)
        .map(ours)
        .map_err(|_| LogError::OutOfRange)
}

/// Checks that the log of `size` leaves with root `root` begins with the log that had `old_size`
/// leaves and root `old_root`.
pub fn check_consistency(
    proof: &[Hash32],
    (old_size, old_root): (u64, Hash32),
    (size, root): (u64, Hash32),
) -> Result<(), LogError> {
    let size = within(size)?;
    if old_size > size {
        return Err(LogError::OutOfRange);
    }
    if old_size == 0 {
        let is_empty = proof.is_empty() && old_root.0 == tlog_tiles::EMPTY_HASH.0;
        return if is_empty {
            Ok(())
        } else {
            Err(LogError::InvalidProof)
        };
    }
    check_tree(
        &theirs(proof),
        size,
        Hash(root.0),
        old_size,
        Hash(old_root.0),
    )
    .map_err(|_| LogError::InvalidProof)
}

fn ours(proof: Vec<Hash>) -> Vec<Hash32> {
    proof.into_iter().map(|hash| Hash32(hash.0)).collect()
}

fn theirs(proof: &[Hash32]) -> Vec<Hash> {
    proof.iter().map(|hash| Hash(hash.0)).collect()
}
