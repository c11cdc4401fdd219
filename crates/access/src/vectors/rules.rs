//! Hours in a time zone, lockdown, couriers who must be filmed, and codes.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_bytes::ByteArray;

use super::{
    APARTMENT, BUILDING, BUILDING_SEED, ENTRANCE, HOLDER_SECRET, PARCELS, bundle, driver, hex,
    holder, person,
};
use crate::{
    BuildingKey, Bundle, CodeKey, Decision, DeviceId, DoorCode, DoorId, DoorPolicy, Endorser,
    GrantId, HolderClass, Hours, Lockdown, OwnDoorEntry, SigningKey, TypedCode, Unfilmed,
    hash_code,
};

const SALT: [u8; 16] = [0x5a; 16];
const GUEST_CODE: &str = "120034";
const COURIER_CODE: &str = "80461729";
const SINGLE_USE_CODE: &str = "5550";
/// A delivery's, which a resident lets into the apartment.
const ENDORSED_CODE: &str = "660660";
const DEVICE: DeviceId = DeviceId::from_entropy([0xf1; 16]);
/// Hashed with [`CODE_KEY`]; the others are of before there were secrets.
const KEYED_CODE: &str = "314159";
const CODE_KEY: [u8; 32] = [0x6b; 32];
/// Friday 2027-01-15, 21:00 in Berlin.
const BEFORE: u64 = 1_800_043_200;
/// The same Friday, 22:00 in Berlin.
const WITHIN: u64 = BEFORE + 3_600;

/// Guests have hours at the entrance, Fridays from 22:00 to 06:00, and couriers must be filmed there;
/// the parcel room is locked down for visitors.
#[derive(Serialize)]
pub(super) struct RulesFile {
    bundle: Bundle,
    /// The secret that one of the codes is hashed with, hexadecimal, and what the bundle names it by.
    code_key: String,
    code_key_id: String,
    codes: Vec<Hashed>,
    decisions: Vec<Ruled>,
}

/// Argon2id under the bundle's salt, hexadecimal.
#[derive(Serialize)]
struct Hashed {
    code: &'static str,
    /// Whether the secret is in it.
    is_keyed: bool,
    hash: String,
}

/// What is presented; and the door's answer.
#[derive(Serialize)]
pub(super) struct Ruled {
    pub(super) name: &'static str,
    /// Digits typed, or `guest`, `resident` or `courier` for a credential of that class.
    presented: &'static str,
    door: DoorId,
    now_utc: u64,
    /// Whether the single-use code has been used.
    is_used: bool,
    /// Whether the door films.
    is_filming: bool,
    /// Whether the door lacks the secret of codes.
    lacks_key: bool,
    /// `Allow`, or the code of the deny reason.
    pub(super) decision: &'static str,
}

pub(super) fn file() -> RulesFile {
    let hashed = |code| Hashed {
        code,
        is_keyed: secret_of(code).is_some(),
        hash: hex(&hash(code)),
    };
    RulesFile {
        bundle: ruling(),
        code_key: hex(&CODE_KEY),
        code_key_id: hex(&CodeKey::from_bytes(CODE_KEY).id().0),
        codes: [
            GUEST_CODE,
            COURIER_CODE,
            SINGLE_USE_CODE,
            ENDORSED_CODE,
            KEYED_CODE,
        ]
        .map(hashed)
        .into(),
        decisions: decisions(),
    }
}

pub(super) fn decisions() -> Vec<Ruled> {
    let bundle = ruling();
    let case = |name, presented, door, now_utc| Ruled {
        name,
        presented,
        door,
        now_utc,
        is_used: false,
        is_filming: false,
        lacks_key: false,
        decision: "",
    };
    let (entrance, parcels) = (ENTRANCE, PARCELS);
    let cases = [
        case("guest before the hours", "guest", entrance, BEFORE),
        case("guest, first second", "guest", entrance, WITHIN),
        case("resident, no hours", "resident", entrance, BEFORE),
        case("guest, locked down", "guest", parcels, WITHIN),
        case("courier, not filmed", "courier", entrance, WITHIN),
        Ruled {
            is_filming: true,
            ..case("courier, filmed", "courier", entrance, WITHIN)
        },
        case("guest's code", GUEST_CODE, entrance, WITHIN),
        case("code before the hours", GUEST_CODE, entrance, BEFORE),
        case("code, locked down", GUEST_CODE, parcels, WITHIN),
        case("unknown code", "120035", entrance, WITHIN),
        case("courier's code at a unit", COURIER_CODE, APARTMENT, WITHIN),
        case("courier's code, not filmed", COURIER_CODE, entrance, WITHIN),
        Ruled {
            is_filming: true,
            ..case("courier's code, filmed", COURIER_CODE, entrance, WITHIN)
        },
        case("endorsed delivery", ENDORSED_CODE, APARTMENT, WITHIN),
        case("single use", SINGLE_USE_CODE, APARTMENT, WITHIN),
        Ruled {
            is_used: true,
            ..case("single use, used", SINGLE_USE_CODE, APARTMENT, WITHIN)
        },
        case("code with a key", KEYED_CODE, entrance, WITHIN),
        Ruled {
            lacks_key: true,
            ..case("code with a key, no key", KEYED_CODE, entrance, WITHIN)
        },
    ];
    cases
        .map(|case| Ruled {
            decision: decide(&bundle, &case),
            ..case
        })
        .into()
}

