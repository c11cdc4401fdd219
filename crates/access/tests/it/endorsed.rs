//! A courier's code at a unit door, which a resident's word opens once and nothing else does.

use access::{
    BuildingId, Bundle, DenyReason, DeviceId, DoorCode, DoorId, DoorKind, DoorPolicy, Endorsement,
    Endorser, GrantId, HolderClass, Lockdown, OwnDoorEntry, SignedBundle, SigningKey, Unfilmed,
};
use proptest::prelude::*;

use super::codes::{code, door_with, hash, typed};
use super::world::*;

const CODE: &str = "120034";
const PHONE: DeviceId = DeviceId::from_entropy([0xf1; 16]);
const PHONES_GRANT: GrantId = GrantId::from_entropy([0xf2; 16]);

fn phone() -> SigningKey {
    SigningKey::from_seed([0xf3; 32])
}

fn entry() -> OwnDoorEntry {
    OwnDoorEntry {
        building: BUILDING,
        door: APARTMENT,
        grant: GRANT,
        not_before: FROM,
        not_after: UNTIL,
    }
}

fn endorser() -> Endorser {
    Endorser {
        device: PHONE,
        grant: PHONES_GRANT,
        key: phone().public(),
        doors: vec![APARTMENT],
    }
}

fn with(endorsement: Option<Endorsement>) -> DoorCode {
    DoorCode {
        doors: vec![APARTMENT],
        single_use: true,
        endorsement,
        ..code(HolderClass::Courier, CODE)
    }
}

fn endorsed() -> DoorCode {
    with(Some(entry().endorse(PHONE, &phone())))
}

fn apartment_with(change: impl FnOnce(&mut Bundle)) -> DoorPolicy {
    policy_with(APARTMENT, |bundle| {
        bundle.codes = vec![endorsed()];
        bundle.code_salt = [0x5a; 16].into();
        bundle.endorsers = vec![endorser()];
        change(bundle);
    })
}

fn told(change: impl FnOnce(&mut Bundle)) -> Option<DenyReason> {
    typed(&apartment_with(change), CODE, NOON).deny_reason()
}

fn told_of(code: DoorCode) -> Option<DenyReason> {
    told(|bundle| bundle.codes = vec![code])
}

#[test]
fn a_residents_word_opens_the_own_door_to_one_delivery_once() {
    let door = apartment_with(|_| ());
    assert_allowed(&typed(&door, CODE, NOON));
    let again = door.decide_code(&hash(CODE), &[GRANT].into(), NOON);
    assert_denied(&again, DenyReason::WrongCode);
}

#[test]
fn without_a_residents_word_a_couriers_code_opens_no_apartment() {
    assert_eq!(told_of(with(None)), Some(DenyReason::UnitDoor));
}

#[test]
fn nothing_of_what_was_signed_can_be_changed() {
    let entries = [
        OwnDoorEntry {
            building: OTHER_BUILDING,
            ..entry()
        },
        OwnDoorEntry {
            door: PARCELS,
            ..entry()
        },
        OwnDoorEntry {
            grant: PHONES_GRANT,
            ..entry()
        },
        OwnDoorEntry {
            not_before: FROM + 1,
            ..entry()
        },
        OwnDoorEntry {
            not_after: UNTIL - 1,
            ..entry()
        },
    ];
    for signed in entries {
        let endorsement = Endorsement {
            not_before: FROM,
            not_after: UNTIL,
            ..signed.endorse(PHONE, &phone())
        };
        let reason = told_of(with(Some(endorsement)));
        assert_eq!(reason, Some(DenyReason::UnitDoor), "{signed:?}");
    }
    let by_another = entry().endorse(PHONE, &SigningKey::from_seed([0xf4; 32]));
    assert_eq!(told_of(with(Some(by_another))), Some(DenyReason::UnitDoor));
}

#[test]
fn a_code_that_could_do_more_than_the_resident_said_opens_nothing() {
    let wider = [
        DoorCode {
            doors: vec![APARTMENT, ENTRANCE],
            ..endorsed()
        },
        DoorCode {
            single_use: false,
            ..endorsed()
        },
        DoorCode {
            not_before: FROM - 1,
            ..endorsed()
        },
        DoorCode {
            not_after: UNTIL + 1,
            ..endorsed()
        },
        DoorCode {
            grant: PHONES_GRANT,
            ..endorsed()
        },
    ];
    for code in wider {
        let reason = told_of(code.clone());
        assert_eq!(reason, Some(DenyReason::UnitDoor), "{code:?}");
    }
    let narrower = DoorCode {
        not_after: NOON,
        ..endorsed()
    };
    assert_eq!(told_of(narrower), None);
}

#[test]
fn a_word_is_good_for_a_day_at_most() {
    let lasting = |lasts_s| {
        let entry = OwnDoorEntry {
            not_after: FROM + lasts_s,
            ..entry()
        };
        with(Some(entry.endorse(PHONE, &phone())))
    };
    let code = |lasts_s| DoorCode {
        not_after: NOON,
        ..lasting(lasts_s)
    };
    assert_eq!(told_of(code(OwnDoorEntry::MAX_S)), None);
    let longer = code(OwnDoorEntry::MAX_S + 1);
    assert_eq!(told_of(longer), Some(DenyReason::UnitDoor));
}

