//! By people whose access has ended, and with bundles that say otherwise.

use access::{BuildingKey, Bundle, CarrierKey, DenyReason, HolderClass, SignedBundle};
use anyhow::{Context, Result, ensure};
use attack_tests::{Person, Target, Visit, World, random, withstood};
use door_protocol::{Answer, CarryAnswer, CarryRefusal, CarryRequest, MAX_PART};

fn lobby() -> Result<(World, Target)> {
    let world = World::default();
    let target = Target::start(&world, world.lobby)?;
    Ok((world, target))
}

fn is_revoked(target: &Target, person: &Person) -> Result<bool> {
    let reason = DenyReason::Revoked;
    Ok(target.ask(person)? == Some(Answer::Denied { reason }))
}

#[test]
fn a_revoked_grant_opens_nothing_while_its_credential_would_last() -> Result<()> {
    let (world, mut target) = lobby()?;
    let guest = world.person(HolderClass::Guest, &[world.lobby], World::today())?;
    let resident = world.resident()?;
    ensure!(target.lets_in(&guest)?, "the guest was refused too early");
    let bundle = Bundle {
        revoked: vec![guest.grant],
        ..world.bundle(2)
    };
    target.update(&world.sign(&bundle)?, 2)?;
    withstood("a revoked guest stays out", is_revoked(&target, &guest)?);
    // A door that starts again without its hub does not forget.
    target.kill()?;
    target.resume()?;
    withstood("also after a restart", is_revoked(&target, &guest)?);
    ensure!(target.lets_in(&resident)?, "somebody else was refused");
    Ok(())
}

#[test]
fn a_dismissed_driver_is_out_with_the_carriers_grant_or_its_next_key() -> Result<()> {
    let (world, mut target) = lobby()?;
    let driver = world.driver(&[world.lobby])?;
    ensure!(target.lets_in(&driver)?, "the driver was refused too early");
    // The carrier takes a new key, so that every pass made before is void.
    let mut renewed = world.bundle(2);
    renewed.carriers[0].key = CarrierKey::from_seed(random()).public();
    target.update(&world.sign(&renewed)?, 2)?;
    withstood(
        "a pass of the old key is void",
        is_revoked(&target, &driver)?,
    );
    let revoked = Bundle {
        revoked: vec![driver.grant],
        ..world.bundle(3)
    };
    target.update(&world.sign(&revoked)?, 3)?;
    withstood(
        "a pass of a revoked grant is void",
        is_revoked(&target, &driver)?,
    );
    Ok(())
}

#[test]
fn no_driver_of_a_carrier_that_the_building_dismissed_gets_in() -> Result<()> {
    let (world, mut target) = lobby()?;
    let drivers = [world.driver(&[world.lobby])?, world.driver(&[world.lobby])?];
    let bundle = Bundle {
        carriers: Vec::new(),
        ..world.bundle(2)
    };
    target.update(&world.sign(&bundle)?, 2)?;
    for driver in &drivers {
        withstood("no driver gets in", is_revoked(&target, driver)?);
    }
    Ok(())
}

/// A resident's phone comes by, gets in and hands the door a bundle.
fn carried(world: &World, target: &Target, bundle: &SignedBundle, version: u64) -> Result<bool> {
    let (mut visit, answer) = Visit::begin(target, &world.resident()?)?;
    ensure!(
        matches!(answer, Some(Answer::Unlocked { .. })),
        "{answer:?}"
    );
    visit.hand_over(bundle, version)
}

#[test]
fn an_older_bundle_that_a_phone_carries_lifts_no_revocation() -> Result<()> {
    let (world, target) = lobby()?;
    let guest = world.person(HolderClass::Guest, &[world.lobby], World::today())?;
    let older = world.sign(&world.bundle(2))?;
    let newer = Bundle {
        revoked: vec![guest.grant],
        ..world.bundle(3)
    };
    ensure!(
        carried(&world, &target, &world.sign(&newer)?, 3)?,
        "the door did not take the newer bundle"
    );
    ensure!(is_revoked(&target, &guest)?, "the guest is not revoked");
    let taken = carried(&world, &target, &older, 2)?;
    withstood("the older bundle is not taken", !taken);
    withstood("a revoked guest stays out", is_revoked(&target, &guest)?);
    Ok(())
}

#[test]
fn a_bundle_that_the_building_did_not_sign_is_refused_from_a_phone_and_from_the_doors_own_disk()
-> Result<()> {
    let (world, mut target) = lobby()?;
    let guest = world.person(HolderClass::Guest, &[world.lobby], World::today())?;
    let bundle = Bundle {
        revoked: vec![guest.grant],
        ..world.bundle(2)
    };
    target.update(&world.sign(&bundle)?, 2)?;
    ensure!(is_revoked(&target, &guest)?, "the guest is not revoked");
    // The forger lifts the revocation, and signs with whatever key it has.
    let forger = BuildingKey::from_seed(random());
    let forged = SignedBundle::sign(&world.bundle(3), &forger)?;
    let taken = carried(&world, &target, &forged, 3)?;
    withstood("a forged bundle is not taken from a phone", !taken);
    withstood(
        "a forged bundle lifts no revocation",
        is_revoked(&target, &guest)?,
    );
    target.update(&forged, 3)?;
    withstood(
        "a forged bundle on its disk lifts no revocation",
        !target.lets_in(&guest)?,
    );
    Ok(())
}

#[test]
fn who_withholds_the_newer_bundle_is_out_once_anybody_else_came_by() -> Result<()> {
    let (world, target) = lobby()?;
    let guest = world.person(HolderClass::Guest, &[world.lobby], World::today())?;
    let newer = Bundle {
        revoked: vec![guest.grant],
        ..world.bundle(2)
    };
    // The door is cut off and has heard of nothing; the revoked phone says nothing of it.
    ensure!(target.lets_in(&guest)?, "the door cannot know it yet");
    ensure!(
        carried(&world, &target, &world.sign(&newer)?, 2)?,
        "the door did not take the newer bundle"
    );
    withstood(
        "one honest phone later the revoked one is out",
        is_revoked(&target, &guest)?,
    );
    Ok(())
}

#[test]
fn who_was_not_let_in_neither_carries_nor_learns_anything() -> Result<()> {
    let (world, target) = lobby()?;
    let stranger = world.person(HolderClass::Guest, &[world.apartment], World::today())?;
    let newer = world.sign(&world.bundle(2))?;
    let part = CarryRequest::part_of(newer.as_bytes(), 0, MAX_PART);
    let asked = [
        CarryRequest::Status,
        CarryRequest::Records { after: 0 },
        part.context("the bundle cannot be carried")?,
    ];
    for request in asked {
        let (mut visit, answer) = Visit::begin(&target, &stranger)?;
        ensure!(matches!(answer, Some(Answer::Denied { .. })), "{answer:?}");
        let code = CarryRefusal::NotLetIn;
        let told = visit.carry(&request)?;
        withstood(
            "a stranger is refused",
            told == Some(CarryAnswer::Refused { code }),
        );
    }
    Ok(())
}
