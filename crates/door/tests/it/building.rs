//! A building's keys, and what it gives to people.

use access::{
    BuildingId, BuildingKey, Bundle, BundleCarrier, BundleDoor, CarrierGrant, CarrierId,
    CarrierKey, CodeKey, Credential, DeviceId, DoorCode, DoorId, DoorKind, Grant, GrantId,
    GrantedDoor, HolderClass, HolderSecret, SignedBundle, Viewer, Visit, VisitId, hash_code, issue,
    issue_carrier, issue_driver,
};
use audit::RecordsKey;
use clip::ViewerKey;
use door::clock::unix_ms;
use rand::rngs::OsRng;

pub const BUILDING: BuildingId = BuildingId::from_entropy([1; 16]);
pub const DOOR: DoorId = DoorId::from_entropy([2; 16]);
pub const CARRIER: CarrierId = CarrierId::from_entropy([3; 16]);
pub const DEVICE: DeviceId = DeviceId::from_entropy([4; 16]);
pub const UNLOCK_S: u16 = 1;
const CODE_SALT: [u8; 16] = [5; 16];

/// Words that must never reach a log.
pub const DRIVER: &str = "driver-Quetzalcoatl";
pub const CARRIER_NAME: &str = "Northline Parcel";
pub const DOOR_NAME: &str = "Main entrance";

pub fn key() -> BuildingKey {
    BuildingKey::from_seed([10; 32])
}

fn carrier_key() -> CarrierKey {
    CarrierKey::from_seed([11; 32])
}

pub fn viewer() -> ViewerKey {
    ViewerKey::from_bytes([12; 32])
}

/// Somebody with a credential and the secret that it is bound to.
#[derive(Clone)]
pub struct Holder {
    pub secret: HolderSecret,
    pub credential: Credential,
    pub grant: GrantId,
}

pub fn now_s() -> u64 {
    unix_ms() / 1000
}

fn hold(class: HolderClass, number: u8, (not_before, not_after): (u64, u64)) -> Holder {
    let secret = HolderSecret::from_bytes([number; 32]);
    let grant = Grant {
        id: GrantId::from_entropy([number; 16]),
        building: BUILDING,
        class,
        doors: vec![DOOR],
        not_before,
        not_after,
    };
    let credential = issue(&key(), &grant, secret.public(), &mut OsRng).unwrap();
    Holder {
        secret,
        credential,
        grant: grant.id,
    }
}

fn today() -> (u64, u64) {
    (now_s() - 3600, now_s() + 3600)
}

pub fn resident() -> Holder {
    hold(HolderClass::Resident, 20, today())
}

/// A resident, a member of the staff and a guest whose credentials are good around `utc_s`.
pub fn people_at(utc_s: u64) -> [Holder; 3] {
    let window = (utc_s - 3600, utc_s + 3600);
    let classes = [
        HolderClass::Resident,
        HolderClass::Staff,
        HolderClass::Guest,
    ];
    [30, 31, 32].map(|number| hold(classes[usize::from(number) - 30], number, window))
}

pub fn guest() -> Holder {
    hold(HolderClass::Guest, 21, today())
}

pub fn expired_guest() -> Holder {
    hold(HolderClass::Guest, 22, (now_s() - 7200, now_s() - 3600))
}

pub fn courier() -> Holder {
    let (not_before, not_after) = today();
    let grant = CarrierGrant {
        id: GrantId::from_entropy([23; 16]),
        building: BUILDING,
        carrier: CARRIER,
        carrier_key: carrier_key().public(),
        doors: vec![GrantedDoor {
            id: DOOR,
            kind: DoorKind::Common,
        }],
        not_before,
        not_after,
    };
    let carrier = issue_carrier(&key(), &grant, &mut OsRng).unwrap();
    let secret = HolderSecret::from_bytes([24; 32]);
    let visit = Visit {
        visit: VisitId::from_entropy([25; 16]),
        driver: DRIVER.into(),
        holder: secret.public(),
        doors: vec![DOOR],
        not_before,
        not_after,
    };
    let building = key().public();
    let credential = issue_driver(&carrier, &building, &carrier_key(), &visit, &mut OsRng).unwrap();
    Holder {
        secret,
        credential,
        grant: grant.id,
    }
}

/// Anybody: a key of their own and bytes that are no credential.
pub fn stranger(number: u8) -> Holder {
    Holder {
        secret: HolderSecret::from_bytes([number; 32]),
        credential: Credential(vec![7; 40]),
        grant: GrantId::from_entropy([0; 16]),
    }
}

pub fn bundle(version: u64, revoked: &[GrantId]) -> SignedBundle {
    bundle_of(version, revoked, now_s() - 60)
}

pub fn bundle_of(version: u64, revoked: &[GrantId], issued_at: u64) -> SignedBundle {
    bundle_with(version, |bundle| {
        bundle.revoked = revoked.to_vec();
        bundle.issued_at = issued_at;
    })
}

pub fn bundle_with(version: u64, change: impl FnOnce(&mut Bundle)) -> SignedBundle {
    let mut bundle = Bundle {
        version,
        issued_at: now_s() - 60,
        doors: vec![BundleDoor::new(DOOR, DOOR_NAME, DoorKind::Common, UNLOCK_S)],
        carriers: vec![BundleCarrier {
            id: CARRIER,
            name: CARRIER_NAME.into(),
            key: carrier_key().public(),
        }],
        viewers: vec![Viewer {
            device: DEVICE,
            key: viewer().public(),
            doors: vec![DOOR],
        }],
        records_key: Some(records_key().public()),
        code_salt: CODE_SALT.into(),
        ..Bundle::empty(BUILDING)
    };
    change(&mut bundle);
    SignedBundle::sign(&bundle, &key()).unwrap()
}

/// What the hub opens carried records with.
pub fn records_key() -> RecordsKey {
    RecordsKey::from_bytes([13; 32])
}

/// What the hub hashes codes with.
pub fn code_key() -> CodeKey {
    CodeKey::from_bytes([14; 32])
}

/// A code of this door, valid today, that stands for the grant `number`.
pub fn code(class: HolderClass, digits: &str, number: u8) -> DoorCode {
    hashed(class, digits, number, Some(&code_key()))
}

/// The same of before codes had a secret.
pub fn old_code(class: HolderClass, digits: &str, number: u8) -> DoorCode {
    hashed(class, digits, number, None)
}

fn hashed(class: HolderClass, digits: &str, number: u8, key: Option<&CodeKey>) -> DoorCode {
    let (not_before, not_after) = today();
    DoorCode {
        grant: GrantId::from_entropy([number; 16]),
        class,
        doors: vec![DOOR],
        hash: hash_code(digits, &CODE_SALT, key).unwrap().into(),
        key: key.map(CodeKey::id),
        not_before,
        not_after,
        single_use: false,
        endorsement: None,
    }
}
