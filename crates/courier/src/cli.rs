//! What can be said on the command line, and what it prints.

use std::{io::Write, net::SocketAddr, path::PathBuf, process::ExitCode};

use access::{BuildingId, DoorPublicKey, HolderPublicKey};
use anyhow::{Context, Result, bail};
use clap::{Args, Parser, Subcommand};
use courier::{Dispatch, DriverPass, Handset, PassDoor, Reach, Round, Served, unlock};
use door_protocol::Answer;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// Exit code of an unlock that the door denied; 1 is for everything that went wrong before.
const DENIED: u8 = 3;

/// Opens the lobby for a parcel driver, with a credential that works at one building and nowhere else.
///
/// Dispatch enrols once at each building and makes passes, offline. The handset holds the key that a
/// pass is bound to.
#[derive(Debug, Parser)]
#[command(version, name = "vestibule-courier")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
    /// Print data instead of words.
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Dispatch: register at a building with the invite that its manager sent.
    Enrol {
        #[command(flatten)]
        dispatch: DispatchFolder,
        /// The invite: vestibule://enrol?…
        invite: String,
    },
    /// Dispatch: list the buildings that are served.
    Buildings {
        #[command(flatten)]
        dispatch: DispatchFolder,
    },
    /// Dispatch: fetch fresh credentials and door lists from the hubs.
    Renew {
        #[command(flatten)]
        dispatch: DispatchFolder,
    },
    /// Handset: make the handset's key, or show the one it has.
    Handset {
        /// The handset's folder.
        #[arg(long, value_name = "FOLDER", env = "VESTIBULE_HANDSET")]
        data: PathBuf,
    },
    /// Dispatch: make a driver's pass for one building and one visit. Needs no connection.
    Issue(IssueArguments),
    /// Handset: ask a door to unlock.
    Unlock(UnlockArguments),
}

#[derive(Debug, Args)]
struct DispatchFolder {
    /// The dispatch folder, with the carrier's key.
    #[arg(long, value_name = "FOLDER", env = "VESTIBULE_DISPATCH")]
    data: PathBuf,
}

#[derive(Debug, Args)]
struct IssueArguments {
    #[command(flatten)]
    dispatch: DispatchFolder,
    /// The building's id; needed only when more than one is served.
    #[arg(long)]
    building: Option<BuildingId>,
    /// The holder key that `vestibule-courier handset` printed on the driver's handset.
    // A key in base64url may begin with a hyphen.
    #[arg(long, allow_hyphen_values = true)]
    holder: HolderPublicKey,
    /// The carrier's own reference for the driver; it goes into the building's audit log.
    #[arg(long)]
    driver: String,
    /// A door's name or id; may be repeated. Without it, every door that the carrier was granted.
    #[arg(long = "door", value_name = "DOOR")]
    doors: Vec<String>,
    /// How many hours the pass lasts, from now, 1 to 48.
    #[arg(long, default_value_t = 12, value_parser = clap::value_parser!(u8).range(1..=48))]
    hours: u8,
    /// Where the pass is written.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

#[derive(Debug, Args)]
struct UnlockArguments {
    /// The handset's folder.
    #[arg(long, value_name = "FOLDER", env = "VESTIBULE_HANDSET")]
    handset: PathBuf,
    /// The pass that dispatch made for this handset.
    #[arg(long, value_name = "FILE")]
    pass: PathBuf,
    /// The door's name or id.
    #[arg(long)]
    door: String,
    /// The Bluetooth adapter, as hci1; without it, the machine's first.
    #[arg(long, conflicts_with = "stream")]
    adapter: Option<String>,
    /// Reach the door over its stream link, as 192.0.2.7:7411, instead of Bluetooth.
    #[arg(long, value_name = "ADDRESS")]
    stream: Option<SocketAddr>,
    /// The key of a door that the pass does not list, to see what that door answers.
    #[arg(long, value_name = "KEY", allow_hyphen_values = true)]
    door_key: Option<DoorPublicKey>,
}

impl Arguments {
    pub(crate) async fn run(self) -> ExitCode {
        match self.command.run().await {
            Ok(report) => report.print(self.json),
            Err(error) => complain(&error, self.json),
        }
    }
}

/// Why there is nothing else to say: always in words, and as data for who asked for data.
fn complain(error: &anyhow::Error, as_json: bool) -> ExitCode {
    let why = format!("{error:#}");
    if as_json {
        let data = json!({ "outcome": "error", "message": why });
        tell(&mut std::io::stdout(), &data.to_string());
    }
    tell(&mut std::io::stderr(), &format!("vestibule-courier: {why}"));
    ExitCode::FAILURE
}

/// What a command has to say, in both forms.
struct Report {
    words: String,
    data: Value,
    exit: ExitCode,
}

impl Report {
    fn success(words: impl Into<String>, data: Value) -> Self {
        Self {
            words: words.into(),
            data,
            exit: ExitCode::SUCCESS,
        }
    }

