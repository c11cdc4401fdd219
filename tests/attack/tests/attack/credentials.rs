//! With credentials that are somebody else's, too old, forged or stretched.

use access::{
    BuildingId, BuildingKey, Credential, DenyReason, DoorId, Grant, GrantId, HolderClass,
    HolderSecret, issue, issue_driver,
};
use anyhow::{Result, ensure};
use attack_tests::{Channel, Person, Target, World, now_s, random, withstood};
use biscuit_auth::{
    Algorithm, Biscuit, KeyPair, PrivateKey, PublicKey, builder::BlockBuilder, format::schema,
};
use door_protocol::Answer;
use prost::Message as _;
use rand::rngs::OsRng;

const DAY_S: u64 = 24 * 3600;

/// The door's reason, or none when it let the person in or gave no answer.
fn reason(target: &Target, person: &Person) -> Result<Option<DenyReason>> {
    Ok(match target.ask(person)? {
        Some(Answer::Denied { reason }) => Some(reason),
        _ => None,
    })
}

fn lobby() -> Result<(World, Target)> {
    let world = World::default();
    let target = Target::start(&world, world.lobby)?;
    Ok((world, target))
}

#[test]
fn a_stolen_credential_is_worthless_with_another_holder_key() -> Result<()> {
    let (world, target) = lobby()?;
    let resident = world.resident()?;
    let thief = Person {
        secret: HolderSecret::from_bytes(random()),
        ..resident.clone()
    };
    let told = reason(&target, &thief)?;
    withstood("the thief is not let in", target.unlocks().is_empty());
    withstood(
        "the thief learns no more than that it is not theirs",
        told == Some(DenyReason::NotTheHolder),
    );
    ensure!(target.lets_in(&resident)?, "the holder was refused");
    Ok(())
}

#[test]
fn an_expired_credential_opens_nothing() -> Result<()> {
    let (world, target) = lobby()?;
    let now = now_s();
    let doors = [world.lobby];
    for window in [(now - 9 * DAY_S, now - 2 * DAY_S), (now - 3600, now - 2)] {
        let late = world.person(HolderClass::Guest, &doors, window)?;
        withstood(
            "what has ended does not open",
            reason(&target, &late)? == Some(DenyReason::CredentialExpired),
        );
    }
    Ok(())
}

#[test]
fn a_credential_that_is_not_yet_valid_opens_nothing() -> Result<()> {
    let (world, target) = lobby()?;
    let now = now_s();
    let window = (now + 600, now + DAY_S);
    let early = world.person(HolderClass::Guest, &[world.lobby], window)?;
    withstood(
        "what has not begun does not open",
        reason(&target, &early)? == Some(DenyReason::NotYetValid),
    );
    Ok(())
}

#[test]
fn a_clock_that_is_set_back_revives_no_expired_credential() -> Result<()> {
    let world = World::default();
    let now = now_s();
    // To the door it is as if its clock were set back by a day: the building signed tomorrow.
    let mut bundle = world.bundle(1);
    bundle.issued_at = now + DAY_S;
    let target = Target::start_with(&world, world.lobby, &world.sign(&bundle)?)?;
    let window = (now - DAY_S, now + DAY_S / 2);
    let expired = world.person(HolderClass::Guest, &[world.lobby], window)?;
    withstood(
        "time never falls behind what the building signed",
        reason(&target, &expired)? == Some(DenyReason::CredentialExpired),
    );
    Ok(())
}

#[test]
fn while_the_time_is_unknown_nobody_passes_who_comes_for_a_window_of_it() -> Result<()> {
    let world = World::default();
    let now = now_s();
    // The clock lost its battery: it contradicts what the building signed.
    let mut bundle = world.bundle(1);
    bundle.issued_at = now + DAY_S;
    let target = Target::start_with(&world, world.lobby, &world.sign(&bundle)?)?;
    let window = (now, now + 3 * DAY_S);
    let guest = world.person(HolderClass::Guest, &[world.lobby], window)?;
    withstood(
        "a visitor's window cannot be told, and so it is closed",
        reason(&target, &guest)? == Some(DenyReason::ClockUnknown),
    );
    let resident = world.person(HolderClass::Resident, &[world.lobby], window)?;
    ensure!(target.lets_in(&resident)?, "a resident was locked out");
    Ok(())
}

#[test]
fn a_credential_opens_no_door_and_no_building_but_its_own() -> Result<()> {
    let (world, target) = lobby()?;
    let today = World::today();
    let neighbour = world.person(HolderClass::Resident, &[world.apartment], today)?;
    withstood(
        "a right to another door opens nothing here",
        reason(&target, &neighbour)? == Some(DenyReason::WrongDoor),
    );
    let elsewhere = World {
        lobby: world.lobby,
        ..World::default()
    };
    let stranger = elsewhere.resident()?;
    withstood(
        "another building's credential opens nothing here",
        reason(&target, &stranger)? == Some(DenyReason::WrongBuilding),
    );
    Ok(())
}

