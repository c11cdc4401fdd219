//! Invites and the clients that came of them.

use access::{
    BuildingId, CarrierId, CarrierPublicKey, DeviceId, DoorId, DoorPublicKey, GrantId,
    HolderPublicKey, ResidentId, SigningPublicKey, UnitId, ViewerPublicKey,
};
use async_trait::async_trait;

use super::Result;

/// Whom an invite is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Invitee {
    /// A resident, for one more device.
    Resident(ResidentId),
    /// A door.
    Door(DoorId),
    /// A carrier.
    Carrier(CarrierId),
}

/// A one-time invite. Its code is known to the invited only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewInvite {
    /// SHA-256 of the code.
    pub code_hash: [u8; 32],
    /// Whom it is for.
    pub invitee: Invitee,
    /// Last second at which it is good, unix.
    pub expires_at: u64,
}

/// What a client registers with an invite.
#[derive(Clone, Debug)]
pub enum Registration {
    /// A resident's device, with the ids that it gets if it is new.
    Device {
        /// The Ed25519 key of the client.
        auth_key: SigningPublicKey,
        /// The device's id.
        device: DeviceId,
        /// Its name.
        name: String,
        /// Credentials are bound to it.
        holder_key: HolderPublicKey,
        /// Clip keys are wrapped to it.
        viewer_key: ViewerPublicKey,
        /// The standing grant to make.
        grant: GrantId,
    },
    /// A door.
    Door {
        /// The Ed25519 key of the client, which signs its records too.
        auth_key: SigningPublicKey,
        /// The Noise static key.
        door_key: DoorPublicKey,
        /// `host:port` of its stream link.
        stream_address: Option<String>,
    },
    /// A carrier. It may enrol again with another key, which replaces the one before.
    Carrier {
        /// The Ed25519 key of the client, which signs visits too.
        auth_key: CarrierPublicKey,
    },
}

impl Registration {
    /// The Ed25519 key that the client will prove itself with.
    pub fn key(&self) -> [u8; 32] {
        match self {
            Self::Device { auth_key, .. } | Self::Door { auth_key, .. } => auth_key.0,
            Self::Carrier { auth_key } => auth_key.0,
        }
    }
}

/// Why an invite is not redeemed; it stays as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No invite has this code, or it is for another kind of client.
    Unknown,
    /// It is past its time.
    Expired,
    /// Another key used it.
    Used,
    /// The key is registered already, or the door is.
    Taken,
}

/// What came of redeeming an invite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Redeemed {
    /// The client is registered; the same answer when the same key asks again.
    Client(Client),
    /// It is not.
    Refused(Refusal),
}

/// A registered key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// The OAuth `client_id`.
    pub id: String,
    /// The Ed25519 key.
    pub key: [u8; 32],
    /// Who it is.
    pub subject: ClientSubject,
    /// Whether its grant was revoked.
    pub revoked: bool,
}

/// Who a client is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientSubject {
    /// A resident's device.
    Device {
        /// The device.
        device: DeviceId,
        /// Its resident.
        resident: ResidentId,
        /// The resident's unit.
        unit: UnitId,
        /// The unit's building.
        building: BuildingId,
        /// What its credentials come from.
        grant: GrantId,
        /// What they are bound to.
        holder_key: HolderPublicKey,
    },
    /// A door.
    Door {
        /// The door.
        door: DoorId,
        /// Its building.
        building: BuildingId,
    },
    /// A carrier.
    Carrier {
        /// The carrier.
        carrier: CarrierId,
    },
}

/// What ended when a resident was revoked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Departure {
    /// Devices that opened doors until now.
    pub devices: usize,
    /// Invites that could still have been redeemed.
    pub invites: usize,
    /// Passes for others that opened doors until now, or would have.
    pub passes: usize,
}

/// Invites and clients.
#[async_trait]
pub trait Enrolment: Send + Sync {
    /// Adds an invite.
    async fn add_invite(&self, invite: &NewInvite) -> Result<()>;
    /// Whom the invite with this code hash is for; none when there is none.
    async fn invitee(&self, code_hash: &[u8; 32]) -> Result<Option<Invitee>>;
    /// Turns an invite into a client, both or neither.
    async fn redeem(
        &self,
        code_hash: &[u8; 32],
        now: u64,
        registration: &Registration,
    ) -> Result<Redeemed>;
    /// Ends every device of a resident, every invite that is still open and every pass, all or nothing.
    async fn revoke_resident(&self, resident: ResidentId, now: u64) -> Result<Departure>;
    /// The client of this id.
    async fn client(&self, id: &str) -> Result<Option<Client>>;
    /// The client with this Ed25519 key.
    async fn client_of_key(&self, key: SigningPublicKey) -> Result<Option<Client>>;
}
