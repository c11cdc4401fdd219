//! In the guest: the door on its disk, people who enter, and what is found after each start.

use std::{
    path::{Path, PathBuf},
    process::Command as Process,
    time::{Duration, Instant},
};

use access::{DoorId, SigningPublicKey};
use anyhow::{Context, Result, bail, ensure};
use audit::{ChainPosition, Event, SignedRecord, verify_run};
use bluetooth::StreamCentral;
use building_tests::keyring::Keyring;
use clap::Args;
use door::store::{ClipState, Store};
use door_protocol::Answer;
use hub_api::DoorInfo;
use simulation::Running;
use tokio::{
    io::{AsyncReadExt as _, copy_bidirectional},
    net::{TcpListener, TcpStream},
    time::sleep,
};

use crate::{
    answers::{Answers, pulse},
    plan::{DISK, Found, Plan, STREAM},
    say,
    scenario::Scenario,
};

/// The host's loopback, as the emulator shows it to the guest.
const HOST: &str = "10.0.2.2";

/// How long a start may take before it has failed.
const PATIENCE: Duration = Duration::from_mins(2);

/// Between two couriers.
const COURIER_EVERY: Duration = Duration::from_secs(4);

/// How exactly the moment of the cut is known.
const PULSE_EVERY: Duration = Duration::from_millis(50);

/// So long that most clips are cut short.
pub(crate) const POST_ROLL_S: u16 = 6;

/// The file that fills the disk, and what it leaves free.
const FILLER: &str = "filler";
const LEFT_FREE_MIB: u64 = 6;

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The folder that the host and the guest share.
    folder: PathBuf,
}

pub(crate) async fn run(options: Options) -> Result<()> {
    let folder = options.folder;
    let plan = Plan::read(&folder)?;
    forward_to_hub(plan.hub_port).await?;
    // What the last round filled is free again.
    let _ = std::fs::remove_file(disk().join(FILLER));
    let config = configure()?;
    let program = at_hand(&plan.programs.join("vestibule-door"))?;
    codecs_at_hand()?;
    let started = Instant::now();
    let log = folder.join(format!("door-{}.log", plan.round));
    let words = ["run", "--config", &config.to_string_lossy()];
    let _door = Running::start(&program, &words, &log)?;
    serving().await?;
    let serving_ms = u64::try_from(started.elapsed().as_millis())?;
    let keyring = enrolled(&plan.resident_invite).await?;
    let door = keyring.door(plan.door).await?;
    look(&plan, &folder, serving_ms, &door.signing_key)?.write(&folder, plan.round)?;
    if plan.settle {
        return settled().await;
    }
    let answers = Answers::open(&folder, plan.round)?;
    tokio::try_join!(
        beat(&folder, plan.round, answers.clone()),
        residents(&keyring, plan.door, answers.clone()),
        couriers(&plan, &door, answers),
        trouble(plan.scenario),
    )?;
    Ok(())
}

/// The program in the guest's own memory: the host's files come slowly into an emulated machine, which
/// is not what a device reads from its own disk.
fn at_hand(program: &Path) -> Result<PathBuf> {
    let own = std::env::temp_dir().join("vestibule-door");
    std::fs::copy(program, &own).context("the door's program cannot be copied")?;
    succeed(Process::new(&own).arg("--version"))?;
    Ok(own)
}

/// The same of the libraries that the door loads when it films.
fn codecs_at_hand() -> Result<()> {
    succeed(
        Process::new("gst-launch-1.0")
            .args(["--quiet", "videotestsrc", "num-buffers=1", "!", "x264enc"])
            .args(["!", "h264parse", "!", "avdec_h264", "!", "videoconvert"])
            .args(["!", "jpegenc", "!", "fakesink"]),
    )
}

fn disk() -> &'static Path {
    Path::new(DISK)
}

/// The hub is where its clients expect it: on the loopback.
async fn forward_to_hub(port: u16) -> Result<()> {
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    tokio::spawn(async move {
        while let Ok((mut near, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut far = TcpStream::connect((HOST, port)).await?;
                copy_bidirectional(&mut near, &mut far).await
            });
        }
    });
    Ok(())
}

