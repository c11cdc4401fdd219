use std::collections::HashMap;
use std::fmt;

use access::GrantId;
use hub_api::{MadePass, PassInfo, PassLink};
use rusqlite::{Connection, Transaction, params};
use serde::{Deserialize, Serialize};

use super::{Store, StoreError, read_all, read_one, to_json};

/// What lets a pass's holder in, which the hub tells once, and only to the device that made the pass.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownCode {
    pub code: String,
    pub link: Option<PassLink>,
}

/// Who has it gets in: it is not printed.
impl fmt::Debug for ShownCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ShownCode")
    }
}

/// A pass of the household as this device knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptPass {
    pub info: PassInfo,
    /// Only while it is open, and only on the device that made it.
    pub shown: Option<ShownCode>,
}

impl Store {
    /// The passes that the hub named last, newest first.
    pub fn passes(&self) -> Result<Vec<KeptPass>, StoreError> {
        let connection = self.lock();
        let mut statement = connection.prepare_cached(
            "SELECT body, shown FROM passes WHERE place IS NOT NULL ORDER BY place",
        )?;
        let mut rows = statement.query([])?;
        let mut passes = Vec::new();
        while let Some(row) = rows.next()? {
            let (body, shown): (String, Option<String>) = (row.get(0)?, row.get(1)?);
            passes.push(KeptPass {
                info: serde_json::from_str(&body)?,
                shown: shown.map(|text| serde_json::from_str(&text)).transpose()?,
            });
        }
        Ok(passes)
    }

    /// Takes over what the hub names. Of what is no longer open, no code stays.
    pub fn replace_passes(&self, passes: &[PassInfo]) -> Result<(), StoreError> {
        self.write(|transaction| {
            transaction.execute("UPDATE passes SET place = NULL", [])?;
            for (place, pass) in passes.iter().enumerate() {
                put(transaction, pass)?;
                transaction.execute(
                    "UPDATE passes SET place = ?2 WHERE id = ?1",
                    params![
                        pass.id.to_string(),
                        i64::try_from(place).unwrap_or(i64::MAX)
                    ],
                )?;
            }
            transaction.execute("UPDATE passes SET shown = NULL WHERE place IS NULL", [])?;
            Ok(())
        })
    }

    /// Forgets the codes of passes that are over; says of how many.
    pub fn forget_ended_codes(&self, now_s: u64) -> Result<usize, StoreError> {
        self.write(|transaction| {
            let sql = "UPDATE passes SET shown = NULL
                       WHERE shown IS NOT NULL AND json_extract(body, '$.not_after') < ?1";
            Ok(transaction.execute(sql, [i64::try_from(now_s).unwrap_or(i64::MAX)])?)
        })
    }

    /// Keeps a pass that this device just made, with its code, as the newest.
    pub fn keep_made_pass(&self, made: &MadePass) -> Result<(), StoreError> {
        let shown = ShownCode {
            code: made.code.clone(),
            link: made.link.clone(),
        };
        self.write(|transaction| {
            put(transaction, &made.pass)?;
            transaction.execute(
                "UPDATE passes SET shown = ?2,
                        place = (SELECT coalesce(min(place), 0) - 1 FROM passes)
                 WHERE id = ?1",
                params![made.pass.id.to_string(), to_json(&shown)?],
            )?;
            Ok(())
        })
    }

    /// Keeps what became of a pass that is known.
    pub fn keep_pass(&self, pass: &PassInfo) -> Result<(), StoreError> {
        self.write(|transaction| put(transaction, pass))
    }

    /// One pass, also one that the hub names no more.
    pub fn pass(&self, id: GrantId) -> Result<Option<PassInfo>, StoreError> {
        let sql = "SELECT body FROM passes WHERE id = ?1";
        read_one(&self.lock(), sql, [id.to_string()])
    }

    /// What the household calls the holders of its passes, also of those that the hub names no more.
    pub fn pass_labels(&self) -> Result<HashMap<GrantId, String>, StoreError> {
        let passes = self.known_passes()?.into_iter();
        Ok(passes.map(|pass| (pass.id, pass.label)).collect())
    }

    /// All passes that this device was ever told of, without what lets anybody in.
    pub fn known_passes(&self) -> Result<Vec<PassInfo>, StoreError> {
        let sql = "SELECT body FROM passes ORDER BY place IS NULL, place";
        read_all(&self.lock(), sql, [])
    }
}

/// Removes what was made for the building's doors.
pub(super) fn wipe(connection: &Connection) -> Result<(), StoreError> {
    connection.execute("DELETE FROM passes", [])?;
    Ok(())
}

fn put(transaction: &Transaction<'_>, pass: &PassInfo) -> Result<(), StoreError> {
    transaction.execute(
        "INSERT INTO passes (id, body) VALUES (?1, ?2)
         ON CONFLICT (id) DO UPDATE
         SET body = excluded.body, shown = CASE WHEN ?3 THEN shown END",
        params![pass.id.to_string(), to_json(pass)?, pass.state.is_open()],
    )?;
    Ok(())
}
