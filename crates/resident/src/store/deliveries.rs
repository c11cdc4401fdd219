use access::{DoorId, HolderClass};
use hub_api::{EntryInfo, Outcome};
use rusqlite::{Connection, OptionalExtension as _, Row, Transaction, params};
use serde::{Deserialize, Serialize};

use super::activity::{RECORDS, Record, SLOTS, by_entry, read_record};
use super::{Store, StoreError, read_all};

/// What is kept of a delivery beside its entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoredDelivery {
    /// When this person said to have collected it, in Unix milliseconds.
    pub collected_ms: Option<u64>,
}

/// A delivery at a door, as one of several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeliveryAt {
    /// The hub's number of the entry.
    pub entry: u64,
    pub at_ms: u64,
    pub collected: bool,
}

/// A delivery, and what a person said of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldDelivery {
    /// The hub's number of the entry.
    pub entry: u64,
    pub door: DoorId,
    pub at_ms: u64,
    /// When it was said to have been collected; none where nobody said so.
    pub collected_ms: Option<u64>,
}

/// Deliveries that nobody has said to be collected.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    pub count: u32,
    pub newest: Option<Record>,
}

impl Store {
    /// Keeps that these were collected at `at_ms`, or, with `None`, that they were not; answers what that changed.
    pub fn set_collected(
        &self,
        entries: &[u64],
        at_ms: Option<u64>,
    ) -> Result<Vec<Record>, StoreError> {
        self.write(|transaction| {
            let mut changed = Vec::new();
            for &entry in entries {
                let rows = transaction.execute(
                    "UPDATE deliveries SET collected_ms = ?2
                     WHERE entry_id = ?1 AND (collected_ms IS NULL) <> (?2 IS NULL)",
                    params![entry.cast_signed(), at_ms.map(u64::cast_signed)],
                )?;
                if rows > 0 {
                    changed.extend(by_entry(transaction, entry)?);
                }
            }
            Ok(changed)
        })
    }

    /// Those that nobody has said to be collected and that came after `since_ms`.
    pub fn waiting(&self, since_ms: u64) -> Result<Waiting, StoreError> {
        let connection = self.lock();
        let since = cursor(since_ms);
        let count = connection
            .prepare_cached(
                "SELECT count(*) FROM deliveries WHERE collected_ms IS NULL AND cursor >= ?1",
            )?
            .query_row([since], |row| row.get(0))?;
        let sql = format!(
            "{RECORDS} WHERE deliveries.collected_ms IS NULL AND deliveries.cursor >= ?1
             ORDER BY deliveries.cursor DESC LIMIT 1"
        );
        let mut statement = connection.prepare_cached(&sql)?;
        let mut rows = statement.query([since])?;
        let newest = rows.next()?.map(read_record).transpose()?;
        Ok(Waiting { count, newest })
    }

    /// The entries of these.
    pub fn waiting_entries(&self, since_ms: u64) -> Result<Vec<u64>, StoreError> {
        let connection = self.lock();
        let mut statement = connection.prepare_cached(
            "SELECT entry_id FROM deliveries WHERE collected_ms IS NULL AND cursor >= ?1",
        )?;
        let entries = statement.query_map([cursor(since_ms)], |row| row.get::<_, i64>(0))?;
        let entries: rusqlite::Result<Vec<i64>> = entries.collect();
        Ok(entries?.into_iter().map(i64::cast_unsigned).collect())
    }

    /// All that this device holds, newest first.
    pub fn deliveries(&self) -> Result<Vec<HeldDelivery>, StoreError> {
        let sql = "SELECT json_object('entry', entry_id, 'door', door, 'at_ms', cursor / ?1,
                                      'collected_ms', collected_ms)
                   FROM deliveries ORDER BY cursor DESC";
        read_all(&self.lock(), sql, [SLOTS.cast_signed()])
    }

    /// At most `limit` deliveries at a door from `since_ms` on, oldest first.
    pub fn deliveries_from(
        &self,
        door: DoorId,
        since_ms: u64,
        limit: u32,
    ) -> Result<Vec<DeliveryAt>, StoreError> {
        let connection = self.lock();
        let mut statement = connection.prepare_cached(
            "SELECT entry_id, cursor, collected_ms IS NOT NULL FROM deliveries
             WHERE door = ?1 AND cursor >= ?2 ORDER BY cursor LIMIT ?3",
        )?;
        let since = cursor(since_ms);
        let found = statement.query_map(params![door.to_string(), since, limit], delivery_at)?;
        Ok(found.collect::<rusqlite::Result<_>>()?)
    }

    /// At most `limit` deliveries at a door up to `until_ms`, newest first.
    pub fn deliveries_at(
        &self,
        door: DoorId,
        until_ms: u64,
        limit: u32,
    ) -> Result<Vec<DeliveryAt>, StoreError> {
        let connection = self.lock();
        let mut statement = connection.prepare_cached(
            "SELECT entry_id, cursor, collected_ms IS NOT NULL FROM deliveries
             WHERE door = ?1 AND cursor < ?2 ORDER BY cursor DESC LIMIT ?3",
        )?;
        let until = cursor(until_ms.saturating_add(1));
        let found = statement.query_map(params![door.to_string(), until, limit], delivery_at)?;
        Ok(found.collect::<rusqlite::Result<_>>()?)
    }
}

fn delivery_at(row: &Row<'_>) -> rusqlite::Result<DeliveryAt> {
    Ok(DeliveryAt {
        entry: row.get::<_, i64>(0)?.cast_unsigned(),
        at_ms: row.get::<_, i64>(1)?.cast_unsigned() / SLOTS,
        collected: row.get(2)?,
    })
}

/// Whether somebody came in who delivers.
pub(crate) fn is_delivery(entry: &EntryInfo) -> bool {
    entry.class == Some(HolderClass::Courier) && entry.outcome == Outcome::Entered
}

/// Begins to keep what becomes of a delivery.
pub(super) fn begin(
    transaction: &Transaction<'_>,
    entry: &EntryInfo,
    at: u64,
) -> Result<StoredDelivery, StoreError> {
    transaction.execute(
        "INSERT OR IGNORE INTO deliveries (entry_id, cursor, door) VALUES (?1, ?2, ?3)",
        params![
            entry.id.cast_signed(),
            at.cast_signed(),
            entry.door.to_string()
        ],
    )?;
    Ok(StoredDelivery { collected_ms: None })
}

/// What is kept of the delivery of an entry, if it is one.
pub(super) fn of_entry(
    connection: &Connection,
    entry: u64,
) -> Result<Option<StoredDelivery>, StoreError> {
    let kept = connection
        .query_row(
            "SELECT collected_ms FROM deliveries WHERE entry_id = ?1",
            [entry.cast_signed()],
            |row| row.get::<_, Option<i64>>(0),
        )
        .optional()?;
    Ok(kept.map(|collected| StoredDelivery {
        collected_ms: collected.map(i64::cast_unsigned),
    }))
}

/// Forgets them all.
pub(super) fn wipe(transaction: &Transaction<'_>) -> Result<(), StoreError> {
    transaction.execute("DELETE FROM deliveries", [])?;
    Ok(())
}

/// Where what happens at `ms` begins in the list.
fn cursor(ms: u64) -> i64 {
    i64::try_from(ms.saturating_mul(SLOTS)).unwrap_or(i64::MAX)
}
