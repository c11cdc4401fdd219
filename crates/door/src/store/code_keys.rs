use access::CodeKey;
use rusqlite::params;
use zeroize::Zeroizing;

use super::{Store, StoreError};

impl Store {
    /// The secrets that codes are hashed with, as far as the hub gave them.
    pub fn code_keys(&self) -> Result<Vec<CodeKey>, StoreError> {
        let query = "SELECT secret FROM code_keys";
        let mut statement = self.connection.prepare_cached(query)?;
        let rows = statement.query_map([], |row| row.get(0).map(Zeroizing::new))?;
        rows.map(|secret| Ok(CodeKey::from_bytes(*secret?)))
            .collect()
    }

    /// Keeps a secret that codes are hashed with, beside those of before.
    pub fn keep_code_key(&mut self, key: &CodeKey) -> Result<(), StoreError> {
        let keep = "INSERT OR IGNORE INTO code_keys (id, secret) VALUES (?1, ?2)";
        self.connection
            .execute(keep, params![key.id().0, key.as_bytes()])?;
        Ok(())
    }
}
