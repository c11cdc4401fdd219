//! Films that left an app, checked against what the hub knows.

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clip::export::SignedManifest;
use serde_json::json;

use super::{Admin, Output};
use crate::domain::Check;

/// Fails when anything does not hold, after showing what was checked.
pub(super) async fn verify_export(admin: &Admin, film: &Path, output: Output) -> Result<ExitCode> {
    let bytes = fs::read(film).with_context(|| format!("{} cannot be read", film.display()))?;
    let manifest = read_manifest(&film.with_extension("json"))?;
    let checks = admin.hub.check_export(&bytes, &manifest).await?;
    let holds = checks.iter().all(|check| check.fault.is_none());
    let row = |check: &Check| json!({ "claim": check.claim, "fault": check.fault });
    let data = json!({
        "film": film.display().to_string(), "holds": holds,
        "checks": checks.iter().map(row).collect::<Vec<_>>(),
    });
    output.answer(&data, || words(film, &checks, holds))?;
    Ok(if holds {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn read_manifest(path: &Path) -> Result<SignedManifest> {
    let name = path.display();
    let text = fs::read(path).with_context(|| {
        format!("the manifest {name} cannot be read: keep it beside the film, under the same name")
    })?;
    serde_json::from_slice(&text).with_context(|| format!("{name} is not a manifest of an export"))
}

fn words(film: &Path, checks: &[Check], holds: bool) -> String {
    let line = |check: &Check| match &check.fault {
        None => format!("holds   {}", check.claim),
        Some(fault) => format!("FAILS   {}: {fault}", check.claim),
    };
    let lines: Vec<_> = checks.iter().map(line).collect();
    let verdict = if holds {
        "what its door filmed, whole and unchanged"
    } else {
        "NOT proven, see above"
    };
    format!("{}\n{}: {verdict}", lines.join("\n"), film.display())
}
