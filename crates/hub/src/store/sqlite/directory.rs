use access::{
    BuildingId, CarrierId, DeviceId, DoorId, GrantId, ResidentId, SignedBundle, SigningPublicKey,
    UnitId,
};
use async_trait::async_trait;
use hub_api::{DoorUpdate, LocalAddress};
use rusqlite::{Row, Transaction, named_params, params};

use super::columns::{
    RowResult, all, broken, door_kind, id, key, lockdown, one, optional_id, optional_key,
    resident_records, resident_records_word, run, unfilmed,
};
use super::{Sqlite, failed, feed, grants, rules};
use crate::store::{
    Audience, Building, Bundled, Carrier, Device, Directory, Door, DoorKeys, DoorRules, NewGrant,
    Notice, Resident, Result, Revocation, StandingGrant, StoreError, Unit,
};

const DEVICES: &str = "
    SELECT device.*, resident.unit, unit.building, standing_grant.revoked_at IS NOT NULL AS revoked
    FROM device
    JOIN resident ON resident.id = device.resident
    JOIN unit ON unit.id = resident.unit
    JOIN standing_grant ON standing_grant.id = device.standing_grant
    WHERE unit.building = ?
    ORDER BY device.id";

#[async_trait]
impl Directory for Sqlite {
    async fn add_building(&self, building: &Building) -> Result<()> {
        let building = building.clone();
        self.write(move |db| {
            let rule = resident_records_word(building.resident_records);
            run(
                db,
                "INSERT INTO building (id, name, key, resident_records, time_zone) \
                 VALUES (?, ?, ?, ?, ?)",
                params![
                    building.id.as_bytes(),
                    building.name,
                    building.key.0,
                    rule,
                    building.time_zone
                ],
            )?;
            Ok(())
        })
        .await
    }

    async fn buildings(&self) -> Result<Vec<Building>> {
        self.read(|db| all(db, "SELECT * FROM building ORDER BY name", [], building))
            .await
    }

    async fn add_unit(&self, unit: &Unit) -> Result<()> {
        let unit = unit.clone();
        self.write(move |db| {
            run(
                db,
                "INSERT INTO unit (id, building, name) VALUES (?, ?, ?)",
                params![unit.id.as_bytes(), unit.building.as_bytes(), unit.name],
            )?;
            Ok(())
        })
        .await
    }

    async fn units(&self) -> Result<Vec<Unit>> {
        self.read(|db| all(db, "SELECT * FROM unit ORDER BY name", [], unit))
            .await
    }

