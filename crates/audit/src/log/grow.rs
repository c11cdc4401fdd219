//! Adding leaves.

use tlog_tiles::{stored_hash_count, stored_hashes_for_record_hash, sub_tree_index, tree_hash};

use super::hashes::Asked;
use super::{KnownHashes, Leaf, LogError, within};
use crate::Hash32;

/// What a store must take in when leaves are added, all in one transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Growth {
    /// Leaves before.
    pub from_size: u64,
    /// Leaves after.
    pub to_size: u64,
    /// Where the first of `hashes` goes; the others follow without a gap.
    pub first_position: u64,
    /// The new hashes. None that is stored ever changes.
    pub hashes: Vec<Hash32>,
    /// The root after.
    pub root: Hash32,
}

impl Growth {
    /// The new hashes with their positions.
    pub fn writes(&self) -> impl Iterator<Item = (u64, Hash32)> {
        (self.first_position..).zip(self.hashes.iter().copied())
    }
}

/// The positions to read before leaves are added to a log of `size` leaves: at most one per bit
/// of the size, however many leaves are added.
pub fn append_positions(size: u64) -> Result<Vec<u64>, LogError> {
    Ok(sub_tree_index(0, within(size)?, Vec::new()))
}

/// Adds leaves to a log of `size` leaves, given the hashes at [`append_positions`].
pub fn append(size: u64, known: &KnownHashes, leaves: &[Leaf]) -> Result<Growth, LogError> {
    known.require(&append_positions(size)?)?;
    let added = u64::try_from(leaves.len()).map_err(|_| LogError::OutOfRange)?;
    let to_size = within(size.checked_add(added).ok_or(LogError::OutOfRange)?)?;
    let first_position = stored_hash_count(size);
    let mut known = known.clone();
    let mut hashes = Vec::new();
    for (at, leaf) in (size..).zip(leaves) {
        let leaf = tlog_tiles::Hash(leaf.hash().0);
        let new =
            stored_hashes_for_record_hash(at, leaf, &known).map_err(|_| LogError::OutOfRange)?;
        for hash in new {
            let position = first_position + hashes.len() as u64;
            known.insert(position, Hash32(hash.0));
            hashes.push(Hash32(hash.0));
        }
    }
    let root = root(to_size, &known)?;
    Ok(Growth {
        from_size: size,
        to_size,
        first_position,
        hashes,
        root,
    })
}

/// The positions to read for the root of the first `size` leaves.
pub fn root_positions(size: u64) -> Result<Vec<u64>, LogError> {
    let size = within(size)?;
    Asked::by(|asked| tree_hash(size, asked))
}

/// The root of the first `size` leaves, given the hashes at [`root_positions`].
pub fn root(size: u64, known: &KnownHashes) -> Result<Hash32, LogError> {
    known.require(&root_positions(size)?)?;
    let root = tree_hash(size, known).map_err(|_| LogError::OutOfRange)?;
    Ok(Hash32(root.0))
}
