//! Nothing is lost and nothing doubled, whoever is killed when.

use std::{collections::HashSet, time::Duration};

use anyhow::Result;
use building_tests::eventually;
use serde_json::Value;
use simulation::{CourierAnswer, StrikeState};

use crate::stage::Stage;

#[tokio::test(flavor = "multi_thread")]
async fn records_and_clips_arrive_once_although_door_and_hub_are_killed_in_between() -> Result<()> {
    let mut stage = Stage::set().await?;
    let mut entered = Vec::new();
    for round in 0..4 {
        stage.site.home.door("Main entrance")?.wait_for_camera()?;
        entered.push(enter(&stage)?);
        // Each time another moment: during the clip, at its end, during the upload.
        tokio::time::sleep(Duration::from_millis(900 * round)).await;
        if round % 2 == 0 {
            stage.site.hub.kill()?;
            entered.push(enter(&stage)?);
            stage.site.home.door_mut("Main entrance")?.kill()?;
            stage.site.home.door_mut("Main entrance")?.start()?;
            stage.site.hub.resume()?;
        } else {
            stage.site.home.door_mut("Main entrance")?.kill()?;
            stage.site.home.door_mut("Main entrance")?.start()?;
        }
    }
    let door = stage.door("Main entrance")?;
    // A clip of which no whole group of pictures reached the disk is recorded as unfilmed.
    let log = eventually(
        "the end of every film at the hub",
        Duration::from_secs(60),
        async || {
            let log = of_door(stage.site.audit()?, &door);
            let told = entered.iter().all(|seq| filmed(&log, *seq).is_some());
            Ok(told.then_some(log))
        },
    )
    .await?;
    let seqs: Vec<u64> = log
        .iter()
        .filter_map(|record| record["seq"].as_u64())
        .collect();
    let distinct: HashSet<u64> = seqs.iter().copied().collect();
    assert_eq!(
        distinct.len(),
        seqs.len(),
        "a record is there twice: {seqs:?}"
    );
    let highest = seqs.iter().copied().max().unwrap_or_default();
    assert_eq!(
        distinct,
        (1..=highest).collect(),
        "a record is missing: {seqs:?}"
    );

    let films = entered
        .iter()
        .filter(|seq| filmed(&log, **seq) == Some(true))
        .count();
    assert!(films >= 2, "only {films} entries were filmed");
    assert_eq!(stage.phone.ready_clips(films).await?.len(), films);
    // After a lost connection the phone waits up to a minute before it asks again.
    stage.phone.notification(entered.len()).await?;
    let notifications = stage.phone.notifications();
    let notified: HashSet<u64> = notifications.iter().map(|one| one.entry).collect();
    assert_eq!(
        (notified.len(), notifications.len()),
        (entered.len(), entered.len())
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_move_of_the_strike_has_a_record_that_was_there_before_it() -> Result<()> {
    let stage = Stage::set().await?;
    let door = stage.door("Package room")?;
    stage.phone.unlocks(&door).await?;
    let CourierAnswer::Unlocked { .. } = stage.site.courier_at("Package room")? else {
        panic!("the courier was denied")
    };
    let moves = stage.site.home.door("Package room")?.strike_moves();
    let unlocked: Vec<_> = moves
        .iter()
        .filter(|one| one.state == StrikeState::Unlocked)
        .collect();
    assert_eq!(unlocked.len(), 2);
    for one in unlocked {
        let seq = one.seq.expect("an unlock names its record");
        let record = eventually(
            "the record at the hub",
            Duration::from_secs(20),
            async || {
                let log = stage.site.audit()?;
                Ok(log
                    .into_iter()
                    .find(|record| record["door"] == door.as_str() && record["seq"] == seq))
            },
        )
        .await?;
        let recorded = record["at_ms"].as_u64().expect("a record has a time");
        assert!(
            recorded <= one.at_ms,
            "recorded at {recorded}, moved at {}",
            one.at_ms
        );
    }
    Ok(())
}

fn enter(stage: &Stage) -> Result<u64> {
    match stage.site.courier_at("Main entrance")? {
        CourierAnswer::Unlocked { seq, .. } => Ok(seq),
        CourierAnswer::Denied { reason } => anyhow::bail!("denied: {reason}"),
    }
}

fn of_door(mut log: Vec<Value>, door: &str) -> Vec<Value> {
    log.retain(|record| record["door"] == door);
    log
}

/// Whether the entry `seq` has a clip that was closed, or a record that says why it has none.
fn filmed(log: &[Value], seq: u64) -> Option<bool> {
    log.iter().find_map(|record| {
        let event = &record["event"];
        let closed = event["clip_closed"]["entry_seq"] == seq;
        (closed || event["unfilmed"]["entry_seq"] == seq).then_some(closed)
    })
}
