//! Who may open what: the words of a grant, before anything is signed.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{BuildingId, CarrierId, CarrierPublicKey, DoorId, GrantId, HolderPublicKey, VisitId};

/// Where a door leads.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum DoorKind {
    /// An entrance, a parcel room, a garage: an area that is shared.
    Common,
    /// An apartment or another unit. No carrier's credential opens it.
    Unit,
}

impl DoorKind {
    /// The code, as serde writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Common => "common",
            Self::Unit => "unit",
        }
    }
}

/// What kind of person holds a credential.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum HolderClass {
    /// Lives there. Neither filmed nor named.
    Resident,
    /// Visits a resident.
    Guest,
    /// Drives for a carrier.
    Courier,
    /// Works for the building.
    Staff,
}

impl HolderClass {
    /// Every class, in declaration order.
    pub const ALL: [Self; 4] = [Self::Resident, Self::Guest, Self::Courier, Self::Staff];

    /// The code, as serde and credentials write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Resident => "resident",
            Self::Guest => "guest",
            Self::Courier => "courier",
            Self::Staff => "staff",
        }
    }

    pub(crate) fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.as_str() == code)
    }
}

/// What the building grants a resident, a guest or staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Recorded at every entry of a non-resident, and revoked by.
    pub id: GrantId,
    /// The only building it is good for.
    pub building: BuildingId,
    /// Never [`HolderClass::Courier`]: a courier's grant is a [`CarrierGrant`].
    pub class: HolderClass,
    /// The doors it opens: at least one, at most [`crate::Credential::MAX_DOORS`], none twice.
    pub doors: Vec<DoorId>,
    /// First second of validity, unix.
    pub not_before: u64,
    /// Last second of validity, unix.
    pub not_after: u64,
}

/// What the building grants a carrier: enough for the carrier to make its drivers' credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CarrierGrant {
    /// Recorded at every entry, and revoked by.
    pub id: GrantId,
    /// The only building it is good for.
    pub building: BuildingId,
    /// The carrier.
    pub carrier: CarrierId,
    /// The key that must sign every visit.
    pub carrier_key: CarrierPublicKey,
    /// The doors it opens: common ones only, at least one, none twice.
    pub doors: Vec<GrantedDoor>,
    /// First second of validity, unix.
    pub not_before: u64,
    /// Last second of validity, unix.
    pub not_after: u64,
}

/// A door of a [`CarrierGrant`], with the kind that decides whether it may be granted at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub struct GrantedDoor {
    /// The door.
    pub id: DoorId,
    /// Must be [`DoorKind::Common`].
    pub kind: DoorKind,
}

/// One driver's visit, as the carrier narrows its grant to it.
#[derive(Clone, PartialEq, Eq)]
pub struct Visit {
    /// The visit.
    pub visit: VisitId,
    /// The carrier's own reference for the driver: 1 to 64 bytes, no control characters.
    pub driver: String,
    /// The handset's key.
    pub holder: HolderPublicKey,
    /// The doors the visit needs; each must be in the carrier's grant.
    pub doors: Vec<DoorId>,
    /// First second of validity, unix; not before the grant's.
    pub not_before: u64,
    /// Last second of validity, unix; not after the grant's.
    pub not_after: u64,
}

impl Visit {
    /// Longest driver reference, in bytes.
    pub const MAX_DRIVER_LEN: usize = 64;

    /// Whether a text may stand as a driver's reference.
    pub fn is_driver_reference(text: &str) -> bool {
        (1..=Self::MAX_DRIVER_LEN).contains(&text.len()) && !text.contains(char::is_control)
    }
}

impl fmt::Debug for Visit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Visit")
            .field("visit", &self.visit)
            .field("doors", &self.doors)
            .field("not_before", &self.not_before)
            .field("not_after", &self.not_after)
            .finish_non_exhaustive()
    }
}
