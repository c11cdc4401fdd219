//! Watching live with the real programs: a resident's app, the hub, and a door that films.

use std::{collections::HashSet, time::Duration};

use anyhow::{Context as _, Result, ensure};
use building_tests::eventually;
use resident::{LiveWay, ui::ErrorCode};
use serde_json::Value;

use crate::stage::Stage;

const DOOR: &str = "Main entrance";

async fn filming() -> Result<(Stage, String)> {
    let stage = Stage::set().await?;
    stage.site.home.door(DOOR)?.wait_for_camera()?;
    let door = stage.door(DOOR)?;
    Ok((stage, door))
}

/// Takes all access from the one resident.
fn revoke_resident(stage: &Stage) -> Result<()> {
    let hub = &stage.site.hub;
    let grants = hub.administer(&["grant", "list", "--building", &stage.site.home.id])?;
    let of_residents = grants.as_array().into_iter().flatten();
    for grant in of_residents.filter(|grant| grant["class"] == "resident") {
        let id = grant["id"].as_str().context("a grant has an id")?;
        hub.administer(&["revoke", id])?;
    }
    Ok(())
}

/// The records about live view of a door, oldest first.
fn watched(log: Vec<Value>, door: &str) -> Vec<Value> {
    let mut records = log;
    records.retain(|record| {
        let event = &record["event"];
        record["door"] == door
            && !(event["live_started"].is_null() && event["live_ended"].is_null())
    });
    records
}

#[tokio::test(flavor = "multi_thread")]
async fn two_residents_watch_live_through_one_upload_and_the_log_says_so() -> Result<()> {
    let (stage, door) = filming().await?;
    let (phone, _) = stage.away("first").await?;
    let (second, _) = stage.away("second").await?;
    let one = phone.watches(&door).await?;
    let first = phone.live_film(&one, 12).await?;
    ensure!(first.windows(4).any(|four| four == b"moof"), "no pictures");
    let other = second.watches(&door).await?;
    second.live_film(&other, 12).await?;
    phone.live_film(&one, 2).await?;
    let connections = stage.site.home.door(DOOR)?.log();
    let connections = std::fs::read_to_string(connections)?;
    let connections = connections.matches("somebody comes to watch live").count();
    assert_eq!(connections, 1, "the door sends to everybody at once");

    phone.stops_watching(&one)?;
    second.stops_watching(&other)?;
    assert_eq!(devices_on_record(&stage, &door, 2).await?.len(), 2);
    Ok(())
}

