//! What an unlock looks like when everybody means well, and when disk, strike or link fail.

use std::time::Duration;

use access::{Credential, DenyReason};
use door_protocol::{
    ANSWER_TIMEOUT, Answer, Awaited, COMPLETION_TIMEOUT, FailureCode, HANDSHAKE_TIMEOUT, KeyError,
    KeyOutput, MAX_CREDENTIAL, MAX_DENIED, MAX_ONE_WRITE_CREDENTIAL, REQUEST_OVERHEAD,
    SessionError, chunks,
};

use crate::pair::{Device, Pair, Seen, Way};
use crate::world::{Phone, UNLOCK_S, World, at};

const UNLOCKED: Answer = Answer::Unlocked {
    unlock_s: UNLOCK_S,
    seq: 1,
};

#[test]
fn a_resident_unlocks_with_one_write() {
    let mut world = World::new();
    let phone = world.resident();
    let mut pair = Pair::new(&mut world, &phone);
    assert_eq!(pair.run(&mut world.gate), Some(UNLOCKED));
    let request = phone.credential.as_bytes().len() + REQUEST_OVERHEAD + 2;
    assert_eq!(
        pair.seen,
        [
            Seen::Sent(Way::ToPhone, 34),
            Seen::Sent(Way::ToDoor, request),
            Seen::Audited(Ok(())),
            Seen::Committed(1),
            Seen::Moved {
                unlock_s: UNLOCK_S,
                seq: 1
            },
            Seen::Sent(Way::ToPhone, 44),
            Seen::Answered(UNLOCKED),
            Seen::DoorClosed(Some(SessionError::TimedOut)),
        ]
    );
}

#[test]
fn a_credential_of_407_bytes_still_fits_one_bluetooth_write() {
    assert_eq!(MAX_ONE_WRITE_CREDENTIAL, 407);
    let mut world = World::new();
    for (len, writes) in [
        (MAX_ONE_WRITE_CREDENTIAL, 1),
        (MAX_ONE_WRITE_CREDENTIAL + 1, 2),
    ] {
        let phone = Phone {
            credential: Credential(vec![0; len]),
            ..world.resident()
        };
        let mut pair = Pair::new(&mut world, &phone);
        pair.run(&mut world.gate);
        let request = pair.sent.iter().find(|(way, _)| *way == Way::ToDoor);
        let (_, request) = request.unwrap();
        assert_eq!(chunks(request, 510).count(), writes);
    }
}

#[test]
fn several_requests_pass_over_one_connection() {
    let mut world = World::new();
    let phone = world.resident();
    let mut pair = Pair::new(&mut world, &phone);
    pair.more = 3;
    pair.payload = 20;
    assert_eq!(
        pair.run(&mut world.gate),
        Some(Answer::Unlocked {
            unlock_s: UNLOCK_S,
            seq: 4
        })
    );
    assert_eq!((pair.audits(), pair.moves()), (4, 4));
}

#[test]
fn the_strike_is_not_asked_before_the_record_is_committed() {
    let mut world = World::new();
    let phone = world.resident();
    let mut pair = Pair::new(&mut world, &phone);
    pair.disk = Device::Hangs;
    assert_eq!(
        pair.run(&mut world.gate),
        Some(Answer::Failed {
            code: FailureCode::NotRecorded
        })
    );
    assert_eq!(pair.moves(), 0);
    assert!(pair.closed_with(Some(SessionError::TimedOut)));

    pair.door.handle_audit_committed(1);
    pair.door.handle_actuated();
    assert!(
        pair.door.poll_output().is_none(),
        "a record that comes too late opens nothing"
    );
}

#[test]
fn a_door_that_cannot_record_stays_shut_and_says_so() {
    let mut world = World::new();
    let phone = world.resident();
    let mut pair = Pair::new(&mut world, &phone);
    pair.disk = Device::Fails;
    assert_eq!(
        pair.run(&mut world.gate),
        Some(Answer::Failed {
            code: FailureCode::NotRecorded
        })
    );
    assert_eq!(pair.moves(), 0);
}

