//! A building with one of everything, from fixed seeds.

use access::{
    BuildingId, BuildingKey, Bundle, BundleCarrier, BundleDoor, CarrierGrant, CarrierId,
    CarrierKey, Credential, Decision, DenyReason, DoorId, DoorKind, DoorPolicy, Grant, GrantId,
    GrantedDoor, HolderClass, HolderPublicKey, HolderSecret, Visit, VisitId, issue, issue_carrier,
    issue_driver,
};
use rand::SeedableRng as _;
use rand::rngs::StdRng;

pub(crate) const BUILDING: BuildingId = BuildingId::from_entropy([0xb1; 16]);
pub(crate) const OTHER_BUILDING: BuildingId = BuildingId::from_entropy([0xb2; 16]);
pub(crate) const ENTRANCE: DoorId = DoorId::from_entropy([0xd1; 16]);
pub(crate) const PARCELS: DoorId = DoorId::from_entropy([0xd2; 16]);
pub(crate) const APARTMENT: DoorId = DoorId::from_entropy([0xd3; 16]);
pub(crate) const CARRIER: CarrierId = CarrierId::from_entropy([0xc1; 16]);
pub(crate) const VISIT: VisitId = VisitId::from_entropy([0xe1; 16]);
pub(crate) const GRANT: GrantId = GrantId::from_entropy([0xa1; 16]);

pub(crate) const FROM: u64 = 1_800_000_000;
pub(crate) const NOON: u64 = FROM + 43_200;
pub(crate) const UNTIL: u64 = FROM + 86_400;

pub(crate) fn rng() -> StdRng {
    StdRng::seed_from_u64(7)
}

pub(crate) fn building_key() -> BuildingKey {
    BuildingKey::from_seed([1; 32])
}

pub(crate) fn carrier_key() -> CarrierKey {
    CarrierKey::from_seed([2; 32])
}

pub(crate) fn holder() -> HolderPublicKey {
    HolderSecret::from_bytes([3; 32]).public()
}

pub(crate) fn stranger() -> HolderPublicKey {
    HolderSecret::from_bytes([4; 32]).public()
}

pub(crate) fn bundle() -> Bundle {
    let door = |id, name: &str, kind, unlock_s| BundleDoor::new(id, name, kind, unlock_s);
    Bundle {
        version: 4,
        issued_at: FROM,
        doors: vec![
            door(ENTRANCE, "Main entrance", DoorKind::Common, 5),
            door(PARCELS, "Parcel room", DoorKind::Common, 7),
            door(APARTMENT, "Apartment 1", DoorKind::Unit, 3),
        ],
        carriers: vec![BundleCarrier {
            id: CARRIER,
            name: "Swift".into(),
            key: carrier_key().public(),
        }],
        ..Bundle::empty(BUILDING)
    }
}

pub(crate) fn policy(door: DoorId) -> DoorPolicy {
    policy_with(door, |_| ())
}

pub(crate) fn policy_with(door: DoorId, change: impl FnOnce(&mut Bundle)) -> DoorPolicy {
    let mut bundle = bundle();
    change(&mut bundle);
    DoorPolicy::new(building_key().public(), door, bundle).unwrap()
}

pub(crate) fn grant(class: HolderClass, doors: &[DoorId]) -> Grant {
    Grant {
        id: GRANT,
        building: BUILDING,
        class,
        doors: doors.to_vec(),
        not_before: FROM,
        not_after: UNTIL,
    }
}

pub(crate) fn credential(class: HolderClass, doors: &[DoorId]) -> Credential {
    issue(&building_key(), &grant(class, doors), holder(), &mut rng()).unwrap()
}

pub(crate) fn resident() -> Credential {
    credential(HolderClass::Resident, &[ENTRANCE, PARCELS, APARTMENT])
}

pub(crate) fn carrier_grant(doors: &[DoorId]) -> CarrierGrant {
    let common = |id: &DoorId| GrantedDoor {
        id: *id,
        kind: DoorKind::Common,
    };
    CarrierGrant {
        id: GRANT,
        building: BUILDING,
        carrier: CARRIER,
        carrier_key: carrier_key().public(),
        doors: doors.iter().map(common).collect(),
        not_before: FROM,
        not_after: UNTIL,
    }
}

pub(crate) fn carrier_credential() -> Credential {
    let grant = carrier_grant(&[ENTRANCE, PARCELS]);
    issue_carrier(&building_key(), &grant, &mut rng()).unwrap()
}

pub(crate) fn visit(doors: &[DoorId]) -> Visit {
    Visit {
        visit: VISIT,
        driver: "driver-17".into(),
        holder: holder(),
        doors: doors.to_vec(),
        not_before: FROM,
        not_after: UNTIL,
    }
}

pub(crate) fn driver(doors: &[DoorId]) -> Credential {
    let building = building_key().public();
    issue_driver(
        &carrier_credential(),
        &building,
        &carrier_key(),
        &visit(doors),
        &mut rng(),
    )
    .unwrap()
}

/// The entrance's answer to a credential that its holder presents at noon.
pub(crate) fn at_entrance(credential: &[u8]) -> Decision {
    policy(ENTRANCE).decide(credential, holder(), NOON)
}

#[track_caller]
pub(crate) fn assert_allowed(decision: &Decision) {
    assert_eq!(decision.deny_reason(), None);
}

#[track_caller]
pub(crate) fn assert_denied(decision: &Decision, reason: DenyReason) {
    assert_eq!(decision.deny_reason(), Some(reason), "{decision:?}");
}