#[test]
fn a_word_counts_within_its_time_only() {
    let door = apartment_with(|_| ());
    assert_denied(&typed(&door, CODE, FROM - 1), DenyReason::NotYetValid);
    assert_denied(
        &typed(&door, CODE, UNTIL + 1),
        DenyReason::CredentialExpired,
    );
    let mut lost = apartment_with(|_| ());
    lost.set_clock_known(false);
    assert_denied(&typed(&lost, CODE, NOON), DenyReason::ClockUnknown);
}

#[test]
fn the_word_of_a_device_that_was_removed_or_lives_elsewhere_counts_for_nothing() {
    let unit_door = Some(DenyReason::UnitDoor);
    let revoked = told(|bundle| bundle.revoked.push(PHONES_GRANT));
    assert_eq!(revoked, unit_door);
    assert_eq!(told(|bundle| bundle.endorsers.clear()), unit_door);
    let of_another_unit = told(|bundle| bundle.endorsers[0].doors = vec![PARCELS]);
    assert_eq!(of_another_unit, unit_door);
    let under_anothers_name = told(|bundle| {
        let device = DeviceId::from_entropy([0xf5; 16]);
        bundle.endorsers[0].device = device;
    });
    assert_eq!(under_anothers_name, unit_door);
}

#[test]
fn lockdown_filming_and_revocation_hold_for_it_as_for_every_courier() {
    let locked = told(|bundle| bundle.doors[2].lockdown = Lockdown::Visitors);
    assert_eq!(locked, Some(DenyReason::LockedDown));
    let unfilmed = told(|bundle| bundle.doors[2].unfilmed = Unfilmed::Refuse);
    assert_eq!(unfilmed, Some(DenyReason::NotFilmed));
    let revoked = told(|bundle| bundle.revoked.push(GRANT));
    assert_eq!(revoked, Some(DenyReason::Revoked));
}

#[test]
fn no_carriers_credential_gains_by_it() {
    let door = apartment_with(|_| ());
    let driver = driver(&[ENTRANCE]);
    let told = door.decide(&driver.0, holder(), NOON);
    assert_denied(&told, DenyReason::UnitDoor);
}

#[test]
fn a_bundle_without_endorsements_is_written_as_before_and_reads_back() {
    let key = building_key();
    let plain = policy_with(ENTRANCE, |bundle| bundle.codes = vec![with(None)]);
    let signed = SignedBundle::sign(plain.bundle(), &key).unwrap();
    let words = String::from_utf8_lossy(&signed.0).into_owned();
    assert!(!words.contains("endors"), "{words}");
    for bundle in [plain.bundle(), apartment_with(|_| ()).bundle()] {
        let signed = SignedBundle::sign(bundle, &key).unwrap();
        assert_eq!(signed.verify(&key.public()).as_ref(), Ok(bundle));
    }
    let twice = policy_with(ENTRANCE, |_| ());
    let twice = Bundle {
        endorsers: vec![endorser(), endorser()],
        ..twice.bundle().clone()
    };
    assert!(SignedBundle::sign(&twice, &key).is_err());
}

proptest! {
    #[test]
    fn whatever_a_bundle_says_without_the_residents_key_keeps_couriers_out(
        signature in any::<[u8; 32]>().prop_map(|half| [half, half].concat()),
        signer in prop_oneof![Just(None), any::<[u8; 32]>().prop_map(Some)],
        device in prop_oneof![Just(PHONE), any::<[u8; 16]>().prop_map(DeviceId::from_entropy)],
        times in (FROM..=NOON, NOON..=UNTIL),
        doors in prop::sample::subsequence(vec![ENTRANCE, PARCELS, APARTMENT], 0..=3),
        single_use in any::<bool>(),
    ) {
        let claimed = OwnDoorEntry { not_before: times.0, not_after: times.1, ..entry() };
        let endorsement = match signer {
            Some(seed) => claimed.endorse(device, &SigningKey::from_seed(seed)),
            None => Endorsement {
                signature: signature.try_into().unwrap(),
                ..claimed.endorse(device, &phone())
            },
        };
        let code = DoorCode {
            doors,
            single_use,
            not_before: times.0,
            not_after: times.1,
            ..with(Some(endorsement))
        };
        let reason = told_of(code);
        prop_assert!(matches!(reason, Some(DenyReason::UnitDoor | DenyReason::WrongCode)));
    }

    #[test]
    fn an_entry_is_endorsed_as_it_was_signed_and_in_no_other_way(
        one in entries(),
        other in entries(),
    ) {
        let word = one.endorse(PHONE, &phone());
        let key = phone().public();
        prop_assert!(one.is_endorsed_by(&key, &word.signature));
        prop_assert_eq!(other.is_endorsed_by(&key, &word.signature), one == other);
    }
}

fn entries() -> impl Strategy<Value = OwnDoorEntry> {
    let id = || (0_u8..2).prop_map(|byte| [byte; 16]);
    let time = || prop_oneof![0_u64..3, (u64::MAX - 3)..=u64::MAX];
    (id(), id(), id(), time(), time()).prop_map(|(building, door, grant, from, until)| {
        OwnDoorEntry {
            building: BuildingId::from_entropy(building),
            door: DoorId::from_entropy(door),
            grant: GrantId::from_entropy(grant),
            not_before: from,
            not_after: until,
        }
    })
}

#[test]
fn at_a_common_door_a_couriers_code_needs_no_word() {
    let common = door_with(ENTRANCE, vec![code(HolderClass::Courier, CODE)]);
    assert_eq!(common.bundle_door().unwrap().kind, DoorKind::Common);
    assert_allowed(&typed(&common, CODE, NOON));
}
