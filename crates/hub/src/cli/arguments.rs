mod rules;

use std::net::SocketAddr;
use std::path::PathBuf;

use access::{ClipId, DoorKind, GrantId, HolderPublicKey, ResidentRecords};
use clap::{Args, Parser, Subcommand, ValueEnum};
use url::Url;

pub(super) use rules::{
    CodeClass, CodeCommand, DoorRules, HoursCommand, HoursOfClass, LockdownCommand, NewCode,
    OneDoor, Where,
};

/// The hub of a building: who lives there, who may enter, what happened at the doors.
#[derive(Debug, Parser)]
#[command(name = "vestibule-hub", version, propagate_version = true)]
#[command(after_help = "A new building, from nothing:
  vestibule-hub init --name Elm --public-url https://hub.elm.example:8443
  vestibule-hub serve
and in another terminal, while it serves:
  vestibule-hub building add --name '12 Elm Street'
  vestibule-hub door add --name 'Main entrance' --kind common
  vestibule-hub invite door 'Main entrance'")]
pub(super) struct Arguments {
    /// The hub's data folder.
    #[arg(
        long,
        global = true,
        value_name = "FOLDER",
        env = "VESTIBULE_HUB_DATA",
        default_value = "/var/lib/vestibule-hub"
    )]
    pub(super) data: PathBuf,
    /// Print data instead of words.
    #[arg(long, global = true)]
    pub(super) json: bool,
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make a new hub: its data folder, database and keys.
    Init(Init),
    /// Serve doors, residents and carriers until stopped.
    Serve(Serve),
    /// Buildings.
    #[command(subcommand)]
    Building(Building),
    /// Apartments and other units.
    #[command(subcommand)]
    Unit(Unit),
    /// Doors.
    #[command(subcommand)]
    Door(Door),
    /// People who live in the building.
    #[command(subcommand)]
    Resident(Resident),
    /// Companies that deliver.
    #[command(subcommand)]
    Carrier(Carrier),
    /// Let somebody in who does not live there.
    #[command(subcommand)]
    Grant(Grant),
    /// End a grant. Doors learn of it with their next bundle, within a second when online.
    Revoke(Revoke),
    /// Codes for doors' keypads.
    #[command(subcommand)]
    Code(CodeCommand),
    /// Close doors to people for now, and open them again.
    #[command(subcommand)]
    Lockdown(LockdownCommand),
    /// Make a one-time invite with which a device, door or carrier enrols.
    #[command(subcommand)]
    Invite(Invite),
    /// Clips of entries. They are encrypted for residents' devices: the hub can check and not watch them.
    #[command(subcommand)]
    Clip(ClipCommand),
    /// What happened at the doors.
    #[command(subcommand)]
    Audit(Audit),
}

#[derive(Debug, Args)]
pub(super) struct Init {
    /// What the hub is called; clients show it.
    #[arg(long, value_parser = name)]
    pub(super) name: String,
    /// The https address under which clients reach the hub, as `https://hub.elm.example:8443`. Nobody can be invited to a hub
    /// that listens on all addresses before it has one.
    #[arg(long, value_name = "URL", value_parser = origin)]
    pub(super) public_url: Option<Url>,
    /// Where the hub listens; port 0 picks a free one.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "0.0.0.0:8443")]
    pub(super) listen: SocketAddr,
}

#[derive(Debug, Args)]
pub(super) struct Serve {
    /// Where to listen instead of where the settings say; port 0 picks a free one.
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub(super) listen: Option<SocketAddr>,
}

