//! Deterministic test vectors, as files under `vectors/`. `cargo xtask vectors` writes them anew.
//!
//! Another implementation of a door or an issuer can be held against them.
#![expect(
    clippy::expect_used,
    reason = "made from constants: a failure is a defect and must show"
)]

mod rules;

use std::fmt::Write as _;

use rand_core::{CryptoRng, Error, RngCore, impls};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::{
    BuildingId, BuildingKey, Bundle, BundleCarrier, BundleDoor, CarrierGrant, CarrierId,
    CarrierKey, Credential, Decision, DeviceId, DoorId, DoorKind, DoorPolicy, Grant, GrantId,
    GrantedDoor, HolderClass, HolderPublicKey, HolderSecret, SignedBundle, Viewer, ViewerPublicKey,
    Visit, VisitId, issue, issue_carrier, issue_driver,
};

const BUILDING: BuildingId = BuildingId::from_entropy([0xb1; 16]);
const OTHER_BUILDING: BuildingId = BuildingId::from_entropy([0xb2; 16]);
const ENTRANCE: DoorId = DoorId::from_entropy([0xd1; 16]);
const PARCELS: DoorId = DoorId::from_entropy([0xd2; 16]);
const APARTMENT: DoorId = DoorId::from_entropy([0xd3; 16]);
const CARRIER: CarrierId = CarrierId::from_entropy([0xc1; 16]);
const REVOKED: GrantId = GrantId::from_entropy([0xa9; 16]);
const BUILDING_SEED: [u8; 32] = [0x01; 32];
const OTHER_BUILDING_SEED: [u8; 32] = [0x09; 32];
const CARRIER_SEED: [u8; 32] = [0x02; 32];
const HOLDER_SECRET: [u8; 32] = [0x03; 32];
const OTHER_HOLDER_SECRET: [u8; 32] = [0x04; 32];
const NOT_BEFORE: u64 = 1_800_000_000;
const NOT_AFTER: u64 = 1_800_086_400;
const NOON: u64 = 1_800_014_400;

/// Every vector file: its name under `vectors/` and its text.
pub fn files() -> Vec<(&'static str, String)> {
    vec![
        ("bundle.json", text(&bundle_file())),
        ("credentials.json", text(&credentials_file())),
        ("rules.json", text(&rules::file())),
    ]
}

#[derive(Serialize)]
struct BundleFile {
    building_seed: String,
    building_key: String,
    bundle: Bundle,
    /// CBOR `{bundle, signature}`, hexadecimal.
    signed: String,
}

#[derive(Serialize)]
struct CredentialsFile {
    building_key: String,
    carrier_key: String,
    /// The bundle of `bundle.json` is in use at every door.
    decisions: Vec<Decided>,
}

/// A credential, presented; and the door's answer.
#[derive(Serialize)]
struct Decided {
    name: &'static str,
    /// Hexadecimal.
    credential: String,
    door: DoorId,
    holder: HolderPublicKey,
    now_utc: u64,
    /// `Allow`, or the code of the deny reason.
    decision: &'static str,
}

fn bundle_file() -> BundleFile {
    let (key, bundle) = (BuildingKey::from_seed(BUILDING_SEED), bundle());
    let signed = SignedBundle::sign(&bundle, &key).expect("the bundle is small");
    BundleFile {
        building_seed: hex(key.seed()),
        building_key: hex(key.public().as_bytes()),
        bundle,
        signed: hex(signed.as_bytes()),
    }
}

fn credentials_file() -> CredentialsFile {
    CredentialsFile {
        building_key: hex(BuildingKey::from_seed(BUILDING_SEED).public().as_bytes()),
        carrier_key: hex(CarrierKey::from_seed(CARRIER_SEED).public().as_bytes()),
        decisions: decisions(),
    }
}

