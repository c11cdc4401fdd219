//! People who listen, replay, alter, pretend and flood.

use std::time::Duration;

use access::{DenyReason, DoorId};
use door_protocol::{
    Answer, DoorIdentity, DoorOutput, DoorSession, KeyError, KeyOutput, KeySession, SessionError,
};

use crate::pair::{Pair, Seen, Way};
use crate::world::{Phone, World, at};

const NOW: Duration = Duration::from_secs(1_000);

#[test]
fn a_stolen_credential_is_useless_without_the_holders_key() {
    let mut world = World::new();
    let phone = world.thief();
    let answer = Pair::new(&mut world, &phone).run(&mut world.gate);
    assert_eq!(
        answer,
        Some(Answer::Denied {
            reason: DenyReason::NotTheHolder
        })
    );
}

#[test]
fn a_recorded_unlock_replayed_on_a_new_connection_opens_and_records_nothing() {
    let mut world = World::new();
    let phone = world.resident();
    let mut first = Pair::new(&mut world, &phone);
    first.run(&mut world.gate);
    assert_eq!(first.moves(), 1);

    let mut door = world.door_session(NOW);
    for (_, bytes) in first.sent.iter().filter(|(way, _)| *way == Way::ToDoor) {
        door.handle_bytes(bytes, at(NOW), &mut world.gate);
    }
    assert_eq!(door.error(), Some(SessionError::HandshakeFailed));
    assert_no_attempt(&mut door);
}

#[test]
fn a_request_repeated_on_its_own_connection_opens_nothing_more() {
    let mut world = World::new();
    let phone = world.resident();
    let mut pair = Pair::new(&mut world, &phone);
    pair.payload = 1_000;
    pair.on_link = Box::new(|way, chunk| match way {
        Way::ToDoor => Some([&chunk[..], &chunk].concat()),
        Way::ToPhone => Some(chunk),
    });
    pair.run(&mut world.gate);
    assert_eq!((pair.audits(), pair.moves()), (1, 1));
}

#[test]
fn a_fake_door_learns_neither_the_phone_nor_the_credential() {
    let world = World::new();
    let phone = world.resident();
    let real = &world.identity;
    let fake = DoorIdentity::new(real.building(), real.door(), [0xbb; 32]);
    let mut key = phone.key_session(real.door(), real.public(), 1, NOW);
    let mut door = DoorSession::new(&fake, [9; 32], at(NOW));
    let request = exchange_hello(&mut door, &mut key);

    let mut gate = world.gate.clone();
    door.handle_bytes(&request, at(NOW), &mut gate);
    assert_eq!(door.error(), Some(SessionError::HandshakeFailed));
    assert_no_attempt(&mut door);
    assert!(!contains(&request, phone.holder.public().as_bytes()));
    assert!(!contains(&request, &phone.credential.as_bytes()[..16]));
}

#[test]
fn two_requests_of_one_phone_have_nothing_in_common_to_follow_it_by() {
    let mut world = World::new();
    let phone = world.resident();
    let requests = [(); 2].map(|()| {
        let (mut door, mut key) = world.connect(&phone, NOW);
        exchange_hello(&mut door, &mut key)
    });
    let same = requests[0][2..]
        .iter()
        .zip(&requests[1][2..])
        .filter(|(a, b)| a == b)
        .count();
    assert!(same < requests[0].len() / 16, "{same} bytes are the same");
}

#[test]
fn an_answer_from_another_than_the_door_is_refused() {
    let mut world = World::new();
    let phone = world.resident();
    let mut pair = Pair::new(&mut world, &phone);
    pair.on_link = Box::new(|way, mut chunk| {
        if way == Way::ToPhone && chunk.len() != 34 {
            chunk[5] ^= 1;
        }
        Some(chunk)
    });
    assert_eq!(pair.run(&mut world.gate), None);
    assert!(pair.seen.contains(&Seen::PhoneFailed(KeyError::NotTheDoor)));
}

