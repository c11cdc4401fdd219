//! One door daemon with a simulated strike and simulated inputs.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::Value;

use crate::{
    hub::{Hub, free_address},
    network_camera::NetworkCamera,
    programs::{Programs, Running, wait_for},
    strike::{StrikeMove, StrikeState},
};

/// All of a door's inputs are played over its socket.
const INPUTS: &str = "\n[inputs]\ncontact.kind = \"simulated\"\n\
                      request_to_exit.kind = \"simulated\"\nkeypad.kind = \"simulated\"\n";

/// What phones are told of a door that is out of their reach: nobody listens on the discard port.
const NOWHERE: &str = "127.0.0.1:9";

/// How phones reach the door.
#[derive(Clone, Debug)]
pub enum DoorLink {
    /// A loopback TCP stream on a free port.
    Stream,
    /// The same, but phones are told an address at which nobody answers: to them the door is away.
    OutOfReach,
    /// Bluetooth LE on the named controller, as `hci0`.
    Bluetooth(String),
    /// A TCP stream at this address of another machine: the door is enrolled here, and somebody else
    /// takes its data there and starts it.
    Elsewhere(String),
}

/// What looks at the door. What is not said of it is as in [`CameraPlan::test`].
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CameraPlan {
    /// The `source` table of the configuration, as `{ kind = "test" }`.
    pub source: String,
    /// Picture width and height in pixels.
    pub size: (u16, u16),
    /// Frames per second.
    pub fps: u8,
    /// Seconds of a clip before the attempt.
    pub pre_roll_s: u16,
    /// Seconds of a clip after the attempt.
    pub post_roll_s: u16,
    /// The `lens` of the configuration, as `"wide-180"` with its quotes; none for a flat picture.
    pub lens: Option<String>,
}

impl Default for CameraPlan {
    fn default() -> Self {
        Self::test()
    }
}

impl CameraPlan {
    /// The built-in moving test picture at 640 by 360 pixels, with the default pre- and post-roll.
    pub fn test() -> Self {
        Self {
            source: r#"{ kind = "test" }"#.into(),
            size: (640, 360),
            fps: 15,
            pre_roll_s: 10,
            post_roll_s: 10,
            lens: None,
        }
    }

    /// A camera on the network that sends H.264, of this size and pace.
    pub fn network(camera: &NetworkCamera, size: (u16, u16), fps: u8) -> Self {
        Self {
            source: format!(r#"{{ kind = "rtsp", url = "{}" }}"#, camera.url()),
            size,
            fps,
            ..Self::test()
        }
    }
}

/// A door to be installed.
#[derive(Clone, Debug)]
pub struct DoorPlan {
    /// The name people know it by.
    pub name: String,
    /// Set for the door of one apartment, to the apartment's name.
    pub unit: Option<String>,
    /// How phones reach it.
    pub link: DoorLink,
    /// None for a door without a camera.
    pub camera: Option<CameraPlan>,
    /// Whether it leads into the package room.
    pub package_room: bool,
}

impl DoorPlan {
    /// A common door with the test camera, reached over a stream.
    pub fn common(name: &str) -> Self {
        let camera = Some(CameraPlan::test());
        Self {
            name: name.into(),
            unit: None,
            link: DoorLink::Stream,
            camera,
            package_room: false,
        }
    }

    /// An apartment's door, reached over a stream.
    pub fn unit(name: &str, unit: &str) -> Self {
        Self {
            name: name.into(),
            unit: Some(unit.into()),
            link: DoorLink::Stream,
            camera: None,
            package_room: false,
        }
    }

    /// The same door over Bluetooth LE on `adapter`.
    #[must_use]
    pub fn on_bluetooth(mut self, adapter: &str) -> Self {
        self.link = DoorLink::Bluetooth(adapter.into());
        self
    }

    /// The same door where no phone is near it.
    #[must_use]
    pub fn out_of_reach(mut self) -> Self {
        self.link = DoorLink::OutOfReach;
        self
    }

    /// The same door on another machine, whose stream is at `address` there.
    #[must_use]
    pub fn elsewhere(mut self, address: &str) -> Self {
        self.link = DoorLink::Elsewhere(address.into());
        self
    }

    /// The same door where it leads into the package room.
    #[must_use]
    pub fn of_package_room(mut self) -> Self {
        self.package_room = true;
        self
    }

