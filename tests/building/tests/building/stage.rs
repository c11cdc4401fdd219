//! The building that each test has for itself.

use anyhow::Result;
use building_tests::{Phone, Travels};
use simulation::{BuildingPlan, CameraPlan, DoorPlan, Programs, Site};
use tempfile::TempDir;

/// A site with short clips, and an enrolled resident's phone.
pub(crate) struct Stage {
    pub(crate) site: Site,
    pub(crate) phone: Phone,
    pub(crate) folder: TempDir,
}

impl Stage {
    pub(crate) async fn set() -> Result<Self> {
        Self::set_with(short_clips()).await
    }

    /// The same with another building at home.
    pub(crate) async fn set_with(home: BuildingPlan) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let programs = Programs::beside_this_executable()?;
        let elsewhere = BuildingPlan::oak_court();
        let path = folder.path().join("site");
        let site = Site::start_with(&programs, &path, home, elsewhere)?;
        let phone = Phone::start(&folder.path().join("phone"))?;
        phone.enrol(&site.home.resident_invite(&site.hub)?).await?;
        phone.is_equipped().await?;
        Ok(Self {
            site,
            phone,
            folder,
        })
    }

    /// Another device of a resident, enrolled: in the building's network, or away from it.
    pub(crate) async fn neighbour(&self, name: &str) -> Result<Phone> {
        self.enrols(Phone::start(&self.folder.path().join(name))?)
            .await
    }

    pub(crate) async fn away(&self, name: &str) -> Result<(Phone, Travels)> {
        let (phone, travels) = Phone::start_away(&self.folder.path().join(name))?;
        Ok((self.enrols(phone).await?, travels))
    }

    async fn enrols(&self, phone: Phone) -> Result<Phone> {
        let invite = self.site.home.resident_invite(&self.site.hub)?;
        phone.enrol(&invite).await?;
        phone.is_equipped().await?;
        Ok(phone)
    }

    /// The id of a door of the home building.
    pub(crate) fn door(&self, name: &str) -> Result<String> {
        Ok(self.site.home.door(name)?.id.clone())
    }
}

/// Elm Street with small pictures, two seconds before and after each entry.
fn short_clips() -> BuildingPlan {
    clips_of(2)
}

/// Elm Street with small pictures, so many seconds before and after each entry.
pub(crate) fn clips_of(seconds: u16) -> BuildingPlan {
    let camera = CameraPlan {
        size: (320, 180),
        pre_roll_s: seconds,
        post_roll_s: seconds,
        ..CameraPlan::test()
    };
    let elm_street = BuildingPlan::elm_street();
    let common = |door: DoorPlan| match door.unit {
        None => door.with_camera(Some(camera.clone())),
        Some(_) => door,
    };
    BuildingPlan {
        doors: elm_street.doors.into_iter().map(common).collect(),
        ..elm_street
    }
}
