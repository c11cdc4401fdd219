//! Buildings and who belongs to them.

use access::{
    BuildingId, BuildingPublicKey, CarrierId, CarrierPublicKey, DeviceId, DoorId, DoorKind,
    DoorPublicKey, GrantId, HolderClass, HolderPublicKey, ResidentId, ResidentRecords,
    SignedBundle, SigningPublicKey, UnitId, ViewerPublicKey,
};
use async_trait::async_trait;
use hub_api::{DoorUpdate, LocalAddress};

use super::{Audience, Code, DoorRules, Notice, Result};

/// A building.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Building {
    /// Its id.
    pub id: BuildingId,
    /// Its name, unique in the hub.
    pub name: String,
    /// The public half of its key; the secret half is a file.
    pub key: BuildingPublicKey,
    /// Whether records name residents.
    pub resident_records: ResidentRecords,
    /// The time zone of its hours: a name of the IANA database.
    pub time_zone: String,
}

/// An apartment or another unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// Its id.
    pub id: UnitId,
    /// Its building.
    pub building: BuildingId,
    /// Its name, unique in the building.
    pub name: String,
}

/// A door.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Door {
    /// Its id.
    pub id: DoorId,
    /// Its building.
    pub building: BuildingId,
    /// Its name, unique in the building.
    pub name: String,
    /// Common or unit.
    pub kind: DoorKind,
    /// The unit it leads to; set exactly when `kind` is unit.
    pub unit: Option<UnitId>,
    /// How long it stays unlocked, in seconds.
    pub unlock_s: u16,
    /// What the manager rules for it.
    pub rules: DoorRules,
    /// Its keys, once it enrolled.
    pub keys: Option<DoorKeys>,
    /// `host:port` of its stream link.
    pub stream_address: Option<String>,
    /// Whether it has a camera.
    pub camera: bool,
    /// Whether it has a keypad.
    pub keypad: bool,
    /// Where it can be watched live on its own network.
    pub live_addresses: Vec<LocalAddress>,
}

/// The keys of an enrolled door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DoorKeys {
    /// Signs records and clip indexes.
    pub signing: SigningPublicKey,
    /// The Noise static key.
    pub noise: DoorPublicKey,
}

/// A resident.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resident {
    /// The id.
    pub id: ResidentId,
    /// Where the resident lives.
    pub unit: UnitId,
    /// The unit's building.
    pub building: BuildingId,
    /// The resident's name.
    pub name: String,
}

/// A resident's enrolled device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// The id.
    pub id: DeviceId,
    /// Whose it is.
    pub resident: ResidentId,
    /// The resident's unit.
    pub unit: UnitId,
    /// The unit's building.
    pub building: BuildingId,
    /// What the device is called.
    pub name: String,
    /// Credentials are bound to it.
    pub holder_key: HolderPublicKey,
    /// Clip keys are wrapped to it.
    pub viewer_key: ViewerPublicKey,
    /// What its credentials come from.
    pub grant: GrantId,
    /// Whether that grant was revoked.
    pub revoked: bool,
}

/// A carrier, known to the whole hub; its grants tie it to buildings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carrier {
    /// The id.
    pub id: CarrierId,
    /// The name, unique in the hub.
    pub name: String,
    /// Its key, once it enrolled.
    pub key: Option<CarrierPublicKey>,
}

/// What a building grants somebody until further notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewGrant {
    /// The id.
    pub id: GrantId,
    /// The building.
    pub building: BuildingId,
    /// To whom.
    pub subject: GrantSubject,
    /// The doors; empty for a resident's device, which may open what its unit may.
    pub doors: Vec<DoorId>,
    /// First second of validity, unix.
    pub not_before: u64,
    /// Last second of validity, unix; none when it stands until it is revoked.
    pub not_after: Option<u64>,
}

