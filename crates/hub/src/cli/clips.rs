//! Clips, as far as one can know them without a key.

use std::process::ExitCode;

use access::ClipId;
use anyhow::Result;
use serde_json::{Value, json};

use super::arguments::{ClipCommand, InBuilding};
use super::exports::verify_export;
use super::{Admin, Output, times};
use crate::domain::ClipReport;
use crate::store::{ClipStage, ListedClip};

/// Fails when a clip that is checked does not hold, after showing it.
pub(super) async fn clip(admin: &Admin, command: ClipCommand, output: Output) -> Result<ExitCode> {
    match command {
        ClipCommand::List(building) => list(admin, &building, output).await,
        ClipCommand::Verify { clip } => verify(admin, clip, output).await,
        ClipCommand::Hold { clip, reason } => hold(admin, clip, reason, output).await,
        ClipCommand::Release { clip } => release(admin, clip, output).await,
        ClipCommand::VerifyExport { film } => verify_export(admin, &film, output).await,
    }
}

async fn list(admin: &Admin, building: &InBuilding, output: Output) -> Result<ExitCode> {
    let building = admin.building(building).await?;
    let doors = admin.hub.store.doors_of(building.id).await?;
    let clips = admin.hub.store.clips_of(building.id).await?;
    let zone = times::time_zone(&building.time_zone)?.0;
    let row = |clip: &ListedClip| {
        let from = times::to_the_second(clip.started_at.saturating_mul(1000), &zone);
        let door = doors.iter().find(|door| door.id == clip.door);
        json!({
            "clip": clip.id, "door": door.map(|door| &door.name), "state": state(clip),
            "from": from, "fragments": clip.fragments,
            "bytes": clip.bytes, "held": clip.held,
        })
    };
    let rows: Vec<_> = clips.iter().map(row).collect();
    let columns = [
        "clip",
        "door",
        "state",
        "from",
        "fragments",
        "bytes",
        "held",
    ];
    output.table(&columns, &rows, "no clips yet")?;
    Ok(ExitCode::SUCCESS)
}

async fn hold(admin: &Admin, clip: ClipId, reason: String, output: Output) -> Result<ExitCode> {
    admin.hub.hold_clip(clip, reason).await?;
    let data = json!({ "clip": clip, "held": true });
    output.answer(&data, || format!("{clip} is held until it is released"))?;
    Ok(ExitCode::SUCCESS)
}

async fn release(admin: &Admin, clip: ClipId, output: Output) -> Result<ExitCode> {
    admin.hub.release_clip(clip).await?;
    let data = json!({ "clip": clip, "held": false });
    output.answer(&data, || {
        format!("{clip} is no longer held; it goes when its time is over")
    })?;
    Ok(ExitCode::SUCCESS)
}

async fn verify(admin: &Admin, clip: ClipId, output: Output) -> Result<ExitCode> {
    let report = admin.hub.check_clip(clip).await?;
    let data = json!({
        "clip": clip, "state": word(report.stage), "fragments": report.fragments,
        "groups": report.groups, "final_hash": report.final_hash, "faults": report.faults,
    });
    output.answer(&data, || words(clip, &report))?;
    for fault in &report.faults {
        Output::warning(fault);
    }
    Ok(if report.faults.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn words(clip: ClipId, report: &ClipReport) -> String {
    let fragments = report.fragments;
    if !report.faults.is_empty() {
        return format!("{clip}: NOT what its door filmed, see below");
    }
    match report.final_hash {
        Some(hash) => format!(
            "{clip}: {fragments} fragments in {} groups, all as the door signed them; they end with \
             {hash}, as its record says",
            report.groups
        ),
        None => format!("{clip}: still recorded, {fragments} fragments signed so far"),
    }
}

fn state(clip: &ListedClip) -> Value {
    if clip.gave_way {
        return "gone for want of room".into();
    }
    word(clip.stage)
}

fn word(stage: ClipStage) -> Value {
    let word = match stage {
        ClipStage::Recording => "recording",
        ClipStage::Ready => "ready",
        ClipStage::Expiring | ClipStage::Gone => "gone",
    };
    word.into()
}
