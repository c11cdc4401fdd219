//! Tokens as somebody with the Biscuit library, and not this crate, would make them.

use std::fmt::Write as _;

use access::{Credential, DoorId, HolderPublicKey};
use biscuit_auth::builder::BlockBuilder;
use biscuit_auth::datalog::SymbolTable;
use biscuit_auth::{Algorithm, Biscuit, KeyPair, PrivateKey, PublicKey};

use super::world::{BUILDING, CARRIER, FROM, GRANT, UNTIL, building_key, carrier_key, rng};

pub(crate) fn key_pair(seed: &[u8; 32]) -> KeyPair {
    KeyPair::from(&PrivateKey::from_bytes(seed, Algorithm::Ed25519).unwrap())
}

pub(crate) fn p256() -> KeyPair {
    KeyPair::new_with_rng(Algorithm::Secp256r1, &mut rng())
}

pub(crate) fn public(key: &[u8; 32]) -> PublicKey {
    PublicKey::from_bytes(key, Algorithm::Ed25519).unwrap()
}

pub(crate) fn token_of(credential: &Credential) -> Biscuit {
    Biscuit::from(
        credential.as_bytes(),
        public(building_key().public().as_bytes()),
    )
    .unwrap()
}

/// A token that the building's key signs, whatever it says.
pub(crate) fn signed_by_building(code: &str) -> Biscuit {
    signed_by(building_key().seed(), code)
}

pub(crate) fn signed_by(seed: &[u8; 32], code: &str) -> Biscuit {
    let builder = Biscuit::builder().code(code).unwrap();
    builder
        .build_with_rng(&key_pair(seed), SymbolTable::new(), &mut rng())
        .unwrap()
}

pub(crate) fn sent(token: &Biscuit) -> Vec<u8> {
    token.to_vec().unwrap()
}

pub(crate) fn appended(credential: &Credential, code: &str) -> Vec<u8> {
    let next = KeyPair::new_with_rng(Algorithm::Ed25519, &mut rng());
    let block = BlockBuilder::new().code(code).unwrap();
    sent(
        &token_of(credential)
            .append_with_keypair(&next, block)
            .unwrap(),
    )
}

pub(crate) fn third_party(token: &Biscuit, signer: &KeyPair, code: &str) -> Biscuit {
    let next = KeyPair::new_with_rng(Algorithm::Ed25519, &mut rng());
    third_party_with_next(token, signer, code, next)
}

pub(crate) fn third_party_with_next(
    token: &Biscuit,
    signer: &KeyPair,
    code: &str,
    next: KeyPair,
) -> Biscuit {
    let block = BlockBuilder::new().code(code).unwrap();
    let request = token.third_party_request().unwrap();
    let block = request.create_block(&signer.private(), block).unwrap();
    token
        .append_third_party_with_keypair(signer.public(), block, next)
        .unwrap()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

pub(crate) fn date(unix_s: u64) -> String {
    // 2027-01-15T08:00:00Z is 1_800_000_000.
    match unix_s {
        FROM => "2027-01-15T08:00:00Z".into(),
        UNTIL => "2027-01-16T08:00:00Z".into(),
        _ => unreachable!("the tests use two dates"),
    }
}

/// What the building's block of a well-made guest's token says, in Datalog.
pub(crate) fn guest_code(doors: &[DoorId], holder: &HolderPublicKey) -> String {
    format!(
        r#"grant(hex:{}); class("guest"); {} check if building(hex:{}); check if holder(hex:{}); {}"#,
        hex(GRANT.as_bytes()),
        rights(doors),
        hex(BUILDING.as_bytes()),
        hex(holder.as_bytes()),
        window(),
    )
}

/// What the building's block of a well-made carrier's token says, in Datalog.
pub(crate) fn carrier_code(doors: &[DoorId]) -> String {
    format!(
        "{} check if courier($nonce, $user) trusting ed25519/{};",
        carrier_code_without_demand(doors),
        hex(carrier_key().public().as_bytes()),
    )
}

pub(crate) fn carrier_code_without_demand(doors: &[DoorId]) -> String {
    format!(
        r#"grant(hex:{}); class("courier"); carrier(hex:{}); {} check if building(hex:{}); {}"#,
        hex(GRANT.as_bytes()),
        hex(CARRIER.as_bytes()),
        rights(doors),
        hex(BUILDING.as_bytes()),
        window(),
    )
}

/// What the carrier's block of a well-made courier's token says, in Datalog.
pub(crate) fn visit_code(doors: &[DoorId], holder: &HolderPublicKey) -> String {
    format!(
        r#"courier(hex:{}, "driver-17"); check if holder(hex:{}); {} {}"#,
        hex(super::world::VISIT.as_bytes()),
        hex(holder.as_bytes()),
        only_doors(doors),
        window(),
    )
}

/// The first door stands twice, because the library reads a set of one as a parameter.
pub(crate) fn only_doors(doors: &[DoorId]) -> String {
    let doors = doors.iter().chain(doors.first());
    let doors: Vec<_> = doors
        .map(|door| format!("hex:{}", hex(door.as_bytes())))
        .collect();
    format!(
        "check if door($node), {{{}}}.contains($node);",
        doors.join(", ")
    )
}

fn rights(doors: &[DoorId]) -> String {
    doors.iter().fold(String::new(), |mut code, door| {
        let _ = write!(code, r#"right(hex:{}, "unlock");"#, hex(door.as_bytes()));
        code
    })
}

pub(crate) fn window() -> String {
    let (from, until) = (date(FROM), date(UNTIL));
    format!("check if time($time), $time >= {from}, $time <= {until};")
}
