//! Finding what an operator means by an id or a name.

use std::fmt::Display;

use access::{BuildingId, DoorId};
use anyhow::{Result, bail};

use super::Admin;
use super::arguments::{Doors, InBuilding};
use crate::store::{Building, Carrier, Door, Resident, Unit};

impl Admin {
    /// The building that is meant: the named one, or the only one.
    pub(super) async fn building(&self, wanted: &InBuilding) -> Result<Building> {
        let buildings = self.hub.store.buildings().await?;
        match &wanted.building {
            Some(text) => pick("building", text, buildings, |it| {
                (it.id.to_string(), &it.name)
            }),
            None => only(buildings),
        }
    }

    /// The building that a list is limited to.
    pub(super) async fn filter(&self, wanted: &InBuilding) -> Result<Option<BuildingId>> {
        match &wanted.building {
            Some(_) => Ok(Some(self.building(wanted).await?.id)),
            None => Ok(None),
        }
    }

    pub(super) async fn unit(&self, wanted: &InBuilding, text: &str) -> Result<Unit> {
        let building = self.filter(wanted).await?;
        let mut units = self.hub.store.units().await?;
        units.retain(|unit| building.is_none_or(|building| unit.building == building));
        pick("unit", text, units, |it| (it.id.to_string(), &it.name))
    }

    pub(super) async fn door(&self, wanted: &InBuilding, text: &str) -> Result<Door> {
        let building = self.filter(wanted).await?;
        let mut doors = self.hub.store.doors().await?;
        doors.retain(|door| building.is_none_or(|building| door.building == building));
        pick("door", text, doors, |it| (it.id.to_string(), &it.name))
    }

    pub(super) async fn resident(&self, wanted: &InBuilding, text: &str) -> Result<Resident> {
        let building = self.filter(wanted).await?;
        let mut residents = self.hub.store.residents().await?;
        residents.retain(|it| building.is_none_or(|building| it.building == building));
        pick("resident", text, residents, |it| {
            (it.id.to_string(), &it.name)
        })
    }

    pub(super) async fn carrier(&self, text: &str) -> Result<Carrier> {
        let carriers = self.hub.store.carriers().await?;
        pick("carrier", text, carriers, |it| {
            (it.id.to_string(), &it.name)
        })
    }

    /// Doors of one building, each once.
    pub(super) async fn doors(&self, building: &Building, wanted: &Doors) -> Result<Vec<Door>> {
        let all = self.hub.store.doors_of(building.id).await?;
        let mut found: Vec<Door> = Vec::new();
        for text in &wanted.doors {
            let door = pick("door", text, all.clone(), |it| {
                (it.id.to_string(), &it.name)
            })?;
            if !found.iter().any(|known| known.id == door.id) {
                found.push(door);
            }
        }
        Ok(found)
    }
}

/// The ids of doors.
pub(super) fn ids(doors: &[Door]) -> Vec<DoorId> {
    doors.iter().map(|door| door.id).collect()
}

fn only(mut buildings: Vec<Building>) -> Result<Building> {
    match (buildings.pop(), buildings.len()) {
        (Some(building), 0) => Ok(building),
        (Some(_), _) => {
            bail!("this hub has several buildings: say which with --building (an id or a name)")
        }
        (None, _) => {
            bail!("this hub has no building yet: add one with `building add --name NAME`")
        }
    }
}

fn pick<T>(
    what: &str,
    text: &str,
    all: Vec<T>,
    words: impl for<'a> Fn(&'a T) -> (String, &'a String),
) -> Result<T> {
    let means = |it: &T| {
        let (id, name) = words(it);
        id == text || *name == text
    };
    let mut found: Vec<T> = all.into_iter().filter(means).collect();
    match (found.pop(), found.len()) {
        (Some(one), 0) => Ok(one),
        (Some(_), more) => bail!(
            "{} {what}s are called {}: say which by its id, or with --building",
            more + 1,
            quoted(text)
        ),
        (None, _) => {
            bail!(
                "there is no {what} {} here: see `{what} list`",
                quoted(text)
            )
        }
    }
}

fn quoted(text: impl Display) -> String {
    format!("'{text}'")
}
