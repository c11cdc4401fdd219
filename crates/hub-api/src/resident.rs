use access::{
    BuildingId, Credential, DoorId, DoorKind, DoorPublicKey, GrantId, Hours, Lockdown,
    SigningPublicKey,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::LocalAddress;
use crate::local_address::local_only;

/// A door the caller may open. Doors that never enrolled are left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each says one thing that is or is not"
)]
pub struct DoorInfo {
    /// The door's id.
    pub id: DoorId,
    /// The door's name.
    pub name: String,
    /// Common or unit.
    pub kind: DoorKind,
    /// The door's Noise static key.
    pub door_key: DoorPublicKey,
    /// Signs the door's records and clip indexes.
    pub signing_key: SigningPublicKey,
    /// How long the door stays unlocked, in seconds.
    pub unlock_s: u16,
    /// When classes of holders may pass, in the building's time zone; a class without hours may always.
    #[serde(default)]
    pub hours: Vec<Hours>,
    /// Who is kept out for now.
    #[serde(default)]
    pub lockdown: Lockdown,
    /// Whether it leads into the building's package room, where deliveries are left.
    #[serde(default)]
    pub package_room: bool,
    /// `host:port` of the door's stream link, if it has one.
    pub stream_address: Option<String>,
    /// Whether the door holds a connection to the hub now.
    pub online: bool,
    /// Whether it has a camera, so that it can be watched live.
    #[serde(default)]
    pub camera: bool,
    /// Whether codes can be typed there.
    #[serde(default)]
    pub keypad: bool,
    /// Where it can be watched live on its own network, without the hub.
    #[serde(default, deserialize_with = "local_only")]
    pub live_addresses: Vec<LocalAddress>,
}

/// A credential bound to the calling device's holder key, from `POST /v1/credentials`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct IssuedCredential {
    /// What the device shows to a door, base64url.
    pub credential: Credential,
    /// The grant it comes from; stays the same over renewals.
    pub grant: GrantId,
    /// The doors it opens.
    pub doors: Vec<DoorId>,
    /// When it ends, unix seconds.
    pub not_after: u64,
}

/// A carrier's credential for one building, from `GET /v1/carrier/credential`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CarrierCredential {
    /// The building it is for.
    pub building: BuildingId,
    /// The building's name.
    pub building_name: String,
    /// What the carrier chains drivers' credentials to, base64url.
    pub credential: Credential,
    /// The grant it comes from.
    pub grant: GrantId,
    /// When it ends, unix seconds.
    pub not_after: u64,
    /// The granted doors that have enrolled, for handsets to recognise and reach.
    pub doors: Vec<DoorInfo>,
}
