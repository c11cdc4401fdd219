//! Residents' passes.

use access::{BuildingId, GrantId, ResidentId, UnitId};
use async_trait::async_trait;
use hub_api::PassKind;
use rusqlite::types::ToSql;
use rusqlite::{Row, Transaction, named_params, params};

use super::columns::{RowResult, all, id, key, run, word};
use super::{Sqlite, grants};
use crate::store::{NewGrant, Pass, Passes, Result, StandingPass, StoreError};

const PASSES: &str = "
    SELECT pass.*, resident.unit, standing_grant.building
    FROM pass
    JOIN standing_grant ON standing_grant.id = pass.standing_grant
    JOIN resident ON resident.id = pass.resident";

#[async_trait]
impl Passes for Sqlite {
    async fn add_pass(&self, grant: &NewGrant, pass: &Pass, maker: GrantId) -> Result<()> {
        let (grant, pass) = (grant.clone(), pass.clone());
        self.write(move |db| {
            require_standing(db, maker)?;
            grants::insert(db, &grant)?;
            insert(db, grant.id, &pass)
        })
        .await
    }

    async fn replace_own_code(&self, grant: &NewGrant, device: GrantId, at: u64) -> Result<()> {
        let grant = grant.clone();
        self.write(move |db| {
            require_standing(db, device)?;
            grants::end_own_codes(db, device, at)?;
            grants::insert(db, &grant)
        })
        .await
    }

    async fn end_own_codes(&self, device: GrantId, at: u64) -> Result<bool> {
        self.write(move |db| Ok(grants::end_own_codes(db, device, at)? > 0))
            .await
    }

    async fn passes_of(&self, unit: UnitId) -> Result<Vec<StandingPass>> {
        self.read(move |db| list(db, "resident.unit", unit.as_bytes()))
            .await
    }

    async fn passes_in(&self, building: BuildingId) -> Result<Vec<StandingPass>> {
        self.read(move |db| list(db, "standing_grant.building", building.as_bytes()))
            .await
    }

    async fn pass_of_link(&self, link: &[u8; 32]) -> Result<Option<StandingPass>> {
        let link = *link;
        self.read(move |db| Ok(list(db, "pass.link", &link)?.pop()))
            .await
    }

    async fn change_pass(&self, id: GrantId, label: &str, not_after: u64) -> Result<()> {
        let label = label.to_owned();
        self.write(move |db| {
            let sql = "UPDATE pass SET label = ? WHERE standing_grant = ?";
            if run(db, sql, params![label, id.as_bytes()])? == 0 {
                return Err(StoreError::Unknown);
            }
            let sql = "UPDATE standing_grant SET not_after = ? WHERE id = ?";
            run(db, sql, params![not_after, id.as_bytes()]).map(drop)
        })
        .await
    }

    async fn forget_passes(&self, ended_before: u64) -> Result<()> {
        self.write(move |db| {
            for table in ["pass", "endorsement"] {
                let sql = format!(
                    "DELETE FROM {table} WHERE standing_grant IN
                     (SELECT id FROM standing_grant
                      JOIN door_code ON door_code.standing_grant = standing_grant.id
                      WHERE not_after < ?1 OR revoked_at < ?1 OR used_at < ?1)"
                );
                run(db, &sql, [ended_before])?;
            }
            Ok(())
        })
        .await
    }
}

fn require_standing(db: &Transaction<'_>, device: GrantId) -> Result<()> {
    match grants::find(db, device)? {
        Some(standing) if standing.revoked_at.is_none() => Ok(()),
        _ => Err(StoreError::Conflict),
    }
}

fn insert(db: &Transaction<'_>, grant: GrantId, pass: &Pass) -> Result<()> {
    run(
        db,
        "INSERT INTO pass (standing_grant, resident, kind, label, link, sealed_code)
         VALUES (:grant, :resident, :kind, :label, :link, :sealed_code)",
        named_params! {
            ":grant": grant.as_bytes(),
            ":resident": pass.resident.as_bytes(),
            ":kind": pass.kind.as_str(),
            ":label": pass.label,
            ":link": pass.link,
            ":sealed_code": pass.sealed_code,
        },
    )
    .map(drop)
}

/// The passes whose `column` has this value, newest first.
fn list(
    db: &Transaction<'_>,
    column: &'static str,
    value: &dyn ToSql,
) -> Result<Vec<StandingPass>> {
    let sql = format!("{PASSES} WHERE {column} = ? ORDER BY standing_grant.rowid DESC");
    let rows = all(db, &sql, [value], |row| {
        Ok((
            id(row, "standing_grant", GrantId::from_bytes)?,
            pass(row)?,
            id(row, "unit", UnitId::from_bytes)?,
        ))
    })?;
    let stand = |(grant, pass, unit)| {
        let standing = grants::find(db, grant)?.ok_or(StoreError::Unknown)?;
        Ok(StandingPass {
            standing,
            pass,
            unit,
        })
    };
    rows.into_iter().map(stand).collect()
}

fn pass(row: &Row<'_>) -> RowResult<Pass> {
    let kinds = PassKind::ALL.map(|kind| (kind.as_str(), kind));
    Ok(Pass {
        resident: id(row, "resident", ResidentId::from_bytes)?,
        kind: word(row, "kind", kinds)?,
        label: row.get("label")?,
        link: key(row, "link")?,
        sealed_code: row.get("sealed_code")?,
    })
}
