//! Buildings, units, doors, residents and carriers.

use std::collections::{HashMap, HashSet};

use access::{BuildingId, CarrierId, DoorId, DoorKind, ResidentId, UnitId};
use anyhow::{Result, bail};
use serde_json::json;

use super::arguments::{Building, Carrier, Door, InBuilding, RecordsRule, Resident, Unit};
use super::{Admin, Output, rules};
use crate::domain::entropy16;
use crate::store::{self, StoreError};

/// The time zone of a building that was told of none.
const UTC: &str = "UTC";

pub(super) async fn building(admin: &Admin, command: Building, output: Output) -> Result<()> {
    match command {
        Building::Add {
            name,
            resident_records,
        } => add_building(admin, name, resident_records, output).await,
        Building::List => {
            let all = admin.hub.store.buildings().await?;
            let row = |it: &store::Building| {
                let records = it.resident_records;
                json!({
                    "id": it.id, "name": it.name, "key": it.key, "resident_records": records,
                    "time_zone": it.time_zone,
                })
            };
            let rows: Vec<_> = all.iter().map(row).collect();
            let empty = "No building yet. Add one: building add --name NAME";
            output.table(
                &["id", "name", "resident_records", "time_zone"],
                &rows,
                empty,
            )
        }
        Building::TimeZone { building, name } => {
            rules::time_zone(admin, &building, &name, output).await
        }
    }
}

async fn add_building(
    admin: &Admin,
    name: String,
    rule: RecordsRule,
    output: Output,
) -> Result<()> {
    let known = admin.hub.store.buildings().await?;
    if known.iter().any(|building| building.name == name) {
        bail!(taken("building", &name));
    }
    let id = BuildingId::from_entropy(entropy16());
    let key = admin.folder.create_building_key(id)?.public();
    let building = store::Building {
        id,
        name,
        key,
        resident_records: rule.into(),
        time_zone: UTC.to_owned(),
    };
    let added = admin.hub.store.add_building(&building).await;
    added.map_err(|error| failed(error, "building", &building.name))?;
    let name = &building.name;
    output.answer(&json!({ "id": id, "name": name, "key": key }), || {
        format!("Added {name}.\n  id   {id}\n  key  {key}\nNext: unit add, door add, resident add")
    })
}

pub(super) async fn unit(admin: &Admin, command: Unit, output: Output) -> Result<()> {
    match command {
        Unit::Add { building, name } => {
            let building = admin.building(&building).await?;
            let id = UnitId::from_entropy(entropy16());
            let unit = store::Unit {
                id,
                building: building.id,
                name,
            };
            let added = admin.hub.store.add_unit(&unit).await;
            added.map_err(|error| failed(error, "unit", &unit.name))?;
            let data = json!({ "id": id, "name": unit.name, "building": building.id });
            output.answer(&data, || {
                format!("Added {} of {}: {id}", unit.name, building.name)
            })
        }
        Unit::List(wanted) => {
            let building = admin.filter(&wanted).await?;
            let mut all = admin.hub.store.units().await?;
            all.retain(|it| building.is_none_or(|building| it.building == building));
            let row =
                |it: &store::Unit| json!({ "id": it.id, "name": it.name, "building": it.building });
            let rows: Vec<_> = all.iter().map(row).collect();
            output.table(
                &["id", "name", "building"],
                &rows,
                "No unit yet. Add one: unit add",
            )
        }
    }
}

pub(super) async fn door(admin: &Admin, command: Door, output: Output) -> Result<()> {
    match command {
        Door::Add {
            building,
            name,
            kind,
            unit,
            unlock_s,
            package_room,
        } => {
            let kind = DoorKind::from(kind);
            if package_room {
                rules::may_be_package_room(&name, kind)?;
            }
            let unit = door_unit(admin, &building, kind, unit).await?;
            let building = admin.building(&building).await?;
            let id = DoorId::from_entropy(entropy16());
            let door = store::Door {
                id,
                building: building.id,
                name,
                kind,
                unit,
                unlock_s,
                rules: store::DoorRules {
                    package_room,
                    ..store::DoorRules::default()
                },
                keys: None,
                stream_address: None,
                camera: false,
                keypad: false,
                live_addresses: Vec::new(),
            };
            let added = admin.hub.store.add_door(&door).await;
            added.map_err(|error| failed(error, "door", &door.name))?;
            let data = json!({ "id": id, "name": door.name, "building": building.id });
            output.answer(&data, || {
                format!(
                    "Added {}: {id}\nNext: vestibule-hub invite door {id}",
                    door.name
                )
            })
        }
        Door::List(wanted) => list_doors(admin, &wanted, output).await,
        Door::Set { door, rules } => super::rules::set(admin, &door, &rules, output).await,
        Door::Hours(command) => rules::hours(admin, command, output).await,
    }
}

/// The unit of a unit door, which must be in the same building.
async fn door_unit(
    admin: &Admin,
    wanted: &InBuilding,
    kind: DoorKind,
    unit: Option<String>,
) -> Result<Option<UnitId>> {
    match (kind, unit) {
        (DoorKind::Common, None) => Ok(None),
        (DoorKind::Common, Some(_)) => bail!("a common door leads into no unit: leave out --unit"),
        (DoorKind::Unit, None) => bail!("a unit door needs its unit: add --unit UNIT"),
        (DoorKind::Unit, Some(text)) => {
            let building = admin.building(wanted).await?;
            let unit = admin.unit(wanted, &text).await?;
            if unit.building != building.id {
                bail!("unit {} is not in {}", unit.name, building.name);
            }
            Ok(Some(unit.id))
        }
    }
}

