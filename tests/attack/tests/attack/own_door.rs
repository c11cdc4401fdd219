//! Deliveries into an apartment, which its resident alone may allow.

use std::time::Duration;

use access::{
    Bundle, DeviceId, DoorCode, DoorId, Endorsement, Endorser, GrantId, HolderClass, OwnDoorEntry,
    SigningKey, hash_code,
};
use anyhow::Result;
use attack_tests::{Target, World, random, withstood};
use audit::{Event, LinkKind};
use simulation::wait_for;

const CODE: &str = "771402";

/// A resident's phone of the apartment, and one of another unit.
struct Household {
    phone: SigningKey,
    device: DeviceId,
    neighbour: SigningKey,
    neighbours_device: DeviceId,
    salt: [u8; 16],
}

impl Household {
    fn new() -> Self {
        Self {
            phone: SigningKey::from_seed(random()),
            device: DeviceId::from_entropy(random()),
            neighbour: SigningKey::from_seed(random()),
            neighbours_device: DeviceId::from_entropy(random()),
            salt: random(),
        }
    }

    fn endorsers(&self, world: &World) -> Vec<Endorser> {
        let known = |device, key: &SigningKey, doors: Vec<DoorId>| Endorser {
            device,
            grant: GrantId::from_entropy(random()),
            key: key.public(),
            doors,
        };
        vec![
            known(self.device, &self.phone, vec![world.apartment]),
            known(self.neighbours_device, &self.neighbour, Vec::new()),
        ]
    }

    /// A courier's code for the apartment, the same digits each time.
    fn code(&self, entry: &OwnDoorEntry, endorsement: Option<Endorsement>) -> Result<DoorCode> {
        Ok(DoorCode {
            grant: entry.grant,
            class: HolderClass::Courier,
            doors: vec![entry.door],
            hash: hash_code(CODE, &self.salt, None)?.into(),
            key: None,
            not_before: entry.not_before,
            not_after: entry.not_after,
            single_use: true,
            endorsement,
        })
    }
}

fn entry(world: &World) -> OwnDoorEntry {
    let (not_before, not_after) = World::today();
    OwnDoorEntry {
        building: world.building,
        door: world.apartment,
        grant: GrantId::from_entropy(random()),
        not_before,
        not_after,
    }
}

/// Every code for the apartment that a hub can list without the resident's key.
fn forged(world: &World, home: &Household) -> Result<Vec<DoorCode>> {
    let honest = entry(world);
    let word = honest.endorse(home.device, &home.phone);
    let other = OwnDoorEntry {
        grant: GrantId::from_entropy(random()),
        ..honest
    };
    let at_the_lobby = OwnDoorEntry {
        door: world.lobby,
        ..honest
    };
    let carrier = SigningKey::from_seed(*world.carrier_key.seed());
    let named = |signed: &SigningKey, device| honest.endorse(device, signed);
    let mut codes = vec![
        home.code(&honest, None)?,
        home.code(&other, Some(word.clone()))?,
        home.code(
            &honest,
            Some(at_the_lobby.endorse(home.device, &home.phone)),
        )?,
    ];
    for (key, device) in [
        (&carrier, home.device),
        (&home.neighbour, home.device),
        (&home.neighbour, home.neighbours_device),
        (&home.phone, DeviceId::from_entropy(random())),
    ] {
        codes.push(home.code(&honest, Some(named(key, device)))?);
    }
    let endorsed = home.code(&honest, Some(word.clone()))?;
    codes.extend([
        DoorCode {
            single_use: false,
            ..endorsed.clone()
        },
        DoorCode {
            doors: vec![world.lobby, world.apartment],
            ..endorsed.clone()
        },
        DoorCode {
            not_after: honest.not_after + 1,
            ..endorsed.clone()
        },
        DoorCode {
            endorsement: Some(Endorsement {
                not_after: honest.not_after + 1,
                ..word
            }),
            ..endorsed
        },
    ]);
    Ok(codes)
}

/// Types the code, and waits for what the door has on record of it.
fn typed(target: &Target) -> Result<Event> {
    let answers = || -> Result<Vec<Event>> {
        let events = target.records()?.into_iter().map(|record| record.event);
        Ok(events.filter(is_of_keypad).collect())
    };
    let before = answers()?.len();
    target.type_code(CODE)?;
    wait_for("an answer to the code", Duration::from_secs(20), || {
        answers().ok()?.into_iter().nth(before)
    })
}

fn is_of_keypad(event: &Event) -> bool {
    match event {
        Event::Entry(entry) => entry.link == LinkKind::Keypad,
        Event::Denied { link, .. } => *link == LinkKind::Keypad,
        _ => false,
    }
}

#[test]
fn no_code_that_a_hub_lists_lets_a_courier_into_an_apartment_without_the_residents_word()
-> Result<()> {
    let world = World::default();
    let home = Household::new();
    let bundle = |codes| Bundle {
        code_salt: home.salt.into(),
        endorsers: home.endorsers(&world),
        codes,
        ..world.bundle(1)
    };
    let forged = bundle(forged(&world, &home)?);
    let target = Target::start_with(&world, world.apartment, &world.sign(&forged)?)?;
    // All have the same digits: one that lets in would go before the others.
    let answer = typed(&target)?;
    withstood(
        "no courier's code opens an apartment without its resident's word",
        matches!(answer, Event::Denied { .. }) && target.unlocks().is_empty(),
    );

    let honest = entry(&world);
    let word = honest.endorse(home.device, &home.phone);
    let endorsed = bundle(vec![home.code(&honest, Some(word))?]);
    let target = Target::start_with(&world, world.apartment, &world.sign(&endorsed)?)?;
    let first = typed(&target)?;
    anyhow::ensure!(matches!(first, Event::Entry(_)), "{first:?}");
    let again = typed(&target)?;
    withstood(
        "the resident's word opens once",
        matches!(again, Event::Denied { .. }) && target.unlocks().len() == 1,
    );
    Ok(())
}
