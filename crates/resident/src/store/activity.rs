use access::{ClipId, DoorId, GrantId};
use hub_api::{ClipInfo, ClipState, EntryInfo};
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};
use serde::{Deserialize, Serialize};

use super::deliveries::{self, StoredDelivery, is_delivery};
use super::search::{Facets, Filter};
use super::{Store, StoreError, to_json};

/// Something in the activity list, with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Orders the list; newer is greater. Never changes.
    pub cursor: u64,
    /// Unique and stable.
    pub id: String,
    pub happening: Happening,
    /// When it is a delivery that came since this device belongs to the building.
    pub delivery: Option<StoredDelivery>,
}

/// What this device knows to have happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Happening {
    /// Somebody who does not live here entered or was refused, or something happened to a door, says the hub.
    Entry(EntryInfo),
    /// This device unlocked a door.
    OwnUnlock {
        door: DoorId,
        at_ms: u64,
        seq: u64,
        /// Whether through the hub.
        #[serde(default)]
        remote: bool,
    },
}

impl Happening {
    /// Where.
    pub fn door(&self) -> DoorId {
        match self {
            Self::Entry(entry) => entry.door,
            Self::OwnUnlock { door, .. } => *door,
        }
    }

    /// When, in Unix milliseconds.
    pub fn at_ms(&self) -> u64 {
        match self {
            Self::Entry(entry) => entry.at_ms,
            Self::OwnUnlock { at_ms, .. } => *at_ms,
        }
    }

    /// The household's own pass that it was done with.
    pub fn pass(&self) -> Option<GrantId> {
        self.entry().and_then(|entry| entry.pass)
    }

    fn id(&self) -> String {
        match self {
            Self::Entry(entry) => entry_item(entry.id),
            Self::OwnUnlock { door, seq, .. } => format!("own-{door}-{seq}"),
        }
    }

    fn entry(&self) -> Option<&EntryInfo> {
        match self {
            Self::Entry(entry) => Some(entry),
            Self::OwnUnlock { .. } => None,
        }
    }
}

/// The id in the list of what the hub has under this number.
pub(crate) fn entry_item(entry: u64) -> String {
    format!("entry-{entry}")
}

/// The hub's number of what has this id in the list.
pub(crate) fn entry_of_item(id: &str) -> Option<u64> {
    id.strip_prefix("entry-")?.parse().ok()
}

/// What storing something did to the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    Added(Record),
    Changed(Record),
}

/// Slots in a millisecond, so that what happens at once still has an order.
pub(super) const SLOTS: u64 = 1000;

/// Reads what [`read_record`] takes.
pub(super) const RECORDS: &str = "SELECT activity.cursor, id, body, deliveries.entry_id, \
     collected_ms FROM activity LEFT JOIN deliveries USING (entry_id)";

/// Whether what is stored is told as it happens, or was before this device listened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Age {
    News,
    History,
}

impl Store {
    /// Adds this device's own unlock; `remote` when it went through the hub.
    pub fn add_own_unlock(
        &self,
        door: DoorId,
        at_ms: u64,
        seq: u64,
        remote: bool,
    ) -> Result<Option<Change>, StoreError> {
        let own = Happening::OwnUnlock {
            door,
            at_ms,
            seq,
            remote,
        };
        self.write(|transaction| put(transaction, &own, Age::News))
    }

    /// Stores a page of entries; with `newest`, the list is complete from there down to what was known before.
    pub fn put_entries(
        &self,
        entries: &[EntryInfo],
        newest: Option<u64>,
    ) -> Result<Vec<Change>, StoreError> {
        self.write(|transaction| {
            let changes = put_all(transaction, entries, Age::News)?;
            if let Some(newest) = newest {
                transaction.execute(
                    "UPDATE progress SET newest_entry = max(coalesce(newest_entry, 0), ?1)",
                    [newest.cast_signed()],
                )?;
            }
            Ok(changes)
        })
    }

    /// Stores entries from the old end of the list; `older_than` is where the next page begins, if there is one.
    pub fn put_older_entries(
        &self,
        entries: &[EntryInfo],
        older_than: Option<u64>,
    ) -> Result<Vec<Change>, StoreError> {
        self.write(|transaction| {
            let changes = put_all(transaction, entries, Age::History)?;
            let older_than = older_than.map(u64::cast_signed);
            transaction.execute("UPDATE progress SET older_than = ?1", [older_than])?;
            Ok(changes)
        })
    }

    /// Stores an entry that came as event `event_id`, and that the event has been taken.
    pub fn take_entry(
        &self,
        event_id: u64,
        entry: &EntryInfo,
    ) -> Result<Option<Change>, StoreError> {
        self.write(|transaction| {
            set_last_event(transaction, event_id)?;
            put(transaction, &Happening::Entry(entry.clone()), Age::News)
        })
    }

