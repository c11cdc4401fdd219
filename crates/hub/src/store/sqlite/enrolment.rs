use access::{
    BuildingId, CarrierId, DeviceId, DoorId, GrantId, ResidentId, SigningPublicKey, UnitId,
};
use async_trait::async_trait;
use rusqlite::{Row, Transaction, named_params, params};

use super::columns::{RowResult, id, key, one, optional_id, run};
use super::{Sqlite, grants};
use crate::store::{
    Client, ClientSubject, Departure, Enrolment, GrantSubject, Invitee, NewGrant, NewInvite,
    Redeemed, Refusal, Registration, Result, StoreError,
};

const CLIENT: &str = "
    SELECT client.*, device.resident, device.standing_grant, device.holder_key, resident.unit,
           COALESCE(unit.building, door.building) AS building,
           standing_grant.revoked_at IS NOT NULL AS revoked
    FROM client
    LEFT JOIN device ON device.id = client.device
    LEFT JOIN resident ON resident.id = device.resident
    LEFT JOIN unit ON unit.id = resident.unit
    LEFT JOIN standing_grant ON standing_grant.id = device.standing_grant
    LEFT JOIN door ON door.id = client.door";

struct InviteRow {
    invitee: Invitee,
    expires_at: u64,
    used_by: Option<[u8; 32]>,
}

#[async_trait]
impl Enrolment for Sqlite {
    async fn add_invite(&self, invite: &NewInvite) -> Result<()> {
        let invite = *invite;
        self.write(move |db| {
            let (resident, door, carrier) = columns(&invite.invitee);
            run(
                db,
                "INSERT INTO invite (code_hash, resident, door, carrier, expires_at)
                 VALUES (?, ?, ?, ?, ?)",
                params![invite.code_hash, resident, door, carrier, invite.expires_at],
            )?;
            Ok(())
        })
        .await
    }

    async fn invitee(&self, code_hash: &[u8; 32]) -> Result<Option<Invitee>> {
        let code_hash = *code_hash;
        self.read(move |db| Ok(find_invite(db, &code_hash)?.map(|invite| invite.invitee)))
            .await
    }

    async fn redeem(
        &self,
        code_hash: &[u8; 32],
        now: u64,
        registration: &Registration,
    ) -> Result<Redeemed> {
        let (code_hash, registration) = (*code_hash, registration.clone());
        self.write(move |db| redeem(db, &code_hash, now, &registration))
            .await
    }

    async fn revoke_resident(&self, resident: ResidentId, now: u64) -> Result<Departure> {
        self.write(move |db| revoke_resident(db, resident, now))
            .await
    }

    async fn client(&self, id: &str) -> Result<Option<Client>> {
        let id = id.to_owned();
        self.read(move |db| one(db, &format!("{CLIENT} WHERE client.id = ?"), [id], client))
            .await
    }

    async fn client_of_key(&self, key: SigningPublicKey) -> Result<Option<Client>> {
        self.read(move |db| client_with_key(db, key.as_bytes()))
            .await
    }
}

type SubjectColumns<'a> = (
    Option<&'a [u8; 16]>,
    Option<&'a [u8; 16]>,
    Option<&'a [u8; 16]>,
);

fn columns(invitee: &Invitee) -> SubjectColumns<'_> {
    match invitee {
        Invitee::Resident(id) => (Some(id.as_bytes()), None, None),
        Invitee::Door(id) => (None, Some(id.as_bytes()), None),
        Invitee::Carrier(id) => (None, None, Some(id.as_bytes())),
    }
}

fn find_invite(db: &Transaction<'_>, code_hash: &[u8; 32]) -> Result<Option<InviteRow>> {
    one(
        db,
        "SELECT * FROM invite WHERE code_hash = ?",
        [code_hash],
        |row| {
            Ok(InviteRow {
                invitee: invitee(row)?,
                expires_at: row.get("expires_at")?,
                used_by: row.get("used_by")?,
            })
        },
    )
}

