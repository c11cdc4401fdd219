//! Who does not get in, and what they are told.

use std::process::Command;

use anyhow::Result;
use simulation::{CourierAnswer, Programs};

use crate::stage::Stage;

fn denied(reason: &str) -> CourierAnswer {
    CourierAnswer::Denied {
        reason: reason.into(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_courier_opens_the_one_building_and_no_apartment() -> Result<()> {
    let stage = Stage::set().await?;
    assert_eq!(stage.site.courier_elsewhere()?, denied("WrongBuilding"));
    assert_eq!(stage.site.courier_at("Apartment 3B")?, denied("UnitDoor"));
    assert!(matches!(
        stage.site.courier_at("Main entrance")?,
        CourierAnswer::Unlocked { .. }
    ));
    assert!(
        stage
            .site
            .home
            .door("Apartment 3B")?
            .strike_moves()
            .is_empty()
    );
    assert!(stage.site.elsewhere.doors[0].strike_moves().is_empty());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hub_refuses_to_grant_a_carrier_an_apartment_door() -> Result<()> {
    let stage = Stage::set().await?;
    let home = &stage.site.home;
    let granted = stage.site.hub.administer(&[
        "grant",
        "carrier",
        "--carrier",
        &home.carrier.id,
        "--building",
        &home.id,
        "--door",
        &stage.door("Apartment 3B")?,
    ]);
    let error = granted
        .expect_err("a carrier was granted an apartment")
        .to_string();
    assert!(
        error.contains("apartment") || error.contains("unit"),
        "{error}"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invite_works_once() -> Result<()> {
    let stage = Stage::set().await?;
    let invite = stage.site.home.resident_invite(&stage.site.hub)?;
    let second = building_tests::Phone::start(&stage.folder.path().join("second"))?;
    second.enrol(&invite).await?;
    let third = building_tests::Phone::start(&stage.folder.path().join("third"))?;
    assert!(third.enrol(&invite).await.is_err());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_door_invite_enrols_no_carrier_and_stays_good() -> Result<()> {
    let stage = Stage::set().await?;
    let building = &stage.site.home.id;
    let add = [
        "door",
        "add",
        "--building",
        building,
        "--name",
        "Cellar",
        "--kind",
        "common",
    ];
    let cellar = stage.site.hub.administer_for(&add, "id")?;
    let invite = stage
        .site
        .hub
        .administer_for(&["invite", "door", &cellar], "link")?;
    let data = stage.folder.path().join("stranger");
    let programs = Programs::beside_this_executable()?;
    let asked = programs.ask(
        "vestibule-courier",
        &[
            "enrol",
            "--data",
            &data.to_string_lossy(),
            &invite,
            "--json",
        ],
    );
    assert!(asked.is_err());
    Ok(())
}

#[test]
fn a_handset_without_a_pass_says_so_in_words_and_as_data() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let handset = folder.path().join("handset");
    let pass = folder.path().join("no.pass");
    let courier = Programs::beside_this_executable()?.path("vestibule-courier");
    let made = Command::new(&courier)
        .args(["handset", "--data"])
        .arg(&handset)
        .output()?;
    assert!(made.status.success());
    let unlock = Command::new(&courier)
        .args(["unlock", "--json", "--door", "Main entrance", "--handset"])
        .arg(&handset)
        .arg("--pass")
        .arg(&pass)
        .output()?;
    let told: serde_json::Value = serde_json::from_slice(&unlock.stdout)?;
    let words = String::from_utf8(unlock.stderr)?;
    assert_eq!(unlock.status.code(), Some(1));
    assert_eq!(told["outcome"], "error");
    let message = told["message"].as_str().unwrap_or_default();
    assert!(message.contains("no.pass"), "{message}");
    assert!(words.contains(message), "{words}");
    Ok(())
}