#[test]
fn a_door_that_is_not_ready_says_so_and_serves_the_next_request() {
    let mut world = World::new();
    let phone = world.resident();
    let mut pair = Pair::new(&mut world, &phone);
    pair.disk = Device::NotReady;
    pair.more = 1;
    let not_ready = Answer::Failed {
        code: FailureCode::NotReady,
    };
    assert_eq!(pair.run(&mut world.gate), Some(not_ready));
    assert_eq!((pair.audits(), pair.moves()), (2, 0));
}

#[test]
fn a_denial_that_cannot_be_recorded_is_not_told() {
    let mut world = World::new();
    let phone = world.thief();
    let mut pair = Pair::new(&mut world, &phone);
    pair.disk = Device::Fails;
    assert_eq!(
        pair.run(&mut world.gate),
        Some(Answer::Failed {
            code: FailureCode::NotRecorded
        })
    );
}

#[test]
fn a_strike_that_does_not_move_is_told() {
    for strike in [Device::Fails, Device::Hangs] {
        let mut world = World::new();
        let phone = world.resident();
        let mut pair = Pair::new(&mut world, &phone);
        pair.strike = strike;
        let answer = pair.run(&mut world.gate);
        assert_eq!(
            answer,
            Some(Answer::Failed {
                code: FailureCode::NotMoved
            }),
            "{strike:?}"
        );
    }
}

#[test]
fn a_denied_attempt_is_recorded_before_it_is_answered() {
    let mut world = World::new();
    let phone = world.thief();
    let mut pair = Pair::new(&mut world, &phone);
    let reason = DenyReason::NotTheHolder;
    assert_eq!(pair.run(&mut world.gate), Some(Answer::Denied { reason }));
    let after_request = &pair.seen[2..4];
    assert_eq!(
        after_request,
        [Seen::Audited(Err(reason)), Seen::Committed(1)]
    );
    assert_eq!(pair.moves(), 0);
}

#[test]
fn a_phone_without_a_credential_is_told_so() {
    let mut world = World::new();
    let phone = Phone {
        credential: Credential(vec![]),
        ..world.resident()
    };
    let mut pair = Pair::new(&mut world, &phone);
    let reason = DenyReason::NoCredential;
    assert_eq!(pair.run(&mut world.gate), Some(Answer::Denied { reason }));
}

#[test]
fn a_holder_that_keeps_being_denied_has_to_connect_anew() {
    let mut world = World::new();
    let phone = world.thief();
    let mut pair = Pair::new(&mut world, &phone);
    pair.more = 20;
    let last = pair.run(&mut world.gate);
    assert_eq!(
        last,
        Some(Answer::Denied {
            reason: DenyReason::TooManyAttempts
        })
    );
    assert!(pair.closed_with(Some(SessionError::TooManyDenied)));
    assert!(
        pair.audits() <= usize::from(MAX_DENIED),
        "{} records",
        pair.audits()
    );
}

#[test]
fn slow_denials_too_close_the_connection_after_a_few() {
    let mut world = World::new();
    let phone = world.thief();
    let mut pair = Pair::new(&mut world, &phone);
    pair.more = 20;
    pair.latency = Duration::from_secs(3);
    let last = pair.run(&mut world.gate);
    assert_eq!(
        last,
        Some(Answer::Denied {
            reason: DenyReason::NotTheHolder
        })
    );
    assert_eq!(pair.audits(), usize::from(MAX_DENIED));
    assert!(pair.closed_with(Some(SessionError::TooManyDenied)));
}

#[test]
fn a_decided_attempt_is_carried_through_when_the_phone_is_gone() {
    let mut world = World::new();
    let phone = world.resident();
    let mut pair = Pair::new(&mut world, &phone);
    pair.disk = Device::Hangs;
    run_until_audited(&mut pair, &mut world);
    pair.door.handle_link_lost();
    assert!(!pair.door.is_closed());
    pair.disk = Device::Works;
    pair.door.handle_audit_committed(1);
    pair.drain();
    assert_eq!(pair.moves(), 1);
    assert!(pair.closed_with(None));
    let after = pair
        .seen
        .iter()
        .rev()
        .take_while(|seen| **seen != Seen::Audited(Ok(())));
    assert!(
        !after
            .into_iter()
            .any(|seen| matches!(seen, Seen::Sent(Way::ToPhone, _)))
    );
}

