//! A door decides by itself.

use std::time::Duration;

use anyhow::Result;
use building_tests::eventually;
use simulation::CourierAnswer;

use crate::stage::Stage;

#[tokio::test(flavor = "multi_thread")]
async fn with_the_hub_stopped_resident_and_courier_get_in_and_everything_arrives_once_afterwards()
-> Result<()> {
    let mut stage = Stage::set().await?;
    let entrance = stage.door("Main entrance")?;
    let recorded = stage.site.audit()?.len();
    stage.site.hub.stop()?;

    let resident_seq = stage.phone.unlocks(&entrance).await?;
    let CourierAnswer::Unlocked {
        seq: courier_seq, ..
    } = stage.site.courier_at("Main entrance")?
    else {
        panic!("the courier was denied while the hub was down")
    };
    assert_eq!(courier_seq, resident_seq + 1);
    assert!(stage.phone.notifications().is_empty());
    // The clip ends while nobody can take it.
    tokio::time::sleep(Duration::from_secs(4)).await;

    stage.site.hub.resume()?;
    let notification = stage.phone.notification(1).await?;
    assert!(
        notification.body.contains("Northline Parcel")
            || notification.title.contains("Northline Parcel")
    );
    let clips = stage.phone.ready_clips(1).await?;
    let film = stage.phone.film(&clips[0]).await?;
    assert!(film.len() > 10_000, "a film of {} bytes", film.len());

    // Two entries and the courier's closed clip, each once.
    let log = eventually("three new records", Duration::from_secs(20), async || {
        let log = stage.site.audit()?;
        Ok((log.len() >= recorded + 3).then_some(log))
    })
    .await?;
    for seq in [resident_seq, courier_seq, courier_seq + 1] {
        let of_entrance = log
            .iter()
            .filter(|record| record["door"] == entrance.as_str());
        assert_eq!(
            of_entrance.filter(|record| record["seq"] == seq).count(),
            1,
            "record {seq}"
        );
    }
    assert_eq!(stage.phone.notifications().len(), 1);
    assert_eq!(stage.phone.ready_clips(1).await?.len(), 1);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_courier_is_denied_even_when_the_hub_is_down() -> Result<()> {
    let mut stage = Stage::set().await?;
    let grants =
        stage
            .site
            .hub
            .administer(&["grant", "list", "--building", &stage.site.home.id])?;
    let courier = grants
        .as_array()
        .and_then(|grants| grants.iter().find(|grant| grant["class"] == "courier"))
        .expect("the carrier has a grant");
    let id = courier["id"]
        .as_str()
        .expect("a grant has an id")
        .to_owned();
    stage.site.hub.administer(&["revoke", &id])?;

    let revoked = CourierAnswer::Denied {
        reason: "Revoked".into(),
    };
    eventually(
        "the revocation at the door",
        Duration::from_secs(20),
        async || Ok((stage.site.courier_at("Main entrance")? == revoked).then_some(())),
    )
    .await?;
    stage.site.hub.stop()?;
    let entrance = stage.site.home.door_mut("Main entrance")?;
    entrance.stop()?;
    entrance.start()?;
    assert_eq!(stage.site.courier_at("Main entrance")?, revoked);
    Ok(())
}
