//! One building with its doors on Bluetooth, another one next to it, and a resident's phone.

use std::{
    path::Path,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use access::ShortDoorId;
use anyhow::{Context, Result, anyhow};
use async_trait::async_trait;
use bluetooth::{BluetoothCentral, Central, LinkError};
use building_tests::Phone;
use hub_api::{LiveReceiver, LiveSender, LocalAddress};
use resident::{Config, Outside, links::Links};
use simulation::{BuildingPlan, CameraPlan, CourierAnswer, Door, DoorPlan, Programs, Site};
use tokio::runtime::Runtime;

use crate::{
    air::{self, Companion},
    controllers,
};

/// Seconds of a clip before the attempt, as the main entrance is configured.
pub const PRE_ROLL_S: u16 = 4;

/// Seconds of a clip after the attempt.
pub const POST_ROLL_S: u16 = 3;

/// The filmed door.
pub const MAIN_ENTRANCE: &str = "Main entrance";

/// The door that no courier opens.
pub const APARTMENT: &str = "Apartment 3B";

/// Everybody who takes part.
#[derive(Debug)]
pub struct Stage {
    /// Both buildings.
    pub site: Site,
    /// The resident's device, on its own controller.
    pub phone: Phone,
    _companions: Vec<Companion>,
}

impl Stage {
    /// Starts both buildings in `folder` and enrols the phone.
    pub async fn set(folder: &Path, home: BuildingPlan) -> Result<Self> {
        let mut companions = Vec::new();
        for door in controllers::DOORS {
            companions.push(Companion::of(door).await?);
        }
        let programs = Programs::beside_this_executable()?;
        let site = Site::start_with(&programs, &folder.join("site"), home, other_building())?;
        for door in controllers::DOORS {
            air::door_is_advertised(door).await?;
        }
        let phone = phone(&folder.join("phone"))?;
        enrol(&phone, &site.home.resident_invite(&site.hub)?).await?;
        phone.is_equipped().await?;
        Ok(Self {
            site,
            phone,
            _companions: companions,
        })
    }

    /// The courier of the home building asks a door to unlock.
    pub fn courier_at(&self, door: &Door) -> Result<CourierAnswer> {
        let key = self.site.door_key(&door.id)?;
        self.site
            .home
            .carrier
            .unlock(door, Some(&key), Some(controllers::HANDSET))
    }

    /// A door of the home building.
    pub fn door(&self, name: &str) -> Result<&Door> {
        self.site.home.door(name)
    }

    /// The door of the other building.
    pub fn door_elsewhere(&self) -> Result<&Door> {
        self.site
            .elsewhere
            .doors
            .first()
            .context("the other building has no door")
    }
}

/// The building of the tests: a filmed entrance and an apartment.
pub fn home() -> BuildingPlan {
    let camera = CameraPlan {
        source: r#"{ kind = "v4l2", device = "/dev/video0" }"#.into(),
        size: (320, 180),
        fps: 10,
        pre_roll_s: PRE_ROLL_S,
        post_roll_s: POST_ROLL_S,
        ..CameraPlan::test()
    };
    home_with(Some(camera))
}

/// The same with another camera at the entrance, or none.
pub fn home_with(camera: Option<CameraPlan>) -> BuildingPlan {
    let entrance = DoorPlan::common(MAIN_ENTRANCE).with_camera(camera);
    let apartment = DoorPlan::unit(APARTMENT, "3B");
    BuildingPlan {
        doors: vec![
            entrance.on_bluetooth(controllers::MAIN_ENTRANCE),
            apartment.on_bluetooth(controllers::APARTMENT),
        ],
        ..BuildingPlan::elm_street()
    }
}

/// The building next to it, where nobody of the first one is known.
pub fn other_building() -> BuildingPlan {
    let plan = BuildingPlan::oak_court();
    let on_the_air = |door: DoorPlan| door.on_bluetooth(controllers::ELSEWHERE);
    BuildingPlan {
        doors: plan.doors.into_iter().map(on_the_air).collect(),
        ..plan
    }
}

fn phone(folder: &Path) -> Result<Phone> {
    let config = Config {
        data_dir: folder.to_owned(),
        device_name: "Phone in the guest".into(),
        version: env!("CARGO_PKG_VERSION").into(),
    };
    let radio = Arc::new(BluetoothCentral::new(Some(controllers::PHONE.into())));
    let outside = Outside {
        links: Arc::new(OnlyRadio(radio)),
        ..Outside::live(&config)
    };
    Phone::start_in(config, outside)
}

/// Enrols the phone; on an emulated machine that starts a whole building, the hub's answer may come too late once.
async fn enrol(phone: &Phone, invite: &str) -> Result<()> {
    match phone.enrol(invite).await {
        Ok(()) => Ok(()),
        Err(_) => phone.enrol(invite).await,
    }
}

/// The phone's own controller, and no network to doors.
#[derive(Debug)]
struct OnlyRadio(Arc<BluetoothCentral>);

#[async_trait]
impl Links for OnlyRadio {
    async fn bluetooth(&self) -> Result<Arc<dyn Central>, LinkError> {
        self.0.availability().await?;
        Ok(self.0.clone())
    }

    async fn stream(&self, _doors: &[(ShortDoorId, String)]) -> Arc<dyn Central> {
        Arc::new(bluetooth::StreamCentral::new(Vec::new()))
    }

    async fn live(&self, _at: LocalAddress) -> std::io::Result<(LiveSender, LiveReceiver)> {
        Err(std::io::ErrorKind::NetworkUnreachable.into())
    }
}

/// The stage that all tests share, for setting it takes longest; and the runtime that it lives in.
struct Shared {
    runtime: Runtime,
    stage: Mutex<Stage>,
}

/// Plays one test on the shared stage; one at a time.
pub fn on_stage(test: impl AsyncFnOnce(&mut Stage) -> Result<()>) -> Result<()> {
    static SHARED: OnceLock<Result<Shared, String>> = OnceLock::new();
    let shared = SHARED.get_or_init(|| share().map_err(|error| format!("{error:#}")));
    let shared = shared
        .as_ref()
        .map_err(|error| anyhow!("the stage could not be set: {error}"))?;
    let mut stage = shared.stage.lock().unwrap_or_else(PoisonError::into_inner);
    shared.runtime.block_on(async {
        air::links_have_ended().await?;
        test(&mut stage).await
    })
}

fn share() -> Result<Shared> {
    let runtime = Runtime::new()?;
    // Kept to the end of the guest, whose memory it lies in.
    let folder = tempfile::tempdir()?.keep();
    let stage = runtime.block_on(Stage::set(&folder, home()))?;
    Ok(Shared {
        runtime,
        stage: Mutex::new(stage),
    })
}
