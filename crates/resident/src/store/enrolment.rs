use std::fmt;

use access::DeviceId;
use hub_api::{BuildingInfo, KeyHash};
use rusqlite::{OptionalExtension as _, params};
use serde::{Deserialize, Serialize};
use url::Url;

use super::{Store, StoreError, read_one, to_json};
use crate::ui::KeyStorage;

/// What an enrolment left behind. The keys are elsewhere, under `key_name`.
#[derive(Clone, Serialize, Deserialize)]
pub struct StoredEnrolment {
    /// The hub's `https` origin.
    pub hub: Url,
    /// Of the hub's TLS key.
    pub hub_key: KeyHash,
    /// This device's OAuth client id.
    pub client_id: String,
    pub building: BuildingInfo,
    pub device: DeviceId,
    pub resident_name: String,
    pub key_name: String,
    pub key_storage: KeyStorage,
}

impl fmt::Debug for StoredEnrolment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredEnrolment")
            .field("building", &self.building.id)
            .finish_non_exhaustive()
    }
}

/// Keys that were stored for an enrolment whose end was not seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingKeys {
    pub name: String,
    pub storage: KeyStorage,
}

impl Store {
    /// The building this device belongs to.
    pub fn enrolment(&self) -> Result<Option<StoredEnrolment>, StoreError> {
        read_one(&self.lock(), "SELECT body FROM enrolment", [])
    }

    /// Keeps an enrolment; its keys are pending no more.
    pub fn set_enrolment(&self, enrolment: &StoredEnrolment) -> Result<(), StoreError> {
        let body = to_json(enrolment)?;
        let mut connection = self.lock();
        let transaction = connection.transaction()?;
        transaction.execute("INSERT INTO enrolment (one, body) VALUES (1, ?1)", [body])?;
        transaction.execute("DELETE FROM pending_keys", [])?;
        Ok(transaction.commit()?)
    }

    /// Keys of an enrolment whose end was not seen: the next attempt uses them again.
    pub fn pending_keys(&self) -> Result<Option<PendingKeys>, StoreError> {
        let row = self
            .lock()
            .query_row("SELECT name, storage FROM pending_keys", [], |row| {
                Ok((row.get(0)?, row.get::<_, String>(1)?))
            })
            .optional()?;
        let Some((name, storage)) = row else {
            return Ok(None);
        };
        let storage = serde_json::from_str(&storage)?;
        Ok(Some(PendingKeys { name, storage }))
    }

    /// Remembers where keys lie before they are stored there.
    pub fn set_pending_keys(&self, keys: &PendingKeys) -> Result<(), StoreError> {
        let storage = to_json(&keys.storage)?;
        self.lock().execute(
            "INSERT OR REPLACE INTO pending_keys (one, name, storage) VALUES (1, ?1, ?2)",
            params![keys.name, storage],
        )?;
        Ok(())
    }

    /// The enrolment was refused; its keys are of no use.
    pub fn clear_pending_keys(&self) -> Result<(), StoreError> {
        self.lock().execute("DELETE FROM pending_keys", [])?;
        Ok(())
    }
}
