//! Codes at the keypad.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::time::Duration;

use access::{
    AttemptLimiter, CodeKey, Decision, DenyReason, DoorCode, DoorId, DoorPolicy, Gate, GrantId,
    HolderClass, Hours, Lockdown, Now, TypedCode, hash_code,
};
use serde_bytes::ByteArray;

use super::world::*;

const SALT: [u8; 16] = [0x5a; 16];

/// As a door hashes it whose codes have no secret. Slow by design, so that each code is hashed once.
pub(crate) fn hash(code: &str) -> TypedCode {
    static KNOWN: Mutex<BTreeMap<String, TypedCode>> = Mutex::new(BTreeMap::new());
    let mut known = KNOWN.lock().unwrap();
    let typed = || TypedCode::hash(code, &SALT, &[None]).unwrap();
    known.entry(code.to_owned()).or_insert_with(typed).clone()
}

pub(crate) fn code(class: HolderClass, digits: &str) -> DoorCode {
    DoorCode {
        grant: GRANT,
        class,
        doors: vec![ENTRANCE, APARTMENT],
        hash: ByteArray::new(hash_code(digits, &SALT, None).unwrap()),
        key: None,
        not_before: FROM,
        not_after: UNTIL,
        single_use: false,
        endorsement: None,
    }
}

pub(crate) fn door_with(door: DoorId, codes: Vec<DoorCode>) -> DoorPolicy {
    policy_with(door, |bundle| {
        bundle.code_salt = ByteArray::new(SALT);
        bundle.codes = codes;
    })
}

pub(crate) fn typed(door: &DoorPolicy, digits: &str, now_utc: u64) -> Decision {
    door.decide_code(&hash(digits), &BTreeSet::new(), now_utc)
}

fn told(decision: &Decision) -> (DenyReason, Option<HolderClass>, Option<GrantId>) {
    match decision {
        Decision::Deny(denial) => (denial.reason, denial.class, denial.grant),
        Decision::Allow(_) => panic!("denied"),
    }
}

#[test]
fn a_code_lets_in_at_its_doors_in_its_time_and_nothing_else_does() {
    let codes = vec![code(HolderClass::Guest, "120034")];
    let door = door_with(ENTRANCE, codes.clone());
    let Decision::Allow(entrant) = typed(&door, "120034", NOON) else {
        panic!("the guest is let in");
    };
    assert_eq!(
        (entrant.class, entrant.grant, entrant.unlock_s),
        (HolderClass::Guest, GRANT, 5)
    );
    assert_eq!(entrant.courier, None);
    for wrong in ["120035", "1200", "0000", "1200340"] {
        let decision = typed(&door, wrong, NOON);
        assert_eq!(told(&decision), (DenyReason::WrongCode, None, None));
    }
    let elsewhere = door_with(PARCELS, codes);
    assert_denied(&typed(&elsewhere, "120034", NOON), DenyReason::WrongCode);
    assert_allowed(&typed(&door, "120034", FROM));
    assert_allowed(&typed(&door, "120034", UNTIL));
    assert_denied(&typed(&door, "120034", FROM - 1), DenyReason::NotYetValid);
    assert_denied(
        &typed(&door, "120034", UNTIL + 1),
        DenyReason::CredentialExpired,
    );
}

fn key(number: u8) -> CodeKey {
    CodeKey::from_bytes([number; 32])
}

fn keyed(digits: &str, key: &CodeKey) -> DoorCode {
    DoorCode {
        hash: ByteArray::new(hash_code(digits, &SALT, Some(key)).unwrap()),
        key: Some(key.id()),
        ..code(HolderClass::Guest, digits)
    }
}

#[test]
fn a_code_with_a_key_opens_to_who_hashes_with_that_key_and_to_nobody_else() {
    let (own, other) = (key(1), key(2));
    let door = door_with(ENTRANCE, vec![keyed("120034", &own)]);
    let judge = |keys: &[Option<CodeKey>]| {
        let typed = TypedCode::hash("120034", &SALT, keys).unwrap();
        door.decide_code(&typed, &BTreeSet::new(), NOON)
    };
    assert_allowed(&judge(&[Some(own.clone())]));
    for keys in [vec![None], vec![Some(other.clone())], vec![]] {
        assert_denied(&judge(&keys), DenyReason::WrongCode);
    }
    assert_allowed(&judge(&[None, Some(other), Some(own)]));
}

