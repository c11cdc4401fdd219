use access::{DoorId, SignedBundle};
use audit::SealedRecords;
use rusqlite::{OptionalExtension as _, Transaction, params};

use super::{Store, StoreError};

/// The most batches of records that are carried: some 2 MiB. A door keeps what nobody takes.
const MOST_BATCHES: i64 = 512;

/// What this device carries between the hub and doors without a network.
impl Store {
    /// The building's bundle with its version, as the hub gave it last.
    pub fn carried_bundle(&self) -> Result<Option<(u64, SignedBundle)>, StoreError> {
        let query = "SELECT version, body FROM carried_bundle";
        let row = self.lock().query_row(query, [], |row| {
            Ok((row.get(0)?, SignedBundle(row.get(1)?)))
        });
        Ok(row.optional()?)
    }

    /// Keeps a bundle, unless a newer one is kept.
    pub fn put_carried_bundle(
        &self,
        version: u64,
        bundle: &SignedBundle,
    ) -> Result<(), StoreError> {
        self.lock().execute(
            "INSERT INTO carried_bundle (one, version, body) VALUES (1, ?1, ?2)
             ON CONFLICT (one) DO UPDATE SET version = excluded.version, body = excluded.body
             WHERE excluded.version > version",
            params![version, bundle.as_bytes()],
        )?;
        Ok(())
    }

    /// The last record of a door that need not be asked for: the hub has it, or this device carries
    /// it; 0 for none.
    pub fn carried_up_to(&self, door: DoorId) -> Result<u64, StoreError> {
        let query = "SELECT max(
            coalesce((SELECT durable_seq FROM carried_doors WHERE door = ?1), 0),
            coalesce((SELECT max(last_seq) FROM carried_records WHERE door = ?1), 0))";
        let connection = self.lock();
        Ok(connection.query_row(query, [door.to_string()], |row| row.get(0))?)
    }

    /// Keeps a batch until the hub has it; `false` when this device carries enough already.
    pub fn put_carried_records(&self, batch: &SealedRecords) -> Result<bool, StoreError> {
        let body = batch.to_bytes().map_err(|_| StoreError::Sealed)?;
        let mut connection = self.lock();
        let transaction = connection.transaction()?;
        let count = "SELECT count(*) FROM carried_records";
        let count: i64 = transaction.query_row(count, [], |row| row.get(0))?;
        if count >= MOST_BATCHES {
            return Ok(false);
        }
        transaction.execute(
            "INSERT OR REPLACE INTO carried_records (door, first_seq, last_seq, body)
             VALUES (?1, ?2, ?3, ?4)",
            params![
                batch.door.to_string(),
                batch.first_seq,
                batch.last_seq,
                body
            ],
        )?;
        transaction.commit()?;
        Ok(true)
    }

    /// Every batch that the hub has not confirmed, each door's in order.
    pub fn carried_records(&self) -> Result<Vec<SealedRecords>, StoreError> {
        let connection = self.lock();
        let query = "SELECT body FROM carried_records ORDER BY door, first_seq";
        let mut statement = connection.prepare_cached(query)?;
        let mut rows = statement.query([])?;
        let mut batches = Vec::new();
        while let Some(row) = rows.next()? {
            let body: Vec<u8> = row.get(0)?;
            batches.push(SealedRecords::from_bytes(&body).map_err(|_| StoreError::Sealed)?);
        }
        Ok(batches)
    }

    /// The hub has a door's records up to this one: they need not be carried any more.
    pub fn set_carried_durable(&self, door: DoorId, durable_seq: u64) -> Result<(), StoreError> {
        let mut connection = self.lock();
        let transaction = connection.transaction()?;
        transaction.execute(
            "INSERT INTO carried_doors (door, durable_seq) VALUES (?1, ?2)
             ON CONFLICT (door) DO UPDATE SET durable_seq = max(durable_seq, excluded.durable_seq)",
            params![door.to_string(), durable_seq],
        )?;
        transaction.execute(
            "DELETE FROM carried_records WHERE door = ?1 AND last_seq <= ?2",
            params![door.to_string(), durable_seq],
        )?;
        Ok(transaction.commit()?)
    }

    /// Forgets a door's batches from this one on: the hub will never take them. The door gives them
    /// again.
    pub fn drop_carried_records(&self, batch: &SealedRecords) -> Result<(), StoreError> {
        self.lock().execute(
            "DELETE FROM carried_records WHERE door = ?1 AND first_seq >= ?2",
            params![batch.door.to_string(), batch.first_seq],
        )?;
        Ok(())
    }
}

/// Forgets everything that is carried.
pub(super) fn wipe(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    transaction.execute_batch(
        "DELETE FROM carried_bundle; DELETE FROM carried_records; DELETE FROM carried_doors;",
    )
}