    async fn add_door(&self, door: &Door) -> Result<()> {
        let door = door.clone();
        self.write(move |db| {
            run(
                db,
                "INSERT INTO door (id, building, name, kind, unit, unlock_s, lockdown, held_open_s,
                                   unfilmed, package_room)
                 VALUES (:id, :building, :name, :kind, :unit, :unlock_s, :lockdown, :held_open_s,
                         :unfilmed, :package_room)",
                named_params! {
                    ":id": door.id.as_bytes(),
                    ":building": door.building.as_bytes(),
                    ":name": door.name,
                    ":kind": door.kind.as_str(),
                    ":unit": door.unit.as_ref().map(UnitId::as_bytes),
                    ":unlock_s": door.unlock_s,
                    ":lockdown": door.rules.lockdown.as_str(),
                    ":held_open_s": door.rules.held_open_s,
                    ":unfilmed": door.rules.unfilmed.as_str(),
                    ":package_room": door.rules.package_room,
                },
            )?;
            rules::insert_hours(db, door.id, &door.rules.hours)
        })
        .await
    }

    async fn doors(&self) -> Result<Vec<Door>> {
        self.read(|db| {
            let doors = all(db, "SELECT * FROM door ORDER BY name", [], door)?;
            rules::with_hours(db, doors)
        })
        .await
    }

    async fn doors_of(&self, building: BuildingId) -> Result<Vec<Door>> {
        self.read(move |db| {
            let sql = "SELECT * FROM door WHERE building = ? ORDER BY name";
            let doors = all(db, sql, [building.as_bytes()], door)?;
            rules::with_hours(db, doors)
        })
        .await
    }

    async fn update_door(&self, door: DoorId, update: &DoorUpdate) -> Result<bool> {
        let DoorUpdate {
            stream_address,
            camera,
            keypad,
            live_addresses,
        } = update.clone();
        let live = serde_json::to_string(&live_addresses).map_err(failed)?;
        self.write(move |db| {
            let sql = "UPDATE door SET stream_address = ?1, camera = ?2, live_addresses = ?3, \
                       keypad = ?5 \
                       WHERE id = ?4 AND (stream_address IS NOT ?1 OR camera IS NOT ?2 \
                                          OR live_addresses IS NOT ?3 OR keypad IS NOT ?5)";
            let said = params![stream_address, camera, live, door.as_bytes(), keypad];
            Ok(run(db, sql, said)? > 0)
        })
        .await
    }

    async fn add_resident(&self, resident: &Resident) -> Result<()> {
        let resident = resident.clone();
        self.write(move |db| {
            run(
                db,
                "INSERT INTO resident (id, unit, name) VALUES (?, ?, ?)",
                params![
                    resident.id.as_bytes(),
                    resident.unit.as_bytes(),
                    resident.name
                ],
            )?;
            Ok(())
        })
        .await
    }

    async fn residents(&self) -> Result<Vec<Resident>> {
        self.read(|db| {
            let sql = "SELECT resident.*, unit.building FROM resident \
                       JOIN unit ON unit.id = resident.unit ORDER BY resident.name";
            all(db, sql, [], resident)
        })
        .await
    }

    async fn devices_of(&self, building: BuildingId) -> Result<Vec<Device>> {
        self.read(move |db| all(db, DEVICES, [building.as_bytes()], device))
            .await
    }

    async fn add_carrier(&self, carrier: &Carrier) -> Result<()> {
        let carrier = carrier.clone();
        self.write(move |db| {
            let sql = "INSERT INTO carrier (id, name) VALUES (?, ?)";
            run(db, sql, params![carrier.id.as_bytes(), carrier.name])?;
            Ok(())
        })
        .await
    }

    async fn carriers(&self) -> Result<Vec<Carrier>> {
        self.read(|db| all(db, "SELECT * FROM carrier ORDER BY name", [], carrier))
            .await
    }

    async fn add_grant(&self, grant: &NewGrant) -> Result<()> {
        let grant = grant.clone();
        self.write(move |db| grants::insert(db, &grant)).await
    }

    async fn device_key(&self, device: DeviceId) -> Result<Option<SigningPublicKey>> {
        self.read(move |db| {
            let sql = "SELECT key FROM client WHERE device = ?";
            one(db, sql, [device.as_bytes()], |row| key(row, "key"))
        })
        .await
    }

    async fn grant(&self, id: GrantId) -> Result<Option<StandingGrant>> {
        self.read(move |db| grants::find(db, id)).await
    }

    async fn grants_of(&self, building: BuildingId) -> Result<Vec<StandingGrant>> {
        self.read(move |db| grants::list(db, "building", *building.as_bytes()))
            .await
    }

    async fn grants_to(&self, carrier: CarrierId) -> Result<Vec<StandingGrant>> {
        self.read(move |db| grants::list(db, "carrier", *carrier.as_bytes()))
            .await
    }

    async fn revoke(&self, id: GrantId, at: u64) -> Result<Revocation> {
        self.write(move |db| grants::revoke(db, id, at)).await
    }

    async fn bundle(&self, building: BuildingId) -> Result<Option<Bundled>> {
        self.read(move |db| {
            let sql = "SELECT version, content, body FROM bundle WHERE building = ?";
            one(db, sql, [building.as_bytes()], bundled)
        })
        .await
    }

    async fn publish_bundle(
        &self,
        building: BuildingId,
        after: Option<u64>,
        bundle: &Bundled,
        at: u64,
        notices: &[(Audience, Notice)],
    ) -> Result<()> {
        let (bundle, notices) = (bundle.clone(), notices.to_vec());
        self.write(move |db| {
            replace_bundle(db, building, after, &bundle)?;
            notices
                .iter()
                .try_for_each(|(audience, notice)| feed::post(db, audience, notice, at))
        })
        .await
    }
}

