use access::{BuildingId, ClipId, DoorId};
use async_trait::async_trait;
use clip::{SignedClipIndex, SignedClipPrefix, SignedThumbnail};
use rusqlite::{Row, Transaction, params};

use super::columns::{RowResult, all, id, one, run, word};
use super::{Sqlite, feed, ledger};
use crate::store::{
    ClipRow, ClipStage, Clips, Closing, FragmentRow, ListedClip, NewFragment, NewThumbnail, Notice,
    Placed, PrefixRow, Result, StoreError, StoredClip,
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

    async fn clips_of(&self, building: BuildingId) -> Result<Vec<ListedClip>> {
        self.read(move |db| {
            let sql = "SELECT id, door, state, started_at, bytes, held_reason, gave_way, \
                       (SELECT COUNT(*) FROM fragment WHERE fragment.clip = clip.id) AS fragments \
                       FROM clip WHERE building = ? ORDER BY started_at DESC, rowid DESC";
            all(db, sql, [building.as_bytes()], |row| {
                Ok(ListedClip {
                    id: id(row, "id", ClipId::from_bytes)?,
                    door: id(row, "door", DoorId::from_bytes)?,
                    stage: word(row, "state", STAGES)?,
                    started_at: row.get("started_at")?,
                    fragments: row.get("fragments")?,
                    bytes: row.get("bytes")?,
                    held: row.get("held_reason")?,
                    gave_way: row.get("gave_way")?,
                })
            })
        })
        .await
    }

    async fn stored_clips(&self, building: BuildingId) -> Result<Vec<StoredClip>> {
        self.read(move |db| {
            let sql = "SELECT id, door, bytes, state = 'ready' AS closed, \
                       held_at IS NOT NULL AS held FROM clip \
                       WHERE building = ? AND state IN ('recording', 'ready') AND bytes > 0 \
                       ORDER BY started_at, rowid";
            all(db, sql, [building.as_bytes()], |row| {
                Ok(StoredClip {
                    id: id(row, "id", ClipId::from_bytes)?,
                    door: id(row, "door", DoorId::from_bytes)?,
                    bytes: row.get("bytes")?,
                    closed: row.get("closed")?,
                    held: row.get("held")?,
                })
            })
        })
        .await
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

    async fn prefix(&self, clip: ClipId) -> Result<Option<PrefixRow>> {
        self.read(move |db| {
            let sql = "SELECT fragments, signed FROM clip_prefix WHERE clip = ?";
            one(db, sql, [clip.as_bytes()], |row| {
                Ok(PrefixRow {
                    fragments: row.get("fragments")?,
                    signed: SignedClipPrefix::from_bytes(row.get("signed")?),
                })
            })
        })
        .await
    }

    async fn keep_prefix(&self, clip: ClipId, prefix: &PrefixRow) -> Result<()> {
        let PrefixRow { fragments, signed } = prefix.clone();
        self.write(move |db| {
            let sql = "INSERT INTO clip_prefix (clip, fragments, signed) \
                       SELECT id, ?2, ?3 FROM clip WHERE id = ?1 AND state = 'recording' \
                       ON CONFLICT (clip) DO UPDATE SET \
                       fragments = excluded.fragments, signed = excluded.signed \
                       WHERE excluded.fragments > clip_prefix.fragments";
            let row = params![clip.as_bytes(), fragments, signed.as_bytes()];
            run(db, sql, row).map(drop)
        })
        .await
    }

    async fn thumbnail(&self, clip: ClipId) -> Result<Option<SignedThumbnail>> {
        self.read(move |db| find_thumbnail(db, clip)).await
    }

    async fn keep_thumbnail(&self, new: &NewThumbnail) -> Result<Placed> {
        let new = new.clone();
        self.write(move |db| keep_thumbnail(db, &new)).await
    }

    async fn close_clip(&self, closing: &Closing) -> Result<()> {
        let closing = closing.clone();
        self.write(move |db| close(db, &closing)).await
    }

    async fn expire_clips(&self, started_before: u64) -> Result<u64> {
        self.write(move |db| {
            let sql = "UPDATE clip SET state = 'expiring' \
                       WHERE state IN ('recording', 'ready') AND started_at < ? \
                       AND held_at IS NULL";
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
                for sql in [
                    "DELETE FROM fragment WHERE clip = ?",
                    "DELETE FROM clip_prefix WHERE clip = ?",
                    "DELETE FROM clip_thumbnail WHERE clip = ?",
                ] {
                    run(db, sql, [id.as_bytes()])?;
                }
            }
            Ok(())
        })
        .await
    }
}

