//! What a manager rules for doors, and keypad codes.

use std::fmt;

use access::{
    BuildingId, CodeKeyId, DoorId, Endorsement, GrantId, HolderClass, Hours, Lockdown, Unfilmed,
};
use async_trait::async_trait;

use super::Result;

/// What a manager rules for a door.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DoorRules {
    /// When classes of holders may pass, by class and then by time; a class without hours may always.
    pub hours: Vec<Hours>,
    /// Who is kept out for now.
    pub lockdown: Lockdown,
    /// How long it may stand open before that is reported, in seconds.
    pub held_open_s: u16,
    /// What becomes of couriers whom nobody would film.
    pub unfilmed: Unfilmed,
    /// Whether it leads into the package room, where deliveries are left.
    pub package_room: bool,
}

impl Default for DoorRules {
    fn default() -> Self {
        Self {
            hours: Vec::new(),
            lockdown: Lockdown::Off,
            held_open_s: access::BundleDoor::HELD_OPEN_S,
            unfilmed: Unfilmed::Flag,
            package_room: false,
        }
    }
}

/// What a grant has beyond its words when a keypad code stands for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// What its user is; a courier only by a resident's pass.
    pub class: HolderClass,
    /// Whose it is, for people; none of a resident's pass, whose label is its household's own, and of a resident's own.
    pub name: Option<String>,
    /// The grant of the device that it was made for, when it is a resident's own: it ends with that, and opens the
    /// doors with a keypad that the device's unit may pass at the time.
    pub device: Option<GrantId>,
    /// Of the code, under its building's salt and secret.
    pub hash: CodeHash,
    /// Whether it opens once only.
    pub single_use: bool,
    /// When its use at a door was recorded here, unix seconds; only for a single-use code.
    pub used_at: Option<u64>,
    /// The word of a resident's device that a courier may open the apartment with it; it ends with that device.
    pub endorsement: Option<Endorsement>,
}

/// The slow hash of a code.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct CodeHash {
    /// Argon2id.
    pub bytes: [u8; 32],
    /// The secret that is in it; none in one of before there were secrets.
    pub key: Option<CodeKeyId>,
}

/// A hash of six digits is soon undone by who has its secret: it is not printed.
impl fmt::Debug for CodeHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CodeHash")
    }
}

/// Hours, lockdown, and the salt of codes.
#[async_trait]
pub trait Rules: Send + Sync {
    /// Sets the time zone of a building's hours: a name of the IANA database.
    async fn set_time_zone(&self, building: BuildingId, name: &str) -> Result<()>;
    /// Sets how long a door may stand open, in seconds.
    async fn set_held_open(&self, door: DoorId, held_open_s: u16) -> Result<()>;
    /// Sets what becomes of couriers whom nobody would film at a door.
    async fn set_unfilmed(&self, door: DoorId, unfilmed: Unfilmed) -> Result<()>;
    /// Sets whether a door leads into the package room; says whether that changed.
    async fn set_package_room(&self, door: DoorId, package_room: bool) -> Result<bool>;
    /// Replaces the hours of a class at a door, or of all classes.
    async fn replace_hours(
        &self,
        door: DoorId,
        of: Option<HolderClass>,
        hours: &[Hours],
    ) -> Result<()>;
    /// Sets who is kept out, at all these doors at once.
    async fn set_lockdown(&self, doors: &[DoorId], lockdown: Lockdown) -> Result<()>;
    /// The salt of a building's codes; `fresh` becomes it where there is none yet.
    async fn code_salt(&self, building: BuildingId, fresh: [u8; 16]) -> Result<[u8; 16]>;
}