    /// The same door with another camera, or none.
    #[must_use]
    pub fn with_camera(mut self, camera: Option<CameraPlan>) -> Self {
        self.camera = camera;
        self
    }
}

/// An installed door.
#[derive(Debug)]
pub struct Door {
    /// Its id at the hub.
    pub id: String,
    /// The plan that it was installed from.
    pub plan: DoorPlan,
    /// The stream address, when it has one.
    pub stream: Option<String>,
    folder: PathBuf,
    /// The hub's own address.
    hub: String,
    program: PathBuf,
    running: Option<Running>,
    /// Where in the log the words of the daemon that was started last begin.
    log_start: usize,
}

impl Door {
    /// Writes the configuration, enrols the door at the hub and starts it.
    pub(crate) fn install(
        programs: &Programs,
        hub: &Hub,
        folder: PathBuf,
        id: String,
        plan: &DoorPlan,
    ) -> Result<Self> {
        std::fs::create_dir_all(&folder)?;
        let stream = match &plan.link {
            DoorLink::Stream | DoorLink::OutOfReach => Some(free_address()?),
            DoorLink::Bluetooth(_) => None,
            DoorLink::Elsewhere(address) => Some(address.clone()),
        };
        let mut door = Self {
            program: programs.path("vestibule-door"),
            running: None,
            log_start: 0,
            plan: plan.clone(),
            hub: hub.url(),
            folder,
            stream,
            id,
        };
        std::fs::write(door.config(), door.configuration())?;
        let invite = hub.administer_for(&["invite", "door", &door.id], "link")?;
        let enrolled = std::process::Command::new(&door.program)
            .args(["enrol", "--config"])
            .arg(door.config())
            .arg(invite)
            .output()?;
        anyhow::ensure!(
            enrolled.status.success(),
            "{} did not enrol: {}",
            plan.name,
            String::from_utf8_lossy(&enrolled.stderr).trim()
        );
        if !matches!(plan.link, DoorLink::Elsewhere(_)) {
            door.start()?;
        }
        Ok(door)
    }

