//! Grants and their doors.

use access::{
    BuildingId, CarrierId, CodeKeyId, DeviceId, DoorId, Endorsement, GrantId, HolderClass,
};
use rusqlite::{Row, Transaction, named_params, params};

use super::columns::{RowResult, all, class, id, one, optional_id, optional_key, run};
use crate::store::{
    Code, CodeHash, GrantSubject, NewGrant, Result, Revocation, StandingGrant, StoreError,
};

pub(super) fn insert(db: &Transaction<'_>, grant: &NewGrant) -> Result<()> {
    let carrier = match &grant.subject {
        GrantSubject::Carrier(carrier) => Some(carrier.as_bytes()),
        _ => None,
    };
    let (person, holder) = match &grant.subject {
        GrantSubject::Person { name, holder, .. } => (Some(name), Some(holder.0)),
        GrantSubject::Code(code) => (code.name.as_ref(), None),
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
    if let GrantSubject::Code(code) = &grant.subject {
        insert_code(db, grant.id, code)?;
    }
    let sql = "INSERT INTO granted_door (standing_grant, door) VALUES (?, ?)";
    for door in &grant.doors {
        run(db, sql, params![grant.id.as_bytes(), door.as_bytes()])?;
    }
    Ok(())
}

fn insert_code(db: &Transaction<'_>, grant: GrantId, code: &Code) -> Result<()> {
    let sql = "INSERT INTO door_code \
               (standing_grant, hash, code_key, single_use, used_at, device_grant) \
               VALUES (?, ?, ?, ?, ?, ?)";
    let device = code.device.map(|device| *device.as_bytes());
    let row = params![
        grant.as_bytes(),
        code.hash.bytes,
        code.hash.key.map(|key| key.0),
        code.single_use,
        code.used_at,
        device
    ];
    run(db, sql, row)?;
    match &code.endorsement {
        Some(endorsement) => insert_endorsement(db, grant, endorsement),
        None => Ok(()),
    }
}

fn insert_endorsement(db: &Transaction<'_>, grant: GrantId, word: &Endorsement) -> Result<()> {
    let sql = "INSERT INTO endorsement (standing_grant, device, not_before, not_after, signature) \
               VALUES (?, ?, ?, ?, ?)";
    let row = params![
        grant.as_bytes(),
        word.device.as_bytes(),
        word.not_before,
        word.not_after,
        word.signature
    ];
    run(db, sql, row).map(drop)
}

/// Notes that a single-use code let somebody in, unless it did before.
pub(super) fn use_code(
    db: &Transaction<'_>,
    building: BuildingId,
    grant: GrantId,
    at: u64,
) -> Result<()> {
    let sql = "UPDATE door_code SET used_at = ?1 \
               WHERE standing_grant = ?2 AND single_use AND used_at IS NULL AND EXISTS \
               (SELECT 1 FROM standing_grant WHERE id = ?2 AND building = ?3)";
    run(db, sql, params![at, grant.as_bytes(), building.as_bytes()]).map(drop)
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
    let sql = format!(
        "SELECT standing_grant.*, door_code.hash AS code_hash, door_code.code_key, door_code.single_use, \
         door_code.used_at, door_code.device_grant, endorsement.device AS endorser, \
         endorsement.not_before AS endorsed_from, endorsement.not_after AS endorsed_until, \
         endorsement.signature FROM standing_grant \
         LEFT JOIN door_code ON door_code.standing_grant = standing_grant.id \
         LEFT JOIN endorsement ON endorsement.standing_grant = standing_grant.id \
         WHERE standing_grant.{column} = ? ORDER BY standing_grant.rowid DESC"
    );
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

/// Ends the own codes of a device that still stand; how many.
pub(super) fn end_own_codes(db: &Transaction<'_>, device: GrantId, at: u64) -> Result<usize> {
    let sql = "UPDATE standing_grant SET revoked_at = ?1 WHERE revoked_at IS NULL \
               AND id IN (SELECT standing_grant FROM door_code WHERE device_grant = ?2)";
    run(db, sql, params![at, device.as_bytes()])
}

pub(super) fn revoke(db: &Transaction<'_>, id: GrantId, at: u64) -> Result<Revocation> {
    let sql = "SELECT revoked_at FROM standing_grant WHERE id = ?";
    let revoked_at = one(db, sql, [id.as_bytes()], |row| row.get::<_, Option<u64>>(0))?;
    if let Some(before) = revoked_at.ok_or(StoreError::Unknown)? {
        return Ok(Revocation::Already(before));
    }
    let sql = "UPDATE standing_grant SET revoked_at = ? WHERE id = ?";
    run(db, sql, params![at, id.as_bytes()])?;
    end_endorsed(db, id, at)?;
    Ok(Revocation::Revoked)
}

/// Ends the open codes that rest on the word of the device with this grant.
fn end_endorsed(db: &Transaction<'_>, device: GrantId, at: u64) -> Result<usize> {
    let sql = "UPDATE standing_grant SET revoked_at = ?1 WHERE revoked_at IS NULL AND not_after >= ?1 AND id IN \
               (SELECT endorsement.standing_grant FROM endorsement JOIN door_code USING (standing_grant) \
                JOIN device ON device.id = endorsement.device \
                WHERE device.standing_grant = ?2 AND used_at IS NULL)";
    run(db, sql, params![at, device.as_bytes()])
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
    if let Some(bytes) = optional_key(row, "code_hash")? {
        let key = row.get::<_, Option<[u8; 8]>>("code_key")?.map(CodeKeyId);
        return Ok(GrantSubject::Code(Code {
            class,
            name: row.get("person")?,
            device: optional_id(row, "device_grant", GrantId::from_bytes)?,
            hash: CodeHash { bytes, key },
            single_use: row.get("single_use")?,
            used_at: row.get("used_at")?,
            endorsement: endorsement(row)?,
        }));
    }
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

fn endorsement(row: &Row<'_>) -> RowResult<Option<Endorsement>> {
    let Some(device) = optional_id(row, "endorser", DeviceId::from_bytes)? else {
        return Ok(None);
    };
    Ok(Some(Endorsement {
        device,
        not_before: row.get("endorsed_from")?,
        not_after: row.get("endorsed_until")?,
        signature: row.get("signature")?,
    }))
}
