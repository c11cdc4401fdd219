//! What is ruled for doors, and codes.

use access::{HolderClass, Lockdown, Unfilmed};
use clap::{Args, Subcommand, ValueEnum};

use super::{Doors, InBuilding, name};
use crate::cli::times::{self, Days, Minute};

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum HoursCommand {
    /// Let a class of people in only at these hours: they replace the class's earlier ones.
    Set(HoursOfClass),
    /// Let a class of people in at these hours too.
    Add(HoursOfClass),
    /// Let people in at all hours again.
    Clear {
        #[command(flatten)]
        door: OneDoor,
        /// Only this class; all of them when absent.
        #[arg(long, value_enum)]
        class: Option<Class>,
    },
    /// Show the hours of one door, or of all.
    List {
        #[command(flatten)]
        building: InBuilding,
        /// The door; its id or name.
        door: Option<String>,
    },
}

#[derive(Debug, Args)]
pub(in crate::cli) struct HoursOfClass {
    #[command(flatten)]
    pub(in crate::cli) door: OneDoor,
    /// Whom the hours limit. Classes without hours may pass at all times.
    #[arg(long, value_enum)]
    pub(in crate::cli) class: Class,
    /// The days on which they begin, as mon-fri or sat,sun; every day when absent.
    #[arg(long, value_name = "DAYS", default_value = "mon-sun", value_parser = times::days)]
    pub(in crate::cli) days: Days,
    /// When they begin, in the building's time zone, as 08:00.
    #[arg(long, value_name = "HH:MM", value_parser = times::begin)]
    pub(in crate::cli) from: Minute,
    /// When they end, as 20:00 or 24:00; an earlier time than --from is on the next day.
    #[arg(long, value_name = "HH:MM", value_parser = times::end)]
    pub(in crate::cli) to: Minute,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct OneDoor {
    #[command(flatten)]
    pub(in crate::cli) building: InBuilding,
    /// The door; its id or name.
    pub(in crate::cli) door: String,
}

/// At least one.
#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
pub(in crate::cli) struct DoorRules {
    /// How long it may stand open before that is reported, in seconds.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u16).range(5..=3600))]
    pub(in crate::cli) held_open_s: Option<u16>,
    /// What becomes of couriers while the door films nobody: flag lets them in and marks the entry as
    /// unfilmed, refuse keeps them out. Residents, guests and staff are never kept out for it.
    #[arg(long, value_enum)]
    pub(in crate::cli) unfilmed: Option<UnfilmedRule>,
    /// Whether it leads into the package room: then residents are told that a delivery at this door was left there.
    #[arg(long, value_enum)]
    pub(in crate::cli) package_room: Option<YesOrNo>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum YesOrNo {
    Yes,
    No,
}

impl From<YesOrNo> for bool {
    fn from(answer: YesOrNo) -> Self {
        answer == YesOrNo::Yes
    }
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum LockdownCommand {
    /// Keep people out, whatever key or code they have. It lasts until it is stopped. Nobody is kept in.
    Start {
        #[command(flatten)]
        at: Where,
        /// Whom to keep out: visitors are couriers, guests and everybody with a keypad code; everyone is
        /// everybody but staff, residents too.
        #[arg(long, value_enum, default_value = "visitors")]
        level: Level,
    },
    /// Let people in again.
    Stop {
        #[command(flatten)]
        at: Where,
    },
    /// Show which doors are in lockdown.
    Show(InBuilding),
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Where {
    #[command(flatten)]
    pub(in crate::cli) building: InBuilding,
    /// A door, by id or name, once for each door; or all.
    #[arg(
        long = "door",
        value_name = "DOOR",
        required = true,
        value_delimiter = ','
    )]
    pub(in crate::cli) doors: Vec<String>,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum CodeCommand {
    /// Make a keypad code. It is random, shown once and kept by nobody.
    Add(NewCode),
    /// List the codes: whose, where, until when; never the code itself.
    List(InBuilding),
    /// End a code. Doors learn of it with their next bundle, within a second when online.
    Revoke {
        #[command(flatten)]
        building: InBuilding,
        /// The code, by its id or by the name it was made for.
        code: String,
    },
}

#[derive(Debug, Args)]
pub(in crate::cli) struct NewCode {
    #[command(flatten)]
    pub(in crate::cli) building: InBuilding,
    /// Whose it is; the log and residents' apps show it for guests and staff.
    #[arg(long, value_parser = name)]
    pub(in crate::cli) name: String,
    /// What its user is: guests and staff are filmed and named in the log, residents are not.
    #[arg(long, value_enum)]
    pub(in crate::cli) class: CodeClass,
    #[command(flatten)]
    pub(in crate::cli) doors: Doors,
    /// From when it opens, in the building's time zone, as 2026-11-23 or '2026-11-23 14:00'; now when absent.
    #[arg(long, value_name = "WHEN")]
    pub(in crate::cli) from: Option<String>,
    /// Until when; a day ends at midnight. 24 hours after its beginning when absent, at most 366 days.
    #[arg(long, value_name = "WHEN")]
    pub(in crate::cli) until: Option<String>,
    /// Let it open once only.
    #[arg(long)]
    pub(in crate::cli) once: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Class {
    Courier,
    Guest,
    Staff,
    Resident,
}

impl From<Class> for HolderClass {
    fn from(class: Class) -> Self {
        match class {
            Class::Courier => Self::Courier,
            Class::Guest => Self::Guest,
            Class::Staff => Self::Staff,
            Class::Resident => Self::Resident,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum CodeClass {
    Guest,
    Staff,
    Resident,
}

impl From<CodeClass> for HolderClass {
    fn from(class: CodeClass) -> Self {
        match class {
            CodeClass::Guest => Self::Guest,
            CodeClass::Staff => Self::Staff,
            CodeClass::Resident => Self::Resident,
        }
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(in crate::cli) enum UnfilmedRule {
    Flag,
    Refuse,
}

impl From<UnfilmedRule> for Unfilmed {
    fn from(rule: UnfilmedRule) -> Self {
        match rule {
            UnfilmedRule::Flag => Self::Flag,
            UnfilmedRule::Refuse => Self::Refuse,
        }
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(in crate::cli) enum Level {
    Visitors,
    Everyone,
}

impl From<Level> for Lockdown {
    fn from(level: Level) -> Self {
        match level {
            Level::Visitors => Self::Visitors,
            Level::Everyone => Self::Everyone,
        }
    }
}