#[test]
fn no_key_made_of_public_identifiers_or_defaults_signs_a_credential() -> Result<()> {
    let (world, target) = lobby()?;
    let (building, door) = (world.building.as_bytes(), world.lobby.as_bytes());
    let seeds = [
        [building.as_slice(), building].concat(),
        [door.as_slice(), door].concat(),
        [building.as_slice(), door].concat(),
        [door.as_slice(), building].concat(),
        target.key.as_bytes().to_vec(),
        world.key.public().as_bytes().to_vec(),
        vec![0; 32],
        vec![1; 32],
        (0..32).collect(),
    ];
    for seed in seeds {
        let key = BuildingKey::from_seed(seed.try_into().expect("a seed has 32 bytes"));
        let forged = forge(&key, world.building, world.lobby)?;
        withstood(
            "a credential of a guessable key opens nothing",
            reason(&target, &forged)? == Some(DenyReason::BadSignature),
        );
    }
    Ok(())
}

/// A credential for one's own key, signed with any key.
fn forge(key: &BuildingKey, building: BuildingId, door: DoorId) -> Result<Person> {
    let secret = HolderSecret::from_bytes(random());
    let (not_before, not_after) = World::today();
    let grant = Grant {
        id: GrantId::from_entropy(random()),
        building,
        class: HolderClass::Resident,
        doors: vec![door],
        not_before,
        not_after,
    };
    let credential = issue(key, &grant, secret.public(), &mut OsRng)?;
    Ok(Person {
        secret,
        credential,
        grant: grant.id,
    })
}

#[test]
fn an_appended_block_gives_no_right_that_the_building_did_not_give() -> Result<()> {
    let (world, target) = lobby()?;
    let neighbour = world.person(HolderClass::Resident, &[world.apartment], World::today())?;
    let root = PublicKey::from_bytes(world.key.public().as_bytes(), Algorithm::Ed25519)?;
    let token = Biscuit::from(neighbour.credential.as_bytes(), root)?;
    let hex = hex::encode(world.lobby.as_bytes());
    let block = BlockBuilder::new().code(format!("right(hex:{hex}, \"unlock\");"))?;
    let widened = Person {
        credential: Credential(token.append(block)?.to_vec()?),
        ..neighbour
    };
    let told = reason(&target, &widened)?;
    withstood(
        "an appended right opens nothing",
        target.unlocks().is_empty(),
    );
    withstood("it is refused", told.is_some());
    Ok(())
}

#[test]
fn a_leaked_carrier_credential_is_worthless_without_the_carriers_key() -> Result<()> {
    let (world, target) = lobby()?;
    let (carrier, grant) = world.carrier_credential(&[world.lobby])?;
    let secret = HolderSecret::from_bytes(random());
    let bare = Person {
        secret: secret.clone(),
        credential: carrier.clone(),
        grant,
    };
    withstood(
        "the carrier's own credential opens nothing",
        reason(&target, &bare)? == Some(DenyReason::BadSignature),
    );
    // The thief signs the visit with a key of its own: the block of a true pass, another signer.
    let root = PublicKey::from_bytes(world.key.public().as_bytes(), Algorithm::Ed25519)?;
    let token = Biscuit::from(carrier.as_bytes(), root)?;
    let thief = PrivateKey::from_bytes(&random::<32>(), Algorithm::Ed25519)?;
    let block = BlockBuilder::new().code(visit_code(&world, &secret))?;
    let signed = token.third_party_request()?.create_block(&thief, block)?;
    let forged = Person {
        secret,
        credential: Credential(token.append_third_party(thief.public(), signed)?.to_vec()?),
        grant,
    };
    let told = reason(&target, &forged)?;
    withstood(
        "a visit that the carrier did not sign opens nothing",
        target.unlocks().is_empty(),
    );
    withstood(
        "its signature is blamed",
        told == Some(DenyReason::BadSignature),
    );
    ensure!(
        target.lets_in(&world.driver(&[world.lobby])?)?,
        "the carrier's driver was refused"
    );
    Ok(())
}

/// What a carrier's block says of a visit, in Datalog.
fn visit_code(world: &World, secret: &HolderSecret) -> String {
    let visit = hex::encode(random::<16>());
    let holder = hex::encode(secret.public().as_bytes());
    let [lobby, apartment] =
        [world.lobby, world.apartment].map(|door| hex::encode(door.as_bytes()));
    format!(
        "courier(hex:{visit}, \"D-0\");\n\
         check if holder(hex:{holder});\n\
         check if door($door), {{hex:{lobby}, hex:{apartment}}}.contains($door);\n\
         check if time($time), $time >= 2020-01-01T00:00:00Z, $time <= 2100-01-01T00:00:00Z;"
    )
}