fn configure() -> Result<PathBuf> {
    let file = disk().join("door.toml");
    let text = format!(
        "data_dir = \"data\"\n\n[link.stream]\nlisten = \"{STREAM}\"\n\n\
         [strike]\nkind = \"simulated\"\nlog = \"strike.jsonl\"\n\n\
         [camera]\nsource = {{ kind = \"v4l2\", device = \"/dev/video0\" }}\n\
         width = 320\nheight = 180\nfps = 10\npre_roll_s = 2\npost_roll_s = {POST_ROLL_S}\n\n\
         [storage]\nclip_quota_mb = 64\nkeep_free_mb = 8\n"
    );
    std::fs::write(&file, text).context("the door's configuration cannot be written")?;
    Ok(file)
}

/// Waits until the door speaks, which it does first.
async fn serving() -> Result<()> {
    let end = Instant::now() + PATIENCE;
    while heard().await.is_err() {
        ensure!(Instant::now() < end, "the door does not serve");
        sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}

async fn heard() -> Result<()> {
    let mut door = TcpStream::connect(STREAM).await?;
    door.read_u8().await?;
    Ok(())
}

/// A device of the resident. The hub may be down for a moment.
async fn enrolled(invite: &str) -> Result<Keyring> {
    let end = Instant::now() + PATIENCE;
    loop {
        match Keyring::enrol(invite).await {
            Ok(keyring) => return Ok(keyring),
            Err(error) if Instant::now() > end => return Err(error),
            Err(_) => sleep(Duration::from_secs(1)).await,
        }
    }
}

/// Reads the door's records from its disk, beside the daemon, and compares them with the answers.
fn look(plan: &Plan, folder: &Path, serving_ms: u64, key: &SigningPublicKey) -> Result<Found> {
    let records: Vec<_> = store()?
        .records_after(0, u32::MAX, usize::MAX)?
        .into_iter()
        .map(SignedRecord)
        .collect();
    let building = match records.first() {
        Some(first) => first.read_unverified()?.building,
        None => bail!("the door has recorded nothing, not even its start"),
    };
    let start = ChainPosition::start(building, plan.door);
    let broken_chain = verify_run(&records, key, start).err();
    let entries: Vec<u64> = records
        .iter()
        .filter_map(|signed| signed.read_unverified().ok())
        .filter(|record| matches!(record.event, Event::Entry(_)))
        .map(|record| record.seq)
        .collect();
    let answered = Answers::read(folder)?;
    let mut lost: Vec<u64> = answered.iter().map(|answer| answer.seq).collect();
    lost.retain(|seq| !entries.contains(seq));
    let mut unrecorded = unlocked();
    unrecorded.retain(|seq| !entries.contains(seq));
    Ok(Found {
        serving_ms,
        last_seq: u64::try_from(records.len())?,
        broken_chain: broken_chain.map(|error| error.to_string()),
        lost,
        unrecorded,
    })
}

/// The records that the strike was unlocked for, as far as it wrote them down before the cut.
fn unlocked() -> Vec<u64> {
    let text = std::fs::read_to_string(disk().join("data/strike.jsonl")).unwrap_or_default();
    // The power may have been cut in the middle of a line.
    let moves = text
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok());
    let numbers = moves.filter_map(|one: serde_json::Value| one["seq"].as_u64());
    numbers.collect()
}

fn store() -> Result<Store> {
    let data = disk().join("data");
    let folders = std::fs::read_dir(&data)?.filter_map(Result::ok);
    let mut databases = folders.map(|folder| folder.path().join("records.db"));
    let database = databases.find(|file| file.exists());
    Ok(Store::open(&database.context("the door has no records")?)?)
}

