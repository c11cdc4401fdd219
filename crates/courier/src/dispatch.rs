use std::path::{Path, PathBuf};

use access::{
    BuildingId, BuildingPublicKey, CarrierId, CarrierKey, Credential, DoorId, HolderPublicKey,
    IssueError, Visit, VisitId, issue_driver, read_claims,
};
use hub_api::{
    Client, ClientError, ClientIdentity, DoorInfo, Enrolled, EnrolledSubject, Invite, KeyHash,
    Subject,
};
use rand::{RngCore, rngs::OsRng};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{
    files::{self, FileError},
    pass::{DriverPass, PassDoor},
};

/// A carrier's dispatch: its key, and the buildings that it serves.
#[derive(Debug)]
pub struct Dispatch {
    folder: PathBuf,
    key: CarrierKey,
}

/// A building that granted the carrier access.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Served {
    /// The building.
    pub building: BuildingId,
    /// What it is called.
    pub building_name: String,
    /// Who the carrier is there.
    pub carrier: CarrierId,
    /// When the carrier's credential ends (unix time).
    pub not_after: u64,
    building_key: BuildingPublicKey,
    hub: Url,
    hub_key: KeyHash,
    client_id: String,
    credential: Credential,
    doors: Vec<PassDoor>,
}

/// One driver's round to one building.
#[derive(Clone, Debug)]
pub struct Round {
    /// The building, where the carrier serves more than one.
    pub building: Option<BuildingId>,
    /// The carrier's own reference for the driver.
    pub driver: String,
    /// The key of the driver's handset.
    pub holder: HolderPublicKey,
    /// Names or ids of doors; none for all that the carrier was granted.
    pub doors: Vec<String>,
    /// First second of validity (unix time).
    pub not_before: u64,
    /// Last second of validity (unix time).
    pub not_after: u64,
}

