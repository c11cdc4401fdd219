//! With a camera that was taken away.

use std::time::Duration;

use access::{DenyReason, HolderClass, Unfilmed};
use anyhow::{Result, ensure};
use attack_tests::{Target, World, withstood};
use door_protocol::Answer;
use simulation::{NetworkCamera, wait_for};

#[test]
fn no_courier_gets_in_unfilmed_by_unplugging_the_camera() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let mut camera = NetworkCamera::plug_in(folder.path(), 1)?;
    let world = World::default();
    let mut bundle = world.bundle(1);
    for door in &mut bundle.doors {
        door.unfilmed = Unfilmed::Refuse;
    }
    let target = Target::start_filmed(&world, world.lobby, &world.sign(&bundle)?, &camera)?;
    let camera_is = |what: &str| {
        wait_for(what, Duration::from_secs(30), || {
            target.log().contains(what).then_some(())
        })
    };
    let courier = world.driver(&[world.lobby])?;
    camera_is("the camera records")?;
    ensure!(
        target.lets_in(&courier)?,
        "the courier was refused before the camera"
    );

    camera.pull_out()?;
    camera_is("the camera stopped")?;
    let told = target.ask(&courier)?;
    let reason = DenyReason::NotFilmed;
    withstood(
        "a door that films no courier lets none in",
        told == Some(Answer::Denied { reason }),
    );
    for class in [HolderClass::Resident, HolderClass::Guest] {
        let person = world.person(class, &[world.lobby], World::today())?;
        ensure!(
            target.lets_in(&person)?,
            "a {} waits outside for the camera",
            class.as_str()
        );
    }
    Ok(())
}
