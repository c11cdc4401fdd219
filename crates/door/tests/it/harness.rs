//! A door to be tested, and phones that come to it.

use std::{
    net::SocketAddr,
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use access::{CodeKey, CodeKeyId, DoorPublicKey, x25519_public};
use audit::{Event, Record};
use bluetooth::{Central as _, Channel, Link, StreamCentral, ask_door, run_key};
use door::{
    config::Config, daemon::Daemon, enrolment::Enrolment, hub_link::HubLink, keys::Keys,
    store::Store,
};
use door_protocol::{Answer, Command, KeyOutput, KeySession};
use futures::StreamExt as _;
use rand::RngCore as _;
use serde_json::Value;
use simulation::NetworkCamera;
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::UnixStream,
};

use crate::{
    building::{BUILDING, DOOR, Holder, bundle, key},
    fake_hub::FakeHub,
};

/// An enrolled device and its hub.
pub struct Site {
    pub folder: TempDir,
    pub hub: FakeHub,
    camera: String,
    storage: String,
    inputs: &'static str,
}

impl Site {
    /// A device that is enrolled and whose hub has a bundle for it.
    pub fn new() -> Self {
        let site = Self::without_bundle();
        site.hub.publish(1, bundle(1, &[]));
        site
    }

    pub fn without_bundle() -> Self {
        let site = Self {
            folder: tempfile::tempdir().unwrap(),
            hub: FakeHub::new(),
            camera: String::new(),
            storage: String::new(),
            inputs: "",
        };
        std::fs::create_dir(site.data()).unwrap();
        let keys = Keys::make().unwrap();
        site.hub.knows(keys.signing_public());
        let enrolment = Enrolment {
            hub: "https://127.0.0.1:1".parse().unwrap(),
            hub_key: hub_api::KeyHash::of_spki(b"none"),
            client_id: "door".into(),
            building: BUILDING,
            building_key: key().public(),
            door: DOOR,
        };
        enrolment.establish(&site.data(), &keys).unwrap();
        site
    }

    /// With a test camera: a small picture, two seconds before the attempt and one after.
    pub fn with_camera(mut self) -> Self {
        self.camera = String::from(
            "[camera]\nsource = { kind = \"test\" }\nwidth = 320\nheight = 240\n\
                       fps = 15\nbitrate_kbps = 300\npre_roll_s = 2\npost_roll_s = 1\n",
        );
        self
    }

    /// With a listener for those who watch without the hub. Comes after the camera.
    pub fn with_direct_view(mut self) -> Self {
        self.camera.push_str("[live]\nlisten = \"127.0.0.1:0\"\n");
        self
    }

    /// The same with a camera on the network.
    pub fn with_network_camera(mut self, camera: &NetworkCamera) -> Self {
        self.camera = format!(
            "[camera]\nsource = {{ kind = \"rtsp\", url = \"{}\" }}\npre_roll_s = 2\npost_roll_s = 1\n",
            camera.url()
        );
        self
    }

    /// With a lens that something covers, and a door that looks every second.
    pub fn with_covered_camera(self) -> Self {
        let mut site = self.with_camera();
        let covered = "kind = \"test\", pattern = \"black\" }\ncheck_s = 1";
        site.camera = site.camera.replace("kind = \"test\" }", covered);
        site
    }

    /// With a nominal lens on its camera.
    pub fn with_lens(mut self, name: &str) -> Self {
        self.camera = format!("{}lens = \"{name}\"\n", self.camera);
        self
    }

    /// With a camera's clips going on for longer.
    pub fn with_post_roll_s(mut self, post_roll_s: u16) -> Self {
        let longer = format!("post_roll_s = {post_roll_s}");
        self.camera = self.camera.replace("post_roll_s = 1", &longer);
        self
    }

    /// With a camera whose recording is not there.
    pub fn with_dead_camera(mut self) -> Self {
        self.camera =
            String::from("[camera]\nsource = { kind = \"file\", path = \"/nowhere/door.mp4\" }\n");
        self
    }

    pub fn with_clip_quota_mb(mut self, clip_quota_mb: u64) -> Self {
        self.storage = format!("[storage]\nclip_quota_mb = {clip_quota_mb}\n");
        self
    }

    /// With a contact, an exit button and a keypad that are played.
    pub fn with_inputs(mut self) -> Self {
        self.inputs = "[inputs]\ncontact.kind = \"simulated\"\n\
                       request_to_exit.kind = \"simulated\"\nkeypad.kind = \"simulated\"\n";
        self
    }

    /// Plays the hardware at the door, and returns once the door has been told.
    pub async fn play(&self, act: &str) {
        let socket = UnixStream::connect(self.data().join("inputs.sock")).await;
        let mut socket = BufReader::new(socket.unwrap());
        let line = format!("{act}\n");
        socket.write_all(line.as_bytes()).await.unwrap();
        let mut answer = String::new();
        socket.read_line(&mut answer).await.unwrap();
        assert_eq!(answer, "ok\n", "{act}");
    }

    /// Waits until the door's own records end with this event, and returns its number.
    pub async fn records_end_with(&self, event: &Event) -> u64 {
        let what = format!("{event:?} is recorded");
        until(&what, || self.records().last().unwrap().event == *event).await;
        self.records().last().unwrap().seq
    }

    pub fn events(&self) -> Vec<Event> {
        let records = self.records().into_iter();
        records.map(|record| record.event).collect()
    }

    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The folder of this door's records and clips.
    pub fn state(&self) -> PathBuf {
        self.data().join(DOOR.to_string())
    }

    pub fn keys(&self) -> Keys {
        Keys::load(&self.state().join("keys")).unwrap().unwrap()
    }

    pub fn database(&self) -> PathBuf {
        self.state().join("records.db")
    }

