//! A door that only knows the least that it can be.

use std::time::Duration;

use access::{DenyReason, DoorPolicy, Gate, HolderClass, Now};

use super::world::*;

fn lost(door: access::DoorId) -> DoorPolicy {
    let mut policy = policy(door);
    policy.set_clock_known(false);
    policy
}

#[test]
fn without_the_time_residents_and_staff_pass_and_who_comes_for_a_window_does_not() {
    let policy = lost(ENTRANCE);
    for class in [HolderClass::Resident, HolderClass::Staff] {
        let credential = credential(class, &[ENTRANCE]);
        assert_allowed(&policy.decide(&credential.0, holder(), NOON));
    }
    let guest = credential(HolderClass::Guest, &[ENTRANCE]);
    for credential in [guest, driver(&[ENTRANCE])] {
        let decision = policy.decide(&credential.0, holder(), NOON);
        assert_denied(&decision, DenyReason::ClockUnknown);
    }
}

#[test]
fn a_residents_credential_proves_that_its_time_has_begun() {
    let policy = lost(ENTRANCE);
    assert_allowed(&policy.decide(&resident().0, holder(), FROM - 86_400));
    let staff = credential(HolderClass::Staff, &[ENTRANCE]);
    let early = policy.decide(&staff.0, holder(), FROM - 86_400);
    assert_denied(&early, DenyReason::NotYetValid);
}

#[test]
fn what_has_ended_by_the_least_that_it_can_be_has_ended() {
    let policy = lost(ENTRANCE);
    let couriers = driver(&[ENTRANCE]);
    for credential in [resident(), couriers] {
        let decision = policy.decide(&credential.0, holder(), UNTIL + 1);
        assert_denied(&decision, DenyReason::CredentialExpired);
    }
}

#[test]
fn an_unknown_clock_hides_no_revocation_and_no_wrong_door() {
    let mut revoking = policy_with(ENTRANCE, |bundle| bundle.revoked.push(GRANT));
    revoking.set_clock_known(false);
    let denied = revoking.decide(&resident().0, holder(), NOON);
    assert_denied(&denied, DenyReason::Revoked);
    let courier = lost(PARCELS).decide(&driver(&[ENTRANCE]).0, holder(), NOON);
    assert_denied(&courier, DenyReason::WrongDoor);
}

#[test]
fn a_gate_learns_the_time_from_a_resident_that_it_lets_in_and_from_nobody_else() {
    let mut gate = Gate::new(lost(ENTRANCE));
    let now = Now {
        monotonic: Duration::from_secs(1),
        utc_s: FROM - 86_400,
    };
    let staff = credential(HolderClass::Staff, &[ENTRANCE]);
    let _ = gate.decide(&staff.0, holder(), now);
    let _ = gate.decide(&resident().0, stranger(), now);
    assert_eq!(gate.proven_utc_s(), 0);
    assert_allowed(&gate.decide(&resident().0, holder(), now));
    assert_eq!(gate.proven_utc_s(), FROM);
}

#[test]
fn a_gate_with_a_known_clock_learns_no_time() {
    let mut gate = Gate::new(policy(ENTRANCE));
    let now = Now {
        monotonic: Duration::from_secs(1),
        utc_s: NOON,
    };
    assert_allowed(&gate.decide(&resident().0, holder(), now));
    assert_eq!(gate.proven_utc_s(), 0);
}