fn decisions() -> Vec<Decided> {
    let (me, other) = (holder(HOLDER_SECRET), holder(OTHER_HOLDER_SECRET));
    let at_home = |class, grant| {
        let doors = vec![ENTRANCE, APARTMENT];
        person(class, BUILDING, BUILDING_SEED, grant, doors)
    };
    let resident = at_home(HolderClass::Resident, 0xa1);
    let elsewhere = person(
        HolderClass::Resident,
        OTHER_BUILDING,
        OTHER_BUILDING_SEED,
        0xa1,
        vec![ENTRANCE, APARTMENT],
    );
    let revoked = at_home(HolderClass::Guest, 0xa9);
    let (carrier, driver) = (carrier(), driver());
    let mut forged = resident.clone();
    if let Some(last) = forged.0.last_mut() {
        *last ^= 1;
    }
    let presented: [(_, &Credential, _, _, _); 14] = [
        ("resident", &resident, ENTRANCE, me, NOON),
        (
            "resident, first second",
            &resident,
            APARTMENT,
            me,
            NOT_BEFORE,
        ),
        ("resident, last second", &resident, APARTMENT, me, NOT_AFTER),
        (
            "resident, too early",
            &resident,
            ENTRANCE,
            me,
            NOT_BEFORE - 1,
        ),
        ("resident, too late", &resident, ENTRANCE, me, NOT_AFTER + 1),
        ("resident, not granted", &resident, PARCELS, me, NOON),
        ("resident, stolen", &resident, ENTRANCE, other, NOON),
        ("resident, forged", &forged, ENTRANCE, me, NOON),
        (
            "resident of another building",
            &elsewhere,
            ENTRANCE,
            me,
            NOON,
        ),
        ("guest, revoked", &revoked, ENTRANCE, me, NOON),
        ("driver", &driver, ENTRANCE, me, NOON),
        ("driver, not on this visit", &driver, PARCELS, me, NOON),
        ("driver at an apartment", &driver, APARTMENT, me, NOON),
        ("carrier without a driver", &carrier, ENTRANCE, me, NOON),
    ];
    presented
        .map(|(name, credential, door, holder, now)| decide(name, credential, door, holder, now))
        .into()
}

fn decide(
    name: &'static str,
    credential: &Credential,
    door: DoorId,
    holder: HolderPublicKey,
    now_utc: u64,
) -> Decided {
    let key = BuildingKey::from_seed(BUILDING_SEED).public();
    let policy = DoorPolicy::new(key, door, bundle()).expect("the bundle is sound");
    let decision = match policy.decide(credential.as_bytes(), holder, now_utc) {
        Decision::Allow(_) => "Allow",
        Decision::Deny(denial) => denial.reason.as_str(),
    };
    Decided {
        name,
        credential: hex(credential.as_bytes()),
        door,
        holder,
        now_utc,
        decision,
    }
}

fn bundle() -> Bundle {
    let door = |id, name: &str, kind, unlock_s| BundleDoor::new(id, name, kind, unlock_s);
    let key = CarrierKey::from_seed(CARRIER_SEED).public();
    Bundle {
        building: BUILDING,
        version: 4,
        issued_at: NOT_BEFORE,
        doors: vec![
            door(ENTRANCE, "Main entrance", DoorKind::Common, 5),
            door(PARCELS, "Parcel room", DoorKind::Common, 5),
            door(APARTMENT, "Apartment 1", DoorKind::Unit, 3),
        ],
        carriers: vec![BundleCarrier {
            id: CARRIER,
            name: "Swift Parcels".into(),
            key,
        }],
        revoked: vec![REVOKED],
        viewers: vec![Viewer {
            device: DeviceId::from_entropy([0xe5; 16]),
            key: ViewerPublicKey([0x55; 32]),
            doors: vec![ENTRANCE],
        }],
        ..Bundle::empty(BUILDING)
    }
}

fn holder(secret: [u8; 32]) -> HolderPublicKey {
    HolderSecret::from_bytes(secret).public()
}

fn person(
    class: HolderClass,
    building: BuildingId,
    seed: [u8; 32],
    grant: u8,
    doors: Vec<DoorId>,
) -> Credential {
    let grant = Grant {
        id: GrantId::from_entropy([grant; 16]),
        building,
        class,
        doors,
        not_before: NOT_BEFORE,
        not_after: NOT_AFTER,
    };
    let key = BuildingKey::from_seed(seed);
    issue(&key, &grant, holder(HOLDER_SECRET), &mut SeededRng::new(1)).expect("it may be granted")
}

fn carrier() -> Credential {
    let grant = CarrierGrant {
        id: GrantId::from_entropy([0xa2; 16]),
        building: BUILDING,
        carrier: CARRIER,
        carrier_key: CarrierKey::from_seed(CARRIER_SEED).public(),
        doors: [ENTRANCE, PARCELS]
            .map(|id| GrantedDoor {
                id,
                kind: DoorKind::Common,
            })
            .into(),
        not_before: NOT_BEFORE,
        not_after: NOT_AFTER,
    };
    let key = BuildingKey::from_seed(BUILDING_SEED);
    issue_carrier(&key, &grant, &mut SeededRng::new(2)).expect("it may be granted")
}