    pub fn config_file(&self, listen: &str) -> PathBuf {
        let path = self.folder.path().join("door.toml");
        let text = format!(
            "data_dir = \"data\"\n[link.stream]\nlisten = \"{listen}\"\n\
             [strike]\nkind = \"simulated\"\nlog = \"strike.jsonl\"\n{}{}{}",
            self.camera, self.storage, self.inputs
        );
        std::fs::write(&path, text).unwrap();
        path
    }

    pub async fn start(&self) -> TestDoor {
        let config = Config::load(&self.config_file("127.0.0.1:0")).unwrap();
        let hub: Arc<dyn HubLink> = Arc::new(self.hub.clone());
        let daemon = Daemon::start(&config, |_, _| Ok(hub)).await.unwrap();
        TestDoor {
            phone: Phone::new(&self.keys(), daemon.stream_address().unwrap()),
            daemon,
        }
    }

    /// A started door that has taken the hub's bundle.
    pub async fn serve(&self) -> TestDoor {
        let door = self.start().await;
        let installed = |record: &Record| matches!(record.event, Event::BundleInstalled { .. });
        until("the bundle is installed", || {
            self.records().iter().any(installed)
        })
        .await;
        door
    }

    /// Waits until the door has kept the secret of codes.
    pub async fn has_code_key(&self) {
        until("the secret of codes is kept", || {
            !self.code_keys().is_empty()
        })
        .await;
    }

    pub fn code_keys(&self) -> Vec<CodeKeyId> {
        let keys = Store::open(&self.database()).unwrap().code_keys().unwrap();
        keys.iter().map(CodeKey::id).collect()
    }

    /// Every record on the door's own disk, in order, each verified.
    pub fn records(&self) -> Vec<Record> {
        let key = self.keys().signing_public();
        let store = Store::open(&self.database()).unwrap();
        let bodies = store.records_after(0, u32::MAX, usize::MAX).unwrap();
        let verified = bodies
            .into_iter()
            .map(|body| audit::SignedRecord(body).verify(&key));
        verified.collect::<Result<_, _>>().unwrap()
    }

    /// What the strike did: the seq of an unlock, `None` for a lock.
    pub fn strike(&self) -> Vec<Option<u64>> {
        let text = std::fs::read_to_string(self.data().join("strike.jsonl")).unwrap_or_default();
        let moves = text
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap());
        moves.map(|one| one["seq"].as_u64()).collect()
    }
}

/// Monotonic time.
pub type Clocked = Box<dyn Fn() -> Duration + Send + Sync>;

/// A running door.
pub struct TestDoor {
    pub daemon: Daemon,
    pub phone: Phone,
}

/// A phone that knows the door.
#[derive(Clone)]
pub struct Phone {
    pub address: SocketAddr,
    pub door_key: DoorPublicKey,
}

impl Phone {
    pub fn new(keys: &Keys, address: SocketAddr) -> Self {
        let door_key = x25519_public(keys.channel()).into();
        Self { address, door_key }
    }

    pub async fn connect(&self) -> Result<Link, String> {
        let central = StreamCentral::new(vec![(DOOR.short(), self.address)]);
        let mut sightings = central.scan().await.unwrap();
        let sighting = sightings.next().await.ok_or("not seen")?;
        let link = central.connect(&sighting).await;
        link.map_err(|error| error.to_string())
    }

    pub async fn try_unlock(&self, holder: &Holder) -> Result<Answer, String> {
        let link = self.connect().await?;
        let started = Instant::now();
        let clock = move || started.elapsed();
        let session = self.session(holder, clock());
        let answer = run_key(link, session, clock, |_| ()).await;
        answer.map_err(|error| error.to_string())
    }

    pub async fn unlock(&self, holder: &Holder) -> Answer {
        self.try_unlock(holder).await.unwrap()
    }

    /// Unlocks and returns the number of the record.
    pub async fn enter(&self, holder: &Holder) -> u64 {
        match self.unlock(holder).await {
            Answer::Unlocked { seq, .. } => seq,
            other => panic!("{other:?}"),
        }
    }

    /// Unlocks and keeps the connection; also returns the number of the record.
    pub async fn visit(&self, holder: &Holder) -> (u64, Channel<Clocked>) {
        let link = self.connect().await.unwrap();
        let started = Instant::now();
        let clock: Clocked = Box::new(move || started.elapsed());
        let session = self.session(holder, clock());
        match ask_door(link, session, clock, |_| ()).await.unwrap() {
            (Answer::Unlocked { seq, .. }, channel) => (seq, channel),
            (other, _) => panic!("{other:?}"),
        }
    }

    /// Asks, and keeps the connection.
    pub async fn ask(&self, holder: &Holder) -> Link {
        let mut link = self.connect().await.unwrap();
        let started = Instant::now();
        let mut session = self.session(holder, started.elapsed());
        let hello = link.incoming.recv().await.unwrap();
        session.handle_bytes(&hello, started.elapsed());
        while let Some(output) = session.poll_output() {
            if let KeyOutput::Send(request) = output {
                link.send(&request).await.unwrap();
            }
        }
        link
    }

    pub fn session(&self, holder: &Holder, now: Duration) -> KeySession {
        let mut entropy = [0; 32];
        rand::thread_rng().fill_bytes(&mut entropy);
        let Holder {
            secret, credential, ..
        } = holder;
        let command = Command::Unlock;
        KeySession::new(
            DOOR,
            self.door_key,
            secret,
            credential,
            command,
            entropy,
            now,
        )
    }
}

/// Waits until `done`, up to 40 s.
pub async fn until(what: &str, mut done: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(40);
    while !done() {
        assert!(Instant::now() < end, "{what}: not within 40 s");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
