//! With a door's own secrets, at the wrong moment, or over a distance.

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    path::Path,
    thread,
    time::{Duration, Instant},
};

use access::{BuildingKey, Credential, DoorId, Grant, GrantId, HolderClass, HolderSecret, issue};
use anyhow::{Context, Result, ensure};
use attack_tests::{
    Channel, Person, Target, Wire, World, is_doubled, random, request, site_of_one_door, withstood,
};
use building_tests::Phone;
use door_protocol::Answer;
use rand::rngs::OsRng;

#[test]
fn one_doors_stored_keys_open_no_other_door_and_forge_no_credential() -> Result<()> {
    let world = World::default();
    let dumped = Target::start(&world, world.lobby)?;
    let other = Target::start(&world, world.apartment)?;
    let resident = world.resident()?;
    ensure!(dumped.lets_in(&resident)?, "the resident was refused");

    // Everything on the dumped door's disk that a key could be.
    let keys = dumped.keys()?;
    let mut secrets = vec![*keys.signing().seed(), **keys.channel()];
    if is_doubled() {
        // The double: a door that keeps what the building signs with.
        secrets.push(*world.key.seed());
    }
    for secret in secrets {
        for door in [world.apartment, world.lobby] {
            let forged = forge(&world, secret, door)?;
            let target = if door == world.lobby { &dumped } else { &other };
            withstood(
                "no key of a door signs a credential",
                !target.lets_in(&forged)?,
            );
        }
        // As a phone's own key, with a credential that was seen.
        let posing = Person {
            secret: HolderSecret::from_bytes(secret),
            ..resident.clone()
        };
        withstood("no key of a door is a holder's", !other.lets_in(&posing)?);
    }
    let marks = [
        resident.secret.public().as_bytes().to_vec(),
        resident.credential.as_bytes()[..48].to_vec(),
    ];
    for mark in marks {
        withstood(
            "a door keeps neither credentials nor holders' keys",
            !is_below(&dumped.data(), &mark)?,
        );
    }
    let (one, another) = (dumped.keys()?, other.keys()?);
    withstood(
        "two doors share no key",
        **one.channel() != **another.channel() && one.signing_public() != another.signing_public(),
    );
    Ok(())
}

fn forge(world: &World, secret: [u8; 32], door: DoorId) -> Result<Person> {
    let holder = HolderSecret::from_bytes(random());
    let (not_before, not_after) = World::today();
    let grant = Grant {
        id: GrantId::from_entropy(random()),
        building: world.building,
        class: HolderClass::Staff,
        doors: vec![door],
        not_before,
        not_after,
    };
    let key = BuildingKey::from_seed(secret);
    Ok(Person {
        credential: issue(&key, &grant, holder.public(), &mut OsRng)?,
        secret: holder,
        grant: grant.id,
    })
}

/// Whether any file below `folder` holds these bytes.
fn is_below(folder: &Path, mark: &[u8]) -> Result<bool> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        let holds = if kind.is_dir() {
            is_below(&entry.path(), mark)?
        } else if kind.is_file() {
            let bytes = std::fs::read(entry.path())?;
            bytes.windows(mark.len()).any(|part| part == mark)
        } else {
            // A socket keeps nothing.
            false
        };
        if holds {
            return Ok(true);
        }
    }
    Ok(false)
}

