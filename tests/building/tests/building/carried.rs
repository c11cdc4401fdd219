//! A door that is cut off from the hub, and a resident's phone that passes.

use std::{collections::HashSet, time::Duration};

use anyhow::{Context, Result};
use building_tests::eventually;
use resident::store::Store;
use serde_json::Value;
use simulation::CourierAnswer;

use crate::stage::Stage;

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_spreads_a_revocation_to_a_cut_off_door_and_brings_its_records_once() -> Result<()>
{
    let mut stage = Stage::set().await?;
    let entrance = stage.door("Main entrance")?;
    stage.site.home.door_mut("Main entrance")?.cut_off()?;
    let before = enter(&stage)?;

    let carried = bundle_version(&stage)?;
    let told = revoke_courier(&stage)?;
    let left_s = told["offline_left_s"].as_u64().context("a bound is told")?;
    assert!((1..=7 * 24 * 3600).contains(&left_s), "{told}");
    let after = enter(&stage).context("the cut-off door cannot know yet")?;
    eventually("the newer bundle on the phone", PATIENCE, async || {
        Ok((bundle_version(&stage)? > carried).then_some(()))
    })
    .await?;

    stage.phone.unlocks(&entrance).await?;
    let revoked = CourierAnswer::Denied {
        reason: "Revoked".into(),
    };
    eventually("the revocation at the cut-off door", PATIENCE, async || {
        Ok((stage.site.courier_at("Main entrance")? == revoked).then_some(()))
    })
    .await?;
    let log = eventually("the waiting records at the hub", PATIENCE, async || {
        let log = of_door(stage.site.audit()?, &entrance);
        Ok(log.contains(&after).then_some(log))
    })
    .await?;
    assert!(log.contains(&before));

    stage.site.home.door_mut("Main entrance")?.reconnect()?;
    // A record that nobody carried: it follows all others.
    let last = stage.phone.unlocks(&entrance).await?;
    let log = eventually("the rest from the door itself", PATIENCE, async || {
        let log = of_door(stage.site.audit()?, &entrance);
        Ok(log.contains(&last).then_some(log))
    })
    .await?;
    let distinct: HashSet<u64> = log.iter().copied().collect();
    assert_eq!(
        distinct.len(),
        log.len(),
        "a record is there twice: {log:?}"
    );
    let expected: HashSet<u64> = (1..=log.len() as u64).collect();
    assert_eq!(distinct, expected, "a record is missing: {log:?}");
    Ok(())
}

pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

fn enter(stage: &Stage) -> Result<u64> {
    match stage.site.courier_at("Main entrance")? {
        CourierAnswer::Unlocked { seq, .. } => Ok(seq),
        CourierAnswer::Denied { reason } => anyhow::bail!("denied: {reason}"),
    }
}

fn revoke_courier(stage: &Stage) -> Result<Value> {
    let hub = &stage.site.hub;
    let grants = hub.administer(&["grant", "list", "--building", &stage.site.home.id])?;
    let mut grants = grants.as_array().into_iter().flatten();
    let courier = grants.find(|grant| grant["class"] == "courier");
    let id = courier.and_then(|grant| grant["id"].as_str());
    hub.administer(&["revoke", id.context("the carrier has a grant")?])
}

/// The version of the bundle that the phone carries.
pub(crate) fn bundle_version(stage: &Stage) -> Result<u64> {
    let path = stage.folder.path().join("phone").join("vestibule.sqlite");
    let bundle = Store::open(&path)?.carried_bundle()?;
    Ok(bundle.map_or(0, |(version, _)| version))
}

/// The numbers of a door's records, in the order of the log.
fn of_door(log: Vec<Value>, door: &str) -> Vec<u64> {
    let own = log.into_iter().filter(|record| record["door"] == door);
    own.filter_map(|record| record["seq"].as_u64()).collect()
}
