use std::collections::BTreeSet;
use std::time::Duration;

use access::{
    AttemptLimiter, BuildingKey, BundleDoor, CarrierKey, Decision, DenyReason, DoorPolicy, Gate,
    Grant, GrantId, HolderClass, Hours, Lockdown, Now, issue,
};

use super::codes::hash;
use super::raw::{guest_code, sent, signed_by_building};
use super::world::*;

#[test]
fn each_class_enters_at_its_doors() {
    for class in [
        HolderClass::Resident,
        HolderClass::Guest,
        HolderClass::Staff,
    ] {
        let credential = credential(class, &[ENTRANCE, APARTMENT]);
        let Decision::Allow(entrant) = policy(APARTMENT).decide(&credential.0, holder(), NOON)
        else {
            panic!("a {class:?} is let in");
        };
        assert_eq!(
            (entrant.class, entrant.grant, entrant.unlock_s),
            (class, GRANT, 3)
        );
        assert_eq!(entrant.courier, None);
    }
}

#[test]
fn a_courier_enters_and_is_named_by_carrier_driver_and_visit() {
    let Decision::Allow(entrant) = at_entrance(&driver(&[ENTRANCE]).0) else {
        panic!("the courier is let in");
    };
    let courier = entrant.courier.unwrap();
    assert_eq!(
        (entrant.class, entrant.grant, entrant.unlock_s),
        (HolderClass::Courier, GRANT, 5)
    );
    assert_eq!((courier.carrier, courier.visit), (CARRIER, VISIT));
    assert_eq!(courier.driver, "driver-17");
}

/// One way to each reason. What each shows is said in `decide`'s documentation.
#[test]
fn every_deny_reason_is_reached() {
    let other_building = issue(
        &BuildingKey::from_seed([9; 32]),
        &Grant {
            building: OTHER_BUILDING,
            ..grant(HolderClass::Resident, &[ENTRANCE])
        },
        holder(),
        &mut rng(),
    );
    let mut forged = resident().0;
    *forged.last_mut().unwrap() ^= 1;
    let revoked = policy_with(ENTRANCE, |bundle| bundle.revoked.push(GRANT));
    let (resident, driver) = (resident().0, driver(&[ENTRANCE]).0);
    let reached = [
        at_entrance(&[]),
        at_entrance(&forged),
        at_entrance(other_building.unwrap().as_bytes()),
        policy(PARCELS).decide(&driver, holder(), NOON),
        policy(APARTMENT).decide(&driver, holder(), NOON),
        policy(ENTRANCE).decide(&resident, stranger(), NOON),
        policy(ENTRANCE).decide(&resident, holder(), FROM - 1),
        policy(ENTRANCE).decide(&resident, holder(), UNTIL + 1),
        revoked.decide(&resident, holder(), NOON),
        at_entrance(b"open sesame"),
        too_many_attempts(&resident),
        ruled(|door| {
            door.hours = vec![Hours {
                class: HolderClass::Resident,
                days: 1,
                from_min: 0,
                to_min: 1,
            }];
        })
        .decide(&resident, holder(), NOON),
        ruled(|door| door.lockdown = Lockdown::Everyone).decide(&resident, holder(), NOON),
        policy(ENTRANCE).decide_code(&hash("0000"), &BTreeSet::new(), NOON),
    ];
    let reasons = reached.map(|decision| decision.deny_reason().unwrap());
    assert_eq!(reasons, DenyReason::ALL[..reasons.len()]);
}

fn ruled(change: impl FnOnce(&mut BundleDoor)) -> DoorPolicy {
    policy_with(ENTRANCE, |bundle| change(&mut bundle.doors[0]))
}

fn too_many_attempts(credential: &[u8]) -> Decision {
    let mut gate = Gate::new(policy(ENTRANCE));
    let now = Now {
        monotonic: Duration::from_secs(9),
        utc_s: NOON,
    };
    for _ in 0..AttemptLimiter::FREE_DENIALS {
        assert_denied(&gate.decide(b"guess", holder(), now), DenyReason::Malformed);
    }
    gate.decide(credential, holder(), now)
}

#[test]
fn a_credential_is_valid_from_its_first_second_to_its_last() {
    let (door, credential) = (policy(ENTRANCE), resident());
    assert_denied(
        &door.decide(&credential.0, holder(), FROM - 1),
        DenyReason::NotYetValid,
    );
    assert_allowed(&door.decide(&credential.0, holder(), FROM));
    assert_allowed(&door.decide(&credential.0, holder(), UNTIL));
    assert_denied(
        &door.decide(&credential.0, holder(), UNTIL + 1),
        DenyReason::CredentialExpired,
    );
}

