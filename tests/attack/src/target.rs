//! The real door daemon, with a simulated strike and no hub in reach.

use std::{
    net::TcpStream,
    path::{Path, PathBuf},
    time::Duration,
};

use access::{DoorId, DoorPublicKey, SignedBundle, x25519_public};
use anyhow::{Context, Result};
use audit::{ChainPosition, Event, Record, SignedRecord};
use door::{
    clock::unix_ms,
    enrolment::Enrolment,
    journal::{Draft, JournalThread, resume},
    keys::Keys,
    store::{Alongside, Store},
};
use simulation::{
    BuildingPlan, DoorPlan, NetworkCamera, Programs, Running, Site, StrikeMove, free_address,
    play_input, wait_for,
};
use tempfile::TempDir;

use crate::World;

/// The environment variable that names the folder of programs to attack.
const PROGRAMS: &str = "VESTIBULE_PROGRAMS";

/// The programs to attack: those of [`PROGRAMS`], or those beside the test.
pub fn programs() -> Result<Programs> {
    match std::env::var_os(PROGRAMS) {
        Some(folder) => Ok(Programs::in_folder(folder)),
        None => Programs::beside_this_executable(),
    }
}

/// A hub and a building of one door, a main entrance without a camera, both real and in reach of
/// each other.
pub fn site_of_one_door(folder: &Path) -> Result<Site> {
    let plan = BuildingPlan {
        doors: vec![DoorPlan::common("Main entrance").with_camera(None)],
        ..BuildingPlan::elm_street()
    };
    Site::start_with(&programs()?, folder, plan, BuildingPlan::oak_court())
}

/// One door of a [`World`].
#[derive(Debug)]
pub struct Target {
    /// Which door.
    pub door: DoorId,
    /// The key phones know it by.
    pub key: DoorPublicKey,
    /// Where phones reach it.
    pub address: String,
    enrolment: Enrolment,
    folder: TempDir,
    programs: Programs,
    running: Option<Running>,
}

impl Target {
    /// Installs `door` of the world with the world's first bundle, and starts it.
    pub fn start(world: &World, door: DoorId) -> Result<Self> {
        Self::start_with(world, door, &world.sign(&world.bundle(1))?)
    }

    /// Installs `door` with this bundle, and starts it.
    pub fn start_with(world: &World, door: DoorId, bundle: &SignedBundle) -> Result<Self> {
        Self::install(world, door, bundle, "")
    }

    /// The same, with this camera watching.
    pub fn start_filmed(
        world: &World,
        door: DoorId,
        bundle: &SignedBundle,
        camera: &NetworkCamera,
    ) -> Result<Self> {
        let url = camera.url();
        let table = format!(
            "[camera]\nsource = {{ kind = \"rtsp\", url = \"{url}\" }}\npre_roll_s = 1\npost_roll_s = 1\n"
        );
        Self::install(world, door, bundle, &table)
    }

