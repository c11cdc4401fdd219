//! With more, slower or stranger bytes than anybody honest sends.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use access::{
    Bundle, Credential, DenyReason, DoorCode, GrantId, HolderClass, HolderSecret, hash_code,
};
use anyhow::{Context, Result, ensure};
use attack_tests::{Person, Target, Wire, World, random, withstood};
use audit::{Event, LinkKind};
use door_protocol::{Answer, frame};
use simulation::wait_for;

fn lobby() -> Result<(World, Target)> {
    let world = World::default();
    let target = Target::start(&world, world.lobby)?;
    Ok((world, target))
}

/// Somebody with a true credential for another door: each try is judged, denied and recorded.
fn guesser(world: &World) -> Result<Person> {
    world.person(HolderClass::Guest, &[world.apartment], World::today())
}

/// How many of so many tries at full speed, each on a new connection, the door judged at all.
fn judged(target: &Target, person: &Person, tries: usize) -> Result<usize> {
    let reason = DenyReason::TooManyAttempts;
    let mut judged = 0;
    for _ in 0..tries {
        judged += usize::from(target.ask(person)? != Some(Answer::Denied { reason }));
    }
    Ok(judged)
}

#[test]
fn guessing_is_slowed_down_across_connections() -> Result<()> {
    let (world, target) = lobby()?;
    let started = Instant::now();
    let judged = judged(&target, &guesser(&world)?, 12)?;
    // Three tries are free; then each has to wait a second, two, four, and so on.
    let waited = usize::try_from(started.elapsed().as_secs())?;
    withstood(
        "of twelve tries in a row all but a few are not even looked at",
        judged <= 4 + waited,
    );
    Ok(())
}

#[test]
fn a_reboot_does_not_end_the_wait() -> Result<()> {
    let (world, mut target) = lobby()?;
    let guesser = guesser(&world)?;
    // Long enough a wait to outlast the start: eight seconds or more.
    let reason = DenyReason::TooManyAttempts;
    let mut denied = 0;
    while denied < 6 {
        let answer = target.ask(&guesser)?;
        ensure!(matches!(answer, Some(Answer::Denied { .. })), "{answer:?}");
        denied += usize::from(answer != Some(Answer::Denied { reason }));
        std::thread::sleep(Duration::from_millis(250));
    }
    target.kill()?;
    target.resume()?;
    withstood(
        "after a reboot the guesser still has to wait",
        target.ask(&guesser)? == Some(Answer::Denied { reason }),
    );
    ensure!(
        target.lets_in(&world.resident()?)?,
        "somebody else has to wait"
    );
    Ok(())
}

#[test]
fn codes_are_not_tried_out_at_the_keypad() -> Result<()> {
    const GUESSES: usize = 10;
    let world = World::default();
    let salt: [u8; 16] = random();
    let (not_before, not_after) = World::today();
    let code = DoorCode {
        grant: GrantId::from_entropy(random()),
        class: HolderClass::Guest,
        doors: vec![world.lobby],
        hash: hash_code("771402", &salt, None)?.into(),
        key: None,
        not_before,
        not_after,
        single_use: false,
        endorsement: None,
    };
    let bundle = Bundle {
        code_salt: salt.into(),
        codes: vec![code],
        ..world.bundle(1)
    };
    let target = Target::start_with(&world, world.lobby, &world.sign(&bundle)?)?;
    let started = Instant::now();
    for guess in 0..GUESSES {
        target.type_code(&format!("{:06}", 100_000 + guess))?;
    }
    let denials = |wanted: DenyReason| -> Result<usize> {
        let records = target.records()?;
        let of_keypad = records.iter().filter(|record| {
            matches!(record.event, Event::Denied { reason, link: LinkKind::Keypad, .. } if reason == wanted)
        });
        Ok(of_keypad.count())
    };
    let mut judged = 0;
    wait_for("an answer to every guess", Duration::from_secs(60), || {
        judged = denials(DenyReason::WrongCode).ok()?;
        let unheard = denials(DenyReason::TooManyAttempts).ok()?;
        (judged + unheard == GUESSES).then_some(())
    })?;
    let waited = usize::try_from(started.elapsed().as_secs())?;
    withstood(
        "of ten codes in a row all but a few are not even looked at",
        judged <= 4 + waited.min(3),
    );
    withstood("none of them opens", target.unlocks().is_empty());
    withstood(
        "who comes with a phone does not wait for the keypad",
        target.lets_in(&world.resident()?)?,
    );
    Ok(())
}

