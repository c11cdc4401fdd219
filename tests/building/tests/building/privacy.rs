//! What is nowhere to be found.

use std::time::Duration;

use anyhow::Result;
use building_tests::{
    disk::{Found, Search},
    eventually,
};

use crate::stage::Stage;

#[tokio::test(flavor = "multi_thread")]
async fn a_resident_is_neither_filmed_nor_named() -> Result<()> {
    let stage = Stage::set().await?;
    let entrance = stage.door("Main entrance")?;
    let seq = stage.phone.unlocks(&entrance).await?;
    let record = eventually(
        "the record at the hub",
        Duration::from_secs(20),
        async || {
            let log = stage.site.audit()?;
            let is_it = |record: &serde_json::Value| {
                record["door"] == entrance.as_str() && record["seq"] == seq
            };
            Ok(log.into_iter().find(is_it))
        },
    )
    .await?;
    let text = record.to_string();
    assert!(text.contains("resident"), "{text}");
    assert!(
        !text.contains(&stage.site.home.resident),
        "the record names the resident: {text}"
    );
    assert!(
        !text.contains("grant\":\""),
        "the record names a grant: {text}"
    );
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert!(
        stage
            .phone
            .activity()
            .await?
            .iter()
            .all(|item| item.clip.is_none())
    );
    assert!(stage.phone.notifications().is_empty());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_hubs_disk_and_the_doors_disk_hold_no_plain_video_and_no_log_holds_a_name() -> Result<()>
{
    let mut stage = Stage::set().await?;
    stage.site.home.door("Main entrance")?.wait_for_camera()?;
    // A door that cannot deliver keeps its clip.
    stage.site.hub.stop()?;
    stage.site.courier_at("Main entrance")?;
    tokio::time::sleep(Duration::from_secs(4)).await;
    let search = Search::of_media();
    expect_ciphertext(&search.below(&stage.site.home.door("Main entrance")?.data())?);
    stage.site.hub.resume()?;
    let clips = stage.phone.ready_clips(1).await?;
    let film = stage.phone.film(&clips[0]).await?;
    assert!(
        !search.within(&film, "the film")?.is_empty(),
        "the film is no mp4"
    );

    expect_ciphertext(&search.below(stage.site.hub.data())?);
    let entrance = stage.site.home.door("Main entrance")?;
    for log in [entrance.log(), stage.folder.path().join("site/hub.log")] {
        let text = std::fs::read_to_string(&log)?;
        for name in ["Maya", "Lindqvist", "D-4711", "vestibule://"] {
            assert!(!text.contains(name), "{} holds {name}", log.display());
        }
    }
    Ok(())
}

fn expect_ciphertext(found: &Found) {
    assert!(found.clear.is_empty(), "{:#?}", found.clear);
    let mut of_clips = found
        .files
        .iter()
        .filter(|file| file.iter().any(|part| part == "clips"));
    assert!(of_clips.next().is_some(), "no clip is kept");
}
