//! Tokens that the wrong people signed, and a building that signs what it should not.

use access::{CarrierKey, Credential, DenyReason, DoorId};
use biscuit_auth::builder::BlockBuilder;
use biscuit_auth::datalog::SymbolTable;
use biscuit_auth::{Biscuit, KeyPair};

use super::raw::*;
use super::world::*;

#[test]
fn well_made_tokens_of_the_plain_library_are_taken() {
    let guest = signed_by_building(&guest_code(&[ENTRANCE], &holder()));
    assert_allowed(&at_entrance(&sent(&guest)));
    let carrier = signed_by_building(&carrier_code(&[ENTRANCE]));
    let signer = key_pair(carrier_key().seed());
    let driver = third_party(&carrier, &signer, &visit_code(&[ENTRANCE], &holder()));
    assert_allowed(&at_entrance(&sent(&driver)));
}

#[test]
fn a_stolen_credential_is_worthless_on_another_device() {
    for credential in [resident(), driver(&[ENTRANCE])] {
        let decision = policy(ENTRANCE).decide(&credential.0, stranger(), NOON);
        assert_denied(&decision, DenyReason::NotTheHolder);
    }
}

#[test]
fn who_forges_a_token_chooses_the_reason_of_its_denial_and_nothing_else() {
    let code = guest_code(&[ENTRANCE], &holder());
    let forged = signed_by(&[9; 32], &code);
    assert_denied(&at_entrance(&sent(&forged)), DenyReason::BadSignature);
    let elsewhere = code.replace(&hex(BUILDING.as_bytes()), &hex(OTHER_BUILDING.as_bytes()));
    let forged = signed_by(&[9; 32], &elsewhere);
    assert_denied(&at_entrance(&sent(&forged)), DenyReason::WrongBuilding);
    let nowhere = signed_by(&[9; 32], r#"class("guest");"#);
    assert_denied(&at_entrance(&sent(&nowhere)), DenyReason::BadSignature);
}

#[test]
fn a_token_has_one_encoding() {
    let mut token = resident().0;
    // A protobuf field that no token has.
    token.extend([0x78, 0x01]);
    assert_denied(&at_entrance(&token), DenyReason::Malformed);
    // The one field that no signature covers: a hint at the root key, which no token has.
    let hinting = [&[0x08, 0x05], resident().0.as_slice()].concat();
    assert_denied(&at_entrance(&hinting), DenyReason::Malformed);
}

#[test]
fn a_carriers_credential_opens_nothing_by_itself() {
    let carrier = carrier_credential();
    assert_denied(&at_entrance(&carrier.0), DenyReason::BadSignature);
    // Nor with a visit that nobody, or somebody else, signed.
    let visit = visit_code(&[ENTRANCE], &holder());
    assert_denied(
        &at_entrance(&appended(&carrier, &visit)),
        DenyReason::Malformed,
    );
    let thief = key_pair(CarrierKey::from_seed([9; 32]).seed());
    let signed = third_party(&token_of(&carrier), &thief, &visit);
    assert_denied(&at_entrance(&sent(&signed)), DenyReason::BadSignature);
}

#[test]
fn a_carriers_block_cannot_be_moved_to_another_token() {
    let signer = key_pair(carrier_key().seed());
    let visit = visit_code(&[ENTRANCE], &holder());
    let mine = third_party(&token_of(&carrier_credential()), &signer, &visit);
    let other = signed_by_building(&carrier_code(&[ENTRANCE]));
    let mut moved = other.container().to_proto();
    moved
        .blocks
        .push(mine.container().to_proto().blocks[0].clone());
    moved.proof = mine.container().to_proto().proof;
    let mut bytes = Vec::new();
    prost::Message::encode(&moved, &mut bytes).unwrap();
    assert_denied(&at_entrance(&bytes), DenyReason::BadSignature);
}

#[test]
fn a_visit_has_one_block_with_all_that_makes_a_visit() {
    let signer = key_pair(carrier_key().seed());
    let carrier = token_of(&carrier_credential());
    let visit = visit_code(&[ENTRANCE], &holder());
    let twice = third_party(&third_party(&carrier, &signer, &visit), &signer, &visit);
    assert_denied(&at_entrance(&sent(&twice)), DenyReason::Malformed);
    let parts: Vec<_> = visit.split_inclusive(';').collect();
    assert_eq!(parts.len(), 4);
    for missing in 0..parts.len() {
        let mut parts = parts.clone();
        parts.remove(missing);
        let partial = third_party(&carrier, &signer, &parts.concat());
        assert_denied(&at_entrance(&sent(&partial)), DenyReason::Malformed);
    }
}

#[test]
fn a_carrier_cannot_say_more_than_a_visit() {
    let signer = key_pair(carrier_key().seed());
    let visit = visit_code(&[ENTRANCE], &holder());
    for more in [
        r#"class("staff");"#.to_owned(),
        format!(r#"right(hex:{}, "unlock");"#, hex(APARTMENT.as_bytes())),
        format!("holder(hex:{});", hex(stranger().as_bytes())),
        format!("check if holder(hex:{});", hex(stranger().as_bytes())),
        "spare(1);".to_owned(),
    ] {
        let token = third_party(
            &token_of(&carrier_credential()),
            &signer,
            &(visit.clone() + &more),
        );
        assert_denied(&at_entrance(&sent(&token)), DenyReason::Malformed);
    }
}

#[test]
fn nobody_signs_a_block_into_a_residents_token() {
    let signer = key_pair(carrier_key().seed());
    let visit = visit_code(&[ENTRANCE], &holder());
    let token = third_party(&token_of(&resident()), &signer, &visit);
    assert_denied(&at_entrance(&sent(&token)), DenyReason::Malformed);
}

#[test]
fn a_building_that_grants_a_courier_a_unit_door_is_not_obeyed() {
    let doors = [ENTRANCE, APARTMENT];
    let carrier = signed_by_building(&carrier_code(&doors));
    let signer = key_pair(carrier_key().seed());
    let driver = sent(&third_party(
        &carrier,
        &signer,
        &visit_code(&doors, &holder()),
    ));
    assert_allowed(&at_entrance(&driver));
    assert_denied(
        &policy(APARTMENT).decide(&driver, holder(), NOON),
        DenyReason::UnitDoor,
    );
}

#[test]
fn a_building_that_forgets_to_demand_the_carriers_signature_is_not_obeyed() {
    let code = carrier_code_without_demand(&[ENTRANCE]);
    let bound = format!("{code} check if holder(hex:{});", hex(holder().as_bytes()));
    let carrier = format!("carrier(hex:{});", hex(CARRIER.as_bytes()));
    let no_carrier = bound.replace(&carrier, "");
    assert_ne!(no_carrier, bound);
    for code in [code, bound, no_carrier] {
        assert_denied(
            &at_entrance(&sent(&signed_by_building(&code))),
            DenyReason::Malformed,
        );
    }
}

#[test]
fn a_buildings_block_that_lacks_or_doubles_a_statement_is_not_understood() {
    let code = guest_code(&[ENTRANCE], &holder());
    let parts: Vec<_> = code.split_inclusive(';').collect();
    assert_eq!(parts.len(), 6);
    for at in 0..parts.len() {
        let mut lacking = parts.clone();
        lacking.remove(at);
        assert_denied(
            &at_entrance(&sent(&signed_by_building(&lacking.concat()))),
            DenyReason::Malformed,
        );
    }
    for (more, name) in [
        (r#"class("resident");"#, "two classes"),
        (r#"owner("me");"#, "a fact nobody knows"),
        ("check if owner(1);", "a check nobody knows"),
        ("class($class) <- time($class);", "a rule"),
    ] {
        let token = signed_by_building(&format!("{code} {more}"));
        assert_eq!(
            at_entrance(&sent(&token)).deny_reason(),
            Some(DenyReason::Malformed),
            "{name}"
        );
    }
}

#[test]
fn p256_is_refused_wherever_a_key_can_stand() {
    let guest = guest_code(&[ENTRANCE], &holder());
    let root = key_pair(building_key().seed());
    let built = |root: &KeyPair, next: &KeyPair| {
        let builder = Biscuit::builder().code(&guest).unwrap();
        builder
            .build_with_key_pair(root, SymbolTable::new(), next)
            .unwrap()
    };
    let of_p256_root = built(&p256(), &key_pair(&[5; 32]));
    let with_p256_next = built(&root, &p256());
    let narrowed = {
        let block = BlockBuilder::new().code(window()).unwrap();
        token_of(&resident())
            .append_with_keypair(&p256(), block)
            .unwrap()
    };
    let visit = visit_code(&[ENTRANCE], &holder());
    let of_p256_carrier = third_party(&token_of(&carrier_credential()), &p256(), &visit);
    let carrier = key_pair(carrier_key().seed());
    let before_p256 =
        third_party_with_next(&token_of(&carrier_credential()), &carrier, &visit, p256());
    for token in [
        of_p256_root,
        with_p256_next,
        narrowed,
        of_p256_carrier,
        before_p256,
    ] {
        assert_denied(&at_entrance(&sent(&token)), DenyReason::BadSignature);
    }
}

#[test]
fn a_building_that_trusts_a_p256_carrier_is_not_obeyed() {
    let carrier = p256();
    let code = format!(
        "{} check if courier($nonce, $user) trusting {};",
        carrier_code_without_demand(&[ENTRANCE]),
        carrier.public().print(),
    );
    let token = signed_by_building(&code);
    assert_denied(&at_entrance(&sent(&token)), DenyReason::Malformed);
}

/// Each block is sound, and together they are too much.
#[test]
fn a_credential_larger_than_any_is_refused() {
    let many: Vec<_> = (0..64)
        .map(|n| DoorId::from_entropy([n; 16]))
        .chain([ENTRANCE])
        .collect();
    let next = || KeyPair::new_with_rng(biscuit_auth::Algorithm::Ed25519, &mut rng());
    let narrowed = |token: &Biscuit| {
        let block = BlockBuilder::new().code(only_doors(&many)).unwrap();
        token.append_with_keypair(&next(), block).unwrap()
    };
    let once = narrowed(&token_of(&resident()));
    assert_allowed(&at_entrance(&sent(&once)));
    let thrice = sent(&narrowed(&narrowed(&once)));
    assert!(thrice.len() > Credential::MAX_LEN);
    assert_denied(&at_entrance(&thrice), DenyReason::Malformed);
}
