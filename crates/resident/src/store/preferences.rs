use rusqlite::Connection;

use super::{Store, StoreError, read_one, to_json};
use crate::ui::Preferences;

impl Store {
    /// What the person chose, or what holds where nothing was chosen.
    pub fn preferences(&self) -> Result<Preferences, StoreError> {
        read(&self.lock())
    }

    /// Keeps what the person chose, made of what they had chosen before.
    pub fn change_preferences(
        &self,
        change: impl FnOnce(Preferences) -> Preferences,
    ) -> Result<(), StoreError> {
        let connection = self.lock();
        write(&connection, &change(read(&connection)?))
    }
}

/// Removes what was chosen for the building.
pub(super) fn wipe(connection: &Connection) -> Result<(), StoreError> {
    write(connection, &read(connection)?.without_building())
}

fn read(connection: &Connection) -> Result<Preferences, StoreError> {
    let Some(chosen) = read_one(connection, "SELECT body FROM preferences", [])? else {
        return Ok(Preferences::default());
    };
    // A choice that an earlier version did not offer is at its default (RFC 7396).
    let mut all = serde_json::to_value(Preferences::default())?;
    json_patch::merge(&mut all, &chosen);
    Ok(serde_json::from_value(all)?)
}

fn write(connection: &Connection, preferences: &Preferences) -> Result<(), StoreError> {
    let body = to_json(preferences)?;
    connection.execute(
        "INSERT OR REPLACE INTO preferences (one, body) VALUES (1, ?1)",
        [body],
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_earlier_version_kept_is_read_with_the_defaults_of_this_one() {
        let store = Store::in_memory().unwrap();
        store
            .lock()
            .execute("INSERT INTO preferences (one, body) VALUES (1, '{}')", [])
            .unwrap();
        assert_eq!(store.preferences().unwrap(), Preferences::default());
    }
}
