//! From an invite to a registered key.

use access::{BuildingId, DeviceId, GrantId};
use hub_api::{
    BuildingInfo, DoorUpdate, EnrolRequest, Enrolled, EnrolledSubject, ErrorCode, Subject, Topic,
};
use sha2::{Digest, Sha256};

use super::credentials::NO_GRANT;
use super::{Hub, Result, entropy16, refuse};
use crate::store::{
    Audience, Client, ClientSubject, Invitee, Notice, Redeemed, Refusal, Registration, StoreError,
};

const MAX_NAME_CHARS: usize = 64;
const MAX_STREAM_ADDRESS_LEN: usize = 255;

impl Hub {
    /// Redeems an invite for the key that proved itself.
    pub async fn enrol(&self, request: EnrolRequest, proven_key: &[u8; 32]) -> Result<Enrolled> {
        let code_hash = hash_code(&request.code);
        let registration = registration(request.subject)?;
        if registration.key() != *proven_key {
            return refuse(
                ErrorCode::InvalidProof,
                "The proof is made with another key than the one to enrol.",
            );
        }
        self.require_carrier_grant(&code_hash).await?;
        let now = self.clock.now_s();
        match self.store.redeem(&code_hash, now, &registration).await? {
            Redeemed::Client(client) => self.welcome(client).await,
            Redeemed::Refused(refusal) => refused(refusal),
        }
    }

    /// A carrier without a grant would enrol for nothing and lose its invite.
    async fn require_carrier_grant(&self, code_hash: &[u8; 32]) -> Result<()> {
        let Some(Invitee::Carrier(carrier)) = self.store.invitee(code_hash).await? else {
            return Ok(());
        };
        match self.standing_carrier_grant(carrier, None).await? {
            Some(_) => Ok(()),
            None => refuse(ErrorCode::NoGrant, NO_GRANT),
        }
    }

    async fn welcome(&self, client: Client) -> Result<Enrolled> {
        let (building, subject) = match client.subject {
            ClientSubject::Device {
                device,
                resident,
                building,
                ..
            } => {
                let residents = self.store.residents().await?;
                let found = residents.into_iter().find(|known| known.id == resident);
                let resident_name = found.ok_or(StoreError::Unknown)?.name;
                (
                    building,
                    EnrolledSubject::ResidentDevice {
                        resident,
                        device,
                        resident_name,
                    },
                )
            }
            ClientSubject::Door { door, building } => {
                let doors = self.store.doors_of(building).await?;
                let found = doors.into_iter().find(|known| known.id == door);
                let known = found.ok_or(StoreError::Unknown)?;
                self.tell_of_new_door(building).await?;
                let (name, door_kind) = (known.name, known.kind);
                (
                    building,
                    EnrolledSubject::Door {
                        door,
                        name,
                        door_kind,
                    },
                )
            }
            ClientSubject::Carrier { carrier } => {
                let issued = self.issue_for_carrier(carrier, None).await?;
                let credential = issued.credential;
                (
                    issued.building,
                    EnrolledSubject::Carrier {
                        carrier,
                        credential,
                    },
                )
            }
        };
        // A new device must be among the viewers before its resident opens a door.
        self.refresh_bundles().await?;
        tracing::info!(client = %client.id, "enrolled");
        Ok(Enrolled {
            client_id: client.id,
            building: self.building_info(building).await?,
            hub_name: self.settings.name.clone(),
            subject,
        })
    }

    async fn tell_of_new_door(&self, building: BuildingId) -> Result<()> {
        let notice = Notice::Refresh { what: Topic::Doors };
        let now = self.clock.now_s();
        Ok(self
            .store
            .post(Audience::Residents(building), notice, now)
            .await?)
    }

    async fn building_info(&self, id: BuildingId) -> Result<BuildingInfo> {
        let building = self.building(id).await?;
        Ok(BuildingInfo {
            id: building.id,
            name: building.name,
            key: building.key,
            log_key: self.log_key(),
            resident_records: building.resident_records,
        })
    }

    /// Notes whether a door leads into the package room, and tells residents when that changed. Doors need not know.
    pub async fn set_package_room(
        &self,
        building: BuildingId,
        door: access::DoorId,
        package_room: bool,
    ) -> Result<()> {
        if self.store.set_package_room(door, package_room).await? {
            self.tell_of_new_door(building).await?;
        }
        Ok(())
    }

    /// Notes what a door says about itself, and tells residents when that changed.
    pub async fn update_door(
        &self,
        building: BuildingId,
        door: access::DoorId,
        update: DoorUpdate,
    ) -> Result<()> {
        let update = DoorUpdate {
            stream_address: update.stream_address.map(checked_address).transpose()?,
            ..update
        };
        if self.store.update_door(door, &update).await? {
            self.tell_of_new_door(building).await?;
        }
        Ok(())
    }
}

/// What is kept of an invite's code.
pub fn hash_code(code: &str) -> [u8; 32] {
    Sha256::digest(code).into()
}

fn registration(subject: Subject) -> Result<Registration> {
    Ok(match subject {
        Subject::ResidentDevice {
            device_name,
            auth_key,
            holder_key,
            viewer_key,
        } => Registration::Device {
            auth_key,
            device: DeviceId::from_entropy(entropy16()),
            name: checked_name(device_name, "A device's name")?,
            holder_key,
            viewer_key,
            grant: GrantId::from_entropy(entropy16()),
        },
        Subject::Door {
            auth_key,
            door_key,
            stream_address,
        } => Registration::Door {
            auth_key,
            door_key,
            stream_address: stream_address.map(checked_address).transpose()?,
        },
        Subject::Carrier { auth_key, name: _ } => Registration::Carrier { auth_key },
    })
}

/// Refuses a name that is empty, long or no plain text; `what` it names begins the refusal.
pub(super) fn checked_name(name: String, what: &str) -> Result<String> {
    let fits = (1..=MAX_NAME_CHARS).contains(&name.chars().count());
    if fits && !name.chars().any(char::is_control) {
        return Ok(name);
    }
    refuse(
        ErrorCode::InvalidRequest,
        format!("{what} has 1 to {MAX_NAME_CHARS} characters and no control characters."),
    )
}

fn checked_address(address: String) -> Result<String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || ".-:[]_".contains(c);
    let port = address
        .rsplit_once(':')
        .and_then(|(_, port)| port.parse::<u16>().ok());
    let host_fits = address.len() <= MAX_STREAM_ADDRESS_LEN && !address.starts_with(':');
    if host_fits && port.is_some_and(|port| port > 0) && address.chars().all(plain) {
        return Ok(address);
    }
    refuse(
        ErrorCode::InvalidRequest,
        "A stream address is host:port, as 192.168.1.20:7411.",
    )
}

fn refused<T>(refusal: Refusal) -> Result<T> {
    match refusal {
        Refusal::Unknown => refuse(
            ErrorCode::InviteInvalid,
            "No such invite is open here for this kind of device. Check that the whole link was \
             copied, or ask the building's manager for a new invite.",
        ),
        Refusal::Expired => refuse(
            ErrorCode::InviteExpired,
            "This invite is too old. Ask the building's manager for a new one.",
        ),
        Refusal::Used => refuse(
            ErrorCode::InviteUsed,
            "This invite was used before: each is good for one device. Ask the building's manager \
             for another one.",
        ),
        Refusal::Taken => refuse(
            ErrorCode::InviteUsed,
            "This key or door is enrolled already. Make new keys, or add another door.",
        ),
    }
}
