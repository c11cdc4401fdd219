//! Couriers at a door that films nobody.

use access::{BundleDoor, Decision, DenyReason, DoorPolicy, Gate, HolderClass, Lockdown, Unfilmed};

use super::codes::{at, code, door_with, hash, typed};
use super::world::*;

const ALL_CASES: [(Unfilmed, bool); 4] = [
    (Unfilmed::Flag, true),
    (Unfilmed::Flag, false),
    (Unfilmed::Refuse, true),
    (Unfilmed::Refuse, false),
];

fn ruled(mut door: DoorPolicy, unfilmed: Unfilmed, filming: bool) -> DoorPolicy {
    let mut bundle = door.bundle().clone();
    bundle.version += 1;
    bundle.doors[0].unfilmed = unfilmed;
    door.replace(bundle).unwrap();
    door.set_filming(filming);
    door
}

fn presented(class: HolderClass) -> Vec<u8> {
    match class {
        HolderClass::Courier => driver(&[ENTRANCE]).0,
        class => credential(class, &[ENTRANCE]).0,
    }
}

fn expected(class: HolderClass, unfilmed: Unfilmed, filming: bool) -> Option<DenyReason> {
    let is_refused = (class, unfilmed, filming) == (HolderClass::Courier, Unfilmed::Refuse, false);
    is_refused.then_some(DenyReason::NotFilmed)
}

fn assert_ruled(decide: impl Fn(HolderClass, Unfilmed, bool) -> Decision) {
    for class in HolderClass::ALL {
        for (unfilmed, filming) in ALL_CASES {
            let decision = decide(class, unfilmed, filming);
            let expected = expected(class, unfilmed, filming);
            assert_eq!(
                decision.deny_reason(),
                expected,
                "{class:?} {unfilmed:?} {filming}"
            );
        }
    }
}

#[test]
fn only_a_courier_is_refused_only_where_that_is_the_rule_and_only_while_nobody_is_filmed() {
    assert_ruled(|class, unfilmed, filming| {
        let door = ruled(policy(ENTRANCE), unfilmed, filming);
        door.decide(&presented(class), holder(), NOON)
    });
}

#[test]
fn a_code_follows_the_rule_of_its_class() {
    assert_ruled(|class, unfilmed, filming| {
        let codes = door_with(ENTRANCE, vec![code(class, "120034")]);
        typed(&ruled(codes, unfilmed, filming), "120034", NOON)
    });
}

#[test]
fn a_door_that_nobody_told_whether_it_films_films_nobody() {
    let door = policy_with(ENTRANCE, |bundle| {
        bundle.doors[0].unfilmed = Unfilmed::Refuse;
    });
    let decision = door.decide(&driver(&[ENTRANCE]).0, holder(), NOON);
    assert_denied(&decision, DenyReason::NotFilmed);
}

#[test]
fn only_who_would_otherwise_enter_learns_that_the_door_films_nobody() {
    let door = policy_with(ENTRANCE, |bundle| {
        bundle.doors[0].unfilmed = Unfilmed::Refuse;
        bundle.doors[0].lockdown = Lockdown::Visitors;
    });
    let courier = driver(&[ENTRANCE]).0;
    let asked = |now| door.decide(&courier, holder(), now);
    assert_denied(&asked(NOON), DenyReason::LockedDown);
    assert_denied(&asked(UNTIL + 1), DenyReason::CredentialExpired);

    let mut afar = ruled(policy(ENTRANCE), Unfilmed::Refuse, false);
    afar.set_from_afar(true);
    let decision = afar.decide(&courier, holder(), NOON);
    assert_denied(&decision, DenyReason::OnlyAtTheDoor);
}

#[test]
fn a_courier_whom_nobody_films_keeps_nobody_waiting() {
    let codes = vec![
        code(HolderClass::Courier, "120034"),
        code(HolderClass::Guest, "560078"),
    ];
    let mut gate = Gate::new(ruled(door_with(ENTRANCE, codes), Unfilmed::Refuse, false));
    for _ in 0..50 {
        let by_code = gate.decide_code(&hash("120034"), at(10));
        assert_denied(&by_code, DenyReason::NotFilmed);
        let by_phone = gate.decide(&driver(&[ENTRANCE]).0, holder(), at(10));
        assert_denied(&by_phone, DenyReason::NotFilmed);
    }
    assert_allowed(&gate.decide_code(&hash("560078"), at(10)));
    gate.policy.set_filming(true);
    assert_allowed(&gate.decide(&driver(&[ENTRANCE]).0, holder(), at(10)));
}

/// A door as hubs put it into bundles before this was a rule.
#[test]
fn a_bundle_that_says_nothing_of_it_flags() {
    let door = bundle().doors[0].clone();
    let mut older = ciborium::Value::serialized(&door).unwrap();
    let fields = older.as_map_mut().unwrap();
    let before = fields.len();
    fields.retain(|(name, _)| name.as_text() != Some("unfilmed"));
    assert_eq!(fields.len(), before - 1);
    let read: BundleDoor = older.deserialized().unwrap();
    assert_eq!((read.unfilmed, &read), (Unfilmed::Flag, &door));
}