fn driver() -> Credential {
    let visit = Visit {
        visit: VisitId::from_entropy([0xe1; 16]),
        driver: "driver-17".into(),
        holder: holder(HOLDER_SECRET),
        doors: vec![ENTRANCE],
        not_before: NOT_BEFORE,
        not_after: NOT_AFTER,
    };
    let building = BuildingKey::from_seed(BUILDING_SEED).public();
    let carrier_key = CarrierKey::from_seed(CARRIER_SEED);
    issue_driver(
        &carrier(),
        &building,
        &carrier_key,
        &visit,
        &mut SeededRng::new(3),
    )
    .expect("the visit is within the grant")
}

/// `SHA-256(seed ++ counter)`, block after block: the same bytes everywhere and for ever.
///
/// For vectors only; a library's generator may change its output with its version.
struct SeededRng {
    seed: u64,
    counter: u64,
}

impl SeededRng {
    fn new(seed: u64) -> Self {
        Self { seed, counter: 0 }
    }
}

impl RngCore for SeededRng {
    fn next_u32(&mut self) -> u32 {
        impls::next_u32_via_fill(self)
    }

    fn next_u64(&mut self) -> u64 {
        impls::next_u64_via_fill(self)
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(32) {
            let block = [self.seed.to_be_bytes(), self.counter.to_be_bytes()].concat();
            self.counter += 1;
            chunk.copy_from_slice(&Sha256::digest(block)[..chunk.len()]);
        }
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Error> {
        self.fill_bytes(bytes);
        Ok(())
    }
}

impl CryptoRng for SeededRng {}

fn text(value: &impl Serialize) -> String {
    serde_json::to_string_pretty(value).expect("vectors are plain data") + "\n"
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_vectors_are_what_the_code_makes() {
        for (name, expected) in files() {
            let path = format!("{}/vectors/{name}", env!("CARGO_MANIFEST_DIR"));
            let found = std::fs::read_to_string(&path).unwrap_or_default();
            assert!(
                found == expected,
                "{name} drifted; `cargo xtask vectors` writes it anew"
            );
        }
    }

    #[test]
    fn the_vectors_show_what_their_names_say() {
        let shown: Vec<_> = decisions()
            .iter()
            .map(|one| (one.name, one.decision))
            .collect();
        let expected = [
            ("resident", "Allow"),
            ("resident, first second", "Allow"),
            ("resident, last second", "Allow"),
            ("resident, too early", "NotYetValid"),
            ("resident, too late", "CredentialExpired"),
            ("resident, not granted", "WrongDoor"),
            ("resident, stolen", "NotTheHolder"),
            ("resident, forged", "BadSignature"),
            ("resident of another building", "WrongBuilding"),
            ("guest, revoked", "Revoked"),
            ("driver", "Allow"),
            ("driver, not on this visit", "WrongDoor"),
            ("driver at an apartment", "UnitDoor"),
            ("carrier without a driver", "BadSignature"),
        ];
        assert_eq!(shown, expected);
    }

    #[test]
    fn the_vectors_of_rules_show_what_their_names_say() {
        let shown: Vec<_> = rules::decisions()
            .iter()
            .map(|one| (one.name, one.decision))
            .collect();
        let expected = [
            ("guest before the hours", "OutsideHours"),
            ("guest, first second", "Allow"),
            ("resident, no hours", "Allow"),
            ("guest, locked down", "LockedDown"),
            ("courier, not filmed", "NotFilmed"),
            ("courier, filmed", "Allow"),
            ("guest's code", "Allow"),
            ("code before the hours", "OutsideHours"),
            ("code, locked down", "LockedDown"),
            ("unknown code", "WrongCode"),
            ("courier's code at a unit", "UnitDoor"),
            ("courier's code, not filmed", "NotFilmed"),
            ("courier's code, filmed", "Allow"),
            ("endorsed delivery", "Allow"),
            ("single use", "Allow"),
            ("single use, used", "WrongCode"),
            ("code with a key", "Allow"),
            ("code with a key, no key", "WrongCode"),
        ];
        assert_eq!(shown, expected);
    }
}