#[test]
fn no_courier_opens_a_unit_door_by_any_path() -> Result<()> {
    let world = World::default();
    let target = Target::start(&world, world.apartment)?;
    // The hub was deceived about the door's kind, and the carrier listed it: the door still knows.
    let both = [world.lobby, world.apartment];
    for doors in [&[world.apartment][..], &both] {
        let driver = world.driver(doors)?;
        let told = reason(&target, &driver)?;
        withstood("no courier opens an apartment", target.unlocks().is_empty());
        withstood("and is told so", told == Some(DenyReason::UnitDoor));
    }
    // A carrier whose grant is for the lobby widens its driver's pass.
    let (carrier, _) = world.carrier_credential(&[world.lobby])?;
    let secret = HolderSecret::from_bytes(random());
    let visit = world.visit(&secret, &both);
    let issued = issue_driver(
        &carrier,
        &world.key.public(),
        &world.carrier_key,
        &visit,
        &mut OsRng,
    );
    withstood("a carrier cannot widen its own credential", issued.is_err());
    let owner = world.person(HolderClass::Resident, &[world.apartment], World::today())?;
    ensure!(target.lets_in(&owner)?, "the resident was refused");
    Ok(())
}

#[test]
fn a_signature_has_one_form_and_p256_is_refused() -> Result<()> {
    let (world, target) = lobby()?;
    let resident = world.resident()?;
    let twin = Person {
        credential: with_s_plus_l(&resident.credential)?,
        ..resident.clone()
    };
    withstood(
        "an Ed25519 signature with s + L is refused",
        reason(&target, &twin)? == Some(DenyReason::BadSignature),
    );
    // A holder may append; with a P-256 key in between, each signature would have a valid twin.
    let root = PublicKey::from_bytes(world.key.public().as_bytes(), Algorithm::Ed25519)?;
    let token = Biscuit::from(resident.credential.as_bytes(), root)?;
    let narrow = || {
        BlockBuilder::new().code(
            "check if time($time), $time >= 2020-01-01T00:00:00Z, $time <= 2100-01-01T00:00:00Z;",
        )
    };
    let malleable = KeyPair::new_with_rng(Algorithm::Secp256r1, &mut OsRng);
    let token = token.append_with_keypair(&malleable, narrow()?)?;
    let with_p256 = Person {
        credential: Credential(token.to_vec()?),
        ..resident.clone()
    };
    let told = reason(&target, &with_p256)?;
    withstood(
        "a P-256 key in a credential opens nothing",
        target.unlocks().is_empty(),
    );
    withstood(
        "its signature is blamed",
        told == Some(DenyReason::BadSignature),
    );
    ensure!(target.lets_in(&resident)?, "the honest form was refused");
    Ok(())
}

/// The same token with `s + L` in the building's signature: congruent, and so once valid too.
fn with_s_plus_l(credential: &Credential) -> Result<Credential> {
    /// L of RFC 8032 section 5.1, little-endian.
    const L: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde,
        0x14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let mut token = schema::Biscuit::decode(credential.as_bytes())?;
    let signature = &mut token.authority.signature;
    ensure!(signature.len() == 64, "an Ed25519 signature has 64 bytes");
    let mut carry = 0_u16;
    for (byte, l) in signature[32..].iter_mut().zip(L) {
        let sum = u16::from(*byte) + u16::from(l) + carry;
        [*byte, _] = sum.to_le_bytes();
        carry = sum >> 8;
    }
    ensure!(carry == 0, "s + L fits 32 bytes");
    Ok(Credential(token.encode_to_vec()))
}

#[test]
fn of_all_commands_from_all_classes_only_a_rightful_unlock_moves_the_strike() -> Result<()> {
    let (world, target) = lobby()?;
    for class in [
        HolderClass::Resident,
        HolderClass::Guest,
        HolderClass::Staff,
        HolderClass::Courier,
    ] {
        for command in (0..=u8::MAX).filter(|command| *command != 1) {
            let doors = [world.lobby];
            let person = match class {
                HolderClass::Courier => world.driver(&doors)?,
                class => world.person(class, &doors, World::today())?,
            };
            Channel::ask(&target, &person, command)?;
        }
        withstood(
            "no command but unlock moves the strike",
            target.unlocks().is_empty(),
        );
    }
    ensure!(target.lets_in(&world.resident()?)?, "unlock does not work");
    Ok(())
}