fn invitee(row: &Row<'_>) -> RowResult<Invitee> {
    let resident = optional_id(row, "resident", ResidentId::from_bytes)?;
    let door = optional_id(row, "door", DoorId::from_bytes)?;
    let carrier = optional_id(row, "carrier", CarrierId::from_bytes)?;
    resident
        .map(Invitee::Resident)
        .or(door.map(Invitee::Door))
        .or(carrier.map(Invitee::Carrier))
        .ok_or_else(|| rusqlite::Error::InvalidColumnName("resident".to_owned()))
}

fn redeem(
    db: &Transaction<'_>,
    code_hash: &[u8; 32],
    now: u64,
    registration: &Registration,
) -> Result<Redeemed> {
    let Some(invite) = find_invite(db, code_hash)? else {
        return Ok(Redeemed::Refused(Refusal::Unknown));
    };
    let key = registration.key();
    let known = client_with_key(db, &key)?;
    match (invite.used_by, known) {
        (Some(used_by), Some(known)) if used_by == key => return Ok(Redeemed::Client(known)),
        (Some(_), _) if !access::off!(InviteOnce) => {
            return Ok(Redeemed::Refused(Refusal::Used));
        }
        (None, _) if invite.expires_at < now => return Ok(Redeemed::Refused(Refusal::Expired)),
        (None, Some(_)) => return Ok(Redeemed::Refused(Refusal::Taken)),
        _ => {}
    }
    if let Err(refusal) = register(db, invite.invitee, now, registration)? {
        return Ok(Redeemed::Refused(refusal));
    }
    run(
        db,
        "UPDATE invite SET used_by = ? WHERE code_hash = ?",
        params![key, code_hash],
    )?;
    client_with_key(db, &key)?
        .map(Redeemed::Client)
        .ok_or(StoreError::Conflict)
}

fn client_with_key(db: &Transaction<'_>, key: &[u8; 32]) -> Result<Option<Client>> {
    one(db, &format!("{CLIENT} WHERE client.key = ?"), [key], client)
}

fn register(
    db: &Transaction<'_>,
    invitee: Invitee,
    now: u64,
    registration: &Registration,
) -> Result<std::result::Result<(), Refusal>> {
    match (invitee, registration) {
        (Invitee::Resident(resident), Registration::Device { .. }) => {
            register_device(db, resident, now, registration)
        }
        (Invitee::Door(door), Registration::Door { .. }) => register_door(db, door, registration),
        (Invitee::Carrier(carrier), Registration::Carrier { auth_key }) => {
            register_carrier(db, carrier, &auth_key.0).map(Ok)
        }
        _ => Ok(Err(Refusal::Unknown)),
    }
}

fn register_device(
    db: &Transaction<'_>,
    resident: ResidentId,
    now: u64,
    registration: &Registration,
) -> Result<std::result::Result<(), Refusal>> {
    let Registration::Device {
        auth_key,
        device,
        name,
        holder_key,
        viewer_key,
        grant,
    } = registration
    else {
        return Ok(Err(Refusal::Unknown));
    };
    let sql = "SELECT 1 FROM device WHERE holder_key = ?";
    if one(db, sql, [holder_key.0], |_| Ok(()))?.is_some() {
        return Ok(Err(Refusal::Taken));
    }
    let sql = "SELECT building FROM unit JOIN resident ON resident.unit = unit.id \
               WHERE resident.id = ?";
    let building = one(db, sql, [resident.as_bytes()], |row| {
        id(row, "building", BuildingId::from_bytes)
    })?;
    let standing = NewGrant {
        id: *grant,
        building: building.ok_or(StoreError::Unknown)?,
        subject: GrantSubject::Device,
        doors: Vec::new(),
        not_before: now,
        not_after: None,
    };
    grants::insert(db, &standing)?;
    run(
        db,
        "INSERT INTO device (id, resident, name, holder_key, viewer_key, standing_grant)
         VALUES (:id, :resident, :name, :holder, :viewer, :grant)",
        named_params! {
            ":id": device.as_bytes(),
            ":resident": resident.as_bytes(),
            ":name": name,
            ":holder": holder_key.0,
            ":viewer": viewer_key.0,
            ":grant": grant.as_bytes(),
        },
    )?;
    let sql = "INSERT INTO client (id, key, device) VALUES (?, ?, ?)";
    run(
        db,
        sql,
        params![format!("device-{device}"), auth_key.0, device.as_bytes()],
    )?;
    Ok(Ok(()))
}

