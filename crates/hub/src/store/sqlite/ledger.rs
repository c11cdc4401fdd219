use access::{BuildingId, ClipId, DoorId, UnitId};
use async_trait::async_trait;
use audit::log::Leaf;
use audit::{Hash32, Shortfall, SignedRecord};
use hub_api::{Outcome, Topic};
use rusqlite::{Row, Transaction, named_params, params};

use super::columns::{RowResult, all, id, key, link_word, one, optional_id, optional_key, run};
use super::{Sqlite, failed, feed, grants, privacy};
use crate::store::{
    Alarm, Append, Audience, DoorTip, Ledger, LogGrowth, LogState, NewEntry, NewRecord, Notice,
    Projection, Result, StoreError, StoredRecord,
};

#[async_trait]
impl Ledger for Sqlite {
    async fn tip(&self, door: DoorId) -> Result<DoorTip> {
        self.read(move |db| find_tip(db, door)).await
    }

    async fn record_hash(&self, door: DoorId, seq: u64) -> Result<Option<Hash32>> {
        self.read(move |db| {
            let sql = "SELECT record.hash FROM record JOIN door \
                       ON door.id = record.door AND door.building = record.building \
                       WHERE record.door = ? AND record.seq = ?";
            one(db, sql, params![door.as_bytes(), seq], |row| {
                key(row, "hash")
            })
        })
        .await
    }

    async fn append(&self, append: &Append) -> Result<()> {
        let append = append.clone();
        self.write(move |db| {
            let tip = find_tip(db, append.door)?;
            if tip != append.after {
                return Err(StoreError::Conflict);
            }
            grow_log(db, tip.building, &append.growth)?;
            insert_records(db, tip.building, &append)?;
            append
                .projections
                .iter()
                .try_for_each(|what| project(db, &append, what))
        })
        .await
    }

    async fn log(&self, building: BuildingId) -> Result<LogState> {
        self.read(move |db| {
            let sql = "SELECT log_size, checkpoint FROM building WHERE id = ?";
            let state = one(db, sql, [building.as_bytes()], |row| {
                Ok(LogState {
                    size: row.get("log_size")?,
                    checkpoint: row.get("checkpoint")?,
                })
            })?;
            state.ok_or(StoreError::Unknown)
        })
        .await
    }

    async fn log_hashes(&self, building: BuildingId, positions: &[u64]) -> Result<Vec<[u8; 32]>> {
        let positions = positions.to_vec();
        self.read(move |db| {
            let sql = "SELECT hash FROM log_hash WHERE building = ? AND position = ?";
            let hash = |position| {
                one(db, sql, params![building.as_bytes(), position], |row| {
                    row.get(0)
                })?
                .ok_or(StoreError::Unknown)
            };
            positions.iter().map(hash).collect()
        })
        .await
    }

    async fn records(
        &self,
        building: BuildingId,
        from: u64,
        limit: u32,
    ) -> Result<Vec<StoredRecord>> {
        self.read(move |db| {
            let sql = "SELECT * FROM logged WHERE building = ? AND position >= ? \
                       ORDER BY position LIMIT ?";
            all(
                db,
                sql,
                params![building.as_bytes(), from, limit],
                stored_record,
            )
        })
        .await
    }

    async fn leaves(&self, building: BuildingId, from: u64, limit: u32) -> Result<Vec<Leaf>> {
        self.read(move |db| {
            let sql = "SELECT leaf FROM logged WHERE building = ? AND position >= ? \
                       ORDER BY position LIMIT ?";
            all(db, sql, params![building.as_bytes(), from, limit], |row| {
                row.get(0).map(Leaf)
            })
        })
        .await
    }

    async fn raise(&self, alarm: &Alarm) -> Result<()> {
        let alarm = *alarm;
        self.write(move |db| insert_alarm(db, &alarm)).await
    }

    async fn alarms(&self, building: BuildingId) -> Result<Vec<Alarm>> {
        self.read(move |db| {
            let sql = "SELECT * FROM alarm WHERE building = ? ORDER BY id";
            all(db, sql, [building.as_bytes()], alarm)
        })
        .await
    }
}

pub(super) fn find_tip(db: &Transaction<'_>, door: DoorId) -> Result<DoorTip> {
    let tip = one(
        db,
        "SELECT * FROM door WHERE id = ?",
        [door.as_bytes()],
        |row| {
            let building = id(row, "building", BuildingId::from_bytes)?;
            let unit = optional_id(row, "unit", UnitId::from_bytes)?;
            Ok(DoorTip {
                building,
                key: optional_key(row, "signing_key")?,
                seq: row.get("durable_seq")?,
                hash: key(row, "last_hash")?,
                audience: unit.map_or(Audience::Residents(building), Audience::Unit),
            })
        },
    )?;
    tip.ok_or(StoreError::Unknown)
}