    fn print(self, as_json: bool) -> ExitCode {
        let text = if as_json {
            self.data.to_string()
        } else {
            self.words
        };
        tell(&mut std::io::stdout(), &text);
        self.exit
    }
}

fn tell(to: &mut impl Write, text: &str) {
    // A reader that closed its pipe wants no more.
    let _ = writeln!(to, "{text}");
}

impl Command {
    async fn run(self) -> Result<Report> {
        match self {
            Self::Enrol { dispatch, invite } => {
                let invite = invite.parse()?;
                let served = Dispatch::open(&dispatch.data)?.enrol(&invite).await?;
                Ok(Report::success(
                    format!("Enrolled at {}", line(&served)),
                    data(&served),
                ))
            }
            Self::Buildings { dispatch } => list(&Dispatch::open(&dispatch.data)?.buildings()?),
            Self::Renew { dispatch } => list(&Dispatch::open(&dispatch.data)?.renew().await?),
            Self::Handset { data } => {
                let holder = Handset::set_up(&data)?.holder();
                Ok(Report::success(
                    holder.to_string(),
                    json!({ "holder": holder }),
                ))
            }
            Self::Issue(issue) => issue.run(),
            Self::Unlock(unlock) => unlock.run().await,
        }
    }
}

impl IssueArguments {
    fn run(self) -> Result<Report> {
        let now = Timestamp::now();
        let end = now.checked_add(SignedDuration::from_hours(self.hours.into()))?;
        let round = Round {
            building: self.building,
            driver: self.driver,
            holder: self.holder,
            doors: self.doors,
            not_before: unix_seconds(now)?,
            not_after: unix_seconds(end)?,
        };
        let pass = Dispatch::open(&self.dispatch.data)?.pass(&round)?;
        pass.write(&self.out)?;
        let doors: Vec<&str> = pass.doors.iter().map(|door| door.name.as_str()).collect();
        let words = format!(
            "Pass for {} at {} until {end:.0}: {}\nWritten to {}",
            pass.driver,
            pass.building_name,
            doors.join(", "),
            self.out.display()
        );
        let data = json!({
            "building": pass.building, "visit": pass.visit, "doors": doors,
            "not_after": pass.not_after, "out": self.out,
        });
        Ok(Report::success(words, data))
    }
}

impl UnlockArguments {
    async fn run(self) -> Result<Report> {
        let handset = Handset::open(&self.handset)?;
        let pass = DriverPass::read(&self.pass)?;
        let door = self.door(&pass)?;
        let reach = match self.stream {
            Some(address) => Reach::Stream(address),
            None => Reach::Bluetooth {
                adapter: self.adapter,
            },
        };
        let answer = unlock(&pass, &handset, &door, &reach).await?;
        Ok(told(&door.name, answer))
    }

    fn door(&self, pass: &DriverPass) -> Result<PassDoor> {
        match self.door_key {
            None => Ok(pass.door(&self.door)?.clone()),
            Some(key) => Ok(PassDoor {
                id: self
                    .door
                    .parse()
                    .context("with --door-key, --door takes the door's id")?,
                name: "The door".to_owned(),
                stream_address: None,
                key,
            }),
        }
    }
}

fn told(door: &str, answer: Answer) -> Report {
    match answer {
        Answer::Unlocked { unlock_s, seq } => Report::success(
            format!("{door} is unlocked for {unlock_s} s. Push now."),
            json!({ "outcome": "unlocked", "unlock_s": unlock_s, "seq": seq }),
        ),
        Answer::Denied { reason } => Report {
            words: format!("{door} stays shut. {reason}"),
            data: json!({ "outcome": "denied", "reason": reason.as_str() }),
            exit: ExitCode::from(DENIED),
        },
        Answer::Failed { code } => Report {
            words: format!("{door} stays shut: {code}"),
            data: json!({ "outcome": "failed", "code": code }),
            exit: ExitCode::FAILURE,
        },
    }
}

fn list(buildings: &[Served]) -> Result<Report> {
    if buildings.is_empty() {
        bail!("no building is enrolled yet; redeem an invite with `vestibule-courier enrol`");
    }
    let words: Vec<String> = buildings.iter().map(line).collect();
    Ok(Report::success(
        words.join("\n"),
        buildings.iter().map(data).collect(),
    ))
}

fn line(served: &Served) -> String {
    let end = i64::try_from(served.not_after)
        .ok()
        .and_then(|end| Timestamp::from_second(end).ok());
    let end = end
        .map(|end| format!(", until {end:.0}"))
        .unwrap_or_default();
    format!("{} ({}){end}", served.building_name, served.building)
}

fn data(served: &Served) -> Value {
    json!({
        "building": served.building, "building_name": served.building_name,
        "carrier": served.carrier, "not_after": served.not_after,
    })
}

fn unix_seconds(time: Timestamp) -> Result<u64> {
    u64::try_from(time.as_second()).context("this machine's clock shows a year before 1970")
}
