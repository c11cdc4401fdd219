//! On the link between phone and door.

use std::{
    io::{Read as _, Write as _},
    net::TcpListener,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use access::{DoorId, DoorPolicy, DoorPublicKey, Gate, Now};
use anyhow::{Context, Result, ensure};
use attack_tests::{
    Channel, Person, Prologue, Target, Wire, World, is_doubled, now_s, random, request, withstood,
};
use door_protocol::{
    Command, DoorIdentity, DoorOutput, DoorSession, KeyOutput, KeySession, SessionError, frame,
};

#[test]
fn a_recorded_unlock_replayed_on_new_connections_opens_nothing() -> Result<()> {
    let world = World::default();
    let target = Target::start(&world, world.lobby)?;
    let resident = world.resident()?;
    let mut recorded = Wire::connect(&target)?;
    ensure!(recorded.unlock(&target, &resident)?.is_some());
    let seen = (target.unlocks().len(), target.records()?.len());

    for _ in 0..3 {
        let mut again = Wire::connect(&target)?;
        again.message()?.context("the door did not greet")?;
        for write in &recorded.sent {
            again.send(write);
        }
        let answer = again.message()?;
        withstood(
            "a replayed request gets no answer",
            answer.is_none() && target.unlocks().len() == seen.0,
        );
    }
    withstood(
        "a replay leaves no record either",
        target.records()?.len() == seen.1,
    );
    ensure!(target.lets_in(&resident)?, "the honest phone was refused");
    Ok(())
}

#[test]
fn a_door_talks_neither_plainly_nor_in_an_older_version_nor_for_another_door() -> Result<()> {
    let world = World::default();
    let target = Target::start(&world, world.lobby)?;
    let resident = world.resident()?;
    let asked = request(1, resident.credential.as_bytes())?;

    let other = DoorId::from_entropy(random());
    let honest = Prologue::honest(target.door).0;
    let altered = [
        Prologue::of_version(0, target.door),
        Prologue::of_version(2, target.door),
        Prologue::honest(other),
        Prologue(Vec::new()),
        Prologue(b"vestibule".to_vec()),
        Prologue([&honest[..], &[0]].concat()),
    ];
    for prologue in altered {
        let opened = Channel::open(&target, target.key, &resident.secret, &prologue, &asked);
        withstood(
            "only this version's prologue for this door leads to an answer",
            matches!(opened, Ok(None)) && target.unlocks().is_empty(),
        );
    }
    ensure!(target.lets_in(&resident)?, "the honest phone was refused");
    Ok(())
}

#[test]
fn a_request_in_the_clear_is_neither_understood_nor_answered() -> Result<()> {
    let world = World::default();
    let resident = world.resident()?;
    let asked = request(1, resident.credential.as_bytes())?;
    if is_doubled() {
        let double = PlainDoor::start()?;
        attack_in_the_clear(&double.address, &asked)?;
        withstood(
            "nothing said in the clear moves the strike",
            double.unlocks.load(Ordering::SeqCst) == 0,
        );
        return Ok(());
    }
    let target = Target::start(&world, world.lobby)?;
    let before = target.records()?.len();
    attack_in_the_clear(&target.address, &asked)?;
    withstood(
        "nothing said in the clear moves the strike",
        target.unlocks().is_empty(),
    );
    withstood(
        "nothing said in the clear is an attempt",
        target.records()?.len() == before,
    );
    Ok(())
}

/// The request alone, after a key of the attacker's, and where a sealed one would be.
fn attack_in_the_clear(address: &str, asked: &[u8]) -> Result<()> {
    let key: [u8; 32] = random();
    for message in [asked.to_vec(), [&key[..], asked].concat()] {
        let mut wire = Wire::connect_to(address)?;
        wire.message()?.context("the door did not greet")?;
        wire.send(&frame(&message)?);
        let answer = wire.message()?;
        withstood("nothing said in the clear is answered", answer.is_none());
    }
    Ok(())
}

/// The double: a door that takes a request as it comes, as many of the locks of 2016 did.
struct PlainDoor {
    address: String,
    unlocks: Arc<AtomicUsize>,
}

impl PlainDoor {
    fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?.to_string();
        let unlocks = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&unlocks);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                stream.write_all(&frame(&[7; 32]).unwrap()).unwrap();
                let mut prefix = [0; 2];
                stream.read_exact(&mut prefix).unwrap();
                let mut message = vec![0; u16::from_be_bytes(prefix).into()];
                stream.read_exact(&mut message).unwrap();
                let said: Result<(u8, serde_bytes::ByteBuf), _> =
                    ciborium::from_reader(&message[..]);
                if said.is_ok_and(|(command, _)| command == 1) {
                    count.fetch_add(1, Ordering::SeqCst);
                    stream.write_all(&frame(b"unlocked").unwrap()).unwrap();
                }
            }
        });
        Ok(Self { address, unlocks })
    }
}

