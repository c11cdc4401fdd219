//! To get in unrecorded.

use std::{thread, time::Duration};

use anyhow::{Context, Result, ensure};
use attack_tests::{Channel, Prologue, Target, World, request, withstood};
use audit::Event;
use door_protocol::{Answer, FailureCode};
use rusqlite::Connection;

/// How often the door is killed.
const ROUNDS: u64 = 12;

/// That every move of the strike has its record on the door's disk.
fn each_move_is_recorded(target: &Target) -> Result<bool> {
    let records = target.records()?;
    let entries: Vec<u64> = records
        .iter()
        .filter(|record| matches!(record.event, Event::Entry(_)))
        .map(|record| record.seq)
        .collect();
    let unlocks = target.unlocks();
    Ok(unlocks.iter().all(|seq| entries.contains(seq)))
}

#[test]
fn a_door_killed_at_any_moment_never_opened_without_its_record() -> Result<()> {
    let world = World::default();
    let mut target = Target::start(&world, world.lobby)?;
    let resident = world.resident()?;
    for round in 0..ROUNDS {
        let asked = request(1, resident.credential.as_bytes())?;
        let prologue = Prologue::honest(target.door);
        thread::scope(|scope| -> Result<()> {
            let (door, key) = (&target, target.key);
            let secret = &resident.secret;
            let asking =
                scope.spawn(move || Channel::open(door, key, secret, &prologue, &asked).is_ok());
            // From before the decision to after the strike has moved.
            thread::sleep(Duration::from_millis(3 * round));
            door.strike_down()?;
            asking.join().expect("asking does not panic");
            Ok(())
        })?;
        target.kill()?;
        withstood(
            "every move of the strike has its record",
            each_move_is_recorded(&target)?,
        );
        target.resume()?;
    }
    ensure!(
        target.lets_in(&resident)?,
        "the door does not open any more"
    );
    ensure!(!target.unlocks().is_empty(), "the strike never moved");
    Ok(())
}

#[test]
fn while_no_record_can_be_written_nobody_gets_in() -> Result<()> {
    let world = World::default();
    let target = Target::start(&world, world.lobby)?;
    let resident = world.resident()?;
    let mut jam = Connection::open(target.database())?;
    let jammed = jam.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let answer = target.ask(&resident)?.context("no answer")?;
    withstood("the strike does not move", target.unlocks().is_empty());
    let code = FailureCode::NotRecorded;
    withstood(
        "the phone is told that the door could not record it",
        answer == Answer::Failed { code },
    );
    drop(jammed);
    ensure!(target.lets_in(&resident)?, "the door does not recover");
    Ok(())
}
