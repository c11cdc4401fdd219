use std::path::Path;

use access::{BuildingId, Credential, DoorId, DoorPublicKey, HolderPublicKey, VisitId};
use serde::{Deserialize, Serialize};

use crate::files::{self, FileError};

/// What dispatch sends to one driver's handset: a credential for one building and one visit, and
/// where its doors are. Worthless without the handset's own key.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DriverPass {
    /// The one building.
    pub building: BuildingId,
    /// The building's name, for the driver.
    pub building_name: String,
    /// The visit, as the audit log will name it.
    pub visit: VisitId,
    /// The carrier's own reference for the driver; the audit log will name it.
    pub driver: String,
    /// The handset's key.
    pub holder: HolderPublicKey,
    /// First and last second of validity (unix time).
    pub not_before: u64,
    /// See `not_before`.
    pub not_after: u64,
    /// The doors of the visit.
    pub doors: Vec<PassDoor>,
    /// What the handset shows to a door, base64url.
    pub credential: Credential,
}

/// A door that a pass is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PassDoor {
    /// The door's id.
    pub id: DoorId,
    /// What people call it.
    pub name: String,
    /// The key that tells the real door from a copy.
    pub key: DoorPublicKey,
    /// `host:port` of its stream link, if it has one.
    pub stream_address: Option<String>,
}

/// Why a pass does not help at a door.
#[derive(Debug, thiserror::Error)]
pub enum PassError {
    /// No door of that name or id.
    #[error("this pass is not for a door {asked:?}; it is for: {listed}")]
    UnknownDoor {
        /// What was asked for.
        asked: String,
        /// The names of the doors that it is for.
        listed: String,
    },
    /// The pass was made for another handset.
    #[error("this pass was made for another handset; ask dispatch for one made for holder {0}")]
    OtherHandset(HolderPublicKey),
}

impl DriverPass {
    /// Reads a pass that dispatch wrote.
    pub fn read(path: &Path) -> Result<Self, FileError> {
        files::read_json(path)
    }

    /// Writes the pass, for its handset only.
    pub fn write(&self, path: &Path) -> Result<(), FileError> {
        files::write_json(path, self)
    }

    /// The door with this id or, letter case aside, this name.
    pub fn door(&self, asked: &str) -> Result<&PassDoor, PassError> {
        let id = asked.parse().ok();
        let is_asked = |door: &&PassDoor| {
            Some(door.id) == id || door.name.to_lowercase() == asked.to_lowercase()
        };
        self.doors
            .iter()
            .find(is_asked)
            .ok_or_else(|| PassError::UnknownDoor {
                asked: asked.to_owned(),
                listed: self
                    .doors
                    .iter()
                    .map(|door| door.name.as_str())
                    .collect::<Vec<_>>()
                    .join(", "),
            })
    }
}