#[derive(Debug, Subcommand)]
pub(super) enum Building {
    /// Add a building, with a signing key of its own.
    Add {
        /// Its name.
        #[arg(long, value_parser = name)]
        name: String,
        /// Whether records name the resident who entered; every resident's app says so.
        #[arg(long, value_enum, default_value = "unnamed")]
        resident_records: RecordsRule,
    },
    /// List the buildings.
    List,
    /// Set the time zone in which the building's hours are meant.
    TimeZone {
        #[command(flatten)]
        building: InBuilding,
        /// A name of the IANA time zone database, as Europe/Berlin.
        name: String,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum Unit {
    /// Add a unit to a building.
    Add {
        #[command(flatten)]
        building: InBuilding,
        /// Its name, as 3B.
        #[arg(long, value_parser = name)]
        name: String,
    },
    /// List the units.
    List(InBuilding),
}

#[derive(Debug, Subcommand)]
pub(super) enum Door {
    /// Add a door; then invite it.
    Add {
        #[command(flatten)]
        building: InBuilding,
        /// Its name.
        #[arg(long, value_parser = name)]
        name: String,
        /// Whether it leads to a shared area or into a unit.
        #[arg(long, value_enum)]
        kind: Kind,
        /// The unit that it leads into; its id or name.
        #[arg(long, required_if_eq("kind", "unit"))]
        unit: Option<String>,
        /// How long it stays unlocked, in seconds, 1 to 60.
        #[arg(long, value_name = "SECONDS", default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=60))]
        unlock_s: u16,
        /// It leads into the package room: residents are told that a delivery at this door was left there.
        #[arg(long)]
        package_room: bool,
    },
    /// List the doors.
    List(InBuilding),
    /// Change what is ruled for a door.
    Set {
        #[command(flatten)]
        door: OneDoor,
        #[command(flatten)]
        rules: DoorRules,
    },
    /// When people may pass a door, by what they are: couriers, guests, staff, residents.
    #[command(subcommand)]
    Hours(HoursCommand),
}

#[derive(Debug, Subcommand)]
pub(super) enum Resident {
    /// Add a resident of a unit; then invite each of the resident's devices.
    Add {
        #[command(flatten)]
        building: InBuilding,
        /// The resident's name.
        #[arg(long, value_parser = name)]
        name: String,
        /// The unit; its id or name.
        #[arg(long)]
        unit: String,
    },
    /// End all devices and open invites of a resident who moves out. The records stay.
    Revoke {
        /// The resident; an id or a name.
        #[arg(value_name = "ID")]
        resident: String,
        #[command(flatten)]
        building: InBuilding,
    },
    /// List the residents.
    List(InBuilding),
}

#[derive(Debug, Subcommand)]
pub(super) enum Carrier {
    /// Add a carrier; then grant it doors and invite it.
    Add {
        /// Its name.
        #[arg(long, value_parser = name)]
        name: String,
    },
    /// List the carriers.
    List,
}

#[derive(Debug, Subcommand)]
pub(super) enum Grant {
    /// Let a carrier's drivers through common doors.
    Carrier {
        /// The carrier; its id or name.
        #[arg(long)]
        carrier: String,
        #[command(flatten)]
        building: InBuilding,
        #[command(flatten)]
        doors: Doors,
        /// How long, in days, 1 to 3650; until it is revoked when absent.
        #[arg(long, value_parser = clap::value_parser!(u64).range(1..=3650))]
        days: Option<u64>,
    },
    /// Let a visitor in; prints the visitor's credential.
    Guest(Person),
    /// Let somebody in who works for the building; prints the credential.
    Staff(Person),
    /// List the grants.
    List(InBuilding),
}

#[derive(Debug, Args)]
pub(super) struct Person {
    #[command(flatten)]
    pub(super) building: InBuilding,
    /// The person's name.
    #[arg(long, value_parser = name)]
    pub(super) name: String,
    /// The public key of the person's phone or handset, base64url.
    #[arg(long, value_name = "KEY")]
    pub(super) holder: HolderPublicKey,
    #[command(flatten)]
    pub(super) doors: Doors,
    /// How long, in days from now, 1 to 366.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=366))]
    pub(super) days: u64,
}

#[derive(Debug, Args)]
pub(super) struct Doors {
    /// A door, by id or name; say it once for each door, or separate ids with commas.
    #[arg(long = "door", alias = "doors", value_name = "DOOR", required = true)]
    #[arg(value_delimiter = ',')]
    pub(super) doors: Vec<String>,
}

#[derive(Debug, Args)]
pub(super) struct Revoke {
    /// The grant's id; see `grant list`.
    pub(super) grant: GrantId,
}

#[derive(Debug, Subcommand)]
pub(super) enum Invite {
    /// Invite one more device of a resident.
    Resident(Invited),
    /// Invite a door.
    Door(Invited),
    /// Invite a carrier.
    Carrier(Invited),
}

#[derive(Debug, Args)]
pub(super) struct Invited {
    /// Whom: an id or a name.
    #[arg(value_name = "WHOM")]
    pub(super) id: String,
    #[command(flatten)]
    pub(super) building: InBuilding,
    /// Show the invite as a QR code too.
    #[arg(long)]
    pub(super) qr: bool,
    /// How long it is good, in hours, 1 to 8760.
    #[arg(long, value_name = "HOURS", default_value_t = 72, value_parser = clap::value_parser!(u64).range(1..=8760))]
    pub(super) valid_h: u64,
}

#[derive(Debug, Subcommand)]
pub(super) enum ClipCommand {
    /// List the clips, newest first.
    List(InBuilding),
    /// Check a clip's signatures, its end against its door's record, and each stored fragment.
    Verify {
        /// The clip's id; see `clip list`.
        clip: ClipId,
    },
    /// Keep a clip whatever its age, until it is released; this is put into the building's log.
    Hold {
        /// The clip's id; see `clip list`.
        clip: ClipId,
        /// Why, for the log and the list; at most 64 bytes.
        #[arg(long, value_parser = reason)]
        reason: String,
    },
    /// Keep a held clip for as long as any other again; past that time it is deleted within a minute.
    Release {
        /// The clip's id; see `clip list`.
        clip: ClipId,
    },
    /// Check a film that a resident's app saved, with its manifest beside it, against this hub's doors, devices and log.
    VerifyExport {
        /// The film, as 'Main entrance 2026-11-23 14.05.12.mp4'; the manifest is the file of this name with .json.
        #[arg(value_name = "FILE")]
        film: PathBuf,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum Audit {
    /// Check a building's log against its keys and show it, oldest first.
    Show {
        #[command(flatten)]
        building: InBuilding,
        /// Only the newest so many.
        #[arg(long, value_name = "COUNT")]
        last: Option<usize>,
    },
}

#[derive(Clone, Debug, Args)]
pub(super) struct InBuilding {
    /// The building; its id or name. Needed only where the hub has several.
    #[arg(long)]
    pub(super) building: Option<String>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Kind {
    Common,
    Unit,
}

impl From<Kind> for DoorKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Common => Self::Common,
            Kind::Unit => Self::Unit,
        }
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum RecordsRule {
    Unnamed,
    Named,
}

impl From<RecordsRule> for ResidentRecords {
    fn from(rule: RecordsRule) -> Self {
        match rule {
            RecordsRule::Unnamed => Self::Unnamed,
            RecordsRule::Named => Self::Named,
        }
    }
}

/// A name that fits a bundle and a line.
fn name(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() || text.len() > 128 || text.chars().any(char::is_control) {
        return Err("a name has 1 to 128 bytes and no control characters".to_owned());
    }
    Ok(text.to_owned())
}

/// A reason that fits a record and a line.
fn reason(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty()
        || text.len() > audit::Event::MAX_TEXT_LEN
        || text.chars().any(char::is_control)
    {
        return Err("a reason has 1 to 64 bytes and no control characters".to_owned());
    }
    Ok(text.to_owned())
}

/// An https address without a path.
fn origin(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| error.to_string())?;
    let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    if url.scheme() == "https" && url.has_host() && bare && url.username().is_empty() {
        return Ok(url);
    }
    Err("this is not an https address without a path, as https://hub.elm.example:8443".to_owned())
}
