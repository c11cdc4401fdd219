use access::{BuildingId, DeviceId, DoorId, ResidentId};
use async_trait::async_trait;
use rusqlite::types::ToSql;
use rusqlite::{Row, Transaction, params, params_from_iter};

use super::columns::{RowResult, all, id, one, optional_id, run};
use super::{Sqlite, directory, enrolment};
use crate::store::{Departure, OwnDevice, Privacy, Projection, Result, WatchRow};

const WATCHES: &str = "
    SELECT watch.*, resident.id AS resident
    FROM watch
    LEFT JOIN device ON device.id = watch.device
    LEFT JOIN resident ON resident.id = device.resident
        AND (SELECT building FROM unit WHERE unit.id = resident.unit) = watch.building";

const OWN_DEVICES: &str = "
    SELECT device.*, resident.unit, unit.building, standing_grant.not_before,
           standing_grant.revoked_at IS NOT NULL AS revoked, push.endpoint AS woken_at
    FROM device
    JOIN resident ON resident.id = device.resident
    JOIN unit ON unit.id = resident.unit
    JOIN standing_grant ON standing_grant.id = device.standing_grant
    LEFT JOIN push ON push.device = device.id
    WHERE device.resident = ?
    ORDER BY standing_grant.not_before DESC, device.id";

#[async_trait]
impl Privacy for Sqlite {
    async fn watches(
        &self,
        doors: &[DoorId],
        from_ms: u64,
        before_ms: u64,
    ) -> Result<Vec<WatchRow>> {
        let doors = doors.to_vec();
        self.read(move |db| {
            let sql = format!(
                "{WATCHES} WHERE from_ms >= ? AND from_ms < ? AND watch.door IN ({}) \
                 ORDER BY from_ms DESC, watch.seq DESC",
                marks(&doors)
            );
            let times = [clamped(from_ms), clamped(before_ms)];
            all(
                db,
                &sql,
                params_from_iter(with_doors(&times, &doors)),
                watch,
            )
        })
        .await
    }

    async fn newest_watch(&self, doors: &[DoorId], before_ms: u64) -> Result<Option<u64>> {
        let doors = doors.to_vec();
        self.read(move |db| {
            let sql = format!(
                "SELECT from_ms FROM watch WHERE from_ms < ? AND door IN ({}) \
                 ORDER BY from_ms DESC LIMIT 1",
                marks(&doors)
            );
            let times = [clamped(before_ms)];
            let values = params_from_iter(with_doors(&times, &doors));
            one(db, &sql, values, |row| row.get(0))
        })
        .await
    }

    async fn watches_by(&self, resident: ResidentId) -> Result<Vec<WatchRow>> {
        self.read(move |db| {
            let sql = format!("{WATCHES} WHERE resident.id = ? ORDER BY from_ms DESC");
            all(db, &sql, [resident.as_bytes()], watch)
        })
        .await
    }

    async fn devices_by(&self, resident: ResidentId) -> Result<Vec<OwnDevice>> {
        self.read(move |db| all(db, OWN_DEVICES, [resident.as_bytes()], own_device))
            .await
    }

    async fn note_seen(&self, device: DeviceId, day: &str) -> Result<()> {
        let day = day.to_owned();
        let known = day.clone();
        let sql = "SELECT 1 FROM device WHERE id = ? AND seen_on = ?";
        let is_known = self
            .read(move |db| one(db, sql, params![device.as_bytes(), known], |_| Ok(())))
            .await?;
        // Nothing is written more than once a day.
        if is_known.is_some() {
            return Ok(());
        }
        self.write(move |db| {
            let sql = "UPDATE device SET seen_on = ? WHERE id = ?";
            run(db, sql, params![day, device.as_bytes()]).map(drop)
        })
        .await
    }

    async fn held_clips(&self, doors: &[DoorId]) -> Result<u32> {
        let doors = doors.to_vec();
        self.read(move |db| {
            let sql = format!(
                "SELECT COUNT(*) FROM clip WHERE held_at IS NOT NULL \
                 AND state IN ('recording', 'ready') AND door IN ({})",
                marks(&doors)
            );
            let values = params_from_iter(with_doors(&[], &doors));
            Ok(one(db, &sql, values, |row| row.get(0))?.unwrap_or(0))
        })
        .await
    }

    async fn open_invites(&self, resident: ResidentId, now: u64) -> Result<u32> {
        self.read(move |db| {
            let sql = "SELECT COUNT(*) FROM invite \
                       WHERE resident = ? AND used_by IS NULL AND expires_at >= ?";
            let values = params![resident.as_bytes(), now];
            Ok(one(db, sql, values, |row| row.get(0))?.unwrap_or(0))
        })
        .await
    }

