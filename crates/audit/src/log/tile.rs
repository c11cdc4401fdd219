//! Tiles: the log's hashes in files that never change once they are full.
//!
//! Paths are C2SP's (<https://c2sp.org/tlog-tiles>): `tile/0/x001/234`, `tile/entries/000.p/3`.
//! The library's own are those of Go's checksum database and differ.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use tlog_tiles::stored_hash_index;

use super::{KnownHashes, LogError, within};

/// Hashes or entries in a full tile.
const FULL: u64 = 256;
/// Tree levels in a tile.
const HEIGHT: u8 = 8;
/// Levels of tiles that a log within [`super::MAX_SIZE`] can have.
const MAX_LEVEL: u8 = 6;

/// A tile's coordinates. Displays as its C2SP path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tile {
    kind: TileKind,
    index: u64,
    width: u16,
}

/// What a tile holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TileKind {
    /// Hashes of one level; level 0 holds the leaves' own, level 1 every 256th level up, and so on.
    Hashes {
        /// The level.
        level: u8,
    },
    /// Entries, as [`super::entry_bundle`] writes them.
    Entries,
}

impl Tile {
    /// What it holds.
    pub fn kind(&self) -> TileKind {
        self.kind
    }

    /// The nodes or entries that it covers, by their number on its level: 1 to 256.
    pub fn range(&self) -> Range<u64> {
        let start = self.index * FULL;
        start..start + u64::from(self.width)
    }

    /// Whether a log of `size` leaves has this tile, full or as a part of a wider one.
    pub fn is_within(&self, size: u64) -> bool {
        let nodes = match self.kind {
            TileKind::Hashes { level } => size >> (HEIGHT * level),
            TileKind::Entries => size,
        };
        self.range().end <= nodes
    }

    /// The positions whose hashes make up the tile of a log of `size` leaves; none for entries.
    pub fn positions(&self, size: u64) -> Result<Vec<u64>, LogError> {
        if !self.is_within(within(size)?) {
            return Err(LogError::OutOfRange);
        }
        Ok(match self.kind {
            TileKind::Hashes { level } => self
                .range()
                .map(|node| stored_hash_index(level * HEIGHT, node))
                .collect(),
            TileKind::Entries => Vec::new(),
        })
    }

    /// A hash tile's bytes: its hashes, one after another, given those at [`Self::positions`].
    pub fn bytes(&self, size: u64, known: &KnownHashes) -> Result<Vec<u8>, LogError> {
        let positions = self.positions(size)?.into_iter();
        let hashes = positions.map(|position| known.hash(position));
        Ok(hashes
            .collect::<Result<Vec<_>, _>>()?
            .iter()
            .flat_map(|hash| hash.0)
            .collect())
    }
}

/// The hash and entry tiles that are new or wider in a log that grew.
pub fn tiles_since(old_size: u64, size: u64) -> Result<Vec<Tile>, LogError> {
    let size = within(size)?;
    let hashes = (0..=MAX_LEVEL).map(|level| (TileKind::Hashes { level }, HEIGHT * level));
    let kinds = hashes.chain([(TileKind::Entries, 0)]);
    Ok(kinds
        .flat_map(|(kind, shift)| grown(kind, old_size >> shift, size >> shift))
        .collect())
}

fn grown(kind: TileKind, old: u64, new: u64) -> impl Iterator<Item = Tile> {
    let indexes = if old < new {
        old / FULL..new.div_ceil(FULL)
    } else {
        0..0
    };
    indexes.map(move |index| {
        let width = (new - index * FULL).min(FULL);
        Tile {
            kind,
            index,
            width: u16::try_from(width).unwrap_or(u16::MAX),
        }
    })
}

impl fmt::Display for Tile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            TileKind::Hashes { level } => write!(f, "tile/{level}/")?,
            TileKind::Entries => f.write_str("tile/entries/")?,
        }
        write_index(f, self.index / 1_000)?;
        write!(f, "{:03}", self.index % 1_000)?;
        if u64::from(self.width) < FULL {
            write!(f, ".p/{}", self.width)?;
        }
        Ok(())
    }
}

fn write_index(f: &mut fmt::Formatter<'_>, thousands: u64) -> fmt::Result {
    if thousands == 0 {
        return Ok(());
    }
    write_index(f, thousands / 1_000)?;
    write!(f, "x{:03}/", thousands % 1_000)
}

/// A path names no tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not the path of a tile")]
pub struct ParseTileError;

impl FromStr for Tile {
    type Err = ParseTileError;

    /// Reads a path; only the one that [`fmt::Display`] writes is taken.
    fn from_str(path: &str) -> Result<Self, Self::Err> {
        let tile = parse(path).ok_or(ParseTileError)?;
        if tile.to_string() == path {
            Ok(tile)
        } else {
            Err(ParseTileError)
        }
    }
}

fn parse(path: &str) -> Option<Tile> {
    const MAX_PATH_LEN: usize = 64;
    let rest = path
        .strip_prefix("tile/")
        .filter(|_| path.len() <= MAX_PATH_LEN)?;
    let (kind, rest) = rest.split_once('/')?;
    let kind = match kind {
        "entries" => TileKind::Entries,
        level => TileKind::Hashes {
            level: level.parse().ok().filter(|level| *level <= MAX_LEVEL)?,
        },
    };
    let (index, width) = match rest.split_once(".p/") {
        None => (rest, 256),
        Some((index, width)) => (
            index,
            width
                .parse()
                .ok()
                .filter(|width| (1..256).contains(width))?,
        ),
    };
    let mut number = 0_u64;
    for part in index.split('/') {
        let digits = part.strip_prefix('x').unwrap_or(part);
        let value: u64 = digits.parse().ok().filter(|value| *value < 1_000)?;
        number = number.checked_mul(1_000)?.checked_add(value)?;
    }
    (number <= super::MAX_SIZE).then_some(Tile {
        kind,
        index: number,
        width,
    })
}
