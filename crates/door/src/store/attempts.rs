use std::collections::BTreeSet;

use access::{DeniedAttempts, GrantId, HolderPublicKey};
use rusqlite::{Connection, params};

use super::{Store, StoreError};

impl Store {
    /// How often holders and codes were denied, as far as that was kept.
    pub fn denied_attempts(&self) -> Result<DeniedAttempts, StoreError> {
        let query = "SELECT holder, times FROM denied_holders";
        let mut statement = self.connection.prepare_cached(query)?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let holders = rows.map(|row| row.map(|(key, times)| (HolderPublicKey(key), times)));
        let keypad = self
            .connection
            .query_row("SELECT denied FROM keypad", [], |row| row.get(0))?;
        Ok(DeniedAttempts {
            holders: holders.collect::<Result<_, _>>()?,
            keypad: Some(keypad),
        })
    }

    /// Keeps how often holders and codes were denied, where no record is made of it.
    pub fn keep_denied(&mut self, denied: &DeniedAttempts) -> Result<(), StoreError> {
        let transaction = self.connection.transaction()?;
        keep(&transaction, denied)?;
        transaction.commit()?;
        Ok(())
    }

    /// The grants of the single-use codes that opened this door.
    pub fn used_codes(&self) -> Result<BTreeSet<GrantId>, StoreError> {
        let query = "SELECT code_grant FROM used_codes";
        let mut statement = self.connection.prepare_cached(query)?;
        let rows = statement.query_map([], |row| row.get::<_, Vec<u8>>(0))?;
        rows.map(|row| {
            let unreadable = |_| StoreError::Unreadable("a used code names no grant".into());
            GrantId::from_bytes(&row?).map_err(unreadable)
        })
        .collect()
    }
}

pub(super) fn keep(connection: &Connection, denied: &DeniedAttempts) -> Result<(), StoreError> {
    let mut forget = connection.prepare_cached("DELETE FROM denied_holders WHERE holder = ?1")?;
    let put = "INSERT OR REPLACE INTO denied_holders (holder, times) VALUES (?1, ?2)";
    let mut put = connection.prepare_cached(put)?;
    for (holder, times) in &denied.holders {
        match times {
            0 => forget.execute([holder.as_bytes()])?,
            _ => put.execute(params![holder.as_bytes(), times])?,
        };
    }
    if let Some(times) = denied.keypad {
        connection.execute("UPDATE keypad SET denied = ?1", [times])?;
    }
    Ok(())
}

pub(super) fn use_code(
    connection: &Connection,
    grant: GrantId,
    entry_seq: u64,
) -> Result<(), StoreError> {
    let insert = "INSERT INTO used_codes (code_grant, entry_seq) VALUES (?1, ?2)";
    connection.execute(insert, params![grant.as_bytes(), entry_seq])?;
    Ok(())
}
