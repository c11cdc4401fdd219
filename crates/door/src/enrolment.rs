//! How a device becomes a building's door.
//!
//! The data folder holds `enrolment.json`, which names the door, and a folder of that name with the
//! door's `keys`, records and clips. A device that becomes another door gets other keys and another
//! folder, and keeps the earlier one.
//!
//! The keys are on disk, as `keys.pending`, before the hub hears of them, and the enrolment is
//! written whole or not at all. A crash in between costs nothing: the same invite, redeemed again by
//! the same keys, gives the same answer.

use std::{
    io,
    path::{Path, PathBuf},
};

use access::{BuildingId, BuildingPublicKey, DoorId, x25519_public};
use hub_api::{
    Client, ClientError, ClientIdentity, Enrolled, EnrolledSubject, Invite, KeyHash, Subject,
};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{
    clock::unix_ms,
    config::Config,
    files::{DataDir, FilesError, make_private_folder, read_private, write_private},
    keys::{Keys, KeysError},
};

const FILE: &str = "enrolment.json";
const PENDING: &str = "keys.pending";

/// What a door knows of its building and its hub since it was enrolled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Enrolment {
    /// Where the hub answers.
    pub hub: Url,
    /// The hub's pinned TLS key.
    pub hub_key: KeyHash,
    /// Who the door is to the hub.
    pub client_id: String,
    /// The building.
    pub building: BuildingId,
    /// Root of every credential and bundle that this door accepts.
    pub building_key: BuildingPublicKey,
    /// Which door this is.
    pub door: DoorId,
}

/// Why a device is not, or not anew, a building's door.
#[derive(Debug, thiserror::Error)]
pub enum EnrolError {
    /// The data folder cannot be used.
    #[error(transparent)]
    Files(#[from] FilesError),
    /// The keys cannot be used.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// It is one already.
    #[error(
        "this device is already enrolled as door {door} at {hub}, so nothing was changed. To make it another door, repeat with --force: it gets new keys, and what it kept as this door stays in data_dir"
    )]
    AlreadyEnrolled {
        /// Which door it is.
        door: DoorId,
        /// At which hub.
        hub: Url,
    },
    /// It was never enrolled.
    #[error(
        "this device is not enrolled. Make an invite at the hub (vestibule-hub invite door), then run: vestibule-door enrol --config FILE LINK"
    )]
    NotEnrolled,
    /// The file was not written by this program.
    #[error("{path} is damaged: {why}. Restore it from a backup, or enrol anew with --force")]
    Damaged {
        /// The file.
        path: String,
        /// What is wrong with it.
        why: String,
    },
    /// The hub did not enrol it.
    #[error("the hub did not enrol this door: {0}")]
    Hub(#[from] ClientError),
    /// The invite is for something else.
    #[error(
        "this invite is not for a door. Make one with vestibule-hub invite door, and use this one where it belongs"
    )]
    NotADoor,
}

impl Enrolment {
    /// Reads the enrolment in `folder`.
    pub fn load(folder: &Path) -> Result<Self, EnrolError> {
        let path = folder.join(FILE);
        let contents = read_private(&path)?.ok_or(EnrolError::NotEnrolled)?;
        serde_json::from_slice(&contents).map_err(|error| EnrolError::Damaged {
            path: path.display().to_string(),
            why: error.to_string(),
        })
    }

    /// Keeps the enrolment in `folder`.
    pub fn save(&self, folder: &Path) -> Result<(), EnrolError> {
        let path = folder.join(FILE);
        let contents = serde_json::to_vec_pretty(self).map_err(|error| EnrolError::Damaged {
            path: path.display().to_string(),
            why: error.to_string(),
        })?;
        Ok(write_private(&path, &contents)?)
    }

    /// The folder of this door's keys, records and clips in the data folder.
    pub fn folder(&self, data: &Path) -> PathBuf {
        data.join(self.door.to_string())
    }

    /// This door's keys.
    pub fn keys(&self, data: &Path) -> Result<Keys, EnrolError> {
        let keys = Keys::load(&self.folder(data).join("keys"))?;
        keys.ok_or(EnrolError::NotEnrolled)
    }

    /// Makes `keys` this door's. Whatever a door of the same name kept under other keys is put aside.
    pub fn establish(&self, data: &Path, keys: &Keys) -> Result<(), EnrolError> {
        let folder = self.folder(data);
        let path = folder.join("keys");
        let earlier = Keys::load(&path)?;
        if earlier.is_some_and(|earlier| earlier.signing_public() != keys.signing_public()) {
            let aside = data.join(format!("{}.until-{}", self.door, unix_ms()));
            let renamed = std::fs::rename(&folder, &aside);
            renamed.map_err(|source| FilesError::io(&folder, source))?;
        }
        make_private_folder(&folder)?;
        keys.save(&path)?;
        self.save(data)
    }

    /// A client of the hub that speaks for this door.
    pub fn client(&self, keys: &Keys) -> Result<Client, ClientError> {
        let identity = ClientIdentity::new(self.client_id.clone(), *keys.signing().seed());
        Client::new(&self.hub, self.hub_key, &identity)
    }
}

/// Redeems `invite` for the device whose data folder `config` names.
///
/// Refuses a device that is enrolled already unless `force`. Until the hub has answered, nothing of
/// what the device was is touched.
pub async fn enrol(config: &Config, invite: &Invite, force: bool) -> Result<Enrolment, EnrolError> {
    let data = DataDir::take(&config.data_dir)?;
    let current = match Enrolment::load(data.path()) {
        Ok(Enrolment { door, hub, .. }) if !force => {
            return Err(EnrolError::AlreadyEnrolled { door, hub });
        }
        Ok(current) => Some(current),
        Err(EnrolError::NotEnrolled) => None,
        Err(EnrolError::Damaged { .. }) if force => None,
        Err(error) => return Err(error),
    };
    let keys = pending_keys(data.path(), current.as_ref())?;
    let subject = Subject::Door {
        auth_key: keys.signing_public(),
        door_key: x25519_public(keys.channel()).into(),
        stream_address: config.stream_address(),
    };
    let enrolled = Client::enrol(invite, subject, keys.signing().seed()).await?;
    let enrolment = read(invite, enrolled)?;
    enrolment.establish(data.path(), &keys)?;
    remove_pending(data.path())?;
    Ok(enrolment)
}

/// The keys of an enrolment that was begun and not finished, or new ones.
fn pending_keys(data: &Path, current: Option<&Enrolment>) -> Result<Keys, EnrolError> {
    let path = data.join(PENDING);
    let used = current.and_then(|current| current.keys(data).ok());
    let pending = Keys::load(&path)?;
    let is_used = pending
        .zip(used)
        .is_some_and(|(pending, used)| pending.signing_public() == used.signing_public());
    if is_used {
        remove_pending(data)?;
    }
    Ok(Keys::load_or_make(&path)?)
}

fn remove_pending(data: &Path) -> Result<(), FilesError> {
    let path = data.join(PENDING);
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(FilesError::io(&path, error)),
        _ => Ok(()),
    }
}

fn read(invite: &Invite, enrolled: Enrolled) -> Result<Enrolment, EnrolError> {
    let EnrolledSubject::Door { door, .. } = enrolled.subject else {
        return Err(EnrolError::NotADoor);
    };
    Ok(Enrolment {
        hub: invite.hub.clone(),
        hub_key: invite.key,
        client_id: enrolled.client_id,
        building: enrolled.building.id,
        building_key: enrolled.building.key,
        door,
    })
}

#[cfg(test)]
#[path = "enrolment_tests.rs"]
mod tests;