#[test]
fn after_a_good_unlock_nobody_enrols_a_key_at_the_door() -> Result<()> {
    let world = World::default();
    let target = Target::start(&world, world.lobby)?;
    let enrolled = std::fs::read(target.data().join("enrolment.json"))?;
    let newcomer = HolderSecret::from_bytes(random());
    let offered = newcomer.public();
    for command in (2..=32).chain([u8::MAX]) {
        let guest = world.person(HolderClass::Guest, &[world.lobby], World::today())?;
        let (mut channel, answer) =
            Channel::ask(&target, &guest, 1)?.context("the door did not answer")?;
        ensure!(matches!(answer, Answer::Unlocked { .. }), "{answer:?}");
        let offers = [
            request(command, offered.as_bytes())?,
            offered.as_bytes().to_vec(),
        ];
        for offer in offers {
            let answer = channel.say(&offer)?;
            withstood(
                "no offer of a key is taken",
                matches!(
                    answer,
                    None | Some(Answer::Denied { .. } | Answer::Failed { .. })
                ),
            );
        }
    }
    let guest = world.person(HolderClass::Guest, &[world.lobby], World::today())?;
    let credentials = if is_doubled() {
        // The double: a lock that lets whoever is inside add a key, and so signs for it.
        let key = *world.key.seed();
        vec![forge(&world, key, world.lobby)?]
    } else {
        let forged = forge(&world, random(), world.lobby)?;
        vec![
            forged,
            guest.clone(),
            Person {
                credential: Credential(offered.as_bytes().to_vec()),
                ..guest
            },
        ]
    };
    for person in credentials {
        let person = if is_doubled() {
            person
        } else {
            Person {
                secret: newcomer.clone(),
                ..person
            }
        };
        withstood("the offered key opens nothing", !target.lets_in(&person)?);
    }
    withstood(
        "the door is enrolled as before",
        std::fs::read(target.data().join("enrolment.json"))? == enrolled,
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_gains_nothing_without_the_users_tap_and_is_measured_with_one() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let site = site_of_one_door(&folder.path().join("site"))?;
    let phone = Phone::start(&folder.path().join("phone"))?;
    phone.enrol(&site.home.resident_invite(&site.hub)?).await?;
    phone.is_equipped().await?;
    let door = site.home.door("Main entrance")?;
    if is_doubled() {
        // The double: a phone that unlocks because a door is near.
        phone.unlocks(&door.id).await?;
    }
    tokio::time::sleep(Duration::from_secs(4)).await;
    withstood(
        "a phone in reach, its app in front, opens nothing by itself",
        door.strike_moves().is_empty(),
    );
    phone.unlocks(&door.id).await?;
    tokio::task::spawn_blocking(measure_relayed_taps).await?
}

/// What remains: who taps while a relay stands between is relayed.
fn measure_relayed_taps() -> Result<()> {
    let world = World::default();
    let target = Target::start(&world, world.lobby)?;
    let resident = world.resident()?;
    for delay_ms in [0, 50, 200] {
        let relay = relay(&target.address, Duration::from_millis(delay_ms))?;
        let started = Instant::now();
        let answer = Wire::connect_to(&relay)?.unlock(&target, &resident)?;
        let took_ms = started.elapsed().as_millis();
        ensure!(
            matches!(answer, Some(Answer::Unlocked { .. })),
            "{answer:?}"
        );
        eprintln_measured(delay_ms, took_ms);
    }
    Ok(())
}

#[expect(
    clippy::print_stderr,
    reason = "the measured residual is told to whoever reads the test's output"
)]
fn eprintln_measured(delay_ms: u64, took_ms: u128) {
    eprintln!("relayed with {delay_ms} ms each way, a tap opened the door after {took_ms} ms");
}

/// Carries one connection to `door`, each chunk late by `delay`.
fn relay(door: &str, delay: Duration) -> Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?.to_string();
    let door = TcpStream::connect(door)?;
    thread::spawn(move || {
        let Ok((phone, _)) = listener.accept() else {
            return;
        };
        let (Ok(from_phone), Ok(from_door)) = (phone.try_clone(), door.try_clone()) else {
            return;
        };
        let back = thread::spawn(move || carry(from_door, phone, delay));
        carry(from_phone, door, delay);
        // Nothing is left to carry.
        let _ = back.join();
    });
    Ok(address)
}

fn carry(mut from: TcpStream, mut to: TcpStream, delay: Duration) {
    let mut chunk = [0; 4096];
    while let Ok(length @ 1..) = from.read(&mut chunk) {
        thread::sleep(delay);
        if to.write_all(&chunk[..length]).is_err() {
            break;
        }
    }
    // The other end may be gone already.
    let _ = to.shutdown(Shutdown::Both);
}
