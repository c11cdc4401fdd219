use access::{BuildingId, DeviceId, ResidentId, UnitId};
use async_trait::async_trait;
use rusqlite::{Row, Transaction, params};

use super::Sqlite;
use super::columns::{RowResult, all, broken, id, one, run};
use crate::store::{Audience, Posted, PushTarget, Pushes, Result};

const TARGETS: &str = "
    SELECT push.* FROM push
    JOIN device ON device.id = push.device
    JOIN resident ON resident.id = device.resident
    JOIN unit ON unit.id = resident.unit
    JOIN standing_grant ON standing_grant.id = device.standing_grant
    WHERE standing_grant.revoked_at IS NULL AND";

#[async_trait]
impl Pushes for Sqlite {
    async fn set_push(&self, device: DeviceId, target: &PushTarget) -> Result<()> {
        let target = target.clone();
        self.write(move |db| {
            // A device that was removed meanwhile stays removed.
            let sql = "INSERT OR REPLACE INTO push (device, endpoint, p256dh, auth) \
                       SELECT ?1, ?2, ?3, ?4 FROM device \
                       JOIN standing_grant ON standing_grant.id = device.standing_grant \
                       WHERE device.id = ?1 AND standing_grant.revoked_at IS NULL";
            let PushTarget {
                endpoint,
                p256dh,
                auth,
            } = &target;
            let row = params![device.as_bytes(), endpoint, p256dh, auth];
            run(db, sql, row).map(drop)
        })
        .await
    }

    async fn drop_push(&self, device: DeviceId) -> Result<()> {
        self.write(move |db| {
            let sql = "DELETE FROM push WHERE device = ?";
            run(db, sql, [device.as_bytes()]).map(drop)
        })
        .await
    }

    async fn drop_push_at(&self, device: DeviceId, endpoint: &str) -> Result<()> {
        let endpoint = endpoint.to_owned();
        self.write(move |db| {
            let sql = "DELETE FROM push WHERE device = ? AND endpoint = ?";
            run(db, sql, params![device.as_bytes(), endpoint]).map(drop)
        })
        .await
    }

    async fn push_targets(&self, audiences: &[Audience]) -> Result<Vec<(DeviceId, PushTarget)>> {
        let audiences = audiences.to_vec();
        self.read(move |db| {
            let mut found = Vec::new();
            for audience in &audiences {
                found.extend(targets(db, audience)?);
            }
            found.sort_unstable_by_key(|(device, _)| *device);
            found.dedup_by_key(|(device, _)| *device);
            Ok(found)
        })
        .await
    }

    async fn posted(&self, after: u64, limit: u32) -> Result<Vec<Posted>> {
        self.read(move |db| {
            let sql = "SELECT * FROM event WHERE id > ? ORDER BY id LIMIT ?";
            all(db, sql, params![after, limit], posted)
        })
        .await
    }

    async fn pushed(&self) -> Result<Option<u64>> {
        self.read(|db| one(db, "SELECT event FROM push_progress", [], |row| row.get(0)))
            .await
    }

    async fn set_pushed(&self, event: u64) -> Result<()> {
        self.write(move |db| {
            let sql = "INSERT OR REPLACE INTO push_progress (one, event) VALUES (1, ?)";
            run(db, sql, [event]).map(drop)
        })
        .await
    }
}

fn targets(db: &Transaction<'_>, audience: &Audience) -> Result<Vec<(DeviceId, PushTarget)>> {
    let (column, subject) = match audience {
        Audience::Doors(_) => return Ok(Vec::new()),
        Audience::Residents(building) => ("unit.building", building.as_bytes()),
        Audience::Unit(unit) => ("unit.id", unit.as_bytes()),
        Audience::Resident(resident) => ("resident.id", resident.as_bytes()),
    };
    all(db, &format!("{TARGETS} {column} = ?"), [subject], target)
}

fn target(row: &Row<'_>) -> RowResult<(DeviceId, PushTarget)> {
    let device = id(row, "device", DeviceId::from_bytes)?;
    let target = PushTarget {
        endpoint: row.get("endpoint")?,
        p256dh: row.get("p256dh")?,
        auth: row.get("auth")?,
    };
    Ok((device, target))
}

fn posted(row: &Row<'_>) -> RowResult<Posted> {
    let kind: String = row.get("audience")?;
    let audience = match kind.as_str() {
        "doors" => Audience::Doors(id(row, "subject", BuildingId::from_bytes)?),
        "residents" => Audience::Residents(id(row, "subject", BuildingId::from_bytes)?),
        "unit" => Audience::Unit(id(row, "subject", UnitId::from_bytes)?),
        "resident" => Audience::Resident(id(row, "subject", ResidentId::from_bytes)?),
        _ => return Err(rusqlite::Error::InvalidColumnName("audience".to_owned())),
    };
    let notice: String = row.get("notice")?;
    Ok(Posted {
        id: row.get("id")?,
        audience,
        notice: serde_json::from_str(&notice).map_err(broken)?,
    })
}
