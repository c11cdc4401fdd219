use access::{BuildingId, ClipId, DoorId, GrantId, HolderClass, UnitId};
use async_trait::async_trait;
use hub_api::{ClipInfo, ClipState, EntryInfo, Outcome};
use rusqlite::types::ToSql;
use rusqlite::{Row, Transaction, params, params_from_iter};

use super::columns::{
    RowResult, all, broken, id, one, optional_class, optional_id, optional_link, optional_reason,
    run,
};
use super::{Sqlite, failed};
use crate::store::{Audience, EntryRow, Feed, Notice, Result, StoredEvent};

const ENTRIES: &str = "
    SELECT entry.*, carrier.name AS carrier_name, standing_grant.person,
           standing_grant.class AS granted_class, resident.unit AS pass_unit,
           clip.state AS clip_state, clip.shortfall AS clip_shortfall,
           clip.held_at IS NOT NULL AS clip_held, COALESCE(clip.gave_way, 0) AS clip_gave_way,
           EXISTS (SELECT 1 FROM clip_thumbnail WHERE clip_thumbnail.clip = clip.id)
               AS clip_thumbnail
    FROM entry
    LEFT JOIN standing_grant ON standing_grant.id = entry.standing_grant
    LEFT JOIN pass ON pass.standing_grant = entry.standing_grant
    LEFT JOIN resident ON resident.id = pass.resident
    LEFT JOIN carrier ON carrier.id = COALESCE(entry.carrier, standing_grant.carrier)
    LEFT JOIN clip ON clip.id = entry.clip AND clip.door = entry.door";