#[test]
fn a_phone_that_speaks_before_it_is_answered_loses_the_answer_not_the_entry() {
    let mut world = World::new();
    let phone = world.resident();
    let mut pair = Pair::new(&mut world, &phone);
    pair.disk = Device::Hangs;
    run_until_audited(&mut pair, &mut world);
    pair.door
        .handle_bytes(&[0, 1, 7], at(pair.now), &mut world.gate);
    pair.door.handle_audit_committed(1);
    pair.drain();
    assert_eq!((pair.audits(), pair.moves()), (1, 1));
    assert!(pair.closed_with(Some(SessionError::OutOfTurn)));
}

#[test]
fn a_phone_that_connects_and_stays_silent_is_let_go() {
    let mut world = World::new();
    let phone = world.resident();
    let mut pair = Pair::new(&mut world, &phone);
    pair.on_link = Box::new(|way, chunk| (way == Way::ToPhone).then_some(chunk));
    let start = pair.now;
    assert_eq!(pair.run(&mut world.gate), None);
    assert!(pair.closed_with(Some(SessionError::TimedOut)));
    assert_eq!(pair.audits(), 0);
    assert!(pair.now.saturating_sub(start) >= HANDSHAKE_TIMEOUT);
}

#[test]
fn a_phone_gives_up_on_a_door_that_does_not_speak_or_answer() {
    for (lost, awaited) in [(34, Awaited::Door), (44, Awaited::Answer)] {
        let mut world = World::new();
        let phone = world.resident();
        let mut pair = Pair::new(&mut world, &phone);
        pair.on_link = Box::new(move |way, chunk| {
            (way == Way::ToDoor || chunk.len() != lost).then_some(chunk)
        });
        assert_eq!(pair.run(&mut world.gate), None);
        let failed = Seen::PhoneFailed(KeyError::TimedOut { awaited });
        assert!(pair.seen.contains(&failed), "{:?}", pair.seen);
    }
}

#[test]
fn a_phone_waits_longer_for_an_answer_than_a_door_takes() {
    assert!(ANSWER_TIMEOUT > COMPLETION_TIMEOUT);
}

#[test]
fn a_phone_told_that_the_link_is_gone_says_what_had_not_come() {
    let mut world = World::new();
    let phone = world.resident();
    let (_, mut key) = world.connect(&phone, Duration::ZERO);
    key.handle_link_lost();
    let outputs: Vec<_> = std::iter::from_fn(|| key.poll_output()).collect();
    let failed = KeyOutput::Failed(KeyError::LinkLost {
        awaited: Awaited::Door,
    });
    assert_eq!(outputs.last(), Some(&failed));
}

#[test]
fn a_credential_that_fits_no_message_is_never_sent() {
    let mut world = World::new();
    let fits = Phone {
        credential: Credential(vec![0; MAX_CREDENTIAL]),
        ..world.resident()
    };
    let mut pair = Pair::new(&mut world, &fits);
    assert_eq!(
        pair.run(&mut world.gate),
        Some(Answer::Denied {
            reason: DenyReason::Malformed
        })
    );
    let longer = Phone {
        credential: Credential(vec![0; MAX_CREDENTIAL + 1]),
        ..fits
    };
    let mut pair = Pair::new(&mut world, &longer);
    assert_eq!(pair.run(&mut world.gate), None);
    assert!(
        pair.seen
            .contains(&Seen::PhoneFailed(KeyError::CredentialTooLong))
    );
}

fn run_until_audited(pair: &mut Pair, world: &mut World) {
    pair.drain();
    while pair.audits() == 0 {
        assert!(
            pair.step(&mut world.gate),
            "the phone asks before everything ends"
        );
    }
}
