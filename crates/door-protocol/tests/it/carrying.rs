//! What a phone that was let in does besides, on the same connection.

use door_protocol::{CarryAnswer, CarryRefusal, CarryRequest, SessionError};

use crate::pair::{Pair, STATUS, Seen};
use crate::world::{Phone, World};

/// The phone unlocks, then asks for each of these.
fn carried(world: &mut World, phone: &Phone, errands: Vec<CarryRequest>) -> Pair {
    let mut pair = Pair::new(world, phone);
    pair.errands = errands.into();
    pair.run(&mut world.gate);
    pair
}

fn answers(pair: &Pair) -> Vec<&CarryAnswer> {
    let carried = pair.seen.iter().filter_map(|seen| match seen {
        Seen::Carried(answer) => Some(answer),
        _ => None,
    });
    carried.collect()
}

fn parts(bundle: &[u8]) -> Vec<CarryRequest> {
    let offsets = (0..).step_by(door_protocol::MAX_PART);
    offsets
        .map_while(|offset| CarryRequest::part_of(bundle, offset, door_protocol::MAX_PART))
        .collect()
}

#[test]
fn a_phone_that_was_let_in_is_told_how_far_the_door_is() {
    let mut world = World::new();
    let phone = world.resident();
    let pair = carried(&mut world, &phone, vec![CarryRequest::Status]);
    assert_eq!(answers(&pair), [&CarryAnswer::Status(STATUS)]);
    assert_eq!((pair.audits(), pair.moves()), (1, 1));
}

#[test]
fn a_phone_that_was_not_let_in_is_refused_and_disconnected() {
    for request in [
        CarryRequest::Status,
        CarryRequest::Records { after: 0 },
        CarryRequest::part_of(b"bundle", 0, 100).unwrap(),
    ] {
        let mut world = World::new();
        let thief = world.thief();
        let pair = carried(&mut world, &thief, vec![request]);
        let code = CarryRefusal::NotLetIn;
        assert_eq!(answers(&pair), [&CarryAnswer::Refused { code }]);
        assert!(pair.closed_with(Some(SessionError::NotLetIn)));
        assert_eq!((pair.audits(), pair.moves()), (1, 0));
    }
}

#[test]
fn a_bundle_in_parts_arrives_whole_over_the_smallest_chunks() {
    let mut world = World::new();
    let phone = world.resident();
    let bundle: Vec<u8> = (0..10_000_u32).map(|i| i.to_be_bytes()[3]).collect();
    let mut pair = Pair::new(&mut world, &phone);
    pair.payload = 20;
    pair.errands = parts(&bundle).into();
    pair.run(&mut world.gate);
    assert!(pair.seen.contains(&Seen::Bundle(bundle)));
    let in_force = CarryAnswer::InForce { version: 7 };
    assert_eq!(
        answers(&pair),
        [
            &CarryAnswer::PartTaken { next: 4_000 },
            &CarryAnswer::PartTaken { next: 8_000 },
            &in_force
        ]
    );
}

#[test]
fn a_second_bundle_on_one_connection_is_refused() {
    let mut world = World::new();
    let phone = world.resident();
    let twice = [parts(b"one"), parts(b"two")].concat();
    let pair = carried(&mut world, &phone, twice);
    let code = CarryRefusal::OutOfOrder;
    assert_eq!(
        answers(&pair),
        [
            &CarryAnswer::InForce { version: 7 },
            &CarryAnswer::Refused { code }
        ]
    );
    let whole = pair.happened(|seen| matches!(seen, Seen::Bundle(_)));
    assert_eq!(whole, 1);
}

#[test]
fn the_record_of_the_own_entry_is_not_carried() {
    let mut world = World::new();
    let phone = world.resident();
    let mut pair = Pair::new(&mut world, &phone);
    // A second unlock does not move the limit.
    pair.more = 1;
    pair.errands = vec![CarryRequest::Records { after: 0 }].into();
    pair.run(&mut world.gate);
    let wanted = Seen::RecordsWanted {
        after: 0,
        before: 1,
    };
    assert!(pair.seen.contains(&wanted), "{:?}", pair.seen);
}

#[test]
fn nothing_asked_besides_changes_what_the_unlock_says_on_the_wire() {
    let mut world = World::new();
    let phone = world.resident();
    let sent = |world: &mut World, errands| {
        let pair = carried(world, &phone, errands);
        let first = pair.sent.into_iter().take(3);
        first
            .map(|(way, bytes)| (way, bytes.len()))
            .collect::<Vec<_>>()
    };
    let plain = sent(&mut world, Vec::new());
    assert_eq!(plain, sent(&mut world, vec![CarryRequest::Status]));
}
