//! The bundle: what a door must know to decide without the hub, signed by the building.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_bytes::{ByteArray, ByteBuf};
use utoipa::ToSchema;

use crate::{
    BuildingId, BuildingKey, BuildingPublicKey, CarrierId, CarrierPublicKey, DeviceId, DoorCode,
    DoorId, DoorKind, Endorser, GrantId, Hours, Lockdown, RecordsPublicKey, Unfilmed,
    ViewerPublicKey,
};
use crate::{cbor, week};

const SIGNATURE_DOMAIN: &[u8] = b"bundle 1";

/// One version of a building's state for its doors. Versions only grow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bundle {
    /// The building.
    pub building: BuildingId,
    /// Grows with every change; a door refuses a lower one than it has.
    pub version: u64,
    /// When the hub signed it, in unix seconds.
    pub issued_at: u64,
    /// All doors of the building.
    pub doors: Vec<BundleDoor>,
    /// The carriers the building knows; a courier of any other is denied.
    pub carriers: Vec<BundleCarrier>,
    /// Grants that no longer open anything.
    pub revoked: Vec<GrantId>,
    /// The devices that clips are encrypted to.
    pub viewers: Vec<Viewer>,
    /// Whether a record that leaves the door names the resident.
    pub resident_records: ResidentRecords,
    /// The time zone of all hours: a name of the IANA time zone database.
    pub time_zone: String,
    /// The salt of all codes' hashes.
    pub code_salt: ByteArray<16>,
    /// The codes that open doors by keypad.
    pub codes: Vec<DoorCode>,
    /// What records that a phone carries are sealed to; none when phones carry none.
    pub records_key: Option<RecordsPublicKey>,
    /// The residents' devices that endorsed one of the codes. Bundles from before there were such lack it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub endorsers: Vec<Endorser>,
}

/// A door, as all doors of the building know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BundleDoor {
    /// The door.
    pub id: DoorId,
    /// Its name, for people.
    pub name: String,
    /// Whether it leads to a common area or into a unit.
    pub kind: DoorKind,
    /// How long the strike stays unlocked, in seconds.
    pub unlock_s: u16,
    /// When classes of holders may pass; empty for always.
    pub hours: Vec<Hours>,
    /// Who is kept out for now.
    pub lockdown: Lockdown,
    /// How long it may stand open before that is reported, in seconds.
    pub held_open_s: u16,
    /// What becomes of couriers whom nobody would film. Bundles from before this was a rule lack it.
    #[serde(default)]
    pub unfilmed: Unfilmed,
}

impl BundleDoor {
    /// How long a door may stand open where nothing else is said, in seconds.
    pub const HELD_OPEN_S: u16 = 30;
    /// Most hours of one door.
    pub const MAX_HOURS: usize = 64;

    /// A door that is open to its holders at all times.
    pub fn new(id: DoorId, name: impl Into<String>, kind: DoorKind, unlock_s: u16) -> Self {
        Self {
            id,
            name: name.into(),
            kind,
            unlock_s,
            hours: Vec::new(),
            lockdown: Lockdown::Off,
            held_open_s: Self::HELD_OPEN_S,
            unfilmed: Unfilmed::Flag,
        }
    }
}

/// A carrier the building knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BundleCarrier {
    /// The carrier.
    pub id: CarrierId,
    /// Its name, for people.
    pub name: String,
    /// The key that signs its drivers' visits.
    pub key: CarrierPublicKey,
}

/// A device that may watch clips of some doors.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Viewer {
    /// The device.
    pub device: DeviceId,
    /// The key that clip keys are wrapped to.
    pub key: ViewerPublicKey,
    /// The doors whose clips it may watch.
    pub doors: Vec<DoorId>,
}

/// Whether records that leave the door name residents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ResidentRecords {
    /// A resident's entry does not say which resident.
    #[default]
    Unnamed,
    /// A resident's entry names the grant; every resident's app says so.
    Named,
}

impl Bundle {
    /// Most doors in one bundle.
    pub const MAX_DOORS: usize = 1_024;
    /// Most carriers in one bundle.
    pub const MAX_CARRIERS: usize = 1_024;
    /// Most revoked grants in one bundle.
    pub const MAX_REVOKED: usize = 65_536;
    /// Most viewers in one bundle.
    pub const MAX_VIEWERS: usize = 16_384;
    /// Longest name of a door or carrier, in bytes.
    pub const MAX_NAME_LEN: usize = 256;

    /// Most keypad codes in one bundle, and most of their endorsers.
    pub const MAX_CODES: usize = 4_096;

    /// A building of which nothing is known yet.
    pub fn empty(building: BuildingId) -> Self {
        Self {
            building,
            version: 0,
            issued_at: 0,
            doors: Vec::new(),
            carriers: Vec::new(),
            revoked: Vec::new(),
            viewers: Vec::new(),
            resident_records: ResidentRecords::default(),
            time_zone: "UTC".to_owned(),
            code_salt: ByteArray::default(),
            codes: Vec::new(),
            records_key: None,
            endorsers: Vec::new(),
        }
    }

    /// The entry of a door.
    pub fn door(&self, id: DoorId) -> Option<&BundleDoor> {
        self.doors.iter().find(|door| door.id == id)
    }

    /// The entry of a carrier.
    pub fn carrier(&self, id: CarrierId) -> Option<&BundleCarrier> {
        self.carriers.iter().find(|carrier| carrier.id == id)
    }