pub(super) fn grow_log(
    db: &Transaction<'_>,
    building: BuildingId,
    growth: &LogGrowth,
) -> Result<()> {
    let updated = run(
        db,
        "UPDATE building SET log_size = :to, checkpoint = :checkpoint
         WHERE id = :building AND log_size = :from",
        named_params! {
            ":to": growth.to_size,
            ":checkpoint": growth.checkpoint,
            ":building": building.as_bytes(),
            ":from": growth.from_size,
        },
    )?;
    if updated == 0 {
        return Err(StoreError::Conflict);
    }
    let sql = "INSERT INTO log_hash (building, position, hash) VALUES (?, ?, ?)";
    for (position, hash) in (growth.first_position..).zip(&growth.hashes) {
        run(db, sql, params![building.as_bytes(), position, hash])?;
    }
    Ok(())
}

fn insert_records(db: &Transaction<'_>, building: BuildingId, append: &Append) -> Result<()> {
    let sql = "INSERT INTO record (building, door, seq, hash, position, leaf, salt, body) \
               VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
    for (position, record) in (append.growth.from_size..).zip(&append.records) {
        let NewRecord {
            seq,
            hash,
            salt,
            leaf,
            body,
        } = record;
        let (building, door) = (building.as_bytes(), append.door.as_bytes());
        run(
            db,
            sql,
            params![building, door, seq, hash.0, position, leaf.0, salt, body.0],
        )?;
    }
    let Some(last) = append.records.last() else {
        return Ok(());
    };
    let sql = "UPDATE door SET durable_seq = ?, last_hash = ? WHERE id = ?";
    run(
        db,
        sql,
        params![last.seq, last.hash.0, append.door.as_bytes()],
    )?;
    Ok(())
}

fn project(db: &Transaction<'_>, append: &Append, projection: &Projection) -> Result<()> {
    match projection {
        Projection::Entry(entry) => project_entry(db, append, entry),
        Projection::NotMoved { entry_seq, alert } => {
            let sql = "SELECT 1 FROM entry WHERE door = ? AND seq = ?";
            match one(db, sql, params![append.door.as_bytes(), entry_seq], |_| {
                Ok(())
            })? {
                Some(()) => project_entry(db, append, alert),
                None => Ok(()),
            }
        }
        Projection::ClipClosed {
            clip,
            final_hash,
            shortfall,
        } => project_closed_clip(db, append, *clip, (final_hash, *shortfall)),
        Projection::Unfilmed { entry_seq } => {
            let of_entry = params![append.door.as_bytes(), entry_seq];
            let sql = "UPDATE entry SET unfilmed = 1 WHERE door = ?1 AND seq = ?2";
            let told = run(db, sql, of_entry)?;
            let sql = "UPDATE clip SET state = 'expiring' WHERE door = ?1 AND state = 'recording' \
                       AND held_at IS NULL AND id = (SELECT clip FROM entry WHERE door = ?1 AND seq = ?2)";
            run(db, sql, of_entry)?;
            tell_of_changes(db, append, told)
        }
        Projection::WatchBegan { .. }
        | Projection::WatchEnded { .. }
        | Projection::WatchesCut { .. } => {
            privacy::project(db, append.after.building, append.door, projection)
        }
    }
}

fn project_entry(db: &Transaction<'_>, append: &Append, entry: &NewEntry) -> Result<()> {
    if let Some(clip) = entry.clip {
        expect_clip(db, (append.after.building, append.door), clip, append.at)?;
    }
    let (reason, alert) = match &entry.outcome {
        Outcome::Entered => (None, None),
        Outcome::Denied { reason } => (Some(reason.as_str()), None),
        Outcome::Alert { alert } => (None, Some(serde_json::to_string(alert).map_err(failed)?)),
    };
    if let (Outcome::Entered, Some(grant)) = (entry.outcome, entry.grant) {
        grants::use_code(db, append.after.building, grant, append.at)?;
    }
    run(
        db,
        "INSERT INTO entry (building, door, seq, at_ms, class, standing_grant, carrier, driver,
                            link, reason, alert, clip)
         VALUES (:building, :door, :seq, :at_ms, :class, :grant, :carrier, :driver,
                 :link, :reason, :alert, :clip)",
        named_params! {
            ":building": append.after.building.as_bytes(),
            ":door": append.door.as_bytes(),
            ":seq": entry.seq,
            ":at_ms": entry.at_ms,
            ":class": entry.class.map(access::HolderClass::as_str),
            ":grant": entry.grant.as_ref().map(access::GrantId::as_bytes),
            ":carrier": entry.carrier.as_ref().map(access::CarrierId::as_bytes),
            ":driver": entry.driver,
            ":link": entry.link.map(link_word),
            ":reason": reason,
            ":alert": alert,
            ":clip": entry.clip.as_ref().map(ClipId::as_bytes),
        },
    )?;
    let entry = u64::try_from(db.last_insert_rowid()).map_err(super::failed)?;
    feed::post(
        db,
        &append.after.audience,
        &Notice::Entry { entry },
        append.at,
    )
}