fn decide(bundle: &Bundle, case: &Ruled) -> &'static str {
    let key = BuildingKey::from_seed(BUILDING_SEED).public();
    let mut policy = DoorPolicy::new(key, case.door, bundle.clone()).expect("the bundle is sound");
    policy.set_filming(case.is_filming);
    let used: BTreeSet<_> = case
        .is_used
        .then_some(grant(SINGLE_USE_CODE))
        .into_iter()
        .collect();
    let credential = |class| {
        let doors = vec![ENTRANCE, PARCELS, APARTMENT];
        person(class, BUILDING, BUILDING_SEED, 0xa1, doors)
    };
    let credential = match case.presented {
        "guest" => Some(credential(HolderClass::Guest)),
        "resident" => Some(credential(HolderClass::Resident)),
        "courier" => Some(driver()),
        _ => None,
    };
    let decision = match credential {
        Some(credential) => {
            policy.decide(credential.as_bytes(), holder(HOLDER_SECRET), case.now_utc)
        }
        None => policy.decide_code(&typed(case), &used, case.now_utc),
    };
    match decision {
        Decision::Allow(_) => "Allow",
        Decision::Deny(denial) => denial.reason.as_str(),
    }
}

fn ruling() -> Bundle {
    let mut bundle = Bundle {
        time_zone: "Europe/Berlin".into(),
        code_salt: ByteArray::new(SALT),
        codes: vec![
            code(HolderClass::Guest, GUEST_CODE),
            code(HolderClass::Courier, COURIER_CODE),
            DoorCode {
                single_use: true,
                ..code(HolderClass::Guest, SINGLE_USE_CODE)
            },
            endorsed(),
            code(HolderClass::Guest, KEYED_CODE),
        ],
        endorsers: vec![Endorser {
            device: DEVICE,
            grant: GrantId::from_entropy([0xf2; 16]),
            key: device_key().public(),
            doors: vec![APARTMENT],
        }],
        ..bundle()
    };
    for door in &mut bundle.doors {
        if door.id == ENTRANCE {
            door.hours.push(Hours {
                class: HolderClass::Guest,
                days: 1 << 4,
                from_min: 22 * 60,
                to_min: 6 * 60,
            });
            door.unfilmed = Unfilmed::Refuse;
        } else if door.id == PARCELS {
            door.lockdown = Lockdown::Visitors;
        }
    }
    bundle
}

fn code(class: HolderClass, digits: &'static str) -> DoorCode {
    DoorCode {
        grant: grant(digits),
        class,
        doors: vec![ENTRANCE, PARCELS, APARTMENT],
        hash: ByteArray::new(hash(digits)),
        key: secret_of(digits).map(|key| key.id()),
        not_before: super::NOT_BEFORE,
        not_after: super::NOT_AFTER,
        single_use: false,
        endorsement: None,
    }
}

/// A courier's code for the apartment, with the word of a device of the resident.
fn endorsed() -> DoorCode {
    let code = DoorCode {
        doors: vec![APARTMENT],
        single_use: true,
        not_before: WITHIN,
        not_after: WITHIN + OwnDoorEntry::MAX_S,
        ..code(HolderClass::Courier, ENDORSED_CODE)
    };
    let entry = OwnDoorEntry {
        building: BUILDING,
        door: APARTMENT,
        grant: code.grant,
        not_before: code.not_before,
        not_after: code.not_after,
    };
    DoorCode {
        endorsement: Some(entry.endorse(DEVICE, &device_key())),
        ..code
    }
}

fn device_key() -> SigningKey {
    SigningKey::from_seed([0xf3; 32])
}

/// A grant of its own for each first digit.
fn grant(digits: &str) -> GrantId {
    let mut entropy = [0xc0; 16];
    entropy[0] = digits.as_bytes()[0];
    GrantId::from_entropy(entropy)
}

fn secret_of(digits: &str) -> Option<CodeKey> {
    (digits == KEYED_CODE).then_some(CodeKey::from_bytes(CODE_KEY))
}

fn hash(digits: &str) -> [u8; 32] {
    hash_code(digits, &SALT, secret_of(digits).as_ref()).expect("it is a code")
}

fn typed(case: &Ruled) -> TypedCode {
    let key = (!case.lacks_key).then_some(CodeKey::from_bytes(CODE_KEY));
    let keys: Vec<_> = [None].into_iter().chain(key.map(Some)).collect();
    TypedCode::hash(case.presented, &SALT, &keys).expect("it is a code")
}