async fn list_doors(admin: &Admin, wanted: &InBuilding, output: Output) -> Result<()> {
    let building = admin.filter(wanted).await?;
    let mut all = admin.hub.store.doors().await?;
    all.retain(|it| building.is_none_or(|building| it.building == building));
    let row = |it: &store::Door| {
        json!({
            "id": it.id, "name": it.name, "building": it.building, "kind": it.kind,
            "unit": it.unit, "unlock_s": it.unlock_s, "held_open_s": it.rules.held_open_s,
            "lockdown": it.rules.lockdown, "unfilmed": it.rules.unfilmed,
            "package_room": it.rules.package_room,
            "hours": it.rules.hours, "enrolled": it.keys.is_some(),
            "door_key": it.keys.map(|keys| keys.noise),
            "signing_key": it.keys.map(|keys| keys.signing),
            "stream_address": it.stream_address,
        })
    };
    let rows: Vec<_> = all.iter().map(row).collect();
    let columns = [
        "id",
        "name",
        "kind",
        "unlock_s",
        "held_open_s",
        "lockdown",
        "unfilmed",
        "package_room",
        "enrolled",
        "stream_address",
    ];
    output.table(
        &columns,
        &rows,
        "No door yet. Add one: door add --name NAME --kind common",
    )
}

pub(super) async fn resident(admin: &Admin, command: Resident, output: Output) -> Result<()> {
    match command {
        Resident::Add {
            building,
            name,
            unit,
        } => {
            let unit = admin.unit(&building, &unit).await?;
            let id = ResidentId::from_entropy(entropy16());
            let resident = store::Resident {
                id,
                unit: unit.id,
                building: unit.building,
                name,
            };
            admin.hub.store.add_resident(&resident).await?;
            let name = &resident.name;
            let data = json!({ "id": id, "name": name, "unit": unit.id });
            output.answer(&data, || {
                format!(
                    "Added {name} of {}: {id}\nNext: vestibule-hub invite resident {id} --qr",
                    unit.name
                )
            })
        }
        Resident::Revoke { resident, building } => {
            let resident = admin.resident(&building, &resident).await?;
            let now = admin.hub.clock.now_s();
            let ended = admin.hub.store.revoke_resident(resident.id, now).await?;
            let data = json!({
                "resident": resident.id, "devices": ended.devices, "invites": ended.invites,
                "passes": ended.passes,
            });
            output.answer(&data, || {
                format!(
                    "{} opens nothing any more. Devices ended: {}; open invites ended: {}; passes \
                     for others ended: {}.\n\
                     Doors that are online know within a second, others when they are.",
                    resident.name, ended.devices, ended.invites, ended.passes
                )
            })
        }
        Resident::List(wanted) => list_residents(admin, &wanted, output).await,
    }
}

/// With how many devices each opens doors now: none is left after a revocation.
async fn list_residents(admin: &Admin, wanted: &InBuilding, output: Output) -> Result<()> {
    let building = admin.filter(wanted).await?;
    let store = &admin.hub.store;
    let mut all = store.residents().await?;
    all.retain(|it| building.is_none_or(|building| it.building == building));
    let units = store.units().await?;
    let mut devices: HashMap<ResidentId, usize> = HashMap::new();
    let buildings: HashSet<_> = all.iter().map(|it| it.building).collect();
    for building in buildings {
        let grants = store.grants_of(building).await?.into_iter();
        let open = grants.filter(|standing| standing.revoked_at.is_none());
        let open: HashSet<_> = open.map(|standing| standing.grant.id).collect();
        for device in store.devices_of(building).await? {
            *devices.entry(device.resident).or_default() +=
                usize::from(open.contains(&device.grant));
        }
    }
    let row = |it: &store::Resident| {
        let unit = units.iter().find(|unit| unit.id == it.unit);
        json!({
            "id": it.id, "name": it.name, "unit": it.unit, "unit_name": unit.map(|unit| &unit.name),
            "building": it.building, "devices": devices.get(&it.id).unwrap_or(&0),
        })
    };
    let rows: Vec<_> = all.iter().map(row).collect();
    output.table(
        &["id", "name", "unit_name", "devices"],
        &rows,
        "No resident yet. Add one: resident add",
    )
}

pub(super) async fn carrier(admin: &Admin, command: Carrier, output: Output) -> Result<()> {
    match command {
        Carrier::Add { name } => {
            let id = CarrierId::from_entropy(entropy16());
            let carrier = store::Carrier {
                id,
                name,
                key: None,
            };
            let added = admin.hub.store.add_carrier(&carrier).await;
            added.map_err(|error| failed(error, "carrier", &carrier.name))?;
            output.answer(&json!({ "id": id, "name": carrier.name }), || {
                format!(
                    "Added {}: {id}\nNext: vestibule-hub grant carrier --carrier {id} --door DOOR",
                    carrier.name
                )
            })
        }
        Carrier::List => {
            let all = admin.hub.store.carriers().await?;
            let row = |it: &store::Carrier| {
                let enrolled = it.key.is_some();
                json!({ "id": it.id, "name": it.name, "key": it.key, "enrolled": enrolled })
            };
            let rows: Vec<_> = all.iter().map(row).collect();
            output.table(
                &["id", "name", "enrolled"],
                &rows,
                "No carrier yet. Add one: carrier add",
            )
        }
    }
}

fn taken(what: &str, name: &str) -> String {
    format!("there is a {what} called '{name}' already: choose another name")
}

fn failed(error: StoreError, what: &str, name: &str) -> anyhow::Error {
    match error {
        StoreError::NameTaken => anyhow::anyhow!(taken(what, name)),
        error => anyhow::Error::from(error).context(format!("the {what} was not added")),
    }
}
