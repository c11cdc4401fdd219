//! Stored hashes, by their position in the store.

use std::cell::RefCell;
use std::collections::BTreeMap;

use tlog_tiles::{Error, Hash, HashReader};

use super::LogError;
use crate::Hash32;

/// Hashes that were read from the store, by position (`tlog_tiles::stored_hash_index`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KnownHashes(BTreeMap<u64, Hash32>);

impl KnownHashes {
    /// Pairs positions with the hashes read from there, in the same order.
    pub fn new(positions: &[u64], hashes: impl IntoIterator<Item = Hash32>) -> Self {
        positions.iter().copied().zip(hashes).collect()
    }

    /// The hash at a position.
    pub fn hash(&self, position: u64) -> Result<Hash32, LogError> {
        self.0
            .get(&position)
            .copied()
            .ok_or(LogError::MissingHash { position })
    }

    pub(super) fn insert(&mut self, position: u64, hash: Hash32) {
        self.0.insert(position, hash);
    }

    /// Fails unless every hash that `question` reads is known.
    pub(super) fn require(&self, positions: &[u64]) -> Result<(), LogError> {
        positions
            .iter()
            .try_for_each(|position| self.hash(*position).map(drop))
    }
}

impl FromIterator<(u64, Hash32)> for KnownHashes {
    fn from_iter<T: IntoIterator<Item = (u64, Hash32)>>(hashes: T) -> Self {
        Self(hashes.into_iter().collect())
    }
}

impl HashReader for KnownHashes {
    fn read_hashes(&self, positions: &[u64]) -> Result<Vec<Hash>, Error> {
        let read = |position: &u64| self.0.get(position).map(|hash| Hash(hash.0));
        positions
            .iter()
            .map(read)
            .collect::<Option<_>>()
            .ok_or(Error::IndexesNotInTree)
    }
}

/// Notes which hashes a question reads, and answers with zeros.
#[derive(Default)]
pub(super) struct Asked(RefCell<Vec<u64>>);

impl Asked {
    /// The positions that `question` reads.
    pub(super) fn by<T>(
        question: impl FnOnce(&Self) -> Result<T, Error>,
    ) -> Result<Vec<u64>, LogError> {
        let asked = Self::default();
        question(&asked).map_err(|_| LogError::OutOfRange)?;
        Ok(asked.0.into_inner())
    }
}

impl HashReader for Asked {
    fn read_hashes(&self, positions: &[u64]) -> Result<Vec<Hash>, Error> {
        self.0.borrow_mut().extend(positions);
        Ok(vec![Hash::default(); positions.len()])
    }
}