#[async_trait]
impl Feed for Sqlite {
    async fn entries(
        &self,
        doors: &[DoorId],
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<EntryRow>> {
        let doors: Vec<_> = doors.iter().map(|door| *door.as_bytes()).collect();
        let before = before
            .and_then(|id| i64::try_from(id).ok())
            .unwrap_or(i64::MAX);
        self.read(move |db| {
            let marks = vec!["?"; doors.len()].join(", ");
            let sql = format!(
                "{ENTRIES} WHERE entry.id < ? AND entry.door IN ({marks}) \
                 ORDER BY entry.id DESC LIMIT ?"
            );
            let mut values: Vec<&dyn ToSql> = vec![&before];
            values.extend(doors.iter().map(|door| door as &dyn ToSql));
            values.push(&limit);
            all(db, &sql, params_from_iter(values), entry)
        })
        .await
    }

    async fn entry(&self, id: u64) -> Result<Option<EntryRow>> {
        self.read(move |db| one(db, &format!("{ENTRIES} WHERE entry.id = ?"), [id], entry))
            .await
    }

    async fn post(&self, audience: Audience, notice: Notice, at: u64) -> Result<()> {
        self.write(move |db| post(db, &audience, &notice, at)).await
    }

    async fn events(
        &self,
        audiences: &[Audience],
        after: u64,
        limit: u32,
    ) -> Result<Vec<StoredEvent>> {
        let audiences = audiences.to_vec();
        self.read(move |db| {
            let mut events = Vec::new();
            for audience in &audiences {
                let (kind, subject) = columns(audience);
                let sql = "SELECT id, notice FROM event \
                           WHERE audience = ? AND subject = ? AND id > ? ORDER BY id LIMIT ?";
                events.extend(all(db, sql, params![kind, subject, after, limit], event)?);
            }
            events.sort_unstable_by_key(|event| event.id);
            events.truncate(limit as usize);
            Ok(events)
        })
        .await
    }

    async fn newest_event(&self) -> Result<u64> {
        self.read(|db| {
            let sql = "SELECT seq FROM sqlite_sequence WHERE name = 'event'";
            Ok(one(db, sql, [], |row| row.get(0))?.unwrap_or(0))
        })
        .await
    }

    async fn pruned_events(&self) -> Result<u64> {
        self.read(|db| {
            let sql = "SELECT COALESCE(MIN(id) - 1, \
                       (SELECT seq FROM sqlite_sequence WHERE name = 'event'), 0) FROM event";
            Ok(one(db, sql, [], |row| row.get(0))?.unwrap_or(0))
        })
        .await
    }

    async fn prune_events(&self, before: u64) -> Result<()> {
        self.write(move |db| run(db, "DELETE FROM event WHERE at < ?", [before]).map(drop))
            .await
    }
}

/// Posts an event within a transaction.
pub(super) fn post(
    db: &Transaction<'_>,
    audience: &Audience,
    notice: &Notice,
    at: u64,
) -> Result<()> {
    let (kind, subject) = columns(audience);
    let notice = serde_json::to_string(notice).map_err(failed)?;
    let sql = "INSERT INTO event (at, audience, subject, notice) VALUES (?, ?, ?, ?)";
    run(db, sql, params![at, kind, subject, notice]).map(drop)
}

fn columns(audience: &Audience) -> (&'static str, &[u8; 16]) {
    match audience {
        Audience::Doors(id) => ("doors", id.as_bytes()),
        Audience::Residents(id) => ("residents", id.as_bytes()),
        Audience::Unit(id) => ("unit", id.as_bytes()),
        Audience::Resident(id) => ("resident", id.as_bytes()),
    }
}

fn event(row: &Row<'_>) -> RowResult<StoredEvent> {
    let notice: String = row.get("notice")?;
    let notice = serde_json::from_str(&notice).map_err(broken)?;
    Ok(StoredEvent {
        id: row.get("id")?,
        notice,
    })
}

fn entry(row: &Row<'_>) -> RowResult<EntryRow> {
    let info = EntryInfo {
        id: row.get("id")?,
        door: id(row, "door", DoorId::from_bytes)?,
        at_ms: row.get("at_ms")?,
        seq: row.get("seq")?,
        class: shown_class(row)?,
        carrier_name: row.get("carrier_name")?,
        driver: row.get("driver")?,
        guest_name: row.get("person")?,
        pass: None,
        link: optional_link(row, "link")?,
        clip: clip(row)?,
        unfilmed: row.get("unfilmed")?,
        outcome: outcome(row)?,
    };
    Ok(EntryRow {
        info,
        building: id(row, "building", BuildingId::from_bytes)?,
        pass: pass(row)?,
    })
}

fn pass(row: &Row<'_>) -> RowResult<Option<(GrantId, UnitId)>> {
    let unit = optional_id(row, "pass_unit", UnitId::from_bytes)?;
    let grant = optional_id(row, "standing_grant", GrantId::from_bytes)?;
    Ok(grant.zip(unit))
}

/// A door records whoever has a code as a guest; who was granted it as a courier is one all the same.
fn shown_class(row: &Row<'_>) -> RowResult<Option<HolderClass>> {
    match optional_class(row, "granted_class")? {
        Some(HolderClass::Courier) => Ok(Some(HolderClass::Courier)),
        _ => optional_class(row, "class"),
    }
}

fn outcome(row: &Row<'_>) -> RowResult<Outcome> {
    let alert: Option<String> = row.get("alert")?;
    if let Some(alert) = alert {
        let alert = serde_json::from_str(&alert).map_err(broken)?;
        return Ok(Outcome::Alert { alert });
    }
    let reason = optional_reason(row, "reason")?;
    Ok(reason.map_or(Outcome::Entered, |reason| Outcome::Denied { reason }))
}

fn clip(row: &Row<'_>) -> RowResult<Option<ClipInfo>> {
    let state: Option<String> = row.get("clip_state")?;
    let state = match state.as_deref() {
        Some("recording") => ClipState::Recording,
        Some("ready") => ClipState::Ready,
        _ => ClipState::Unavailable,
    };
    let clip = optional_id(row, "clip", ClipId::from_bytes)?;
    let thumbnail = row.get("clip_thumbnail")? && state != ClipState::Unavailable;
    let shortfall: Option<String> = row.get("clip_shortfall")?;
    let shortfall = shortfall.map(|word| serde_json::from_str(&word).map_err(broken));
    let shortfall = shortfall.transpose()?;
    let held = row.get("clip_held")?;
    let gave_way = row.get("clip_gave_way")?;
    Ok(clip.map(|id| ClipInfo {
        id,
        state,
        thumbnail,
        shortfall,
        held,
        gave_way,
    }))
}
