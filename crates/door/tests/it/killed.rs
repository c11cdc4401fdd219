//! What is left of a film in the making when the door's program is killed.

use std::{
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use audit::{Event, Shortfall};

use crate::{
    building::courier,
    clips::{WARM_UP, clip_at, closed, delivered, verify, watch},
    harness::{Site, until},
    program::{Running, ready_site},
};

/// The test camera's size and rate.
const PIXELS: u64 = 320 * 240;
const FPS: i64 = 15;

const GOP_MS: i64 = 1000;

/// A picture is on the disk so soon after it was taken, at the latest.
const ON_ITS_WAY_MS: i64 = 500;

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_in_the_middle_of_a_film_costs_one_group_of_pictures_at_most() {
    let site = ready_site(Site::new().with_camera().with_post_roll_s(30)).await;
    for filmed in [300, 2100, 3700].map(Duration::from_millis) {
        let mut program = Running::start(&site).await;
        tokio::time::sleep(WARM_UP).await;
        let seq = program.phone.enter(&courier()).await;
        let entered = Instant::now();
        tokio::time::sleep(filmed).await;
        program.kill();
        let filmed_ms = i64::try_from(entered.elapsed().as_millis()).unwrap();
        assert_salvaged(&site, seq, filmed_ms).await;
    }
}

async fn assert_salvaged(site: &Site, seq: u64, filmed_ms: i64) {
    let door = site.start().await;
    let clip = clip_at(site, seq).unwrap();
    until("the clip is closed", || closed(site, clip).is_some()).await;
    let Some(Event::ClipClosed {
        entry_seq,
        shortfall,
        pre_roll_ms,
        ..
    }) = closed(site, clip)
    else {
        unreachable!();
    };
    assert_eq!((entry_seq, shortfall), (seq, Some(Shortfall::Interrupted)));
    assert!(pre_roll_ms >= 2000, "{pre_roll_ms}");
    let film = delivered(site, clip).await;
    let index = verify(site, &film);
    let pictures = &index.fragments()[1..];
    let (first, last) = (pictures[0].meta, pictures.last().unwrap().meta);
    let lost_ms = filmed_ms - last.end_ms();
    assert!(lost_ms <= GOP_MS + ON_ITS_WAY_MS, "{lost_ms} ms are lost");
    let length_ms = last.end_ms() - first.start_ms;
    let pictures = decoded_pictures(site.folder.path(), &watch(site, &film).concat());
    assert!(
        (pictures * 1000 - length_ms * FPS).abs() <= 1000,
        "{pictures} pictures in {length_ms} ms"
    );
    door.daemon.stop().await;
}

/// Decodes a film to its end and counts its pictures.
fn decoded_pictures(folder: &Path, film: &[u8]) -> i64 {
    let (encoded, raw) = (folder.join("film.mp4"), folder.join("film.raw"));
    std::fs::write(&encoded, film).unwrap();
    let decoded = Command::new("gst-launch-1.0")
        .args(["--quiet", "filesrc"])
        .arg(format!("location={}", encoded.display()))
        .args(["!", "qtdemux", "!", "h264parse", "!", "openh264dec"])
        .args(["!", "video/x-raw,format=I420", "!", "filesink"])
        .arg(format!("location={}", raw.display()))
        .output()
        .unwrap();
    let words = String::from_utf8_lossy(&decoded.stderr);
    assert!(decoded.status.success() && words.is_empty(), "{words}");
    let length = std::fs::metadata(raw).unwrap().len();
    let picture = PIXELS * 3 / 2;
    assert_eq!(length % picture, 0, "not of the camera's size");
    i64::try_from(length / picture).unwrap()
}
