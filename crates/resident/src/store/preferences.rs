use rusqlite::Connection;

use super::{Store, StoreError, read_one, to_json};
use crate::ui::Preferences;

impl Store {
    /// What the person chose, or what holds where nothing was chosen.
    pub fn preferences(&self) -> Result<Preferences, StoreError> {
        read(&self.lock())
    }

    /// Keeps what the person chose.
    pub fn set_preferences(&self, preferences: &Preferences) -> Result<(), StoreError> {
        write(&self.lock(), preferences)
    }
}

/// Removes what was chosen for the building.
pub(super) fn wipe(connection: &Connection) -> Result<(), StoreError> {
    write(connection, &read(connection)?.without_building())
}

fn read(connection: &Connection) -> Result<Preferences, StoreError> {
    let chosen = read_one(connection, "SELECT body FROM preferences", [])?;
    Ok(chosen.unwrap_or_default())
}

fn write(connection: &Connection, preferences: &Preferences) -> Result<(), StoreError> {
    let body = to_json(preferences)?;
    connection.execute(
        "INSERT OR REPLACE INTO preferences (one, body) VALUES (1, ?1)",
        [body],
    )?;
    Ok(())
}