#[test]
fn at_a_unit_door_a_courier_hears_unit_door_rather_than_wrong_door_or_the_time() {
    let door = policy(APARTMENT);
    let credential = driver(&[ENTRANCE]).0;
    assert_denied(
        &door.decide(&credential, holder(), NOON),
        DenyReason::UnitDoor,
    );
    assert_denied(
        &door.decide(&credential, holder(), UNTIL + 1),
        DenyReason::UnitDoor,
    );
}

#[test]
fn who_is_not_the_holder_does_not_hear_that_the_grant_is_revoked() {
    let door = policy_with(ENTRANCE, |bundle| bundle.revoked.push(GRANT));
    assert_denied(
        &door.decide(&resident().0, stranger(), NOON),
        DenyReason::NotTheHolder,
    );
    assert_denied(
        &door.decide(&resident().0, holder(), NOON),
        DenyReason::Revoked,
    );
}

#[test]
fn revoking_one_grant_leaves_another_valid() {
    let other = GrantId::from_entropy([0xa2; 16]);
    let door = policy_with(ENTRANCE, |bundle| bundle.revoked.push(other));
    assert_allowed(&door.decide(&resident().0, holder(), NOON));
}

#[test]
fn a_courier_of_a_carrier_that_left_or_changed_its_key_is_revoked() {
    let credential = driver(&[ENTRANCE]).0;
    let left = policy_with(ENTRANCE, |bundle| bundle.carriers.clear());
    assert_denied(
        &left.decide(&credential, holder(), NOON),
        DenyReason::Revoked,
    );
    let rekeyed = policy_with(ENTRANCE, |bundle| {
        bundle.carriers[0].key = CarrierKey::from_seed([9; 32]).public();
    });
    assert_denied(
        &rekeyed.decide(&credential, holder(), NOON),
        DenyReason::Revoked,
    );
}

#[test]
fn a_door_that_left_the_building_denies_everybody() {
    let door = policy_with(ENTRANCE, |bundle| {
        bundle.doors.retain(|door| door.id != ENTRANCE);
    });
    assert_denied(
        &door.decide(&resident().0, holder(), NOON),
        DenyReason::WrongDoor,
    );
}

#[test]
fn a_second_building_under_the_same_key_is_still_another_building() {
    let door = policy_with(ENTRANCE, |bundle| bundle.building = OTHER_BUILDING);
    let token = sent(&signed_by_building(&guest_code(&[ENTRANCE], &holder())));
    assert_allowed(&at_entrance(&token));
    assert_denied(
        &door.decide(&token, holder(), NOON),
        DenyReason::WrongBuilding,
    );
}

#[test]
fn a_denial_tells_class_and_grant_only_once_they_are_proven_and_never_a_residents_grant() {
    let told = |decision: Decision| match decision {
        Decision::Deny(denial) => (denial.class, denial.grant),
        Decision::Allow(_) => panic!("denied"),
    };
    let door = policy(ENTRANCE);
    let guest = credential(HolderClass::Guest, &[ENTRANCE]).0;
    let mut forged = guest.clone();
    *forged.last_mut().unwrap() ^= 1;
    assert_eq!(told(door.decide(&forged, holder(), NOON)), (None, None));
    assert_eq!(
        told(door.decide(&guest, stranger(), NOON)),
        (Some(HolderClass::Guest), Some(GRANT))
    );
    assert_eq!(
        told(door.decide(&resident().0, stranger(), NOON)),
        (Some(HolderClass::Resident), None)
    );
    assert_eq!(
        told(door.decide(&carrier_credential().0, holder(), NOON)),
        (Some(HolderClass::Courier), Some(GRANT))
    );
}

#[test]
fn waiting_out_the_back_off_lets_the_holder_in_and_forgets() {
    let mut gate = Gate::new(policy(ENTRANCE));
    let at = |monotonic_s| Now {
        monotonic: Duration::from_secs(monotonic_s),
        utc_s: NOON,
    };
    for _ in 0..AttemptLimiter::FREE_DENIALS {
        let _denied = gate.decide(b"guess", holder(), at(10));
    }
    for _ in 0..100 {
        let early = gate.decide(&resident().0, holder(), at(10));
        assert_denied(&early, DenyReason::TooManyAttempts);
    }
    assert_allowed(&gate.decide(&resident().0, holder(), at(11)));
    assert!(gate.attempts.is_empty());
}

#[test]
fn a_stranger_who_keeps_trying_keeps_nobody_else_out() {
    let mut gate = Gate::new(policy(ENTRANCE));
    let now = Now {
        monotonic: Duration::from_secs(10),
        utc_s: NOON,
    };
    for _ in 0..50 {
        let _denied = gate.decide(&resident().0, stranger(), now);
    }
    assert_denied(
        &gate.decide(&resident().0, stranger(), now),
        DenyReason::TooManyAttempts,
    );
    assert_allowed(&gate.decide(&resident().0, holder(), now));
}
