//! The building's log: a Merkle tree over the records of all its doors (RFC 6962, section 2), in
//! the form of C2SP tlog-tiles with C2SP checkpoints.
//!
//! Nothing here reads or writes. Every step has two halves: one that tells which stored hashes it
//! needs (`*_positions`), and one that takes them ([`KnownHashes`]) and answers. Growing the log
//! by a run of records is [`append_positions`], then [`append`]; the hashes in [`Growth`] go into
//! the same transaction as the records.
//!
//! A leaf does not hold a record but a salted commitment to it ([`Leaf`]). When a record and its
//! salt are erased, the tree and all proofs stay as they are and tell nothing about the record.

mod checkpoint;
mod grow;
mod hashes;
mod leaf;
mod proof;
mod tile;

pub use checkpoint::{
    Checkpoint, CheckpointError, LogKey, LogPublicKey, SignedCheckpoint, verifier_key,
};
pub use grow::{Growth, append, append_positions, root, root_positions};
pub use hashes::KnownHashes;
pub use leaf::{Leaf, entry_bundle};
pub use proof::{
    check_consistency, check_inclusion, consistency_positions, inclusion_positions,
    prove_consistency, prove_inclusion,
};
pub use tile::{Tile, TileKind, tiles_since};

/// Most leaves in a log.
pub const MAX_SIZE: u64 = 1 << 48;

/// Why the log gives no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LogError {
    /// A hash that is needed was not given: the caller's store is incomplete.
    #[error("the hash at position {position} is missing")]
    MissingHash {
        /// Its position in the store.
        position: u64,
    },
    /// A leaf, size or tile that the log does not have.
    #[error("the log has no such leaf or size")]
    OutOfRange,
    /// The proof does not prove it.
    #[error("the proof does not hold")]
    InvalidProof,
}

fn within(size: u64) -> Result<u64, LogError> {
    if size <= MAX_SIZE {
        Ok(size)
    } else {
        Err(LogError::OutOfRange)
    }
}
