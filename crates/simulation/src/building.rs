//! A building set up on a hub, as an installer would.

use std::path::Path;

use anyhow::{Context, Result};

use crate::{
    courier::Carrier,
    door::{Door, DoorPlan},
    hub::Hub,
    programs::Programs,
};

/// What a building is to have.
#[derive(Clone, Debug)]
pub struct BuildingPlan {
    /// The building's name.
    pub name: String,
    /// Its doors, in the order in which people meet them.
    pub doors: Vec<DoorPlan>,
    /// The name of its one resident.
    pub resident: String,
    /// The apartment in which the resident lives.
    pub unit: String,
    /// The name of the carrier that is granted every common door.
    pub carrier: String,
}

impl BuildingPlan {
    /// Main entrance, package room and one apartment, with a camera on each common door.
    pub fn elm_street() -> Self {
        Self {
            name: "12 Elm Street".into(),
            doors: vec![
                DoorPlan::common("Main entrance"),
                DoorPlan::common("Package room").of_package_room(),
                DoorPlan::unit("Apartment 3B", "3B"),
            ],
            resident: "Maya Lindqvist".into(),
            unit: "3B".into(),
            carrier: "Northline Parcel".into(),
        }
    }

    /// The same building with a garage as well, at which nobody's phone is.
    #[must_use]
    pub fn with_garage(mut self) -> Self {
        let garage = DoorPlan::common("Garage").with_camera(None);
        self.doors.push(garage.out_of_reach());
        self
    }

    /// Another building with a single door and no camera, where nobody of Elm Street is known.
    pub fn oak_court() -> Self {
        Self {
            name: "3 Oak Court".into(),
            doors: vec![DoorPlan::common("Lobby").with_camera(None)],
            resident: "Ruben Castellanos".into(),
            unit: "1A".into(),
            carrier: "Southbound Express".into(),
        }
    }
}

/// A running building.
#[derive(Debug)]
pub struct Building {
    /// Its id at the hub.
    pub id: String,
    /// What it was made from.
    pub plan: BuildingPlan,
    /// Its doors, in the plan's order.
    pub doors: Vec<Door>,
    /// Its carrier.
    pub carrier: Carrier,
    /// The resident's id at the hub.
    pub resident: String,
}

impl Building {
    /// Registers everything at the hub, enrols and starts the doors, and equips the driver.
    pub fn start(
        programs: &Programs,
        hub: &Hub,
        folder: &Path,
        plan: BuildingPlan,
    ) -> Result<Self> {
        std::fs::create_dir_all(folder)?;
        let id = hub.administer_for(&["building", "add", "--name", &plan.name], "id")?;
        hub.administer(&["unit", "add", "--building", &id, "--name", &plan.unit])?;
        let doors = install_doors(programs, hub, folder, &id, &plan)?;
        let resident = hub.administer_for(
            &[
                "resident",
                "add",
                "--building",
                &id,
                "--name",
                &plan.resident,
                "--unit",
                &plan.unit,
            ],
            "id",
        )?;
        let carrier = welcome_carrier(programs, hub, folder, &id, &plan, &doors)?;
        Ok(Self {
            id,
            plan,
            doors,
            carrier,
            resident,
        })
    }

    /// The door with this name.
    pub fn door(&self, name: &str) -> Result<&Door> {
        let found = self.doors.iter().find(|door| door.plan.name == name);
        found.with_context(|| format!("{} has no door called {name}", self.plan.name))
    }

    /// The door with this name, to stop or start it.
    pub fn door_mut(&mut self, name: &str) -> Result<&mut Door> {
        let found = self.doors.iter_mut().find(|door| door.plan.name == name);
        found.with_context(|| format!("{} has no door called {name}", self.plan.name))
    }

    /// A fresh one-time invite for a device of the resident.
    pub fn resident_invite(&self, hub: &Hub) -> Result<String> {
        hub.administer_for(&["invite", "resident", &self.resident], "link")
    }
}

fn install_doors(
    programs: &Programs,
    hub: &Hub,
    folder: &Path,
    building: &str,
    plan: &BuildingPlan,
) -> Result<Vec<Door>> {
    let mut doors = Vec::new();
    for (index, door) in plan.doors.iter().enumerate() {
        let mut command = vec!["door", "add", "--building", building, "--name", &door.name];
        match &door.unit {
            Some(unit) => command.extend(["--kind", "unit", "--unit", unit]),
            None => command.extend(["--kind", "common"]),
        }
        if door.package_room {
            command.push("--package-room");
        }
        let id = hub.administer_for(&command, "id")?;
        let own_folder = folder.join(format!("door-{}", index + 1));
        doors.push(Door::install(programs, hub, own_folder, id, door)?);
    }
    Ok(doors)
}

fn welcome_carrier(
    programs: &Programs,
    hub: &Hub,
    folder: &Path,
    building: &str,
    plan: &BuildingPlan,
    doors: &[Door],
) -> Result<Carrier> {
    let id = hub.administer_for(&["carrier", "add", "--name", &plan.carrier], "id")?;
    let mut grant = vec!["grant", "carrier", "--carrier", &id, "--building", building];
    for door in doors.iter().filter(|door| door.plan.unit.is_none()) {
        grant.extend(["--door", &door.id]);
    }
    hub.administer(&grant)?;
    let invite = hub.administer_for(&["invite", "carrier", &id], "link")?;
    Carrier::enrol(programs, folder, (id, plan.carrier.clone()), &invite)
}