#[test]
fn a_handshake_for_another_door_fails() {
    let world = World::new();
    let phone = world.resident();
    let other = DoorId::from_entropy([0xcc; 16]);
    let mut key = phone.key_session(other, world.identity.public(), 1, NOW);
    let mut door = DoorSession::new(&world.identity, [9; 32], at(NOW));
    let request = exchange_hello(&mut door, &mut key);
    door.handle_bytes(&request, at(NOW), &mut world.gate.clone());
    assert_eq!(door.error(), Some(SessionError::HandshakeFailed));
    assert_no_attempt(&mut door);
}

#[test]
fn no_flipped_bit_of_the_doors_or_the_phones_message_goes_unnoticed() {
    let mut world = World::new();
    let phone = world.resident();
    let len = phone.credential.as_bytes().len() + door_protocol::REQUEST_OVERHEAD;
    for way in [Way::ToPhone, Way::ToDoor] {
        let bits = if way == Way::ToPhone { 32 * 8 } else { len * 8 };
        for bit in (0..bits).step_by(13).chain([32 * 8 - 1, bits - 1]) {
            flip_one_bit(&mut world, &phone, way, bit);
        }
    }
}

fn flip_one_bit(world: &mut World, phone: &Phone, way: Way, bit: usize) {
    let mut pair = Pair::new(world, phone);
    let mut fresh = true;
    pair.payload = 1_000;
    pair.on_link = Box::new(move |at, mut chunk| {
        if at == way && std::mem::take(&mut fresh) {
            chunk[2 + bit / 8] ^= 1 << (bit % 8);
        }
        Some(chunk)
    });
    assert_eq!(pair.run(&mut world.gate), None, "bit {bit}, {way:?}");
    assert_eq!(pair.audits(), 0, "bit {bit}, {way:?}");
}

#[test]
fn a_point_of_low_order_gets_no_request_out_of_a_phone() {
    let world = World::new();
    let phone = world.resident();
    let (door, key) = (world.identity.door(), world.identity.public());
    let mut session = phone.key_session(door, key, 1, NOW);
    session.handle_bytes(&door_protocol::frame(&[0; 32]).unwrap(), NOW);
    let outputs: Vec<_> = std::iter::from_fn(|| session.poll_output()).collect();
    assert_eq!(
        outputs.last(),
        Some(&KeyOutput::Failed(KeyError::NotTheDoor))
    );
    assert!(
        !outputs
            .iter()
            .any(|output| matches!(output, KeyOutput::Send(_)))
    );
}

#[test]
fn a_flood_of_garbage_leaves_no_record() {
    let mut world = World::new();
    for garbage in [
        vec![0xff; 600],
        vec![0, 0],
        [&[1, 200][..], &[7; 456]].concat(),
    ] {
        let mut door = world.door_session(NOW);
        door.handle_bytes(&garbage, at(NOW), &mut world.gate);
        assert!(door.is_closed());
        assert_no_attempt(&mut door);
    }
    assert!(world.gate.attempts.is_empty());
}

#[test]
fn nothing_secret_is_printed() {
    let mut world = World::new();
    let phone = world.resident();
    let (door, key) = world.connect(&phone, NOW);
    let printed = format!("{door:?} {key:?} {:?}", world.identity);
    assert!(printed.contains("AwaitingPhone") && printed.contains("Door"));
    for secret in ["4, 4, 4", "5, 5, 5", "0404", "0505"] {
        assert!(!printed.contains(secret), "{printed}");
    }
}

fn exchange_hello(door: &mut DoorSession, key: &mut KeySession) -> Vec<u8> {
    let hello = std::iter::from_fn(|| door.poll_output()).find_map(|output| match output {
        DoorOutput::Send(bytes) => Some(bytes),
        _ => None,
    });
    key.handle_bytes(&hello.unwrap(), NOW);
    let request = std::iter::from_fn(|| key.poll_output()).find_map(|output| match output {
        KeyOutput::Send(bytes) => Some(bytes),
        _ => None,
    });
    request.unwrap()
}

fn assert_no_attempt(door: &mut DoorSession) {
    let outputs: Vec<_> = std::iter::from_fn(|| door.poll_output()).collect();
    let quiet = outputs
        .iter()
        .all(|output| !matches!(output, DoorOutput::AppendAudit(_) | DoorOutput::Actuate(_)));
    assert!(quiet, "{outputs:?}");
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack
        .windows(needle.len())
        .any(|window| window == needle)
}
