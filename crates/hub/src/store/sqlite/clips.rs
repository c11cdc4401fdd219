use access::{BuildingId, ClipId, DoorId};
use async_trait::async_trait;
use clip::SignedClipIndex;
use rusqlite::{Row, Transaction, params};

use super::columns::{RowResult, all, id, one, run, word};
use super::{Sqlite, feed, ledger};
use crate::store::{
    ClipRow, ClipStage, Clips, Closing, FragmentRow, NewFragment, Notice, Placed, Result,
    StoreError,
};

const STAGES: [(&str, ClipStage); 4] = [
    ("recording", ClipStage::Recording),
    ("ready", ClipStage::Ready),
    ("expiring", ClipStage::Expiring),
    ("gone", ClipStage::Gone),
];

#[async_trait]
impl Clips for Sqlite {
    async fn clip(&self, id: ClipId) -> Result<Option<ClipRow>> {
        self.read(move |db| find(db, id)).await
    }

    async fn fragments(&self, clip: ClipId) -> Result<Vec<FragmentRow>> {
        self.read(move |db| {
            let sql = "SELECT n, len, digest FROM fragment WHERE clip = ? ORDER BY n";
            all(db, sql, [clip.as_bytes()], fragment)
        })
        .await
    }

    async fn fragment(&self, clip: ClipId, n: u32) -> Result<Option<FragmentRow>> {
        self.read(move |db| find_fragment(db, clip, n)).await
    }

    async fn probe_fragment(&self, new: &NewFragment) -> Result<Placed> {
        let new = *new;
        self.read(move |db| Ok(judge(db, &new)?.0)).await
    }

    async fn place_fragment(&self, new: &NewFragment) -> Result<Placed> {
        let new = *new;
        self.write(move |db| place(db, &new)).await
    }

    async fn close_clip(&self, closing: &Closing) -> Result<()> {
        let closing = closing.clone();
        self.write(move |db| close(db, &closing)).await
    }

    async fn expire_clips(&self, started_before: u64) -> Result<u64> {
        self.write(move |db| {
            let sql = "UPDATE clip SET state = 'expiring' \
                       WHERE state IN ('recording', 'ready') AND started_at < ?";
            Ok(run(db, sql, [started_before])? as u64)
        })
        .await
    }

    async fn expiring_clips(&self) -> Result<Vec<ClipRow>> {
        self.read(|db| all(db, "SELECT * FROM clip WHERE state = 'expiring'", [], clip))
            .await
    }

    async fn forget_clip(&self, id: ClipId) -> Result<()> {
        self.write(move |db| {
            let sql = "UPDATE clip SET state = 'gone', bytes = 0, signed_index = NULL \
                       WHERE id = ? AND state = 'expiring'";
            if run(db, sql, [id.as_bytes()])? > 0 {
                run(db, "DELETE FROM fragment WHERE clip = ?", [id.as_bytes()])?;
            }
            Ok(())
        })
        .await
    }
}

fn find(db: &Transaction<'_>, id: ClipId) -> Result<Option<ClipRow>> {
    one(db, "SELECT * FROM clip WHERE id = ?", [id.as_bytes()], clip)
}

fn find_fragment(db: &Transaction<'_>, clip: ClipId, n: u32) -> Result<Option<FragmentRow>> {
    let sql = "SELECT n, len, digest FROM fragment WHERE clip = ? AND n = ?";
    one(db, sql, params![clip.as_bytes(), n], fragment)
}

/// Whether a fragment may be placed, and whether it is there already.
fn judge(db: &Transaction<'_>, new: &NewFragment) -> Result<(Placed, bool)> {
    let clip = find(db, new.clip)?;
    if clip.as_ref().is_some_and(|clip| clip.door != new.door) {
        return Ok((Placed::NotYours, false));
    }
    if let Some(held) = find_fragment(db, new.clip, new.fragment.n)? {
        let same = held.digest == new.fragment.digest;
        return Ok((if same { Placed::Held } else { Placed::Conflict }, true));
    }
    if clip.is_some_and(|clip| clip.stage != ClipStage::Recording) {
        return Ok((Placed::Closed, false));
    }
    let sql = "SELECT COALESCE(SUM(bytes), 0) FROM clip WHERE building = ?";
    let used = one(db, sql, [new.building.as_bytes()], |row| {
        row.get::<_, u64>(0)
    })?
    .unwrap_or(0);
    let full = used.saturating_add(new.fragment.len) > new.quota_bytes;
    Ok((if full { Placed::Full } else { Placed::Held }, false))
}

fn place(db: &Transaction<'_>, new: &NewFragment) -> Result<Placed> {
    let (placed, there) = judge(db, new)?;
    if placed != Placed::Held || there {
        return Ok(placed);
    }
    ledger::expect_clip(db, (new.building, new.door), new.clip, new.at)?;
    let FragmentRow { n, len, digest } = new.fragment;
    let sql = "INSERT INTO fragment (clip, n, len, digest) VALUES (?, ?, ?, ?)";
    run(db, sql, params![new.clip.as_bytes(), n, len, digest])?;
    let sql = "UPDATE clip SET bytes = bytes + ? WHERE id = ?";
    run(db, sql, params![len, new.clip.as_bytes()])?;
    Ok(Placed::Held)
}

fn close(db: &Transaction<'_>, closing: &Closing) -> Result<()> {
    let id = closing.clip.as_bytes();
    let updated = run(
        db,
        "UPDATE clip SET state = 'ready', final_hash = ?1, signed_index = ?2
         WHERE id = ?3 AND state = 'recording'
           AND (recorded_hash IS NULL OR recorded_hash = ?1)",
        params![closing.final_hash, closing.index.as_bytes(), id],
    )?;
    if updated == 0 {
        return Err(StoreError::Conflict);
    }
    let sql = "SELECT entry.id, entry.door FROM entry JOIN clip \
               ON clip.id = entry.clip AND clip.door = entry.door WHERE clip.id = ?";
    let entry = one(db, sql, [id], |row| {
        Ok((
            row.get("id")?,
            super::columns::id(row, "door", DoorId::from_bytes)?,
        ))
    })?;
    let Some((entry, door)) = entry else {
        return Ok(());
    };
    let audience = ledger::find_tip(db, door)?.audience;
    feed::post(
        db,
        &audience,
        &Notice::Clip {
            clip: closing.clip,
            entry,
        },
        closing.at,
    )
}

fn clip(row: &Row<'_>) -> RowResult<ClipRow> {
    let index: Option<Vec<u8>> = row.get("signed_index")?;
    Ok(ClipRow {
        id: id(row, "id", ClipId::from_bytes)?,
        building: id(row, "building", BuildingId::from_bytes)?,
        door: id(row, "door", DoorId::from_bytes)?,
        stage: word(row, "state", STAGES)?,
        recorded_hash: row.get("recorded_hash")?,
        index: index.map(SignedClipIndex::from_bytes),
    })
}

fn fragment(row: &Row<'_>) -> RowResult<FragmentRow> {
    Ok(FragmentRow {
        n: row.get("n")?,
        len: row.get("len")?,
        digest: row.get("digest")?,
    })
}