/// Makes a clip's row before its first fragment comes; one of another door stays as it is.
pub(super) fn expect_clip(
    db: &Transaction<'_>,
    (building, door): (BuildingId, DoorId),
    clip: ClipId,
    at: u64,
) -> Result<()> {
    let sql = "INSERT OR IGNORE INTO clip (id, building, door, state, started_at) \
               VALUES (?, ?, ?, 'recording', ?)";
    let row = params![clip.as_bytes(), building.as_bytes(), door.as_bytes(), at];
    run(db, sql, row).map(drop)
}

/// Notes the hash that the record fixes, and what the clip lacks; one that was closed with another hash is
/// withdrawn, unless it is held. The door's first record counts: who takes the door later cannot unsay it.
fn project_closed_clip(
    db: &Transaction<'_>,
    append: &Append,
    clip: ClipId,
    (final_hash, shortfall): (&[u8; 32], Option<Shortfall>),
) -> Result<()> {
    expect_clip(db, (append.after.building, append.door), clip, append.at)?;
    let closed = params![final_hash, clip.as_bytes(), append.door.as_bytes()];
    let sql = "UPDATE clip SET recorded_hash = ?1 \
               WHERE id = ?2 AND door = ?3 AND recorded_hash IS NULL";
    if run(db, sql, closed)? == 0 {
        return Ok(());
    }
    let sql = "UPDATE clip SET state = 'expiring' WHERE id = ?2 AND door = ?3 \
               AND state = 'ready' AND final_hash IS NOT ?1 AND held_at IS NULL";
    let withdrawn = run(db, sql, closed)?;
    let short = match shortfall {
        Some(shortfall) => note_shortfall(db, clip, shortfall)?,
        None => 0,
    };
    tell_of_changes(db, append, withdrawn + short)
}

fn note_shortfall(db: &Transaction<'_>, clip: ClipId, shortfall: Shortfall) -> Result<usize> {
    let sql = "UPDATE clip SET shortfall = ? WHERE id = ?";
    let word = serde_json::to_string(&shortfall).map_err(failed)?;
    run(db, sql, params![word, clip.as_bytes()])
}

/// Whoever was told of a clip that has become another looks again.
fn tell_of_changes(db: &Transaction<'_>, append: &Append, changed: usize) -> Result<()> {
    if changed == 0 {
        return Ok(());
    }
    let what = Topic::Entries;
    feed::post(
        db,
        &append.after.audience,
        &Notice::Refresh { what },
        append.at,
    )
}

fn insert_alarm(db: &Transaction<'_>, alarm: &Alarm) -> Result<()> {
    let sql = "INSERT OR IGNORE INTO alarm (at, building, door, seq, held_hash, offered_hash) \
               VALUES (?, ?, ?, ?, ?, ?)";
    let Alarm {
        at,
        building,
        door,
        seq,
        held,
        offered,
    } = alarm;
    let row = params![
        at,
        building.as_bytes(),
        door.as_bytes(),
        seq,
        held.0,
        offered.0
    ];
    run(db, sql, row).map(drop)
}

fn alarm(row: &Row<'_>) -> RowResult<Alarm> {
    Ok(Alarm {
        at: row.get("at")?,
        building: id(row, "building", BuildingId::from_bytes)?,
        door: id(row, "door", DoorId::from_bytes)?,
        seq: row.get("seq")?,
        held: key(row, "held_hash")?,
        offered: key(row, "offered_hash")?,
    })
}

fn stored_record(row: &Row<'_>) -> RowResult<StoredRecord> {
    Ok(StoredRecord {
        door: optional_id(row, "door", DoorId::from_bytes)?,
        seq: row.get("seq")?,
        salt: row.get("salt")?,
        leaf: Leaf(row.get("leaf")?),
        body: SignedRecord(row.get("body")?),
    })
}