    async fn forget_resident(
        &self,
        resident: ResidentId,
        name: Option<&str>,
        now: u64,
    ) -> Result<Departure> {
        let name = name.map(str::to_owned);
        self.write(move |db| {
            let ended = enrolment::revoke_resident(db, resident, now)?;
            forget(db, resident, name.as_deref())?;
            Ok(ended)
        })
        .await
    }

    async fn watch_backlog(&self) -> Result<Vec<(BuildingId, u64)>> {
        self.read(|db| {
            all(db, "SELECT * FROM watch_backlog", [], |row| {
                Ok((
                    id(row, "building", BuildingId::from_bytes)?,
                    row.get("position")?,
                ))
            })
        })
        .await
    }

    async fn take_backlog(
        &self,
        building: BuildingId,
        found: &[(DoorId, Projection)],
        next: Option<u64>,
    ) -> Result<()> {
        let found = found.to_vec();
        self.write(move |db| {
            for (door, what) in &found {
                project(db, building, *door, what)?;
            }
            let id = building.as_bytes();
            match next {
                Some(next) => {
                    let sql = "UPDATE watch_backlog SET position = ? WHERE building = ?";
                    run(db, sql, params![next, id]).map(drop)
                }
                None => run(db, "DELETE FROM watch_backlog WHERE building = ?", [id]).map(drop),
            }
        })
        .await
    }
}

/// Keeps what a record says of who watches; nothing of any other. What is known already stays as it is.
pub(super) fn project(
    db: &Transaction<'_>,
    building: BuildingId,
    door: DoorId,
    what: &Projection,
) -> Result<()> {
    let door = door.as_bytes();
    match what {
        Projection::WatchBegan {
            seq,
            device,
            from_ms,
        } => run(
            db,
            "INSERT OR IGNORE INTO watch (building, door, seq, device, from_ms)
             VALUES (?, ?, ?, ?, ?)",
            params![building.as_bytes(), door, seq, device.as_bytes(), from_ms],
        ),
        Projection::WatchEnded {
            began_seq,
            until_ms,
        } => run(
            db,
            "UPDATE watch SET until_ms = ? WHERE door = ? AND seq = ? AND until_ms IS NULL",
            params![until_ms, door, began_seq],
        ),
        Projection::WatchesCut { seq, until_ms } => run(
            db,
            "UPDATE watch SET until_ms = ? WHERE door = ? AND seq < ? AND until_ms IS NULL",
            params![until_ms, door, seq],
        ),
        _ => Ok(0),
    }
    .map(drop)
}

fn forget(db: &Transaction<'_>, resident: ResidentId, name: Option<&str>) -> Result<()> {
    let id = resident.as_bytes();
    run(db, "DELETE FROM pass WHERE resident = ?", [id])?;
    let endorsements =
        "DELETE FROM endorsement WHERE device IN (SELECT id FROM device WHERE resident = ?)";
    run(db, endorsements, [id])?;
    run(
        db,
        "UPDATE device SET name = '', seen_on = NULL WHERE resident = ?",
        [id],
    )?;
    if let Some(name) = name {
        let sql = "UPDATE resident SET name = ? WHERE id = ?";
        run(db, sql, params![name, id])?;
    }
    Ok(())
}

fn marks(doors: &[DoorId]) -> String {
    vec!["?"; doors.len()].join(", ")
}

fn with_doors<'a>(first: &'a [i64], doors: &'a [DoorId]) -> Vec<&'a dyn ToSql> {
    let first = first.iter().map(|value| value as &dyn ToSql);
    let doors = doors.iter().map(|door| door.as_bytes() as &dyn ToSql);
    first.chain(doors).collect()
}

fn clamped(ms: u64) -> i64 {
    i64::try_from(ms).unwrap_or(i64::MAX)
}

fn watch(row: &Row<'_>) -> RowResult<WatchRow> {
    Ok(WatchRow {
        door: id(row, "door", DoorId::from_bytes)?,
        device: id(row, "device", DeviceId::from_bytes)?,
        resident: optional_id(row, "resident", ResidentId::from_bytes)?,
        from_ms: row.get("from_ms")?,
        until_ms: row.get("until_ms")?,
    })
}

fn own_device(row: &Row<'_>) -> RowResult<OwnDevice> {
    Ok(OwnDevice {
        device: directory::device(row)?,
        enrolled_at: row.get("not_before")?,
        seen_on: row.get("seen_on")?,
        woken_at: row.get("woken_at")?,
    })
}
