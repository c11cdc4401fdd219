//! Deterministic test vectors, as files under `vectors/`. `cargo xtask vectors` writes them anew.
//!
//! Another reader of a door's records or of a building's log can be held against them.
#![expect(
    clippy::expect_used,
    reason = "made from constants: a failure is a defect and must show"
)]

use std::fmt::Write as _;

use access::{
    BuildingId, CarrierId, ClipId, DenyReason, DoorId, GrantId, HolderClass, SigningKey, VisitId,
};
use rand_core::{CryptoRng, RngCore};
use serde::Serialize;

use crate::log::{
    Checkpoint, KnownHashes, Leaf, LogKey, append, prove_consistency, prove_inclusion, root,
    tiles_since, verifier_key,
};
use crate::{DoorChain, Entry, Event, Hash32, LinkKind, Person, Record, Shortfall, SignedRecord};
use crate::{RecordsKey, SealedRecords};

const BUILDING: BuildingId = BuildingId::from_entropy([0xb1; 16]);
const DOOR: DoorId = DoorId::from_entropy([0xd1; 16]);
const GRANT: GrantId = GrantId::from_entropy([0xa1; 16]);
const CLIP: ClipId = ClipId::from_entropy([0xf1; 16]);
const DOOR_SEED: [u8; 32] = [0x06; 32];
const LOG_SEED: [u8; 32] = [0x07; 32];
const RECORDS_SECRET: [u8; 32] = [0x08; 32];
const STARTED_AT_MS: u64 = 1_800_000_000_000;

/// Every vector file: its name under `vectors/` and its text.
pub fn files() -> Vec<(&'static str, String)> {
    vec![
        ("records.json", text(&records_file())),
        ("log.json", text(&log_file())),
        ("sealed.json", text(&sealed_file())),
    ]
}

#[derive(Serialize)]
struct RecordsFile {
    door_seed: String,
    door_key: String,
    records: Vec<Recorded>,
}

/// Bytes and hashes are hexadecimal throughout.
#[derive(Serialize)]
struct Recorded {
    record: Record,
    signed: String,
    hash: String,
    salt: String,
    leaf: String,
}

/// The first records of `records.json`, sealed to a hub with entropy from a counter.
#[derive(Serialize)]
struct SealedFile {
    records_secret: String,
    records_public: String,
    batch: SealedRecords,
    cbor: String,
}

#[derive(Serialize)]
struct LogFile {
    /// The leaves of `records.json`, in order.
    leaves: Vec<String>,
    /// The root over none, one, two … of them.
    roots: Vec<String>,
    inclusion: Vec<Inclusion>,
    consistency: Vec<Consistency>,
    tiles: Vec<String>,
    verifier_key: String,
    checkpoint: String,
}

#[derive(Serialize)]
struct Inclusion {
    size: u64,
    leaf: u64,
    proof: Vec<String>,
}

#[derive(Serialize)]
struct Consistency {
    old_size: u64,
    size: u64,
    proof: Vec<String>,
}

fn records_file() -> RecordsFile {
    let key = SigningKey::from_seed(DOOR_SEED);
    let recorded = |(n, signed): (u8, &SignedRecord)| Recorded {
        record: signed.verify(&key.public()).expect("the door signed it"),
        signed: hex(signed.as_bytes()),
        hash: hex(signed.hash().as_bytes()),
        salt: hex(&salt(n)),
        leaf: hex(&Leaf::commit(signed, &salt(n)).0),
    };
    RecordsFile {
        door_seed: hex(&DOOR_SEED),
        door_key: hex(key.public().as_bytes()),
        records: (0..).zip(&records()).map(recorded).collect(),
    }
}

fn sealed_file() -> SealedFile {
    let key = RecordsKey::from_bytes(RECORDS_SECRET);
    let batch = SealedRecords::seal(&records(), &key.public(), &mut Counter(0));
    let batch = batch.expect("the records are a run");
    SealedFile {
        records_secret: hex(&RECORDS_SECRET),
        records_public: hex(key.public().as_bytes()),
        cbor: hex(&batch.to_bytes().expect("it serializes")),
        batch,
    }
}