/// Waits until the hub has everything that the door has.
async fn settled() -> Result<()> {
    let end = Instant::now() + PATIENCE;
    loop {
        let store = store()?;
        let last = store.tail()?.map_or(0, |tail| tail.seq);
        let waiting = [ClipState::Recording, ClipState::Closed]
            .map(|state| store.clips(state).map(|clips| clips.len()));
        let waiting: usize = waiting.into_iter().sum::<Result<usize, _>>()?;
        if store.durable_seq()? == last && waiting == 0 {
            return Ok(());
        }
        ensure!(
            Instant::now() < end,
            "the hub has {} of {last} records, and {waiting} clips wait",
            store.durable_seq()?
        );
        sleep(Duration::from_millis(500)).await;
    }
}

/// Tells the host all the time that there still is power.
async fn beat(folder: &Path, round: u32, answers: Answers) -> Result<()> {
    let pulse = std::fs::File::create(pulse(folder, round))?;
    loop {
        answers.has_power(&pulse)?;
        sleep(PULSE_EVERY).await;
    }
}

/// Residents come one after the other, without a pause.
async fn residents(keyring: &Keyring, door: DoorId, answers: Answers) -> Result<()> {
    let central = StreamCentral::new(vec![(door.short(), STREAM.parse()?)]);
    loop {
        match keyring.unlock(door, &central).await {
            Ok(Answer::Unlocked { seq, .. }) => answers.add(seq)?,
            Ok(answer) => say(&format!("a resident was answered {answer:?}")),
            Err(error) => say(&format!("a resident got no answer: {error:#}")),
        }
    }
}

/// Couriers come so seldom that each can be filmed.
async fn couriers(plan: &Plan, door: &DoorInfo, answers: Answers) -> Result<()> {
    let key = door.door_key.to_string();
    let mut words = plan.courier.clone();
    words.extend(["--door-key".into(), key]);
    loop {
        let asked = tokio::process::Command::new(&words[0])
            .args(&words[1..])
            .output()
            .await?;
        let answer: serde_json::Value = serde_json::from_slice(&asked.stdout)?;
        match answer["seq"].as_u64() {
            Some(seq) => answers.add(seq)?,
            None => say(&format!("a courier was answered {answer}")),
        }
        sleep(COURIER_EVERY).await;
    }
}

async fn trouble(scenario: Scenario) -> Result<()> {
    sleep(Duration::from_secs(2)).await;
    match scenario {
        // The host's doing.
        Scenario::Plain | Scenario::HubFlaps => Ok(()),
        Scenario::DiskFull => fill_disk(),
        Scenario::CameraPulled => loop {
            pull_camera("unbind")?;
            sleep(Duration::from_secs(4)).await;
            pull_camera("bind")?;
            sleep(Duration::from_secs(8)).await;
        },
        Scenario::ClockJumps => loop {
            for jump in ["+1 hour", "-1 hour"] {
                set_clock(jump)?;
                sleep(Duration::from_secs(3)).await;
            }
        },
    }
}

fn fill_disk() -> Result<()> {
    let asked = Process::new("df")
        .args(["--output=avail", "--block-size=1M", DISK])
        .output()?;
    let free = String::from_utf8(asked.stdout)?;
    let free: u64 = free.lines().nth(1).unwrap_or_default().trim().parse()?;
    let fill = format!("{}M", free.saturating_sub(LEFT_FREE_MIB));
    let filler = disk().join(FILLER);
    succeed(
        Process::new("fallocate")
            .args(["--length", &fill])
            .arg(filler),
    )
}

/// Takes the virtual camera's device from the kernel while it is streaming, or gives it back.
fn pull_camera(what: &str) -> Result<()> {
    let file = Path::new("/sys/bus/platform/drivers/vivid").join(what);
    std::fs::write(&file, "vivid.0").with_context(|| format!("{} failed", file.display()))
}

fn set_clock(jump: &str) -> Result<()> {
    succeed(Process::new("date").args(["--set", jump]))
}

fn succeed(command: &mut Process) -> Result<()> {
    let output = command.output()?;
    let words = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{command:?} failed: {words}");
    Ok(())
}
