//! Grants and their doors.

use access::{BuildingId, CarrierId, DoorId, GrantId, HolderClass};
use rusqlite::{Row, Transaction, named_params, params};

use super::columns::{RowResult, all, class, id, one, optional_id, optional_key, run};
use crate::store::{GrantSubject, NewGrant, Result, Revocation, StandingGrant, StoreError};

pub(super) fn insert(db: &Transaction<'_>, grant: &NewGrant) -> Result<()> {
    let carrier = match &grant.subject {
        GrantSubject::Carrier(carrier) => Some(carrier.as_bytes()),
        _ => None,
    };
    let (person, holder) = match &grant.subject {
        GrantSubject::Person { name, holder, .. } => (Some(name), Some(holder.0)),
        _ => (None, None),
    };
    run(
        db,
        "INSERT INTO standing_grant
             (id, building, class, carrier, person, holder_key, not_before, not_after)
         VALUES (:id, :building, :class, :carrier, :person, :holder, :not_before, :not_after)",
        named_params! {
            ":id": grant.id.as_bytes(),
            ":building": grant.building.as_bytes(),
            ":class": grant.subject.class().as_str(),
            ":carrier": carrier,
            ":person": person,
            ":holder": holder,
            ":not_before": grant.not_before,
            ":not_after": grant.not_after,
        },
    )?;
    let sql = "INSERT INTO granted_door (standing_grant, door) VALUES (?, ?)";
    for door in &grant.doors {
        run(db, sql, params![grant.id.as_bytes(), door.as_bytes()])?;
    }
    Ok(())
}

pub(super) fn find(db: &Transaction<'_>, id: GrantId) -> Result<Option<StandingGrant>> {
    Ok(list(db, "id", *id.as_bytes())?.pop())
}

/// The grants whose `column` has this value, newest first.
pub(super) fn list(
    db: &Transaction<'_>,
    column: &'static str,
    value: [u8; 16],
) -> Result<Vec<StandingGrant>> {
    let sql = format!("SELECT * FROM standing_grant WHERE {column} = ? ORDER BY rowid DESC");
    let mut grants = all(db, &sql, [value], standing_grant)?;
    let sql = "SELECT door FROM granted_door WHERE standing_grant = ? ORDER BY door";
    for standing in &mut grants {
        let grant = &mut standing.grant;
        grant.doors = all(db, sql, [grant.id.as_bytes()], |row| {
            id(row, "door", DoorId::from_bytes)
        })?;
    }
    Ok(grants)
}

pub(super) fn revoke(db: &Transaction<'_>, id: GrantId, at: u64) -> Result<Revocation> {
    let sql = "SELECT revoked_at FROM standing_grant WHERE id = ?";
    let revoked_at = one(db, sql, [id.as_bytes()], |row| row.get::<_, Option<u64>>(0))?;
    if let Some(before) = revoked_at.ok_or(StoreError::Unknown)? {
        return Ok(Revocation::Already(before));
    }
    let sql = "UPDATE standing_grant SET revoked_at = ? WHERE id = ?";
    run(db, sql, params![at, id.as_bytes()])?;
    Ok(Revocation::Revoked)
}

fn standing_grant(row: &Row<'_>) -> RowResult<StandingGrant> {
    Ok(StandingGrant {
        grant: NewGrant {
            id: id(row, "id", GrantId::from_bytes)?,
            building: id(row, "building", BuildingId::from_bytes)?,
            subject: subject(row)?,
            doors: Vec::new(),
            not_before: row.get("not_before")?,
            not_after: row.get("not_after")?,
        },
        revoked_at: row.get("revoked_at")?,
    })
}

fn subject(row: &Row<'_>) -> RowResult<GrantSubject> {
    let class = class(row, "class")?;
    let carrier = optional_id(row, "carrier", CarrierId::from_bytes)?;
    let holder = optional_key(row, "holder_key")?;
    match (class, carrier, holder) {
        (HolderClass::Resident, None, None) => Ok(GrantSubject::Device),
        (HolderClass::Courier, Some(carrier), None) => Ok(GrantSubject::Carrier(carrier)),
        (HolderClass::Guest | HolderClass::Staff, None, Some(holder)) => Ok(GrantSubject::Person {
            class,
            name: row.get("person")?,
            holder,
        }),
        _ => Err(rusqlite::Error::InvalidColumnName("class".to_owned())),
    }
}