#[test]
fn a_fake_door_with_a_copied_address_and_name_learns_neither_who_asks_nor_the_credential()
-> Result<()> {
    let world = World::default();
    let resident = world.resident()?;
    let real = DoorIdentity::new(world.building, world.lobby, random());
    // Everything that is public about a door can be copied: its address, its id, its name.
    let fake = DoorIdentity::new(world.building, world.lobby, random());
    // The double: a phone that takes a door's key from whoever answers at its address.
    let believed = if is_doubled() {
        fake.public()
    } else {
        real.public()
    };

    let met = phone_meets(&world, &fake, believed, &resident)?;
    withstood(
        "the fake door cannot read the phone's message",
        met.error == Some(SessionError::HandshakeFailed) && met.attempts == 0,
    );
    for secret in [
        resident.secret.public().as_bytes().as_slice(),
        &resident.credential.as_bytes()[..32],
    ] {
        let leaks = met.said.windows(secret.len()).any(|part| part == secret);
        withstood("neither key nor credential is in what was said", !leaks);
    }
    let honest = phone_meets(&world, &real, real.public(), &resident)?;
    ensure!(honest.attempts == 1, "the real door could not read it");
    Ok(())
}

/// What a door learned of a phone.
struct Meeting {
    said: Vec<u8>,
    error: Option<SessionError>,
    attempts: usize,
}

/// A phone asks a door at the end of a real TCP connection.
fn phone_meets(
    world: &World,
    door: &DoorIdentity,
    believed: DoorPublicKey,
    person: &Person,
) -> Result<Meeting> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?.to_string();
    let (id, secret, credential) = (
        door.door(),
        person.secret.clone(),
        person.credential.clone(),
    );
    let phone = thread::spawn(move || -> Result<()> {
        let mut wire = Wire::connect_to(&address)?;
        let hello = wire.message()?.context("the door did not greet")?;
        let now = Duration::from_secs(1);
        let mut phone = KeySession::new(
            id,
            believed,
            &secret,
            &credential,
            Command::Unlock,
            random(),
            now,
        );
        phone.handle_bytes(&frame(&hello)?, now);
        while let Some(output) = phone.poll_output() {
            if let KeyOutput::Send(bytes) = output {
                wire.send(&bytes);
            }
        }
        Ok(())
    });
    let (mut stream, _) = listener.accept()?;
    let now = Now {
        monotonic: Duration::from_secs(1),
        utc_s: now_s(),
    };
    let policy = DoorPolicy::new(world.key.public(), door.door(), world.bundle(1))?;
    let mut gate = Gate::new(policy);
    let mut session = DoorSession::new(door, random(), now);
    while let Some(output) = session.poll_output() {
        if let DoorOutput::Send(bytes) = output {
            stream.write_all(&bytes)?;
        }
    }
    let mut said = Vec::new();
    stream.read_to_end(&mut said)?;
    session.handle_bytes(&said, now, &mut gate);
    let outputs = std::iter::from_fn(|| session.poll_output());
    let attempts = outputs
        .filter(|output| matches!(output, DoorOutput::AppendAudit(_)))
        .count();
    phone.join().expect("the phone does not panic")?;
    Ok(Meeting {
        said,
        error: session.error(),
        attempts,
    })
}
