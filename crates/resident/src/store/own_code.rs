use hub_api::OwnCode;
use rusqlite::{Connection, OptionalExtension as _, params};

use super::{Store, StoreError, to_json};

/// This device's own code as it is kept: its digits are sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptCode {
    pub own: OwnCode,
    pub sealed: Vec<u8>,
}

impl Store {
    /// This device's own code.
    pub fn own_code(&self) -> Result<Option<KeptCode>, StoreError> {
        let query = "SELECT body, sealed FROM own_code";
        let row = self
            .lock()
            .query_row(query, [], |row| Ok((row.get::<_, String>(0)?, row.get(1)?)))
            .optional()?;
        row.map(|(body, sealed)| {
            let own = serde_json::from_str(&body)?;
            Ok(KeptCode { own, sealed })
        })
        .transpose()
    }

    /// Keeps this device's own code; none forgets it.
    pub fn set_own_code(&self, code: Option<&KeptCode>) -> Result<(), StoreError> {
        let connection = self.lock();
        let Some(code) = code else {
            return wipe(&connection);
        };
        connection.execute(
            "INSERT OR REPLACE INTO own_code (one, body, sealed) VALUES (1, ?1, ?2)",
            params![to_json(&code.own)?, code.sealed],
        )?;
        Ok(())
    }
}

pub(super) fn wipe(connection: &Connection) -> Result<(), StoreError> {
    connection.execute("DELETE FROM own_code", [])?;
    Ok(())
}
