//! What is ruled for doors, and the salt of codes.

use std::collections::HashMap;

use access::{BuildingId, DoorId, HolderClass, Hours, Lockdown, Unfilmed};
use async_trait::async_trait;
use rusqlite::{Row, Transaction, params};

use super::Sqlite;
use super::columns::{RowResult, all, class, id, one, run};
use crate::store::{Door, Result, Rules, StoreError};

#[async_trait]
impl Rules for Sqlite {
    async fn set_time_zone(&self, building: BuildingId, name: &str) -> Result<()> {
        let name = name.to_owned();
        self.write(move |db| {
            let sql = "UPDATE building SET time_zone = ? WHERE id = ?";
            known(run(db, sql, params![name, building.as_bytes()])?)
        })
        .await
    }

    async fn set_held_open(&self, door: DoorId, held_open_s: u16) -> Result<()> {
        self.write(move |db| {
            let sql = "UPDATE door SET held_open_s = ? WHERE id = ?";
            known(run(db, sql, params![held_open_s, door.as_bytes()])?)
        })
        .await
    }

    async fn set_unfilmed(&self, door: DoorId, unfilmed: Unfilmed) -> Result<()> {
        self.write(move |db| {
            let sql = "UPDATE door SET unfilmed = ? WHERE id = ?";
            known(run(db, sql, params![unfilmed.as_str(), door.as_bytes()])?)
        })
        .await
    }

    async fn set_package_room(&self, door: DoorId, package_room: bool) -> Result<bool> {
        self.write(move |db| {
            let sql = "UPDATE door SET package_room = ?1 WHERE id = ?2 AND package_room <> ?1";
            Ok(run(db, sql, params![package_room, door.as_bytes()])? > 0)
        })
        .await
    }

    async fn replace_hours(
        &self,
        door: DoorId,
        of: Option<HolderClass>,
        hours: &[Hours],
    ) -> Result<()> {
        let hours = hours.to_vec();
        self.write(move |db| {
            let sql = "DELETE FROM door_hours WHERE door = ?1 AND (?2 IS NULL OR class = ?2)";
            let class = of.map(HolderClass::as_str);
            run(db, sql, params![door.as_bytes(), class])?;
            insert_hours(db, door, &hours)
        })
        .await
    }

    async fn set_lockdown(&self, doors: &[DoorId], lockdown: Lockdown) -> Result<()> {
        let doors = doors.to_vec();
        self.write(move |db| {
            let sql = "UPDATE door SET lockdown = ? WHERE id = ?";
            doors.iter().try_for_each(|door| {
                known(run(db, sql, params![lockdown.as_str(), door.as_bytes()])?)
            })
        })
        .await
    }

    async fn code_salt(&self, building: BuildingId, fresh: [u8; 16]) -> Result<[u8; 16]> {
        let kept = self.read(move |db| find_salt(db, building)).await?;
        if let Some(kept) = kept {
            return Ok(kept);
        }
        self.write(move |db| {
            let sql = "UPDATE building SET code_salt = ? WHERE id = ? AND code_salt IS NULL";
            run(db, sql, params![fresh, building.as_bytes()])?;
            find_salt(db, building)?.ok_or(StoreError::Unknown)
        })
        .await
    }
}

fn find_salt(db: &Transaction<'_>, building: BuildingId) -> Result<Option<[u8; 16]>> {
    let sql = "SELECT code_salt FROM building WHERE id = ?";
    let salt = one(db, sql, [building.as_bytes()], |row| row.get(0))?;
    salt.ok_or(StoreError::Unknown)
}

/// A change that changed nothing was asked for something that is not there.
fn known(changed: usize) -> Result<()> {
    if changed == 0 {
        return Err(StoreError::Unknown);
    }
    Ok(())
}

/// Adds hours to a door; the same ones again change nothing.
pub(super) fn insert_hours(db: &Transaction<'_>, door: DoorId, hours: &[Hours]) -> Result<()> {
    let sql = "INSERT OR IGNORE INTO door_hours (door, class, days, from_min, to_min) \
               VALUES (?, ?, ?, ?, ?)";
    for one in hours {
        let class = one.class.as_str();
        let row = params![door.as_bytes(), class, one.days, one.from_min, one.to_min];
        run(db, sql, row)?;
    }
    Ok(())
}

/// The doors with their hours.
pub(super) fn with_hours(db: &Transaction<'_>, mut doors: Vec<Door>) -> Result<Vec<Door>> {
    let sql = "SELECT * FROM door_hours ORDER BY class, days, from_min, to_min";
    let mut of_doors: HashMap<DoorId, Vec<Hours>> = HashMap::new();
    for (door, hours) in all(db, sql, [], hours)? {
        of_doors.entry(door).or_default().push(hours);
    }
    for door in &mut doors {
        door.rules.hours = of_doors.remove(&door.id).unwrap_or_default();
    }
    Ok(doors)
}

fn hours(row: &Row<'_>) -> RowResult<(DoorId, Hours)> {
    let hours = Hours {
        class: class(row, "class")?,
        days: row.get("days")?,
        from_min: row.get("from_min")?,
        to_min: row.get("to_min")?,
    };
    Ok((id(row, "door", DoorId::from_bytes)?, hours))
}
