use access::ClipId;
use rusqlite::{Connection, params};

use super::{Store, StoreError};

/// How far a clip on this disk has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClipState {
    /// Fragments are still added.
    Recording,
    /// Complete, signed and on record.
    Closed,
    /// The hub holds it; the files may go.
    Uploaded,
}

impl ClipState {
    fn as_str(self) -> &'static str {
        match self {
            Self::Recording => "recording",
            Self::Closed => "closed",
            Self::Uploaded => "uploaded",
        }
    }
}

/// A clip on this disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClipRow {
    /// Which clip.
    pub clip: ClipId,
    /// The record that it belongs to.
    pub entry_seq: u64,
    /// Its size on disk; 0 while it is recorded.
    pub bytes: u64,
    /// Whether it shows somebody who was turned away.
    pub denied: bool,
}

impl Store {
    /// The clips in `state`, oldest first.
    pub fn clips(&self, state: ClipState) -> Result<Vec<ClipRow>, StoreError> {
        let query = "SELECT clip, entry_seq, bytes, denied FROM clips \
                     WHERE state = ?1 ORDER BY entry_seq";
        let mut statement = self.connection.prepare_cached(query)?;
        let rows = statement.query_map([state.as_str()], |row| {
            Ok((
                row.get::<_, String>(0)?,
                row.get(1)?,
                row.get(2)?,
                row.get(3)?,
            ))
        })?;
        rows.map(|row| {
            let (clip, entry_seq, bytes, denied) = row?;
            let unreadable = |_| StoreError::Unreadable(format!("{clip:?} is not a clip's id"));
            let clip = clip.parse().map_err(unreadable)?;
            Ok(ClipRow {
                clip,
                entry_seq,
                bytes,
                denied,
            })
        })
        .collect()
    }

    /// Remembers that the hub holds the whole clip.
    pub fn set_clip_uploaded(&mut self, clip: ClipId) -> Result<(), StoreError> {
        let update = "UPDATE clips SET state = 'uploaded' WHERE clip = ?1 AND state = 'closed'";
        self.connection.execute(update, [clip.to_string()])?;
        Ok(())
    }

    /// Forgets a clip whose files are gone.
    pub fn forget_clip(&mut self, clip: ClipId) -> Result<(), StoreError> {
        forget(&self.connection, clip)
    }
}

pub(super) fn begin(
    connection: &Connection,
    clip: ClipId,
    entry_seq: u64,
    denied: bool,
) -> Result<(), StoreError> {
    let insert =
        "INSERT INTO clips (clip, entry_seq, state, denied) VALUES (?1, ?2, 'recording', ?3)";
    connection.execute(insert, params![clip.to_string(), entry_seq, denied])?;
    Ok(())
}

pub(super) fn close(connection: &Connection, clip: ClipId, bytes: u64) -> Result<(), StoreError> {
    let update = "UPDATE clips SET state = 'closed', bytes = ?2 WHERE clip = ?1";
    connection.execute(update, params![clip.to_string(), bytes])?;
    Ok(())
}

pub(super) fn forget(connection: &Connection, clip: ClipId) -> Result<(), StoreError> {
    let delete = "DELETE FROM clips WHERE clip = ?1";
    connection.execute(delete, [clip.to_string()])?;
    Ok(())
}
