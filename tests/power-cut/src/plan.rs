//! What the host tells the guest of one round, and what the guest tells back.

use std::path::{Path, PathBuf};

use access::DoorId;
use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::scenario::Scenario;

/// Where the guest mounts the door's disk.
pub(crate) const DISK: &str = "/run/vestibule/disk";

/// The door's address in the guest.
pub(crate) const STREAM: &str = "127.0.0.1:7411";

/// One boot of the guest.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Plan {
    /// Which cut this leads to; 0 is the first.
    pub(crate) round: u32,
    /// What goes wrong besides.
    pub(crate) scenario: Scenario,
    /// The folder of the built programs.
    pub(crate) programs: PathBuf,
    /// The door.
    pub(crate) door: DoorId,
    /// The hub's port on the host's loopback.
    pub(crate) hub_port: u16,
    /// An invite for one more device of the resident.
    pub(crate) resident_invite: String,
    /// What the courier types, but for the door's key.
    pub(crate) courier: Vec<String>,
    /// Whether nobody enters any more: the door only delivers what it has.
    pub(crate) settle: bool,
}

/// What the guest found after a start.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Found {
    /// From the start of the daemon until it took a connection.
    pub(crate) serving_ms: u64,
    /// The last record.
    pub(crate) last_seq: u64,
    /// Why the chain on the disk does not hold, if it does not.
    pub(crate) broken_chain: Option<String>,
    /// Answered unlocks whose record is not on the disk.
    pub(crate) lost: Vec<u64>,
    /// Unlocks of the strike whose record is not on the disk.
    pub(crate) unrecorded: Vec<u64>,
}

impl Plan {
    pub(crate) fn write(&self, folder: &Path) -> Result<()> {
        write(&folder.join("plan.json"), self)
    }

    pub(crate) fn read(folder: &Path) -> Result<Self> {
        read(&folder.join("plan.json"))
    }
}

impl Found {
    fn file(folder: &Path, round: u32) -> PathBuf {
        folder.join(format!("found-{round}.json"))
    }

    pub(crate) fn write(&self, folder: &Path, round: u32) -> Result<()> {
        let file = Self::file(folder, round);
        let new = file.with_extension("new");
        write(&new, self)?;
        std::fs::rename(new, file).context("what was found cannot be told")
    }

    /// What the guest told of the round, once it has.
    pub(crate) fn read(folder: &Path, round: u32) -> Option<Self> {
        read(&Self::file(folder, round)).ok()
    }
}

fn write(file: &Path, value: &impl Serialize) -> Result<()> {
    std::fs::write(file, serde_json::to_vec_pretty(value)?)
        .with_context(|| format!("{} cannot be written", file.display()))
}

fn read<T: serde::de::DeserializeOwned>(file: &Path) -> Result<T> {
    let text = std::fs::read(file).with_context(|| format!("{} is not there", file.display()))?;
    Ok(serde_json::from_slice(&text)?)
}