/// Why dispatch could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum DispatchError {
    /// A file of the dispatch folder.
    #[error(transparent)]
    File(#[from] FileError),
    /// The hub refused or is out of reach.
    #[error("the hub did not do it")]
    Hub(#[from] ClientError),
    /// The hub enrolled something else than a carrier.
    #[error("this invite is not for a carrier; ask the building's manager for a carrier's invite")]
    NotACarrier,
    /// Nothing to make a pass from.
    #[error("no building is enrolled yet; redeem an invite with `vestibule-courier enrol`")]
    NoBuilding,
    /// More than one building is served, or the one that was named is not.
    #[error("say which building, with its id: {0}")]
    WhichBuilding(String),
    /// A door that the carrier was not granted.
    #[error(transparent)]
    Door(#[from] crate::PassError),
    /// None of the granted doors has a device that drivers could reach.
    #[error(
        "no granted door of this building has enrolled yet; ask its manager, then run `vestibule-courier renew`"
    )]
    NoDoor,
    /// The credential could not be attenuated.
    #[error("the pass cannot be made")]
    Issue(#[from] IssueError),
    /// The hub's credential is not signed by the building.
    #[error("the hub sent a carrier credential that the building did not sign")]
    ForeignCredential,
}

impl Dispatch {
    /// Opens the dispatch folder, and makes the carrier's key the first time.
    pub fn open(folder: &Path) -> Result<Self, FileError> {
        let seed = files::secret(&folder.join("carrier.key"))?;
        Ok(Self {
            folder: folder.to_owned(),
            key: CarrierKey::from_seed(*seed),
        })
    }

    /// Redeems an invite: registers the carrier's key at a building and keeps its credential.
    pub async fn enrol(&self, invite: &Invite) -> Result<Served, DispatchError> {
        let subject = Subject::Carrier {
            auth_key: self.key.public(),
            name: None,
        };
        let enrolled = Client::enrol(invite, subject, self.key.seed()).await?;
        let served = self
            .refreshed(Served::from_enrolment(invite, enrolled)?)
            .await?;
        self.keep(&served)?;
        Ok(served)
    }

    /// Fetches a fresh carrier credential and list of doors for every building.
    pub async fn renew(&self) -> Result<Vec<Served>, DispatchError> {
        let mut renewed = Vec::new();
        for served in self.buildings()? {
            let served = self.refreshed(served).await?;
            self.keep(&served)?;
            renewed.push(served);
        }
        Ok(renewed)
    }

    /// The buildings that the carrier serves, by name.
    pub fn buildings(&self) -> Result<Vec<Served>, FileError> {
        let Ok(entries) = std::fs::read_dir(self.folder.join("buildings")) else {
            return Ok(Vec::new());
        };
        let files = entries.flatten().map(|entry| entry.path());
        let json = files.filter(|path| path.extension().is_some_and(|ending| ending == "json"));
        let mut buildings = json
            .map(|path| files::read_json(&path))
            .collect::<Result<Vec<Served>, _>>()?;
        buildings.sort_by(|one, other| one.building_name.cmp(&other.building_name));
        Ok(buildings)
    }

    /// Makes a driver's pass, offline: the building's grant, narrowed to one holder, one visit and
    /// its hours, in a block that only the carrier's key can sign.
    pub fn pass(&self, round: &Round) -> Result<DriverPass, DispatchError> {
        let served = self.pick(round.building)?;
        let blank = served.blank_pass(round);
        if blank.doors.is_empty() {
            return Err(DispatchError::NoDoor);
        }
        let doors = chosen(&blank, &round.doors)?;
        let visit = Visit {
            visit: blank.visit,
            driver: round.driver.clone(),
            holder: round.holder,
            doors: doors.iter().map(|door| door.id).collect::<Vec<DoorId>>(),
            not_before: round.not_before,
            not_after: round.not_after,
        };
        let credential = issue_driver(
            &served.credential,
            &served.building_key,
            &self.key,
            &visit,
            &mut OsRng,
        )?;
        Ok(DriverPass {
            doors,
            credential,
            ..blank
        })
    }

    fn pick(&self, wanted: Option<BuildingId>) -> Result<Served, DispatchError> {
        let mut buildings = self.buildings()?;
        let names: Vec<String> = buildings
            .iter()
            .map(|served| format!("{} ({})", served.building, served.building_name))
            .collect();
        let only = buildings.len() == 1;
        match wanted {
            None if only => buildings.pop().ok_or(DispatchError::NoBuilding),
            _ if buildings.is_empty() => Err(DispatchError::NoBuilding),
            None => Err(DispatchError::WhichBuilding(names.join(", "))),
            Some(id) => buildings
                .into_iter()
                .find(|served| served.building == id)
                .ok_or_else(|| DispatchError::WhichBuilding(names.join(", "))),
        }
    }

    /// The same building with a fresh credential and the doors that it is for.
    async fn refreshed(&self, mut served: Served) -> Result<Served, DispatchError> {
        let fresh = self
            .client(&served)?
            .carrier_credential(Some(served.building))
            .await?;
        served.not_after = claimed_end(&fresh.credential, &served.building_key)?;
        served.credential = fresh.credential;
        served.doors = fresh.doors.into_iter().map(PassDoor::from).collect();
        Ok(served)
    }

    fn client(&self, served: &Served) -> Result<Client, ClientError> {
        let identity = ClientIdentity::new(&served.client_id, *self.key.seed());
        Client::new(&served.hub, served.hub_key, &identity)
    }

    fn keep(&self, served: &Served) -> Result<(), FileError> {
        let name = format!("{}.json", served.building);
        files::write_json(&self.folder.join("buildings").join(name), served)
    }
}

impl Served {
    fn from_enrolment(invite: &Invite, enrolled: Enrolled) -> Result<Self, DispatchError> {
        let EnrolledSubject::Carrier {
            carrier,
            credential,
        } = enrolled.subject
        else {
            return Err(DispatchError::NotACarrier);
        };
        Ok(Self {
            building: enrolled.building.id,
            building_name: enrolled.building.name,
            not_after: claimed_end(&credential, &enrolled.building.key)?,
            building_key: enrolled.building.key,
            hub: invite.hub.clone(),
            hub_key: invite.key,
            client_id: enrolled.client_id,
            doors: Vec::new(),
            carrier,
            credential,
        })
    }

    fn blank_pass(&self, round: &Round) -> DriverPass {
        let mut entropy = [0; 16];
        OsRng.fill_bytes(&mut entropy);
        DriverPass {
            building: self.building,
            building_name: self.building_name.clone(),
            visit: VisitId::from_entropy(entropy),
            driver: round.driver.clone(),
            holder: round.holder,
            not_before: round.not_before,
            not_after: round.not_after,
            doors: self.doors.clone(),
            credential: self.credential.clone(),
        }
    }
}

impl From<DoorInfo> for PassDoor {
    fn from(door: DoorInfo) -> Self {
        Self {
            id: door.id,
            name: door.name,
            key: door.door_key,
            stream_address: door.stream_address,
        }
    }
}

fn chosen(pass: &DriverPass, asked: &[String]) -> Result<Vec<PassDoor>, DispatchError> {
    if asked.is_empty() {
        return Ok(pass.doors.clone());
    }
    asked
        .iter()
        .map(|door| Ok(pass.door(door)?.clone()))
        .collect()
}

fn claimed_end(credential: &Credential, key: &BuildingPublicKey) -> Result<u64, DispatchError> {
    let claims = read_claims(credential, key).map_err(|_| DispatchError::ForeignCredential)?;
    Ok(claims.not_after)
}