fn log_file() -> LogFile {
    let leaves = leaves();
    let size = leaves.len() as u64;
    let known = append(0, &KnownHashes::default(), &leaves).expect("the log is small");
    let known: KnownHashes = known.writes().collect();
    let (key, root) = (LogKey::from_seed(LOG_SEED), root_of(size, &known));
    let checkpoint = Checkpoint {
        building: BUILDING,
        size,
        root,
    };
    let tiles = tiles_since(0, size).expect("the log is small");
    LogFile {
        leaves: leaves.iter().map(|leaf| hex(&leaf.0)).collect(),
        roots: (0..=size)
            .map(|size| hex(root_of(size, &known).as_bytes()))
            .collect(),
        inclusion: [0, 3, 9].map(|leaf| inclusion(size, leaf, &known)).into(),
        consistency: [1, 4, 7].map(|old| consistency(old, size, &known)).into(),
        tiles: tiles.iter().map(ToString::to_string).collect(),
        verifier_key: verifier_key(BUILDING, key.public()).expect("it is an Ed25519 key"),
        checkpoint: checkpoint.sign(&key).expect("its root is a root").0,
    }
}

fn root_of(size: u64, known: &KnownHashes) -> Hash32 {
    root(size, known).expect("all hashes are known")
}

fn inclusion(size: u64, leaf: u64, known: &KnownHashes) -> Inclusion {
    let proof = prove_inclusion(size, leaf, known).expect("all hashes are known");
    Inclusion {
        size,
        leaf,
        proof: proof.iter().map(|hash| hex(hash.as_bytes())).collect(),
    }
}

fn consistency(old_size: u64, size: u64, known: &KnownHashes) -> Consistency {
    let proof = prove_consistency(old_size, size, known).expect("all hashes are known");
    Consistency {
        old_size,
        size,
        proof: proof.iter().map(|hash| hex(hash.as_bytes())).collect(),
    }
}

fn leaves() -> Vec<Leaf> {
    (0..)
        .zip(&records())
        .map(|(n, record)| Leaf::commit(record, &salt(n)))
        .collect()
}

fn salt(n: u8) -> [u8; 32] {
    [0x50 + n; 32]
}

fn records() -> Vec<SignedRecord> {
    let key = SigningKey::from_seed(DOOR_SEED);
    let mut chain = DoorChain::start(BUILDING, DOOR);
    let mut append = |(at_ms, event)| {
        chain
            .append(&key, at_ms, event)
            .expect("the event is small")
    };
    (STARTED_AT_MS..)
        .step_by(1_000)
        .zip(events())
        .map(&mut append)
        .collect()
}

/// One of every kind of event.
fn events() -> [Event; 10] {
    let entry = |person: Person| {
        let clip = person.is_filmed().then_some(CLIP);
        Event::Entry(Entry {
            person,
            link: LinkKind::Bluetooth,
            clip,
        })
    };
    let courier = Person::Courier {
        grant: GRANT,
        carrier: CarrierId::from_entropy([0xc1; 16]),
        driver: "driver-17".into(),
        visit: VisitId::from_entropy([0xe1; 16]),
    };
    [
        Event::Started {
            version: "0.1.0".into(),
        },
        Event::BundleInstalled { version: 4 },
        entry(Person::Resident),
        entry(Person::NamedResident { grant: GRANT }),
        entry(Person::Guest { grant: GRANT }),
        entry(Person::Staff { grant: GRANT }),
        entry(courier),
        Event::Denied {
            reason: DenyReason::UnitDoor,
            class: Some(HolderClass::Courier),
            grant: Some(GRANT),
            link: LinkKind::Remote,
            clip: None,
        },
        Event::ClipClosed {
            clip: CLIP,
            entry_seq: 7,
            final_hash: Hash32([0xfc; 32]),
            fragments: 201,
            pre_roll_ms: 10_000,
            post_roll_ms: 8_000,
            shortfall: Some(Shortfall::CameraStopped),
        },
        Event::Unfilmed {
            entry_seq: 7,
            why: "no_camera".into(),
        },
    ]
}

/// Numbers in place of entropy. For vectors only.
struct Counter(u8);

impl RngCore for Counter {
    fn next_u32(&mut self) -> u32 {
        rand_core::impls::next_u32_via_fill(self)
    }

    fn next_u64(&mut self) -> u64 {
        rand_core::impls::next_u64_via_fill(self)
    }

    fn fill_bytes(&mut self, dest: &mut [u8]) {
        for byte in dest {
            *byte = self.0;
            self.0 = self.0.wrapping_add(1);
        }
    }

    fn try_fill_bytes(&mut self, dest: &mut [u8]) -> Result<(), rand_core::Error> {
        self.fill_bytes(dest);
        Ok(())
    }
}

impl CryptoRng for Counter {}

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
}
