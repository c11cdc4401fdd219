use access::{
    BuildingId, BuildingPublicKey, CarrierId, CarrierPublicKey, Credential, DeviceId, DoorId,
    DoorKind, DoorPublicKey, HolderPublicKey, ResidentId, ResidentRecords, SigningPublicKey,
    ViewerPublicKey,
};
use audit::log::LogPublicKey;
use serde::{Deserialize, Serialize};
use url::Url;
use utoipa::ToSchema;

/// What a new client sends to turn an invite into a registered key.
///
/// The `DPoP` proof of the request is made by the same key, which proves its possession.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EnrolRequest {
    /// The invite's one-time code.
    pub code: String,
    /// Who enrols, with the keys it made for itself.
    pub subject: Subject,
}

/// Who enrols. Every key is a public key whose secret never leaves its device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Subject {
    /// A phone or computer of a resident.
    ResidentDevice {
        /// What the device is called, for the resident and the manager; at most 64 characters.
        device_name: String,
        /// Signs client assertions and `DPoP` proofs.
        auth_key: SigningPublicKey,
        /// The Noise static key that credentials are bound to.
        holder_key: HolderPublicKey,
        /// Clip keys are wrapped to it.
        viewer_key: ViewerPublicKey,
    },
    /// A door device.
    Door {
        /// Signs client assertions, `DPoP` proofs, records and clip indexes.
        auth_key: SigningPublicKey,
        /// The Noise static key that phones know the door by.
        door_key: DoorPublicKey,
        /// `host:port` of the door's stream link, if it has one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stream_address: Option<String>,
    },
    /// A carrier's dispatch system.
    Carrier {
        /// Signs client assertions and `DPoP` proofs, and is the key drivers' credentials chain to.
        auth_key: CarrierPublicKey,
        /// Ignored when empty; the hub's own name for the carrier stays.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    },
}

/// The answer to an enrolment.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Enrolled {
    /// The OAuth `client_id` for every later call.
    pub client_id: String,
    /// The building this client belongs to.
    pub building: BuildingInfo,
    /// What the hub is called.
    pub hub_name: String,
    /// Who the client now is.
    pub subject: EnrolledSubject,
}

/// A building, as its clients need to know it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BuildingInfo {
    /// The building's id.
    pub id: BuildingId,
    /// The building's name.
    pub name: String,
    /// Root of every credential and bundle of this building.
    pub key: BuildingPublicKey,
    /// Signs the checkpoints of the building's log.
    pub log_key: LogPublicKey,
    /// Whether records name the resident who entered.
    pub resident_records: ResidentRecords,
}

/// Who an enrolled client is.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum EnrolledSubject {
    /// A resident's device.
    ResidentDevice {
        /// The resident.
        resident: ResidentId,
        /// This device.
        device: DeviceId,
        /// The resident's name.
        resident_name: String,
    },
    /// A door device.
    Door {
        /// The door.
        door: DoorId,
        /// The door's name.
        name: String,
        /// Common or unit.
        door_kind: DoorKind,
    },
    /// A carrier.
    Carrier {
        /// The carrier.
        carrier: CarrierId,
        /// The carrier's credential for this building, base64url.
        credential: Credential,
    },
}

impl EnrolRequest {
    /// The origin of the hub that `invite` names, and the body to send there.
    pub fn from_invite(invite: &crate::Invite, subject: Subject) -> (Url, Self) {
        (
            invite.hub.clone(),
            Self {
                code: invite.code.clone(),
                subject,
            },
        )
    }
}

impl std::fmt::Debug for EnrolRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EnrolRequest")
            .field("subject", &self.subject)
            .finish_non_exhaustive()
    }
}
