//! On the host: the hub, the people's papers, and the hand on the switch.

use std::{
    fs::File,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use access::DoorId;
use anyhow::{Context, Result, bail, ensure};
use building_tests::keyring::Keyring;
use clap::Args;
use hub_api::Invite;
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use simulation::{Building, BuildingPlan, DoorPlan, Hub, Programs};

use crate::{
    answers::Answers,
    plan::{Found, Plan, STREAM},
    say,
    scenario::Scenario,
    verdict::{self, Round},
};

/// How long a guest may take from its power-on to a door that was looked at.
const PATIENCE: Duration = Duration::from_mins(4);

/// The longest that people enter before the cut.
const LONGEST: Duration = Duration::from_secs(20);

/// The size of the door's disk.
const DISK_MIB: u64 = 192;

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// How often the power is cut.
    #[arg(long)]
    rounds: u32,
    /// Chooses the moments.
    #[arg(long)]
    pub(crate) seed: u64,
    /// An empty folder that the guest may write to.
    #[arg(long)]
    pub(crate) folder: PathBuf,
    /// The image of the door's disk; made anew.
    #[arg(long)]
    disk: PathBuf,
    /// The script that boots the guest and runs its one argument there.
    #[arg(long)]
    boot: PathBuf,
}

pub(crate) async fn run(options: Options) -> Result<()> {
    let mut rng = StdRng::seed_from_u64(options.seed);
    let mut stage = Stage::set(options)?;
    make_disk(&stage.options.disk, &stage.building.doors[0].data())?;
    let viewer = Keyring::enrol(&stage.building.resident_invite(&stage.hub)?).await?;
    let mut rounds = Vec::new();
    for number in 0..stage.options.rounds {
        let scenario = Scenario::of(number);
        let found = stage.round(number, scenario, &mut rng)?;
        let answered = Answers::read(&stage.options.folder)?.len();
        let round = Round {
            scenario,
            found,
            answered,
        };
        say(&round.line(number));
        rounds.push(round);
    }
    let last_seq = stage.settle()?;
    verdict::judge(&stage, &viewer, &rounds, last_seq).await
}

/// A disk that holds what the door has since it was enrolled.
fn make_disk(image: &Path, data: &Path) -> Result<()> {
    File::create(image)?.set_len(DISK_MIB << 20)?;
    let content = data.parent().context("the door has no folder")?;
    let made = Command::new("/usr/sbin/mkfs.ext4")
        .args(["-q", "-F", "-d"])
        .arg(content)
        .arg(image)
        .status();
    let made = made.context("mkfs.ext4 of the Debian package e2fsprogs is missing")?;
    ensure!(made.success(), "the disk cannot be formatted");
    Ok(())
}

/// Everything outside the guest.
pub(crate) struct Stage {
    pub(crate) options: Options,
    pub(crate) hub: Hub,
    pub(crate) building: Building,
    programs: Programs,
}

impl Stage {
    fn set(options: Options) -> Result<Self> {
        let programs = Programs::beside_this_executable()?;
        let hub = Hub::start(&programs, &options.folder, "Elm Street")?;
        let plan = BuildingPlan {
            doors: vec![DoorPlan::common("Main entrance").elsewhere(STREAM)],
            ..BuildingPlan::elm_street()
        };
        let building = Building::start(&programs, &hub, &options.folder.join("home"), plan)?;
        Ok(Self {
            options,
            hub,
            building,
            programs,
        })
    }

    pub(crate) fn door(&self) -> Result<DoorId> {
        Ok(self.building.doors[0].id.parse()?)
    }

    /// Powers the guest on, lets people enter, and cuts the power.
    fn round(&mut self, number: u32, scenario: Scenario, rng: &mut StdRng) -> Result<Found> {
        let mut guest = self.boot(number, scenario, false)?;
        let found = self.found(&mut guest, number)?;
        let cut_at = Instant::now() + LONGEST.mul_f64(rng.gen_range(0.05..1.0));
        while Instant::now() < cut_at {
            if scenario == Scenario::HubFlaps {
                self.hub.kill()?;
                thread::sleep(Duration::from_millis(rng.gen_range(100..2000)));
                self.hub.resume()?;
            }
            thread::sleep(Duration::from_millis(rng.gen_range(50..500)));
            guest.is_running()?;
        }
        guest.cut()?;
        Ok(found)
    }

    /// Powers the guest on for the last time, until the hub has everything; tells the last record.
    fn settle(&mut self) -> Result<u64> {
        let number = self.options.rounds;
        let mut guest = self.boot(number, Scenario::Plain, true)?;
        let found = self.found(&mut guest, number)?;
        guest.ends()?;
        ensure!(found.lost.is_empty(), "records are lost: {:?}", found.lost);
        ensure!(
            found.broken_chain.is_none(),
            "the chain is broken: {:?}",
            found.broken_chain
        );
        // The start of this last boot is on record too.
        Ok(found.last_seq)
    }

    fn boot(&self, round: u32, scenario: Scenario, settle: bool) -> Result<Guest> {
        let door = &self.building.doors[0];
        let resident_invite = self.building.resident_invite(&self.hub)?;
        let hub_port = Invite::parse(&resident_invite)?.hub.port();
        let plan = Plan {
            round,
            scenario,
            programs: self.programs.path(""),
            door: self.door()?,
            hub_port: hub_port.context("the hub has no port")?,
            resident_invite,
            courier: self.building.carrier.unlock_command(door, None),
            settle,
        };
        plan.write(&self.options.folder)?;
        Guest::boot(&self.options, round)
    }

    fn found(&self, guest: &mut Guest, round: u32) -> Result<Found> {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(found) = Found::read(&self.options.folder, round) {
                return Ok(found);
            }
            guest.is_running()?;
            ensure!(Instant::now() < end, "the guest found nothing in time");
            thread::sleep(Duration::from_millis(100));
        }
    }
}

/// A running guest.
struct Guest {
    child: Child,
    disk: PathBuf,
    log: PathBuf,
}

impl Guest {
    fn boot(options: &Options, round: u32) -> Result<Self> {
        let own = std::env::current_exe()?;
        let inside = format!("'{}' guest '{}'", own.display(), options.folder.display());
        let log = options.folder.join(format!("guest-{round}.log"));
        let output = File::create(&log)?;
        let child = Command::new("bash")
            .arg(&options.boot)
            .arg(inside)
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            .spawn()
            .context("the guest cannot be booted")?;
        Ok(Self {
            child,
            disk: options.disk.clone(),
            log,
        })
    }

    /// Fails with the guest's last words when it has ended by itself.
    fn is_running(&mut self) -> Result<()> {
        match self.child.try_wait()? {
            None => Ok(()),
            Some(status) => bail!(
                "the guest ended by itself ({status}): {}",
                self.last_words()
            ),
        }
    }

    /// Kills the emulator, and with it the guest's memory. Its command line names the disk.
    fn cut(mut self) -> Result<()> {
        Command::new("pkill")
            .args(["-KILL", "--full", "--"])
            .arg(format!("qemu.*{}", self.disk.display()))
            .status()?;
        let end = Instant::now() + Duration::from_secs(10);
        while self.child.try_wait()?.is_none() {
            ensure!(Instant::now() < end, "the emulator survived its killing");
            thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    /// Waits until the guest has done what it was told.
    fn ends(mut self) -> Result<()> {
        let status = self.child.wait()?;
        ensure!(status.success(), "the guest failed: {}", self.last_words());
        Ok(())
    }

    fn last_words(&self) -> String {
        let text = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<_> = text.lines().rev().take(8).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join("\n")
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        // What has already ended is no error worth telling.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