/// To whom something is granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GrantSubject {
    /// The device of a resident that enrolled with this grant.
    Device,
    /// A carrier.
    Carrier(CarrierId),
    /// A guest or staff.
    Person {
        /// Guest or staff.
        class: HolderClass,
        /// The person's name.
        name: String,
        /// The key of the person's phone or handset.
        holder: HolderPublicKey,
    },
    /// Whoever types a code at a door's keypad.
    Code(Code),
}

impl GrantSubject {
    /// The class of the credentials that come from such a grant.
    pub fn class(&self) -> HolderClass {
        match self {
            Self::Device => HolderClass::Resident,
            Self::Carrier(_) => HolderClass::Courier,
            Self::Person { class, .. } | Self::Code(Code { class, .. }) => *class,
        }
    }
}

/// A grant as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandingGrant {
    /// What was granted.
    pub grant: NewGrant,
    /// When it was revoked, unix seconds.
    pub revoked_at: Option<u64>,
}

/// What came of a revocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revocation {
    /// The grant is revoked from now on.
    Revoked,
    /// It was revoked before, at this unix second.
    Already(u64),
}

/// The newest bundle of a building.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bundled {
    /// Its version.
    pub version: u64,
    /// SHA-256 of what it says, without version and time.
    pub content: [u8; 32],
    /// The signed bundle.
    pub signed: SignedBundle,
}

/// Buildings, doors, people, carriers, grants and bundles.
#[async_trait]
pub trait Directory: Send + Sync {
    /// Adds a building.
    async fn add_building(&self, building: &Building) -> Result<()>;
    /// All buildings, by name.
    async fn buildings(&self) -> Result<Vec<Building>>;
    /// Adds a unit.
    async fn add_unit(&self, unit: &Unit) -> Result<()>;
    /// All units, by name.
    async fn units(&self) -> Result<Vec<Unit>>;
    /// Adds a door that has not enrolled.
    async fn add_door(&self, door: &Door) -> Result<()>;
    /// All doors, by name.
    async fn doors(&self) -> Result<Vec<Door>>;
    /// The doors of a building, by name.
    async fn doors_of(&self, building: BuildingId) -> Result<Vec<Door>>;
    /// Keeps what a door says about itself; whether that changed anything.
    async fn update_door(&self, door: DoorId, update: &DoorUpdate) -> Result<bool>;
    /// Adds a resident.
    async fn add_resident(&self, resident: &Resident) -> Result<()>;
    /// All residents, by name.
    async fn residents(&self) -> Result<Vec<Resident>>;
    /// The devices that were ever enrolled in a building.
    async fn devices_of(&self, building: BuildingId) -> Result<Vec<Device>>;
    /// The key that a resident's device signs with.
    async fn device_key(&self, device: DeviceId) -> Result<Option<SigningPublicKey>>;
    /// Adds a carrier that has not enrolled.
    async fn add_carrier(&self, carrier: &Carrier) -> Result<()>;
    /// All carriers, by name.
    async fn carriers(&self) -> Result<Vec<Carrier>>;
    /// Adds a grant.
    async fn add_grant(&self, grant: &NewGrant) -> Result<()>;
    /// One grant.
    async fn grant(&self, id: GrantId) -> Result<Option<StandingGrant>>;
    /// The grants of a building, newest first.
    async fn grants_of(&self, building: BuildingId) -> Result<Vec<StandingGrant>>;
    /// A carrier's grants, newest first.
    async fn grants_to(&self, carrier: CarrierId) -> Result<Vec<StandingGrant>>;
    /// Revokes a grant at a unix second.
    async fn revoke(&self, id: GrantId, at: u64) -> Result<Revocation>;
    /// The newest bundle of a building.
    async fn bundle(&self, building: BuildingId) -> Result<Option<Bundled>>;
    /// Replaces the bundle of version `after` (none: the first one) and posts notices;
    /// [`super::StoreError::Conflict`] when another is the newest.
    async fn publish_bundle(
        &self,
        building: BuildingId,
        after: Option<u64>,
        bundle: &Bundled,
        at: u64,
        notices: &[(Audience, Notice)],
    ) -> Result<()>;
}
