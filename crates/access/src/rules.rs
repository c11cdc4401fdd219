//! What a building rules for its doors: hours, lockdown, who must be filmed, and keypad codes.

use serde::{Deserialize, Serialize};
use serde_bytes::ByteArray;
use utoipa::ToSchema;

use crate::{CodeKeyId, DoorId, Endorsement, GrantId, HolderClass};

/// Minutes of a day.
pub(crate) const DAY_MIN: u16 = 24 * 60;

/// When a class of holders may pass, each week, in the building's time zone.
///
/// A class without hours at a door may always pass there; one with hours only within one of them.
/// They are read off the building's clocks: an hour that daylight saving skips does not come, and
/// one that it repeats counts twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    /// Whom they limit.
    pub class: HolderClass,
    /// The days on which they begin: bit 0 is Monday, bit 6 Sunday.
    pub days: u8,
    /// When they begin, in minutes after midnight: 0 to 1439.
    pub from_min: u16,
    /// When they end, in minutes after midnight: 1 to 1440. Before `from_min`: on the next day.
    pub to_min: u16,
}

impl Hours {
    /// All days of a week.
    pub const EVERY_DAY: u8 = 0b0111_1111;

    /// Whether the days and minutes exist and the hours are not empty.
    pub(crate) fn is_sound(self) -> bool {
        (1..=Self::EVERY_DAY).contains(&self.days)
            && self.from_min < DAY_MIN
            && (1..=DAY_MIN).contains(&self.to_min)
            && self.from_min != self.to_min
    }
}

/// Who is kept out for now, whatever else would let them in.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    Serialize,
    Deserialize,
    ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Lockdown {
    /// Nobody.
    #[default]
    Off,
    /// Couriers, guests and everybody with a keypad code.
    Visitors,
    /// Everybody but staff with a credential.
    Everyone,
}

impl Lockdown {
    /// The stable code, as serde writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Visitors => "visitors",
            Self::Everyone => "everyone",
        }
    }

    /// Whether it keeps out who holds a credential of this class.
    pub const fn keeps_out(self, class: HolderClass) -> bool {
        match self {
            Self::Off => false,
            Self::Visitors => matches!(class, HolderClass::Courier | HolderClass::Guest),
            Self::Everyone => !matches!(class, HolderClass::Staff),
        }
    }

    /// Whether it keeps out everybody with a keypad code, whatever their class: a code can have
    /// been passed on.
    pub const fn keeps_codes_out(self) -> bool {
        !matches!(self, Self::Off)
    }
}

/// What a door does about a courier whom nobody would film.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    Serialize,
    Deserialize,
    ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Unfilmed {
    /// Lets the courier in. Where the door has a camera, the entry is on record as unfilmed.
    #[default]
    Flag,
    /// Keeps the courier out, also where the door has no camera.
    Refuse,
}

impl Unfilmed {
    /// Both, in declaration order.
    pub const ALL: [Self; 2] = [Self::Flag, Self::Refuse];

    /// The stable code, as serde writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Flag => "flag",
            Self::Refuse => "refuse",
        }
    }

    /// Whether it keeps this class out while nobody is filmed.
    pub const fn keeps_out(self, class: HolderClass) -> bool {
        matches!((self, class), (Self::Refuse, HolderClass::Courier))
    }
}

/// A code for a door's keypad. The bundle has only its slow, salted hash.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DoorCode {
    /// The grant it stands for: what a record names and what is revoked.
    pub grant: GrantId,
    /// What its user is.
    pub class: HolderClass,
    /// The doors it opens.
    pub doors: Vec<DoorId>,
    /// Argon2id of the code under [`crate::Bundle::code_salt`] and [`Self::key`].
    pub hash: ByteArray<32>,
    /// The secret that it is hashed with; none for a code of before there were secrets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<CodeKeyId>,
    /// From when it opens, in unix seconds.
    pub not_before: u64,
    /// Until when, in unix seconds, this second included.
    pub not_after: u64,
    /// Whether its first use at a door is its last there.
    pub single_use: bool,
    /// The word of a resident's device, without which a courier's code opens no unit door.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endorsement: Option<Endorsement>,
}

/// A hash of six digits is soon undone by whoever has its key: it is not printed.
impl std::fmt::Debug for DoorCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DoorCode")
            .field("grant", &self.grant)
            .finish_non_exhaustive()
    }
}