    /// Stores that a clip can be watched, as event `event_id` says.
    pub fn take_clip_ready(
        &self,
        event_id: u64,
        clip: ClipId,
    ) -> Result<Option<Change>, StoreError> {
        self.write(|transaction| {
            set_last_event(transaction, event_id)?;
            change_clip(transaction, clip, |clip| clip.state = ClipState::Ready)
        })
    }

    /// Stores that there is a picture of a clip, as event `event_id` says.
    pub fn take_thumbnail(
        &self,
        event_id: u64,
        clip: ClipId,
    ) -> Result<Option<Change>, StoreError> {
        self.write(|transaction| {
            set_last_event(transaction, event_id)?;
            change_clip(transaction, clip, |clip| clip.thumbnail = true)
        })
    }

    /// Stores that a clip cannot be watched any more.
    pub fn mark_clip_gone(&self, clip: ClipId) -> Result<Option<Change>, StoreError> {
        self.write(|transaction| {
            change_clip(transaction, clip, |clip| {
                clip.state = ClipState::Unavailable;
            })
        })
    }

    /// Deletes what this device's owner did at doors.
    pub fn forget_own_unlocks(&self) -> Result<(), StoreError> {
        let connection = self.lock();
        connection.execute("DELETE FROM activity WHERE entry_id IS NULL", [])?;
        connection.pragma_update(None, "wal_checkpoint", "TRUNCATE")?;
        Ok(())
    }

    /// Stores that an event has been taken.
    pub fn take_event(&self, event_id: u64) -> Result<(), StoreError> {
        self.write(|transaction| set_last_event(transaction, event_id))
    }

    /// The last event taken.
    pub fn last_event_id(&self) -> Result<Option<u64>, StoreError> {
        self.progress("last_event_id")
    }

    /// The newest entry from which the list is complete downwards.
    pub fn newest_entry(&self) -> Result<Option<u64>, StoreError> {
        self.progress("newest_entry")
    }

    /// Where the hub's entries that are not here yet begin.
    pub fn older_than(&self) -> Result<Option<u64>, StoreError> {
        self.progress("older_than")
    }

    /// The oldest entry whose clip was still being recorded when last heard of.
    pub fn oldest_recording(&self) -> Result<Option<u64>, StoreError> {
        let sql = "SELECT min(entry_id) FROM activity WHERE clip_id IS NOT NULL \
                   AND json_extract(body, '$.clip.state') = 'recording'";
        let id: Option<i64> = self.lock().query_row(sql, [], |row| row.get(0))?;
        Ok(id.map(i64::cast_unsigned))
    }

    /// At most `limit` records older than `before`, newest first.
    pub fn activity(&self, before: Option<u64>, limit: u32) -> Result<Vec<Record>, StoreError> {
        self.matching(&Filter::default(), before, limit)
    }

    /// What the hub has under this number, where it is here.
    pub fn entry(&self, entry: u64) -> Result<Option<EntryInfo>, StoreError> {
        let record = by_entry(&self.lock(), entry)?;
        Ok(record.and_then(|record| match record.happening {
            Happening::Entry(entry) => Some(entry),
            Happening::OwnUnlock { .. } => None,
        }))
    }

    /// The record of an entry with this clip.
    pub fn record_of_clip(&self, clip: ClipId) -> Result<Option<Record>, StoreError> {
        by_clip(&self.lock(), clip)
    }

    fn progress(&self, column: &str) -> Result<Option<u64>, StoreError> {
        let sql = format!("SELECT {column} FROM progress");
        let value: Option<i64> = self.lock().query_row(&sql, [], |row| row.get(0))?;
        Ok(value.map(i64::cast_unsigned))
    }

    pub(super) fn write<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut connection = self.lock();
        let transaction = connection.transaction()?;
        let result = work(&transaction)?;
        transaction.commit()?;
        Ok(result)
    }
}

fn change_clip(
    transaction: &Transaction<'_>,
    clip: ClipId,
    change: impl FnOnce(&mut ClipInfo),
) -> Result<Option<Change>, StoreError> {
    let Some(Record {
        happening: Happening::Entry(mut entry),
        ..
    }) = by_clip(transaction, clip)?
    else {
        return Ok(None);
    };
    if let Some(clip) = entry.clip.as_mut() {
        change(clip);
    }
    put(transaction, &Happening::Entry(entry), Age::News)
}

fn put_all(
    transaction: &Transaction<'_>,
    entries: &[EntryInfo],
    age: Age,
) -> Result<Vec<Change>, StoreError> {
    let changes = entries
        .iter()
        .map(|entry| put(transaction, &Happening::Entry(entry.clone()), age));
    Ok(changes
        .collect::<Result<Vec<_>, _>>()?
        .into_iter()
        .flatten()
        .collect())
}