    /// The devices that may watch clips of a door.
    pub fn viewers_of(&self, door: DoorId) -> impl Iterator<Item = &Viewer> {
        self.viewers
            .iter()
            .filter(move |viewer| viewer.doors.contains(&door))
    }

    /// Checks sizes, hours, the time zone, and that no door, carrier or endorser is listed twice.
    pub fn check(&self) -> Result<(), BundleError> {
        let sizes = [
            (self.doors.len(), Self::MAX_DOORS),
            (self.carriers.len(), Self::MAX_CARRIERS),
            (self.revoked.len(), Self::MAX_REVOKED),
            (self.viewers.len(), Self::MAX_VIEWERS),
            (self.codes.len(), Self::MAX_CODES),
            (self.endorsers.len(), Self::MAX_CODES),
        ];
        let names = self.doors.iter().map(|door| &door.name);
        let mut names = names.chain(self.carriers.iter().map(|carrier| &carrier.name));
        if sizes.iter().any(|(len, max)| len > max)
            || names.any(|name| name.len() > Self::MAX_NAME_LEN)
            || self.time_zone.len() > Self::MAX_NAME_LEN
            || self
                .doors
                .iter()
                .any(|door| door.hours.len() > BundleDoor::MAX_HOURS)
            || self
                .codes
                .iter()
                .any(|code| code.doors.len() > Self::MAX_DOORS)
            || self
                .viewers
                .iter()
                .any(|viewer| viewer.doors.len() > Self::MAX_DOORS)
            || self
                .endorsers
                .iter()
                .any(|endorser| endorser.doors.len() > Self::MAX_DOORS)
        {
            return Err(BundleError::TooLarge);
        }
        let doors: BTreeSet<_> = self.doors.iter().map(|door| door.id).collect();
        let carriers: BTreeSet<_> = self.carriers.iter().map(|carrier| carrier.id).collect();
        let endorsers: BTreeSet<_> = self.endorsers.iter().map(|known| known.device).collect();
        let hours = self.doors.iter().flat_map(|door| &door.hours);
        if doors.len() < self.doors.len()
            || endorsers.len() < self.endorsers.len()
            || carriers.len() < self.carriers.len()
            || !hours.copied().all(Hours::is_sound)
        {
            return Err(BundleError::Malformed);
        }
        week::time_zone(&self.time_zone).map(|_known| ())
    }
}

/// Why a bundle is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// Not a bundle, or one that contradicts itself.
    #[error("this is not a bundle")]
    Malformed,
    /// Larger than a door will read.
    #[error("the bundle is larger than a door reads")]
    TooLarge,
    /// Its time zone is none of the IANA database that this program was built with.
    #[error(
        "the bundle's time zone is not known here. Write it as the IANA database does, such as \
         Europe/Berlin, or update this program"
    )]
    UnknownTimeZone,
    /// Not signed by this building's key.
    #[error("the bundle is not signed by this building")]
    BadSignature,
    /// Signed for another building.
    #[error("the bundle is another building's")]
    WrongBuilding,
    /// Older than the one in use.
    #[error("the bundle is version {offered}, older than version {current} in use")]
    RolledBack {
        /// The version in use.
        current: u64,
        /// The version offered.
        offered: u64,
    },
    /// Two different bundles under one version: whoever signs made a mistake, or was copied.
    #[error("a different bundle of version {version} is in use")]
    Forked {
        /// The version of both.
        version: u64,
    },
}

/// A bundle as it travels: CBOR `{bundle: bytes, signature: bytes}`, the signature over the bytes.
///
/// Nothing in it is trusted before [`Self::verify`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SignedBundle(#[serde(with = "crate::base64url")] pub Vec<u8>);

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Envelope {
    bundle: ByteBuf,
    signature: ByteBuf,
}

impl SignedBundle {
    /// Largest signed bundle, in bytes.
    pub const MAX_LEN: usize = 8 * 1024 * 1024;

    /// Signs a bundle; the bytes are the same for the same bundle and key.
    pub fn sign(bundle: &Bundle, key: &BuildingKey) -> Result<Self, BundleError> {
        bundle.check()?;
        let bundle = cbor::encode(bundle).map_err(|_| BundleError::Malformed)?;
        let signature = key.sign(SIGNATURE_DOMAIN, &bundle).to_vec();
        let envelope = Envelope {
            bundle: bundle.into(),
            signature: signature.into(),
        };
        let bytes = cbor::encode(&envelope).map_err(|_| BundleError::Malformed)?;
        if bytes.len() > Self::MAX_LEN {
            return Err(BundleError::TooLarge);
        }
        Ok(Self(bytes))
    }

    /// Checks size, signature and contents, in this order.
    pub fn verify(&self, key: &BuildingPublicKey) -> Result<Bundle, BundleError> {
        if self.0.len() > Self::MAX_LEN {
            return Err(BundleError::TooLarge);
        }
        let envelope: Envelope = cbor::decode(&self.0).map_err(|_| BundleError::Malformed)?;
        let signed = key.verify(SIGNATURE_DOMAIN, &envelope.bundle, &envelope.signature);
        if !off!(BundleSignature) {
            signed.map_err(|_| BundleError::BadSignature)?;
        }
        let bundle: Bundle = cbor::decode(&envelope.bundle).map_err(|_| BundleError::Malformed)?;
        bundle.check()?;
        Ok(bundle)
    }

    /// The bytes that travel.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}
