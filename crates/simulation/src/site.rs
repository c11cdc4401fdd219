//! One hub with two buildings: the one where the story happens, and another one.

use std::{path::Path, thread};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::{
    building::{Building, BuildingPlan},
    courier::CourierAnswer,
    hub::Hub,
    programs::Programs,
};

/// A hub, the building of the story, and another building where its people are strangers.
#[derive(Debug)]
pub struct Site {
    /// The hub of both buildings.
    pub hub: Hub,
    /// The building of the story.
    pub home: Building,
    /// The other building.
    pub elsewhere: Building,
}

impl Site {
    /// Starts everything in `folder`, which must be empty.
    pub fn start(programs: &Programs, folder: &Path) -> Result<Self> {
        Self::start_with(
            programs,
            folder,
            BuildingPlan::elm_street().with_garage(),
            BuildingPlan::oak_court(),
        )
    }

    /// Starts a site with these two buildings.
    pub fn start_with(
        programs: &Programs,
        folder: &Path,
        home: BuildingPlan,
        elsewhere: BuildingPlan,
    ) -> Result<Self> {
        std::fs::create_dir_all(folder)?;
        let hub = Hub::start(programs, folder, "Elm and Oak")?;
        let (home, elsewhere) = thread::scope(|scope| {
            let other = scope
                .spawn(|| Building::start(programs, &hub, &folder.join("elsewhere"), elsewhere));
            let home = Building::start(programs, &hub, &folder.join("home"), home);
            (home, other.join())
        });
        let elsewhere = elsewhere
            .ok()
            .context("starting the other building panicked")??;
        Ok(Self {
            hub,
            home: home?,
            elsewhere,
        })
    }

    /// The home building's courier stands at its door `name`.
    pub fn courier_at(&self, name: &str) -> Result<CourierAnswer> {
        let door = self.home.door(name)?;
        self.home
            .carrier
            .unlock(door, Some(&self.door_key(&door.id)?), None)
    }

    /// The home building's courier stands at the first door of the other building.
    pub fn courier_elsewhere(&self) -> Result<CourierAnswer> {
        let door = self
            .elsewhere
            .doors
            .first()
            .context("the other building has no door")?;
        self.home
            .carrier
            .unlock(door, Some(&self.door_key(&door.id)?), None)
    }

    /// The public key of a door, which whoever stands before it may know.
    pub fn door_key(&self, id: &str) -> Result<String> {
        let doors = self.hub.administer(&["door", "list"])?;
        let found = doors
            .as_array()
            .into_iter()
            .flatten()
            .find(|door| door["id"] == id);
        let key = found.and_then(|door| door["door_key"].as_str());
        key.map(str::to_owned)
            .with_context(|| format!("the hub knows no key of door {id}"))
    }

    /// The home building's manager runs a command of the hub and gets its JSON answer.
    pub fn manage(&self, command: &[&str]) -> Result<Value> {
        let home = ["--building", &self.home.id];
        self.hub.administer(&[command, &home].concat())
    }

    /// The audit log of the home building, oldest first.
    pub fn audit(&self) -> Result<Vec<Value>> {
        let log = self
            .hub
            .administer(&["audit", "show", "--building", &self.home.id])?;
        log.as_array()
            .cloned()
            .context("audit show did not print a list")
    }
}