#[test]
fn codes_of_before_there_were_keys_open_beside_those_that_have_one() {
    let codes = vec![code(HolderClass::Guest, "0000"), keyed("120034", &key(1))];
    let door = door_with(ENTRANCE, codes.clone());
    assert_eq!(door.code_keys(), [None, Some(key(1).id())].into());
    for digits in ["0000", "120034"] {
        let typed = TypedCode::hash(digits, &SALT, &[None, Some(key(1))]).unwrap();
        assert_allowed(&door.decide_code(&typed, &BTreeSet::new(), NOON));
    }
    // What is hashed at a door follows from its own codes.
    assert_eq!(door_with(PARCELS, codes).code_keys(), BTreeSet::new());
}

#[test]
fn a_code_without_a_key_is_written_and_read_as_before_there_were_keys() {
    let names = |code: &DoorCode| {
        let written = ciborium::Value::serialized(code).unwrap();
        let fields = written.clone().into_map().unwrap();
        let names: Vec<_> = fields
            .into_iter()
            .map(|(name, _)| name.into_text())
            .collect();
        assert_eq!(written.deserialized::<DoorCode>().unwrap(), *code);
        names
    };
    let key_name = Ok("key".to_owned());
    assert!(!names(&code(HolderClass::Guest, "0000")).contains(&key_name));
    assert!(names(&keyed("0000", &key(1))).contains(&key_name));
}

#[test]
fn a_door_that_left_the_building_knows_no_code() {
    let door = policy_with(ENTRANCE, |bundle| {
        bundle.code_salt = ByteArray::new(SALT);
        bundle.codes = vec![code(HolderClass::Guest, "120034")];
        bundle.doors.retain(|door| door.id != ENTRANCE);
    });
    assert_denied(&typed(&door, "120034", NOON), DenyReason::WrongCode);
}

#[test]
fn a_couriers_code_opens_no_unit_door() {
    let codes = vec![code(HolderClass::Courier, "120034")];
    assert_allowed(&typed(&door_with(ENTRANCE, codes.clone()), "120034", NOON));
    let apartment = door_with(APARTMENT, codes);
    for now in [NOON, UNTIL + 1] {
        assert_denied(&typed(&apartment, "120034", now), DenyReason::UnitDoor);
    }
    let guest = door_with(APARTMENT, vec![code(HolderClass::Guest, "120034")]);
    assert_allowed(&typed(&guest, "120034", NOON));
}

#[test]
fn a_revoked_grant_takes_its_code_along_and_names_no_resident() {
    let revoked = |class| {
        let door = policy_with(ENTRANCE, |bundle| {
            bundle.codes = vec![code(class, "120034")];
            bundle.revoked.push(GRANT);
        });
        told(&typed(&door, "120034", NOON))
    };
    let (guest, resident) = (HolderClass::Guest, HolderClass::Resident);
    let reason = DenyReason::Revoked;
    assert_eq!(revoked(guest), (reason, Some(guest), Some(GRANT)));
    assert_eq!(revoked(resident), (reason, Some(resident), None));
}

#[test]
fn a_door_that_lost_the_time_takes_no_code() {
    for class in HolderClass::ALL {
        let mut door = door_with(ENTRANCE, vec![code(class, "120034")]);
        door.set_clock_known(false);
        assert_denied(&typed(&door, "120034", NOON), DenyReason::ClockUnknown);
        let ended = typed(&door, "120034", UNTIL + 1);
        assert_denied(&ended, DenyReason::CredentialExpired);
    }
}

#[test]
fn any_lockdown_keeps_every_code_out() {
    for class in HolderClass::ALL {
        for lockdown in [Lockdown::Visitors, Lockdown::Everyone] {
            let door = policy_with(ENTRANCE, |bundle| {
                bundle.codes = vec![code(class, "120034")];
                bundle.doors[0].lockdown = lockdown;
            });
            assert_denied(&typed(&door, "120034", NOON), DenyReason::LockedDown);
        }
    }
}