    /// Starts the stopped daemon and waits until it serves its stream.
    pub fn start(&mut self) -> Result<()> {
        let config = self.config().to_string_lossy().into_owned();
        let log = self.log();
        self.log_start = std::fs::read(&log).map_or(0, |words| words.len());
        let running = Running::start(&self.program, &["run", "--config", &config], &log)?;
        self.running = Some(running);
        if let Some(address) = self.stream.clone() {
            let what = format!("{} serving {address}", self.plan.name);
            let reached = wait_for(&what, Duration::from_secs(20), || {
                std::net::TcpStream::connect(&address).ok()
            });
            reached.with_context(|| self.last_words())?;
        }
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

    /// Starts the daemon anew where it reaches no hub, as behind a router that died: until
    /// [`Self::reconnect`].
    pub fn cut_off(&mut self) -> Result<()> {
        // Nobody listens on the discard port.
        self.start_with_hub("https://127.0.0.1:9/")
    }

    /// Starts the daemon anew where it reaches its hub again.
    pub fn reconnect(&mut self) -> Result<()> {
        let hub = self.hub.clone();
        self.start_with_hub(&hub)
    }

    fn start_with_hub(&mut self, hub: &str) -> Result<()> {
        self.stop()?;
        let path = self.data().join("enrolment.json");
        let mut enrolment: Value = serde_json::from_slice(&std::fs::read(&path)?)?;
        enrolment["hub"] = hub.into();
        std::fs::write(&path, serde_json::to_vec_pretty(&enrolment)?)?;
        self.start()
    }

    /// The process id of the running daemon.
    pub fn process(&self) -> Option<u32> {
        self.running.as_ref().map(Running::id)
    }

    /// Opens the door, as far as its contact tells.
    pub fn open(&self) -> Result<()> {
        self.play("contact open")
    }

    /// Shuts the door, as far as its contact tells.
    pub fn close(&self) -> Result<()> {
        self.play("contact closed")
    }

    /// Presses the button inside, with which people leave.
    pub fn press_exit(&self) -> Result<()> {
        self.play("exit")
    }

    /// Types a code and Enter at the keypad. What comes of it is on record, not at the keypad.
    pub fn type_code(&self, code: &str) -> Result<()> {
        self.play(&format!("keypad {code}"))
    }

    /// Everything that the strike did so far.
    pub fn strike_moves(&self) -> Vec<StrikeMove> {
        StrikeMove::read_all(&self.strike_log())
    }

    /// Waits for the strike's unlock after the first `seen` moves and returns it.
    pub fn wait_for_unlock(&self, seen: usize) -> Result<StrikeMove> {
        let what = format!("{} unlocking", self.plan.name);
        wait_for(&what, Duration::from_secs(15), || {
            let moves = self.strike_moves();
            moves
                .into_iter()
                .skip(seen)
                .find(|one| one.state == StrikeState::Unlocked)
        })
    }

    /// Waits until the camera of the daemon that was started last films.
    pub fn wait_for_camera(&self) -> Result<()> {
        self.wait_for_filming(true)
    }

    /// Waits until the camera of the daemon that was started last films no more.
    pub fn wait_for_camera_loss(&self) -> Result<()> {
        self.wait_for_filming(false)
    }

    fn wait_for_filming(&self, wanted: bool) -> Result<()> {
        let what = format!("{} filming: {wanted}", self.plan.name);
        wait_for(&what, Duration::from_secs(30), || {
            let log = std::fs::read_to_string(self.log()).ok()?;
            let (_, camera) = log.get(self.log_start..)?.rsplit_once("the camera ")?;
            (camera.starts_with("records") == wanted).then_some(())
        })
    }

    /// The simulated strike's log, one JSON object a line.
    pub fn strike_log(&self) -> PathBuf {
        self.folder.join("strike.jsonl")
    }

    /// The daemon's log.
    pub fn log(&self) -> PathBuf {
        self.folder.join("door.log")
    }

    /// The daemon's data folder.
    pub fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// Plays the simulated hardware; returns once the daemon has taken it.
    fn play(&self, act: &str) -> Result<()> {
        let played = play_input(&self.data().join("inputs.sock"), act);
        played.with_context(|| format!("{}: {act}", self.plan.name))
    }

    fn config(&self) -> PathBuf {
        self.folder.join("door.toml")
    }

    fn last_words(&self) -> String {
        self.running
            .as_ref()
            .map(Running::last_words)
            .unwrap_or_default()
    }

    fn configuration(&self) -> String {
        let link = match (&self.plan.link, &self.stream) {
            (DoorLink::Bluetooth(adapter), _) => {
                format!("[link.bluetooth]\nadapter = {adapter:?}\n")
            }
            (DoorLink::Stream | DoorLink::OutOfReach | DoorLink::Elsewhere(_), address) => {
                format!(
                    "[link.stream]\nlisten = {:?}\n",
                    address.as_deref().unwrap_or_default()
                )
            }
        };
        let told = if matches!(self.plan.link, DoorLink::OutOfReach) {
            format!("advertise = {NOWHERE:?}\n")
        } else {
            String::new()
        };
        let camera = self
            .plan
            .camera
            .as_ref()
            .map(camera_table)
            .unwrap_or_default();
        format!(
            "data_dir = {}\n\n{link}{told}\n[strike]\nkind = \"simulated\"\nlog = {}\n{INPUTS}{camera}",
            quoted(&self.data()),
            quoted(&self.strike_log()),
        )
    }
}

/// Plays one act, as `keypad 1234`, at the socket of a door's simulated inputs.
pub fn play_input(socket: &Path, act: &str) -> Result<()> {
    let mut player = UnixStream::connect(socket)
        .with_context(|| format!("no inputs are played at {}", socket.display()))?;
    writeln!(player, "{act}")?;
    let mut answer = String::new();
    BufReader::new(player).read_line(&mut answer)?;
    anyhow::ensure!(answer == "ok\n", "the door said: {}", answer.trim_end());
    Ok(())
}

/// Whoever is on this machine is on the door's network.
const LIVE: &str = "[live]\nlisten = \"127.0.0.1:0\"\n";

fn camera_table(camera: &CameraPlan) -> String {
    let CameraPlan {
        source,
        size: (width, height),
        fps,
        pre_roll_s,
        post_roll_s,
        lens,
    } = camera;
    let lens = lens.iter().map(|lens| format!("lens = {lens}\n"));
    let lens: String = lens.collect();
    format!(
        "\n[camera]\nsource = {source}\nwidth = {width}\nheight = {height}\nfps = {fps}\n\
         pre_roll_s = {pre_roll_s}\npost_roll_s = {post_roll_s}\n{lens}\n{LIVE}"
    )
}

fn quoted(path: &Path) -> String {
    format!("{:?}", path.to_string_lossy())
}
