//! A clip leaves the app as a film that any player shows, and that the hub can tell from any other.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{fs, str};

use anyhow::{Context, Result};
use resident::ui::ErrorCode;
use simulation::{CourierAnswer, Programs};

use crate::stage::Stage;

/// Pictures a second of the plan's camera.
const FPS: u64 = 15;

/// One picture of the plan's camera in I420.
const PICTURE_LEN: u64 = 320 * 180 * 3 / 2;

#[tokio::test(flavor = "multi_thread")]
async fn an_exported_clip_plays_anywhere_and_is_proven_until_anything_of_it_is_changed()
-> Result<()> {
    let stage = Stage::set().await?;
    stage.site.home.door("Main entrance")?.wait_for_camera()?;
    let answer = stage.site.courier_at("Main entrance")?;
    assert!(matches!(answer, CourierAnswer::Unlocked { .. }));
    let clip = stage.phone.ready_clips(1).await?.remove(0);

    let folder = stage.folder.path().join("saved");
    let film = stage.phone.exports(&clip, &folder).await?;
    assert_eq!(fs::read(&film)?, stage.phone.film(&clip).await?);
    let pictures = decoded_pictures(&film)?;
    let filmed = u64::from(stage.phone.timeline(&clip).await?.duration_ms) * FPS / 1000;
    assert!(
        pictures.abs_diff(filmed) <= 2,
        "{pictures} of {filmed} pictures"
    );
    let progress = stage.phone.export_progress();
    let total = progress.last().context("no progress was told")?.1;
    assert!(progress.iter().map(|told| told.0).eq(1..=total));

    let again = stage.phone.export(&clip, &folder).await;
    assert_eq!(
        again.map_err(|error| error.code),
        Err(ErrorCode::ExportExists)
    );

    let proven = verify(&stage, &film)?;
    assert!(proven.status.success(), "{}", said(&proven)?);
    assert!(said(&proven)?.contains("the door Main entrance"));

    let whole = fs::read(&film)?;
    let mut changed = whole.clone();
    let middle = changed.len() / 2;
    changed[middle] ^= 1;
    fs::write(&film, changed)?;
    fails(&stage, &film, "its SHA-256 is another")?;
    fails(&stage, &film, "of the film is not what the door filmed")?;
    fs::write(&film, &whole)?;

    let manifest = film.with_extension("json");
    let text = fs::read_to_string(&manifest)?;
    let renamed = text.replace("Main entrance", "Package room");
    assert_ne!(renamed, text);
    fs::write(&manifest, renamed)?;
    fails(&stage, &film, "not what the device signed")?;
    fs::write(&manifest, text)?;
    assert!(verify(&stage, &film)?.status.success());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn another_hub_vouches_neither_for_the_door_nor_for_the_device() -> Result<()> {
    let (stage, other) = (Stage::set().await?, Stage::set().await?);
    stage.site.home.door("Main entrance")?.wait_for_camera()?;
    stage.site.courier_at("Main entrance")?;
    let clip = stage.phone.ready_clips(1).await?.remove(0);
    let film = stage.phone.exports(&clip, stage.folder.path()).await?;
    fails(&other, &film, "the hub knows no device with this key")?;
    fails(&other, &film, "the hub knows no door of this id")
}

fn fails(stage: &Stage, film: &Path, why: &str) -> Result<()> {
    let output = verify(stage, film)?;
    let said = said(&output)?;
    assert!(!output.status.success(), "{said}");
    assert!(said.contains(why), "{why:?} is not in {said}");
    Ok(())
}

fn verify(stage: &Stage, film: &Path) -> Result<Output> {
    let programs = Programs::beside_this_executable()?;
    let mut verify = Command::new(programs.path("vestibule-hub"));
    verify.args(["clip", "verify-export"]).arg(film);
    verify.arg("--data").arg(stage.site.hub.data());
    Ok(verify.output()?)
}

fn said(output: &Output) -> Result<String> {
    let parts = [&output.stdout, &output.stderr].map(|part| str::from_utf8(part));
    Ok(parts.into_iter().collect::<Result<Vec<_>, _>>()?.concat())
}

/// Decodes a film to its end, as any player does, and counts its pictures.
fn decoded_pictures(film: &Path) -> Result<u64> {
    let raw: PathBuf = film.with_extension("raw");
    let decoded = Command::new("gst-launch-1.0")
        .args(["--quiet", "filesrc"])
        .arg(format!("location={}", film.display()))
        .args(["!", "qtdemux", "!", "h264parse", "!", "openh264dec"])
        .args(["!", "video/x-raw,format=I420", "!", "filesink"])
        .arg(format!("location={}", raw.display()))
        .output()?;
    let words = String::from_utf8_lossy(&decoded.stderr);
    assert!(decoded.status.success() && words.is_empty(), "{words}");
    let length = fs::metadata(&raw)?.len();
    fs::remove_file(raw)?;
    assert_eq!(length % PICTURE_LEN, 0, "not of the camera's size");
    Ok(length / PICTURE_LEN)
}