#[test]
fn a_code_keeps_the_hours_of_its_class() {
    let hours = |class| {
        let door = policy_with(ENTRANCE, |bundle| {
            bundle.codes = vec![code(HolderClass::Guest, "120034")];
            bundle.doors[0].hours = vec![Hours {
                class,
                days: Hours::EVERY_DAY,
                from_min: 0,
                to_min: 1,
            }];
        });
        typed(&door, "120034", NOON).deny_reason()
    };
    assert_eq!(hours(HolderClass::Guest), Some(DenyReason::OutsideHours));
    assert_eq!(hours(HolderClass::Staff), None);
}

#[test]
fn a_single_use_code_that_was_used_is_a_wrong_code_that_names_its_grant() {
    let once = DoorCode {
        single_use: true,
        ..code(HolderClass::Guest, "120034")
    };
    let door = door_with(ENTRANCE, vec![once]);
    assert!(door.is_single_use(GRANT));
    assert_allowed(&typed(&door, "120034", NOON));
    let again = door.decide_code(&hash("120034"), &[GRANT].into(), NOON);
    let guest = HolderClass::Guest;
    assert_eq!(
        told(&again),
        (DenyReason::WrongCode, Some(guest), Some(GRANT))
    );
    let standing = door_with(ENTRANCE, vec![code(HolderClass::Guest, "120034")]);
    assert!(!standing.is_single_use(GRANT));
    assert_allowed(&standing.decide_code(&hash("120034"), &[GRANT].into(), NOON));
}

#[test]
fn of_two_codes_with_the_same_digits_the_one_that_lets_in_counts() {
    let ended = DoorCode {
        grant: GrantId::from_entropy([0xa2; 16]),
        not_after: FROM,
        ..code(HolderClass::Guest, "120034")
    };
    let codes = vec![ended, code(HolderClass::Staff, "120034")];
    let Decision::Allow(entrant) = typed(&door_with(ENTRANCE, codes), "120034", NOON) else {
        panic!("the second lets in");
    };
    assert_eq!(entrant.class, HolderClass::Staff);
}

pub(crate) fn at(monotonic_s: u64) -> Now {
    Now {
        monotonic: Duration::from_secs(monotonic_s),
        utc_s: NOON,
    }
}

#[test]
fn wrong_codes_make_the_keypad_wait_and_no_phone() {
    let mut gate = Gate::new(door_with(
        ENTRANCE,
        vec![code(HolderClass::Guest, "120034")],
    ));
    let (wrong, right) = (hash("999999"), hash("120034"));
    for _ in 0..AttemptLimiter::FREE_DENIALS {
        assert_denied(&gate.decide_code(&wrong, at(10)), DenyReason::WrongCode);
    }
    for _ in 0..100 {
        let early = gate.decide_code(&right, at(10));
        assert_denied(&early, DenyReason::TooManyAttempts);
        assert_allowed(&gate.decide(&resident().0, holder(), at(10)));
    }
    assert_allowed(&gate.decide_code(&right, at(11)));
    assert_denied(&gate.decide_code(&wrong, at(11)), DenyReason::WrongCode);
    let still_counted = gate.decide_code(&right, at(12));
    assert_denied(&still_counted, DenyReason::TooManyAttempts);
}

#[test]
fn a_denied_phone_makes_no_keypad_wait() {
    let mut gate = Gate::new(door_with(
        ENTRANCE,
        vec![code(HolderClass::Guest, "120034")],
    ));
    for _ in 0..50 {
        let _denied = gate.decide(b"guess", stranger(), at(10));
    }
    assert_allowed(&gate.decide_code(&hash("120034"), at(10)));
}

#[test]
fn the_back_off_of_phones_and_keypad_survives_a_restart() {
    let mut gate = Gate::new(policy(ENTRANCE));
    for _ in 0..AttemptLimiter::FREE_DENIALS + 3 {
        let far = at(1_000_000);
        let _denied = gate.decide(b"guess", stranger(), far);
        gate.attempts.record_denied(&stranger(), far.monotonic);
        gate.keypad.record_denied(far.monotonic);
    }
    let kept = gate.take_unkept();
    assert!(gate.take_unkept().is_empty());
    let mut restarted = Gate::new(policy(ENTRANCE));
    restarted.restore(kept, at(0));
    let denied = restarted.decide(b"guess", stranger(), at(1));
    assert_denied(&denied, DenyReason::TooManyAttempts);
    let denied = restarted.decide_code(&hash("120034"), at(1));
    assert_denied(&denied, DenyReason::TooManyAttempts);
    assert_allowed(&restarted.decide(&resident().0, holder(), at(1)));
}
