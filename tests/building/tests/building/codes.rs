//! A code at a door that is cut off from the hub.

use anyhow::{Context, Result};
use building_tests::eventually;

use crate::carried::{PATIENCE, bundle_version};
use crate::stage::Stage;

/// Waits until the door's log says this so many times.
async fn told(stage: &Stage, line: &str, times: usize) -> Result<()> {
    let log = stage.site.home.door("Main entrance")?.log();
    eventually(line, PATIENCE, async || {
        let found = std::fs::read_to_string(&log)?.matches(line).count();
        Ok((found >= times).then_some(()))
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_a_phone_brings_opens_a_door_that_had_fetched_the_key_before() -> Result<()> {
    let mut stage = Stage::set().await?;
    let entrance = stage.door("Main entrance")?;
    told(&stage, "the code key is here", 1).await?;
    stage.site.home.door_mut("Main entrance")?.cut_off()?;

    let carried = bundle_version(&stage)?;
    let home = stage.site.home.id.clone();
    let guest = ["--class", "guest", "--name", "Aunt May"];
    let at = ["--building", &home, "--door", "Main entrance"];
    let code = [&["code", "add"], &guest[..], &at].concat();
    let code = stage.site.hub.administer_for(&code, "code")?;
    eventually("the newer bundle on the phone", PATIENCE, async || {
        Ok((bundle_version(&stage)? > carried).then_some(()))
    })
    .await?;
    let log = std::fs::read_to_string(stage.site.home.door("Main entrance")?.log())?;
    let installed = log.matches("bundle installed").count();
    stage.phone.unlocks(&entrance).await?;
    told(&stage, "bundle installed", installed + 1).await?;

    stage.site.hub.stop()?;
    let door = stage.site.home.door("Main entrance")?;
    let seen = door.strike_moves().len();
    door.type_code(&code)?;
    let opened = door.wait_for_unlock(seen).context("the code opens")?;
    assert!(opened.seq.is_some());
    Ok(())
}
