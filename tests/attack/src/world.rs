//! A building whose keys the test holds, and what it gives to people.

use std::time::{SystemTime, UNIX_EPOCH};

use access::{
    BuildingId, BuildingKey, Bundle, BundleCarrier, BundleDoor, CarrierGrant, CarrierId,
    CarrierKey, Credential, DoorId, DoorKind, Grant, GrantId, GrantedDoor, HolderClass,
    HolderSecret, SignedBundle, Visit, VisitId, issue, issue_carrier, issue_driver,
};
use anyhow::Result;
use rand::rngs::OsRng;

use crate::wire::random;

/// Seconds that a strike of this building stays unlocked.
const UNLOCK_S: u16 = 1;

/// Unix seconds.
pub fn now_s() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs())
}

/// A building with a common and a unit door, and a carrier that it knows. All keys are fresh.
#[derive(Debug)]
pub struct World {
    /// The building.
    pub building: BuildingId,
    /// Signs its credentials and bundles.
    pub key: BuildingKey,
    /// The common door.
    pub lobby: DoorId,
    /// The unit door.
    pub apartment: DoorId,
    /// The carrier.
    pub carrier: CarrierId,
    /// Signs the visits of the carrier's drivers.
    pub carrier_key: CarrierKey,
}

/// Somebody with a credential and the secret that it is bound to.
#[derive(Clone, Debug)]
pub struct Person {
    /// The phone's or handset's own key.
    pub secret: HolderSecret,
    /// What it shows to doors.
    pub credential: Credential,
    /// What is revoked.
    pub grant: GrantId,
}

impl Default for World {
    fn default() -> Self {
        Self {
            building: BuildingId::from_entropy(random()),
            key: BuildingKey::from_seed(random()),
            lobby: DoorId::from_entropy(random()),
            apartment: DoorId::from_entropy(random()),
            carrier: CarrierId::from_entropy(random()),
            carrier_key: CarrierKey::from_seed(random()),
        }
    }
}

impl World {
    /// From an hour ago until an hour from now.
    pub fn today() -> (u64, u64) {
        (now_s() - 3600, now_s() + 3600)
    }

    /// Somebody of a class that needs no carrier, with a credential for these doors.
    pub fn person(
        &self,
        class: HolderClass,
        doors: &[DoorId],
        window: (u64, u64),
    ) -> Result<Person> {
        let secret = HolderSecret::from_bytes(random());
        let grant = Grant {
            id: GrantId::from_entropy(random()),
            building: self.building,
            class,
            doors: doors.to_vec(),
            not_before: window.0,
            not_after: window.1,
        };
        let credential = issue(&self.key, &grant, secret.public(), &mut OsRng)?;
        Ok(Person {
            secret,
            credential,
            grant: grant.id,
        })
    }

    /// A resident who may open the lobby today.
    pub fn resident(&self) -> Result<Person> {
        self.person(HolderClass::Resident, &[self.lobby], Self::today())
    }

    /// A carrier's credential for these doors, and its grant. The building signs it whatever the
    /// doors are: the kinds are not told.
    pub fn carrier_credential(&self, doors: &[DoorId]) -> Result<(Credential, GrantId)> {
        let (not_before, not_after) = Self::today();
        let kind = DoorKind::Common;
        let grant = CarrierGrant {
            id: GrantId::from_entropy(random()),
            building: self.building,
            carrier: self.carrier,
            carrier_key: self.carrier_key.public(),
            doors: doors.iter().map(|&id| GrantedDoor { id, kind }).collect(),
            not_before,
            not_after,
        };
        Ok((issue_carrier(&self.key, &grant, &mut OsRng)?, grant.id))
    }

    /// A visit of these doors.
    pub fn visit(&self, secret: &HolderSecret, doors: &[DoorId]) -> Visit {
        let (not_before, not_after) = Self::today();
        Visit {
            visit: VisitId::from_entropy(random()),
            driver: "D-4711".into(),
            holder: secret.public(),
            doors: doors.to_vec(),
            not_before,
            not_after,
        }
    }

    /// A driver of the carrier with a pass for these doors.
    pub fn driver(&self, doors: &[DoorId]) -> Result<Person> {
        let (carrier, grant) = self.carrier_credential(doors)?;
        let secret = HolderSecret::from_bytes(random());
        let visit = self.visit(&secret, doors);
        let building = self.key.public();
        let credential = issue_driver(&carrier, &building, &self.carrier_key, &visit, &mut OsRng)?;
        Ok(Person {
            secret,
            credential,
            grant,
        })
    }

    /// What the doors of this building are to know, with nobody revoked.
    pub fn bundle(&self, version: u64) -> Bundle {
        Bundle {
            version,
            issued_at: now_s() - 60,
            doors: vec![
                BundleDoor::new(self.lobby, "Lobby", DoorKind::Common, UNLOCK_S),
                BundleDoor::new(self.apartment, "Apartment 3B", DoorKind::Unit, UNLOCK_S),
            ],
            carriers: vec![BundleCarrier {
                id: self.carrier,
                name: "Northline Parcel".into(),
                key: self.carrier_key.public(),
            }],
            ..Bundle::empty(self.building)
        }
    }

    /// The same, signed.
    pub fn sign(&self, bundle: &Bundle) -> Result<SignedBundle> {
        Ok(SignedBundle::sign(bundle, &self.key)?)
    }
}
