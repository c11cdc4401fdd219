//! Whoever holds a token can append blocks to it. None of them may widen it.

use std::fmt::Write as _;

use access::{DenyReason, HolderClass};

use biscuit_auth::builder::BlockBuilder;
use biscuit_auth::format::schema;
use biscuit_auth::{Algorithm, KeyPair};
use prost::Message as _;

use super::raw::{appended, hex, only_doors, sent, token_of, window};
use super::world::*;

fn right(door: access::DoorId) -> String {
    format!(r#"right(hex:{}, "unlock")"#, hex(door.as_bytes()))
}

#[test]
fn a_right_in_an_appended_block_opens_nothing() {
    let mine = credential(HolderClass::Guest, &[ENTRANCE]);
    let widened = appended(&mine, &format!("{};", right(PARCELS)));
    for door in [ENTRANCE, PARCELS] {
        assert_denied(
            &policy(door).decide(&widened, holder(), NOON),
            DenyReason::Malformed,
        );
    }
}

#[test]
fn no_fact_rule_or_scope_in_an_appended_block_is_taken() {
    let mine = resident();
    for code in [
        r#"class("staff");"#.to_owned(),
        format!("grant(hex:{});", hex(&[0xa9; 16])),
        format!("holder(hex:{});", hex(stranger().as_bytes())),
        format!("carrier(hex:{});", hex(CARRIER.as_bytes())),
        format!(r#"courier(hex:{}, "me");"#, hex(VISIT.as_bytes())),
        format!("{} <- time($time);", right(PARCELS)),
        format!("check if {} trusting previous;", right(PARCELS)),
        "check if true;".to_owned(),
        "reject if false;".to_owned(),
        format!("reject if holder(hex:{});", hex(stranger().as_bytes())),
        format!("check all holder(hex:{});", hex(holder().as_bytes())),
        format!(
            "check if holder(hex:{0}) or holder(hex:{0});",
            hex(holder().as_bytes())
        ),
        format!("check if holder(hex:{}), 1 < 2;", hex(holder().as_bytes())),
        format!(
            "check if holder(hex:{}) trusting authority, previous;",
            hex(holder().as_bytes())
        ),
        window().replace(">=", ">"),
        window().replace("<=", "<"),
        "check all door($node), true;".to_owned(),
        format!("check if building(hex:{});", hex(BUILDING.as_bytes())),
        "unheard_of(1);".to_owned(),
    ] {
        let decision = at_entrance(&appended(&mine, &code));
        assert_denied(&decision, DenyReason::Malformed);
    }
}

#[test]
fn a_block_that_brings_a_key_it_does_not_use_is_refused() {
    let next = || KeyPair::new_with_rng(Algorithm::Ed25519, &mut rng());
    let code = BlockBuilder::new().code(window()).unwrap();
    let token = token_of(&resident());
    let narrowed = token.append_with_keypair(&next(), code).unwrap();
    let payload = narrowed.container().to_proto().blocks[0].block.clone();
    let mut block = schema::Block::decode(&payload[..]).unwrap();
    block.public_keys.push(next().public().to_proto());
    let forged = token
        .container()
        .append_serialized(&next(), block.encode_to_vec(), None);
    assert_denied(
        &at_entrance(&forged.unwrap().to_vec().unwrap()),
        DenyReason::Malformed,
    );
    assert_allowed(&at_entrance(&sent(&narrowed)));
}

#[test]
fn an_appended_block_may_narrow_doors_and_time() {
    let mine = resident();
    let doors = only_doors(&[PARCELS]);
    let narrowed = appended(&mine, &doors);
    assert_denied(&at_entrance(&narrowed), DenyReason::WrongDoor);
    assert_allowed(&policy(PARCELS).decide(&narrowed, holder(), NOON));
    assert_allowed(&at_entrance(&appended(&mine, &window())));
}

#[test]
fn an_appended_time_window_cannot_lengthen_the_buildings() {
    let longer =
        "check if time($time), $time >= 2020-01-01T00:00:00Z, $time <= 2040-01-01T00:00:00Z;";
    let stretched = appended(&resident(), longer);
    let late = policy(ENTRANCE).decide(&stretched, holder(), UNTIL + 1);
    assert_denied(&late, DenyReason::CredentialExpired);
}

#[test]
fn an_appended_holder_cannot_replace_the_buildings() {
    let code = format!("check if holder(hex:{});", hex(stranger().as_bytes()));
    let rebound = appended(&resident(), &code);
    for who in [holder(), stranger()] {
        let decision = policy(ENTRANCE).decide(&rebound, who, NOON);
        assert_denied(&decision, DenyReason::NotTheHolder);
    }
}

#[test]
fn the_carriers_block_cannot_be_outdone_by_a_block_after_it() {
    let mine = driver(&[ENTRANCE]);
    let doors = only_doors(&[ENTRANCE, PARCELS]);
    let widened = appended(&mine, &doors);
    assert_allowed(&at_entrance(&widened));
    let decision = policy(PARCELS).decide(&widened, holder(), NOON);
    assert_denied(&decision, DenyReason::WrongDoor);
}

/// Each condition is one that this crate writes; together nothing meets them, and only the engine
/// sees that: a door is not a time.
#[test]
fn conditions_that_contradict_each_other_hold_for_nobody() {
    let door = only_doors(&[ENTRANCE])
        .replace("check if ", "")
        .replace(';', "");
    let both = window().replace("$time", "$node").replace("check if ", "");
    let (predicate, listed) = door.split_once(", ").unwrap();
    let (time, bounds) = both.split_once(", ").unwrap();
    let code = format!("check if {predicate}, {time}, {listed}, {bounds}");
    assert_denied(
        &at_entrance(&appended(&resident(), &code)),
        DenyReason::Malformed,
    );
}

/// 100 facts joined six times: the Datalog engine looks at its time limit too seldom to stop it.
#[test]
fn a_block_made_to_keep_the_door_busy_is_refused_unevaluated() {
    let facts = (0..100).fold(String::new(), |mut code, n| {
        let _ = write!(code, "a({n});");
        code
    });
    let bomb = format!("{facts} check if a($a), a($b), a($c), a($d), a($e), a($f), $a > 1000;");
    assert_denied(
        &at_entrance(&appended(&resident(), &bomb)),
        DenyReason::Malformed,
    );
}

#[test]
fn more_blocks_than_a_door_reads_are_refused() {
    let mut token = token_of(&resident());
    for appended in 1..=5 {
        let next = KeyPair::new_with_rng(Algorithm::Ed25519, &mut rng());
        let block = BlockBuilder::new().code(window()).unwrap();
        token = token.append_with_keypair(&next, block).unwrap();
        let decision = at_entrance(&sent(&token));
        assert_eq!(
            decision.deny_reason().is_none(),
            appended <= 4,
            "{appended} blocks"
        );
    }
}

#[test]
fn a_sealed_token_is_taken() {
    assert_allowed(&at_entrance(&sent(&token_of(&resident()).seal().unwrap())));
}
