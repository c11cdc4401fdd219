use access::BuildingId;
use async_trait::async_trait;
use audit::{Hash32, HubPosition};
use rusqlite::{Transaction, params};

use super::columns::{key, one, run};
use super::{Sqlite, clips, ledger};
use crate::store::{ClipChange, HubAppend, Keeping, NewRecord, Notice, Result, StoreError};

#[async_trait]
impl Keeping for Sqlite {
    async fn hub_position(&self, building: BuildingId) -> Result<HubPosition> {
        self.read(move |db| position(db, building)).await
    }

    async fn append_of_hub(&self, append: &HubAppend) -> Result<()> {
        let append = append.clone();
        self.write(move |db| {
            let building = append.after.building;
            if position(db, building)? != append.after {
                return Err(StoreError::Conflict);
            }
            ledger::grow_log(db, building, &append.growth)?;
            insert(db, &append)?;
            change(db, &append)?;
            // Whoever has the clip's entry has it anew.
            clips::tell(db, append.clip, append.at, |_, entry| Notice::Entry {
                entry,
            })
        })
        .await
    }
}

fn position(db: &Transaction<'_>, building: BuildingId) -> Result<HubPosition> {
    let sql = "SELECT seq, hash FROM hub_record WHERE building = ? ORDER BY seq DESC LIMIT 1";
    let newest = one(db, sql, [building.as_bytes()], |row| {
        Ok((row.get::<_, u64>("seq")?, key::<Hash32>(row, "hash")?))
    })?;
    Ok(
        newest.map_or(HubPosition::start(building), |(seq, last_hash)| {
            HubPosition {
                building,
                next_seq: seq.saturating_add(1),
                last_hash,
            }
        }),
    )
}

fn insert(db: &Transaction<'_>, append: &HubAppend) -> Result<()> {
    let NewRecord {
        seq,
        hash,
        salt,
        leaf,
        body,
    } = &append.record;
    let sql = "INSERT INTO hub_record (building, seq, hash, position, leaf, salt, body) \
               VALUES (?, ?, ?, ?, ?, ?, ?)";
    let building = append.after.building;
    let position = append.growth.from_size;
    let row = params![
        building.as_bytes(),
        seq,
        hash.0,
        position,
        leaf.0,
        salt,
        body.0
    ];
    run(db, sql, row).map(drop)
}

fn change(db: &Transaction<'_>, append: &HubAppend) -> Result<()> {
    let clip = append.clip.as_bytes();
    let changed = match &append.change {
        ClipChange::Hold { reason } => run(
            db,
            "UPDATE clip SET held_at = ?, held_reason = ? \
             WHERE id = ? AND held_at IS NULL AND state IN ('recording', 'ready')",
            params![append.at, reason, clip],
        ),
        ClipChange::Release => run(
            db,
            "UPDATE clip SET held_at = NULL, held_reason = NULL \
             WHERE id = ? AND held_at IS NOT NULL",
            [clip],
        ),
        ClipChange::GiveWay => run(
            db,
            "UPDATE clip SET state = 'expiring', gave_way = 1 \
             WHERE id = ? AND held_at IS NULL AND state IN ('recording', 'ready')",
            [clip],
        ),
    }?;
    if changed == 0 {
        return Err(StoreError::Conflict);
    }
    Ok(())
}