    fn install(world: &World, door: DoorId, bundle: &SignedBundle, camera: &str) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let keys = Keys::make()?;
        let enrolment = Enrolment {
            hub: "https://127.0.0.1:1".parse()?,
            hub_key: hub_api::KeyHash::of_spki(b"nowhere"),
            client_id: "door".into(),
            building: world.building,
            building_key: world.key.public(),
            door,
        };
        std::fs::create_dir(folder.path().join("data"))?;
        enrolment.establish(&folder.path().join("data"), &keys)?;
        let mut target = Self {
            door,
            key: x25519_public(keys.channel()).into(),
            address: free_address()?,
            enrolment,
            folder,
            programs: programs()?,
            running: None,
        };
        let config = format!(
            "data_dir = \"data\"\n[link.stream]\nlisten = \"{}\"\n\
             [strike]\nkind = \"simulated\"\nlog = \"strike.jsonl\"\n\
             [inputs]\nkeypad.kind = \"simulated\"\n{camera}",
            target.address
        );
        std::fs::write(target.folder.path().join("door.toml"), config)?;
        target.put_bundle(bundle, 1)?;
        target.resume()?;
        Ok(target)
    }

    /// Starts the stopped daemon and waits until it takes connections.
    pub fn resume(&mut self) -> Result<()> {
        let config = self.folder.path().join("door.toml");
        let arguments = ["run", "--config", &config.to_string_lossy()];
        let program = self.programs.path("vestibule-door");
        self.running = Some(Running::start(&program, &arguments, &self.log_path())?);
        let (address, patience) = (self.address.clone(), Duration::from_secs(20));
        wait_for("the door serving", patience, || {
            TcpStream::connect(&address).ok()
        })
        .with_context(|| self.log())?;
        Ok(())
    }

    /// Lets the daemon end by itself.
    pub fn stop(&mut self) -> Result<()> {
        self.running
            .take()
            .context("the door is not running")?
            .stop()
    }

    /// Ends the daemon without warning.
    pub fn kill(&mut self) -> Result<()> {
        self.running
            .take()
            .context("the door is not running")?
            .kill()
    }

    /// SIGKILL to the daemon, which [`Self::kill`] then takes note of.
    pub fn strike_down(&self) -> Result<()> {
        let running = self.running.as_ref().context("the door is not running")?;
        let id = running.id().to_string();
        let killed = std::process::Command::new("kill")
            .args(["-KILL", &id])
            .status()?;
        anyhow::ensure!(killed.success(), "the door could not be killed");
        Ok(())
    }

    /// Whether the daemon has not ended.
    pub fn is_alive(&mut self) -> bool {
        self.running.as_mut().is_some_and(Running::is_alive)
    }

    /// Puts a bundle into the stopped door's store, as the daemon does when its hub has a new one.
    pub fn put_bundle(&self, bundle: &SignedBundle, version: u64) -> Result<()> {
        let keys = self.keys()?;
        let store = Store::open(&self.database())?;
        let start = ChainPosition::start(self.enrolment.building, self.door);
        let chain = resume(&store, start, &keys.signing_public())?;
        let (thread, journal) = JournalThread::start(store, chain, keys.signing().clone())?;
        let body = bundle.as_bytes().to_vec();
        let draft = Draft::new(unix_ms(), Event::BundleInstalled { version })
            .with(Alongside::Bundle { version, body });
        let runtime = tokio::runtime::Builder::new_current_thread().build()?;
        runtime.block_on(journal.append(draft))?;
        drop(journal);
        thread.join();
        Ok(())
    }

    /// Stops the door, gives it a bundle and starts it again.
    pub fn update(&mut self, bundle: &SignedBundle, version: u64) -> Result<()> {
        self.stop()?;
        self.put_bundle(bundle, version)?;
        self.resume()
    }

    /// Types a code and Enter at the door's keypad.
    pub fn type_code(&self, code: &str) -> Result<()> {
        play_input(&self.data().join("inputs.sock"), &format!("keypad {code}"))
    }

    /// The numbers of the records that the strike was unlocked for.
    pub fn unlocks(&self) -> Vec<u64> {
        let moves = StrikeMove::read_all(&self.data().join("strike.jsonl"));
        moves.iter().filter_map(|one| one.seq).collect()
    }

    /// Every record on the door's disk, in order, each verified.
    pub fn records(&self) -> Result<Vec<Record>> {
        let key = self.keys()?.signing_public();
        let store = Store::open(&self.database())?;
        let bodies = store.records_after(0, u32::MAX, usize::MAX)?;
        let verified = bodies
            .into_iter()
            .map(|body| SignedRecord(body).verify(&key));
        Ok(verified.collect::<Result<_, _>>()?)
    }

    /// The door's own keys, as somebody who took its disk has them.
    pub fn keys(&self) -> Result<Keys> {
        Ok(self.enrolment.keys(&self.data())?)
    }

    /// The database of records, and of the bundle.
    pub fn database(&self) -> PathBuf {
        self.state().join("records.db")
    }

    /// The folder of this door's keys, records and clips.
    pub fn state(&self) -> PathBuf {
        self.enrolment.folder(&self.data())
    }

    /// Everything that the daemon logged.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.log_path()).unwrap_or_default()
    }

    /// The data folder.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The folder of everything that belongs to this door.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn log_path(&self) -> PathBuf {
        self.folder.path().join("door.log")
    }
}
