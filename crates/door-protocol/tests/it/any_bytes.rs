//! Whatever arrives, however it is cut: no panic, no entry, and the next honest phone is served.

use std::time::Duration;

use door_protocol::{Answer, DoorOutput, Framer, chunks};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::pair::{Pair, Seen};
use crate::world::{World, at};

fn unlocks(world: &mut World) -> bool {
    let phone = world.resident();
    let answer = Pair::new(world, &phone).run(&mut world.gate);
    matches!(answer, Some(Answer::Unlocked { .. }))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..Default::default() })]

    #[test]
    fn any_bytes_leave_a_door_that_still_serves(
        arrivals in vec((vec(any::<u8>(), 0..700), 0_u64..3_000), 1..12),
    ) {
        let mut world = World::new();
        let mut now = Duration::from_secs(1);
        let mut door = world.door_session(now);
        for (chunk, pause_ms) in arrivals {
            now += Duration::from_millis(pause_ms);
            door.handle_timeout(at(now));
            door.handle_bytes(&chunk, at(now), &mut world.gate);
            door.handle_audit_committed(1);
            door.handle_actuated();
        }
        while let Some(output) = door.poll_output() {
            let nothing = matches!(output, DoorOutput::Send(_) | DoorOutput::Deadline(_) | DoorOutput::Close);
            prop_assert!(nothing);
        }
        prop_assert!(unlocks(&mut world));
    }

    #[test]
    fn framed_garbage_of_any_length_leaves_a_door_that_still_serves(
        message in vec(any::<u8>(), 1..1_000),
        payload in 1_usize..600,
    ) {
        let mut world = World::new();
        let now = Duration::from_secs(1);
        let mut door = world.door_session(now);
        for chunk in chunks(&door_protocol::frame(&message).unwrap(), payload) {
            door.handle_bytes(chunk, at(now), &mut world.gate);
        }
        prop_assert!(door.is_closed());
        prop_assert!(unlocks(&mut world));
    }

    #[test]
    fn any_bytes_get_no_answer_past_a_phone(chunks in vec(vec(any::<u8>(), 0..200), 1..12)) {
        let mut world = World::new();
        let phone = world.resident();
        let (_, mut key) = world.connect(&phone, Duration::ZERO);
        for chunk in chunks {
            key.handle_bytes(&chunk, Duration::from_secs(1));
        }
        while let Some(output) = key.poll_output() {
            use door_protocol::KeyOutput::{Answer, Carried};
            let answered = matches!(output, Answer(_) | Carried(_));
            prop_assert!(!answered);
        }
    }

    #[test]
    fn an_honest_phone_is_served_over_any_link(payload in 1_usize..600, latency_ms in 0_u64..1_500) {
        let mut world = World::new();
        let phone = world.resident();
        let mut pair = Pair::new(&mut world, &phone);
        pair.payload = payload;
        pair.latency = Duration::from_millis(latency_ms);
        pair.more = 1;
        let answer = pair.run(&mut world.gate);
        let second = matches!(answer, Some(Answer::Unlocked { seq: 2, .. }));
        prop_assert!(second);
    }

    #[test]
    fn loss_and_damage_open_nothing_unrecorded(
        payload in 20_usize..200,
        fates in vec(prop_oneof![8 => Just(None), 1 => Just(Some(None)), 1 => any::<u8>().prop_map(|bit| Some(Some(bit)))], 40),
    ) {
        let mut world = World::new();
        let phone = world.resident();
        let mut pair = Pair::new(&mut world, &phone);
        pair.payload = payload;
        pair.more = 2;
        let mut fates = fates.into_iter();
        pair.on_link = Box::new(move |_, mut chunk| match fates.next().flatten() {
            None => Some(chunk),
            Some(None) => None,
            Some(Some(bit)) => {
                let at = usize::from(bit) / 8 % chunk.len();
                chunk[at] ^= 1 << (bit % 8);
                Some(chunk)
            }
        });
        pair.run(&mut world.gate);
        check_order(&pair.seen)?;
        prop_assert!(pair.seen.iter().all(|seen| *seen != Seen::Audited(Err(access::DenyReason::Malformed))));
        prop_assert!(unlocks(&mut world));
    }

    #[test]
    fn a_framer_gives_back_what_was_framed_however_it_is_cut(
        messages in vec(vec(any::<u8>(), 1..100), 1..8),
        cuts in vec(1_usize..40, 1..200),
    ) {
        let framed: Vec<u8> = messages.iter().flat_map(|m| door_protocol::frame(m).unwrap()).collect();
        let mut framer = Framer::default();
        let (mut rest, mut found) = (&framed[..], Vec::new());
        for cut in cuts.iter().cycle() {
            let (chunk, after) = rest.split_at((*cut).min(rest.len()));
            framer.push(chunk, Duration::ZERO).unwrap();
            found.extend(std::iter::from_fn(|| framer.next_message()));
            rest = after;
            if rest.is_empty() { break }
        }
        prop_assert_eq!(found, messages);
    }
}

/// Every move follows its committed record, and the phone hears of no unlock that did not happen.
fn check_order(seen: &[Seen]) -> Result<(), TestCaseError> {
    let (mut committed, mut moved) = (0, 0);
    for one in seen {
        match one {
            Seen::Committed(seq) => committed = *seq,
            Seen::Moved { seq, .. } => {
                prop_assert_eq!(*seq, committed);
                prop_assert!(*seq > moved);
                moved = *seq;
            }
            Seen::Answered(Answer::Unlocked { seq, .. }) => prop_assert_eq!(*seq, moved),
            _ => {}
        }
    }
    Ok(())
}