fn replace_bundle(
    db: &Transaction<'_>,
    building: BuildingId,
    after: Option<u64>,
    bundle: &Bundled,
) -> Result<()> {
    let id = building.as_bytes();
    let newest = one(
        db,
        "SELECT version FROM bundle WHERE building = ?",
        [id],
        |row| row.get(0),
    )?;
    if newest != after {
        return Err(StoreError::Conflict);
    }
    let sql = "INSERT OR REPLACE INTO bundle (building, version, content, body) \
               VALUES (?, ?, ?, ?)";
    run(
        db,
        sql,
        params![id, bundle.version, bundle.content, bundle.signed.0],
    )?;
    Ok(())
}

fn building(row: &Row<'_>) -> RowResult<Building> {
    Ok(Building {
        id: id(row, "id", BuildingId::from_bytes)?,
        name: row.get("name")?,
        key: key(row, "key")?,
        resident_records: resident_records(row, "resident_records")?,
        time_zone: row.get("time_zone")?,
    })
}

fn unit(row: &Row<'_>) -> RowResult<Unit> {
    Ok(Unit {
        id: id(row, "id", UnitId::from_bytes)?,
        building: id(row, "building", BuildingId::from_bytes)?,
        name: row.get("name")?,
    })
}

fn door(row: &Row<'_>) -> RowResult<Door> {
    let signing = optional_key(row, "signing_key")?;
    let noise = optional_key(row, "door_key")?;
    Ok(Door {
        id: id(row, "id", DoorId::from_bytes)?,
        building: id(row, "building", BuildingId::from_bytes)?,
        name: row.get("name")?,
        kind: door_kind(row, "kind")?,
        unit: optional_id(row, "unit", UnitId::from_bytes)?,
        unlock_s: row.get("unlock_s")?,
        rules: DoorRules {
            hours: Vec::new(),
            lockdown: lockdown(row, "lockdown")?,
            held_open_s: row.get("held_open_s")?,
            unfilmed: unfilmed(row, "unfilmed")?,
            package_room: row.get("package_room")?,
        },
        keys: signing
            .zip(noise)
            .map(|(signing, noise)| DoorKeys { signing, noise }),
        stream_address: row.get("stream_address")?,
        camera: row.get("camera")?,
        keypad: row.get("keypad")?,
        live_addresses: live_addresses(row)?,
    })
}

fn live_addresses(row: &Row<'_>) -> RowResult<Vec<LocalAddress>> {
    let addresses: String = row.get("live_addresses")?;
    serde_json::from_str(&addresses).map_err(broken)
}

fn resident(row: &Row<'_>) -> RowResult<Resident> {
    Ok(Resident {
        id: id(row, "id", ResidentId::from_bytes)?,
        unit: id(row, "unit", UnitId::from_bytes)?,
        building: id(row, "building", BuildingId::from_bytes)?,
        name: row.get("name")?,
    })
}

pub(super) fn device(row: &Row<'_>) -> RowResult<Device> {
    Ok(Device {
        id: id(row, "id", DeviceId::from_bytes)?,
        resident: id(row, "resident", ResidentId::from_bytes)?,
        unit: id(row, "unit", UnitId::from_bytes)?,
        building: id(row, "building", BuildingId::from_bytes)?,
        name: row.get("name")?,
        holder_key: key(row, "holder_key")?,
        viewer_key: key(row, "viewer_key")?,
        grant: id(row, "standing_grant", GrantId::from_bytes)?,
        revoked: row.get("revoked")?,
    })
}

fn carrier(row: &Row<'_>) -> RowResult<Carrier> {
    Ok(Carrier {
        id: id(row, "id", CarrierId::from_bytes)?,
        name: row.get("name")?,
        key: optional_key(row, "key")?,
    })
}

fn bundled(row: &Row<'_>) -> RowResult<Bundled> {
    Ok(Bundled {
        version: row.get("version")?,
        content: row.get("content")?,
        signed: SignedBundle(row.get("body")?),
    })
}