/// Adds, or updates in place, or leaves alone what is known already.
fn put(
    transaction: &Transaction<'_>,
    happening: &Happening,
    age: Age,
) -> Result<Option<Change>, StoreError> {
    let id = happening.id();
    let body = to_json(happening)?;
    let clip = happening
        .entry()
        .and_then(|entry| entry.clip)
        .map(|clip| clip.id.to_string());
    let known = transaction
        .query_row(
            "SELECT cursor, body FROM activity WHERE id = ?1",
            [&id],
            |row| {
                Ok((
                    row.get::<_, i64>(0)?.cast_unsigned(),
                    row.get::<_, String>(1)?,
                ))
            },
        )
        .optional()?;
    let Some((cursor, known_body)) = known else {
        let cursor = free_cursor(transaction, happening.at_ms())?;
        insert(transaction, cursor, &id, happening, clip.as_deref(), &body)?;
        let delivery = match happening.entry() {
            Some(entry) if age == Age::News && is_delivery(entry) => {
                Some(deliveries::begin(transaction, entry, cursor)?)
            }
            _ => None,
        };
        return Ok(Some(Change::Added(Record {
            cursor,
            id,
            happening: happening.clone(),
            delivery,
        })));
    };
    if is_older_news(happening, &known_body)? || known_body == body {
        return Ok(None);
    }
    let Facets {
        who,
        delivery,
        words,
        ..
    } = happening.into();
    transaction.execute(
        "UPDATE activity SET body = ?2, clip_id = ?3, who = ?4, delivery = ?5, words = ?6 \
         WHERE id = ?1",
        params![id, body, clip, who, delivery, words],
    )?;
    let delivery = match happening.entry() {
        Some(entry) => deliveries::of_entry(transaction, entry.id)?,
        None => None,
    };
    Ok(Some(Change::Changed(Record {
        cursor,
        id,
        happening: happening.clone(),
        delivery,
    })))
}

fn insert(
    transaction: &Transaction<'_>,
    cursor: u64,
    id: &str,
    happening: &Happening,
    clip: Option<&str>,
    body: &str,
) -> Result<(), StoreError> {
    let entry_id = happening.entry().map(|entry| entry.id.cast_signed());
    let facets = Facets::from(happening);
    transaction.execute(
        "INSERT INTO activity (cursor, id, entry_id, clip_id, body, door, who, delivery, words) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        params![
            cursor.cast_signed(),
            id,
            entry_id,
            clip,
            body,
            facets.door,
            facets.who,
            facets.delivery,
            facets.words
        ],
    )?;
    Ok(())
}

/// A replayed entry tells of a clip in the making that has long been finished.
fn is_older_news(happening: &Happening, known_body: &str) -> Result<bool, StoreError> {
    let known: Happening = serde_json::from_str(known_body)?;
    let state = |happening: &Happening| happening.entry()?.clip.map(|clip| clip.state);
    let (new, known) = (state(happening), state(&known));
    let made = known.is_some_and(|state| state != ClipState::Recording);
    Ok(made && new.is_none_or(|state| state == ClipState::Recording))
}

fn free_cursor(connection: &Connection, at_ms: u64) -> Result<u64, StoreError> {
    let first = at_ms
        .saturating_mul(SLOTS)
        .min(i64::MAX.cast_unsigned() - SLOTS);
    let taken: Option<i64> = connection.query_row(
        "SELECT max(cursor) FROM activity WHERE cursor >= ?1 AND cursor < ?2",
        [first.cast_signed(), (first + SLOTS).cast_signed()],
        |row| row.get(0),
    )?;
    Ok(taken.map_or(first, |taken| taken.cast_unsigned() + 1))
}

fn by_clip(connection: &Connection, clip: ClipId) -> Result<Option<Record>, StoreError> {
    let mut statement = connection.prepare_cached(&format!("{RECORDS} WHERE clip_id = ?1"))?;
    let mut rows = statement.query([clip.to_string()])?;
    rows.next()?.map(read_record).transpose()
}

pub(super) fn by_entry(connection: &Connection, entry: u64) -> Result<Option<Record>, StoreError> {
    let sql = format!("{RECORDS} WHERE activity.entry_id = ?1");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query([entry.cast_signed()])?;
    rows.next()?.map(read_record).transpose()
}

pub(super) fn read_record(row: &rusqlite::Row<'_>) -> Result<Record, StoreError> {
    let body: String = row.get(2)?;
    let delivery: Option<i64> = row.get(3)?;
    let collected: Option<i64> = row.get(4)?;
    Ok(Record {
        cursor: row.get::<_, i64>(0)?.cast_unsigned(),
        id: row.get(1)?,
        happening: serde_json::from_str(&body)?,
        delivery: delivery.map(|_| StoredDelivery {
            collected_ms: collected.map(i64::cast_unsigned),
        }),
    })
}

fn set_last_event(transaction: &Transaction<'_>, event_id: u64) -> Result<(), StoreError> {
    transaction.execute(
        "UPDATE progress SET last_event_id = ?1",
        [event_id.cast_signed()],
    )?;
    Ok(())
}
