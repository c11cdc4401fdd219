//! What is nowhere to be found.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::Result;
use building_tests::eventually;

use crate::stage::Stage;

/// The start of an H.264 stream's parameter sets and slices in an mp4's `mdat` or `avcC`.
const MP4_MARKS: [&[u8]; 4] = [b"ftypiso", b"moof", b"mdat", b"avcC"];

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
    let kept = stage.site.home.door("Main entrance")?.data();
    assert!(expect_no_plain_video(&kept)? > 0, "the door keeps no clip");
    stage.site.hub.resume()?;
    let clips = stage.phone.ready_clips(1).await?;
    let film = stage.phone.film(&clips[0]).await?;
    assert!(
        MP4_MARKS.iter().skip(1).all(|mark| contains(&film, mark)),
        "the film is no mp4"
    );

    assert!(
        expect_no_plain_video(stage.site.hub.data())? > 0,
        "the hub keeps no clip"
    );
    let entrance = stage.site.home.door("Main entrance")?;
    for log in [entrance.log(), stage.folder.path().join("site/hub.log")] {
        let text = std::fs::read_to_string(&log)?;
        for name in ["Maya", "Lindqvist", "D-4711", "vestibule://"] {
            assert!(!text.contains(name), "{} holds {name}", log.display());
        }
    }
    Ok(())
}

/// Looks through a program's data, and returns how many files of clips it holds.
fn expect_no_plain_video(data: &Path) -> Result<usize> {
    let mut files = files_below(data);
    // A socket holds nothing.
    files.retain(|file| file.is_file());
    for file in &files {
        let bytes = std::fs::read(file)?;
        for mark in MP4_MARKS {
            assert!(
                !contains(&bytes, mark),
                "{} holds plain video",
                file.display()
            );
        }
    }
    let is_of_clip = |file: &&PathBuf| file.iter().any(|part| part == "clips");
    Ok(files.iter().filter(is_of_clip).count())
}

fn contains(bytes: &[u8], mark: &[u8]) -> bool {
    bytes.windows(mark.len()).any(|window| window == mark)
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let paths = entries.map(|entry| entry.path());
    let found = paths.map(|path| {
        if path.is_dir() {
            files_below(&path)
        } else {
            vec![path]
        }
    });
    found.flatten().collect()
}