#[test]
fn who_is_slowed_down_for_guessing_slows_down_nobody_else() -> Result<()> {
    let (world, target) = lobby()?;
    let guesser = guesser(&world)?;
    for _ in 0..3 {
        judged(&target, &guesser, 6)?;
        withstood(
            "somebody else gets in at once",
            target.lets_in(&world.resident()?)?,
        );
    }
    Ok(())
}

#[test]
fn strange_and_slow_frames_end_their_connection_and_nothing_else() -> Result<()> {
    let (world, mut target) = lobby()?;
    let hello = frame(&random::<100>())?;
    let interleaved = [&hello[..50], &hello[..], &hello[50..]].concat();
    let strange: [&[u8]; 7] = [
        &[0xff, 0xff],
        &[0x10, 0x01, 0],
        &[0, 0],
        &[0x7f; 10_000],
        &interleaved,
        &hello,
        &[0, 1, 0],
    ];
    for bytes in strange {
        let mut wire = Wire::connect(&target)?;
        wire.send(bytes);
        let closed = wire.closes_within(Duration::from_secs(5))?;
        withstood("what is no message ends the connection", closed.is_some());
    }
    // Half a message, and then silence: announced, begun, or all but the last byte.
    let request = frame(&random::<400>())?;
    let mut halves = Vec::new();
    for cut in [1, 2, 3, request.len() - 1] {
        let mut wire = Wire::connect(&target)?;
        wire.send(&request[..cut]);
        halves.push(wire);
    }
    for wire in &mut halves {
        let closed = wire.closes_within(Duration::from_secs(6))?;
        withstood("silence within a message ends it", closed.is_some());
    }
    ensure!(target.is_alive(), "the door is gone");
    ensure!(
        target.lets_in(&world.resident()?)?,
        "the honest phone was refused"
    );
    Ok(())
}

#[test]
fn thousands_of_half_open_connections_keep_no_honest_phone_out() -> Result<()> {
    const CONNECTIONS: usize = 3_000;
    /// As many as stay open at this end; the operating system limits them.
    const HELD: usize = 400;
    let (world, mut target) = lobby()?;
    let mut held = VecDeque::new();
    for number in 0..CONNECTIONS {
        let mut wire = Wire::connect(&target)?;
        if number % 2 == 0 {
            wire.send(&[0, 200, 1]);
        }
        held.push_back(wire);
        if held.len() > HELD {
            held.pop_front();
        }
        if number % 1_000 == 999 {
            let resident = world.resident()?;
            let started = Instant::now();
            let is_in = target.lets_in(&resident)?;
            withstood("an honest phone is served meanwhile", is_in);
            ensure!(
                started.elapsed() < Duration::from_secs(5),
                "it took too long"
            );
        }
    }
    ensure!(target.is_alive(), "the door is gone");
    Ok(())
}

#[test]
fn strangers_fill_neither_the_log_nor_the_disk() -> Result<()> {
    const STRANGERS: usize = 250;
    let (world, target) = lobby()?;
    let before = target.records()?.len();
    let started = Instant::now();
    for _ in 0..STRANGERS {
        // Anybody can make a key; so each comes with another.
        let stranger = Person {
            secret: HolderSecret::from_bytes(random()),
            credential: Credential(random::<64>().to_vec()),
            grant: GrantId::from_entropy(random()),
        };
        let answer = target.ask(&stranger)?;
        ensure!(!matches!(answer, Some(Answer::Unlocked { .. })));
    }
    let seconds = usize::try_from(started.elapsed().as_secs())?;
    let grown = target.records()?.len() - before;
    withstood(
        "the records of strangers are limited to a burst and one a second",
        grown <= 62 + seconds,
    );
    ensure!(grown >= 30, "nothing of it was recorded");
    let answer = target.ask(&world.resident()?)?.context("no answer")?;
    ensure!(matches!(answer, Answer::Unlocked { .. }), "{answer:?}");
    Ok(())
}