pub(super) fn find(db: &Transaction<'_>, id: ClipId) -> Result<Option<ClipRow>> {
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
    let fits = fits(db, new.building, new.fragment.len, new.quota_bytes)?;
    Ok((if fits { Placed::Held } else { Placed::Full }, false))
}

/// Whether so many bytes more fit into the building's quota.
fn fits(db: &Transaction<'_>, building: BuildingId, more: u64, quota: u64) -> Result<bool> {
    Ok(used_bytes(db, building)?.saturating_add(more) <= quota)
}

/// What is stored of a building's clips.
fn used_bytes(db: &Transaction<'_>, building: BuildingId) -> Result<u64> {
    let sql = "SELECT COALESCE(SUM(bytes), 0) FROM clip WHERE building = ?";
    let used = one(db, sql, [building.as_bytes()], |row| row.get(0))?;
    Ok(used.unwrap_or(0))
}

fn find_thumbnail(db: &Transaction<'_>, clip: ClipId) -> Result<Option<SignedThumbnail>> {
    let sql = "SELECT signed FROM clip_thumbnail WHERE clip = ?";
    one(db, sql, [clip.as_bytes()], |row| {
        row.get(0).map(SignedThumbnail::from_bytes)
    })
}

fn keep_thumbnail(db: &Transaction<'_>, new: &NewThumbnail) -> Result<Placed> {
    let clip = find(db, new.clip)?;
    if clip.as_ref().is_some_and(|clip| clip.door != new.door) {
        return Ok(Placed::NotYours);
    }
    if let Some(held) = find_thumbnail(db, new.clip)? {
        let same = held == new.signed;
        return Ok(if same { Placed::Held } else { Placed::Conflict });
    }
    if clip.is_some_and(|clip| clip.stage != ClipStage::Recording) {
        return Ok(Placed::Closed);
    }
    let len = new.signed.as_bytes().len() as u64;
    if !fits(db, new.building, len, new.quota_bytes)? {
        return Ok(Placed::Full);
    }
    ledger::expect_clip(db, (new.building, new.door), new.clip, new.at)?;
    let sql = "INSERT INTO clip_thumbnail (clip, signed) VALUES (?, ?)";
    let id = new.clip.as_bytes();
    run(db, sql, params![id, new.signed.as_bytes()])?;
    let sql = "UPDATE clip SET bytes = bytes + ? WHERE id = ?";
    run(db, sql, params![len, id])?;
    tell(db, new.clip, new.at, |clip, entry| Notice::Thumbnail {
        clip,
        entry,
    })?;
    Ok(Placed::Held)
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
    run(db, "DELETE FROM clip_prefix WHERE clip = ?", [id])?;
    tell(db, closing.clip, closing.at, |clip, entry| Notice::Clip {
        clip,
        entry,
    })
}

/// Tells whoever may see the clip's entry, if there is one already.
pub(super) fn tell(
    db: &Transaction<'_>,
    clip: ClipId,
    at: u64,
    notice: fn(ClipId, u64) -> Notice,
) -> Result<()> {
    let sql = "SELECT entry.id, entry.door FROM entry JOIN clip \
               ON clip.id = entry.clip AND clip.door = entry.door WHERE clip.id = ?";
    let entry = one(db, sql, [clip.as_bytes()], |row| {
        Ok((
            row.get("id")?,
            super::columns::id(row, "door", DoorId::from_bytes)?,
        ))
    })?;
    let Some((entry, door)) = entry else {
        return Ok(());
    };
    let audience = ledger::find_tip(db, door)?.audience;
    feed::post(db, &audience, &notice(clip, entry), at)
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
        held: row.get::<_, Option<u64>>("held_at")?.is_some(),
        gave_way: row.get("gave_way")?,
    })
}

fn fragment(row: &Row<'_>) -> RowResult<FragmentRow> {
    Ok(FragmentRow {
        n: row.get("n")?,
        len: row.get("len")?,
        digest: row.get("digest")?,
    })
}
