use access::DoorId;
use hub_api::{DoorInfo, IssuedCredential};
use rusqlite::params;

use super::{Store, StoreError, read_all, read_one, to_json};

impl Store {
    /// The doors the hub named last, by name.
    pub fn doors(&self) -> Result<Vec<DoorInfo>, StoreError> {
        let mut doors: Vec<DoorInfo> = read_all(&self.lock(), "SELECT body FROM doors", [])?;
        doors.sort_by(|a, b| a.name.cmp(&b.name).then(a.id.cmp(&b.id)));
        Ok(doors)
    }

    /// One door.
    pub fn door(&self, id: DoorId) -> Result<Option<DoorInfo>, StoreError> {
        read_one(
            &self.lock(),
            "SELECT body FROM doors WHERE id = ?1",
            [id.to_string()],
        )
    }

    /// Replaces all doors; says whether anything changed.
    pub fn replace_doors(&self, doors: &[DoorInfo]) -> Result<bool, StoreError> {
        let mut sorted = doors.to_vec();
        sorted.sort_by(|a, b| a.name.cmp(&b.name).then(a.id.cmp(&b.id)));
        if self.doors()? == sorted {
            return Ok(false);
        }
        let mut connection = self.lock();
        let transaction = connection.transaction()?;
        transaction.execute("DELETE FROM doors", [])?;
        for door in doors {
            transaction.execute(
                "INSERT INTO doors (id, body) VALUES (?1, ?2)",
                params![door.id.to_string(), to_json(door)?],
            )?;
        }
        transaction.commit()?;
        Ok(true)
    }

    /// Every credential this device holds, expired ones too.
    pub fn credentials(&self) -> Result<Vec<IssuedCredential>, StoreError> {
        read_all(&self.lock(), "SELECT body FROM credentials", [])
    }

    /// Replaces all credentials; `at_s` is now, in Unix seconds.
    pub fn replace_credentials(
        &self,
        credentials: &[IssuedCredential],
        at_s: u64,
    ) -> Result<(), StoreError> {
        let mut connection = self.lock();
        let transaction = connection.transaction()?;
        transaction.execute("DELETE FROM credentials", [])?;
        for credential in credentials {
            transaction.execute(
                "INSERT INTO credentials (body) VALUES (?1)",
                [to_json(credential)?],
            )?;
        }
        transaction.execute(
            "UPDATE progress SET credentials_at = ?1",
            [at_s.cast_signed()],
        )?;
        Ok(transaction.commit()?)
    }

    /// When credentials were last renewed, in Unix seconds; 0 when never.
    pub fn credentials_at_s(&self) -> Result<u64, StoreError> {
        let at: i64 = self
            .lock()
            .query_row("SELECT credentials_at FROM progress", [], |row| row.get(0))?;
        Ok(at.cast_unsigned())
    }
}