fn register_door(
    db: &Transaction<'_>,
    door: DoorId,
    registration: &Registration,
) -> Result<std::result::Result<(), Refusal>> {
    let Registration::Door {
        auth_key,
        door_key,
        stream_address,
    } = registration
    else {
        return Ok(Err(Refusal::Unknown));
    };
    let updated = run(
        db,
        "UPDATE door SET signing_key = ?, door_key = ?, stream_address = ?
         WHERE id = ? AND signing_key IS NULL",
        params![auth_key.0, door_key.0, stream_address, door.as_bytes()],
    )?;
    if updated == 0 {
        return Ok(Err(Refusal::Taken));
    }
    let sql = "INSERT INTO client (id, key, door) VALUES (?, ?, ?)";
    run(
        db,
        sql,
        params![format!("door-{door}"), auth_key.0, door.as_bytes()],
    )?;
    Ok(Ok(()))
}

fn register_carrier(db: &Transaction<'_>, carrier: CarrierId, key: &[u8; 32]) -> Result<()> {
    let id = carrier.as_bytes();
    run(
        db,
        "UPDATE carrier SET key = ? WHERE id = ?",
        params![key, id],
    )?;
    run(db, "DELETE FROM client WHERE carrier = ?", [id])?;
    let sql = "INSERT INTO client (id, key, carrier) VALUES (?, ?, ?)";
    run(db, sql, params![format!("carrier-{carrier}"), key, id])?;
    Ok(())
}

pub(super) fn revoke_resident(
    db: &Transaction<'_>,
    resident: ResidentId,
    now: u64,
) -> Result<Departure> {
    let id = resident.as_bytes();
    let devices = run(
        db,
        "UPDATE standing_grant SET revoked_at = ? WHERE revoked_at IS NULL
         AND id IN (SELECT standing_grant FROM device WHERE resident = ?)",
        params![now, id],
    )?;
    let invites = run(
        db,
        "UPDATE invite SET expires_at = ? - 1
         WHERE resident = ? AND used_by IS NULL AND expires_at >= ?",
        params![now, id, now],
    )?;
    let passes = run(
        db,
        "UPDATE standing_grant SET revoked_at = ?1 WHERE revoked_at IS NULL AND not_after >= ?1
         AND id IN (SELECT standing_grant FROM pass JOIN door_code USING (standing_grant)
                    WHERE resident = ?2 AND used_at IS NULL)",
        params![now, id],
    )?;
    Ok(Departure {
        devices,
        invites,
        passes,
    })
}

fn client(row: &Row<'_>) -> RowResult<Client> {
    Ok(Client {
        id: row.get("id")?,
        key: row.get("key")?,
        subject: subject(row)?,
        revoked: row.get("revoked")?,
    })
}

fn subject(row: &Row<'_>) -> RowResult<ClientSubject> {
    if let Some(device) = optional_id(row, "device", DeviceId::from_bytes)? {
        return Ok(ClientSubject::Device {
            device,
            resident: id(row, "resident", ResidentId::from_bytes)?,
            unit: id(row, "unit", UnitId::from_bytes)?,
            building: id(row, "building", BuildingId::from_bytes)?,
            grant: id(row, "standing_grant", GrantId::from_bytes)?,
            holder_key: key(row, "holder_key")?,
        });
    }
    if let Some(door) = optional_id(row, "door", DoorId::from_bytes)? {
        return Ok(ClientSubject::Door {
            door,
            building: id(row, "building", BuildingId::from_bytes)?,
        });
    }
    Ok(ClientSubject::Carrier {
        carrier: id(row, "carrier", CarrierId::from_bytes)?,
    })
}