/// Waits until so many watches are over on record, and answers the devices that watched.
async fn devices_on_record(stage: &Stage, door: &str, watches: usize) -> Result<HashSet<String>> {
    let records = eventually("the ends on record", Duration::from_secs(20), async || {
        let records = watched(stage.site.audit()?, door);
        Ok((records.len() == 2 * watches).then_some(records))
    })
    .await?;
    let devices = records.iter().filter_map(|record| {
        let device = record["event"]["live_started"]["device"].as_str()?;
        Some(device.to_owned())
    });
    Ok(devices.collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn two_watch_directly_and_one_through_the_hub_at_the_same_time() -> Result<()> {
    let (stage, door) = filming().await?;
    let neighbour = stage.neighbour("neighbour").await?;
    let (away, _) = stage.away("away").await?;
    let mut watches = Vec::new();
    for (phone, way) in [
        (&stage.phone, LiveWay::Direct),
        (&neighbour, LiveWay::Direct),
        (&away, LiveWay::Hub),
    ] {
        let live = phone.watches(&door).await?;
        assert_eq!(phone.live_way(&live).await?.0, way);
        watches.push((phone, live));
    }
    for (phone, live) in &watches {
        let film = phone.live_film(live, 12).await?;
        ensure!(film.windows(4).any(|four| four == b"moof"), "no pictures");
    }
    for (phone, live) in &watches {
        phone.stops_watching(live)?;
    }
    assert_eq!(devices_on_record(&stage, &door, 3).await?.len(), 3);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn with_the_hub_down_a_door_is_watched_on_and_anew() -> Result<()> {
    let (mut stage, door) = filming().await?;
    let (away, travels) = stage.away("away").await?;
    let before = stage.phone.watches(&door).await?;
    stage.phone.live_film(&before, 3).await?;
    let through_hub = away.watches(&door).await?;
    assert_eq!(away.live_way(&through_hub).await?.0, LiveWay::Hub);
    travels.come_home();
    stage.site.hub.kill()?;
    let anew = stage.phone.watches(&door).await?;
    for (phone, live) in [
        (&stage.phone, &before),
        (&stage.phone, &anew),
        (&away, &through_hub),
    ] {
        phone.live_film(live, 20).await?;
        assert_eq!(phone.live_way(live).await?.0, LiveWay::Direct);
    }
    stage.site.hub.resume()?;
    for (phone, live) in [
        (&stage.phone, &before),
        (&stage.phone, &anew),
        (&away, &through_hub),
    ] {
        phone.stops_watching(live)?;
    }
    // The door brings its records when the hub is back: one of the four was through the hub.
    assert_eq!(devices_on_record(&stage, &door, 4).await?.len(), 2);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn away_from_the_building_watching_goes_on_once_the_hub_is_back() -> Result<()> {
    let (mut stage, door) = filming().await?;
    let (away, _) = stage.away("away").await?;
    let live = away.watches(&door).await?;
    away.live_film(&live, 5).await?;
    stage.site.hub.kill()?;
    assert_eq!(away.live_ends(&live).await?, ErrorCode::ConnectionLost);
    stage.site.hub.resume()?;
    let live = away.watches_again(&door).await?;
    away.live_film(&live, 5).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn watching_goes_on_after_the_door_was_killed() -> Result<()> {
    let (mut stage, door) = filming().await?;
    let live = stage.phone.watches(&door).await?;
    stage.phone.live_film(&live, 5).await?;
    stage.site.home.door_mut(DOOR)?.kill()?;
    assert_eq!(
        stage.phone.live_ends(&live).await?,
        ErrorCode::ConnectionLost
    );
    stage.site.home.door_mut(DOOR)?.start()?;
    let live = stage.phone.watches_again(&door).await?;
    stage.phone.live_film(&live, 5).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_looks_away_is_brought_to_the_newest_pictures() -> Result<()> {
    let (stage, door) = filming().await?;
    let live = stage.phone.watches(&door).await?;
    stage.phone.live_film(&live, 3).await?;
    tokio::time::sleep(Duration::from_secs(6)).await;
    let next = stage.phone.live_part(&live, 4).await?;
    assert!(next > 40, "part {next} is old");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_was_revoked_sees_nothing_more_and_is_not_let_back() -> Result<()> {
    let (stage, door) = filming().await?;
    let live = stage.phone.watches(&door).await?;
    stage.phone.live_film(&live, 3).await?;
    revoke_resident(&stage)?;
    let code = stage.phone.live_ends(&live).await?;
    assert_eq!(code, ErrorCode::LiveNotAllowed);
    let refused = stage.phone.live(&door).await.unwrap_err();
    // What the door said could have been meant for somebody else, so the hub was asked.
    assert_eq!(refused.code, ErrorCode::NotEnrolled);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_door_without_a_camera_and_one_that_is_away_are_told_apart() -> Result<()> {
    let (mut stage, door) = filming().await?;
    let blind = stage.door("Apartment 3B")?;
    let refused = stage.phone.live(&blind).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::CameraOff);
    stage.site.home.door_mut(DOOR)?.kill()?;
    let away = eventually("the door away", Duration::from_secs(30), async || {
        let refused = stage.phone.live(&door).await.err();
        Ok(refused.map(|error| error.code))
    })
    .await?;
    assert_eq!(away, ErrorCode::DoorOffline);
    Ok(())
}
