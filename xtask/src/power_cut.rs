//! `cargo xtask power-cut`: a door whose power is cut again and again loses nothing.

use std::{fs, path::Path};

use anyhow::Result;
use clap::Args;

use crate::{
    build, guest, repo, say,
    setup::{self, Need},
    shell::{command, run as run_command},
};

/// Options of `cargo xtask power-cut`.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// How often the power is cut.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// Chooses the moments of the cuts.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// Builds, and hands over to the program that cuts.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    setup::ensure(&[Need::Build, Need::Video, Need::Emulator, Need::Guest])?;
    build::programs()?;
    let folder = repo::target().join("power-cut");
    let shared = folder.join("shared");
    // An earlier run's.
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&shared)?;
    let disk = folder.join("disk.img");
    let boot = folder.join("boot.sh");
    fs::write(&boot, guest::disk_script(&shared, &disk)?)?;
    say::stage("cutting the power");
    let program = repo::target().join("debug/power-cut");
    let mut cut = command(program, &["host"]);
    cut.args(["--rounds", &arguments.rounds.to_string()]);
    cut.args(["--seed", &arguments.seed.to_string()]);
    let files: [(&str, &Path); 3] = [("--folder", &shared), ("--disk", &disk), ("--boot", &boot)];
    for (name, path) in files {
        cut.arg(name).arg(path);
    }
    run_command(&mut cut)?;
    let report = shared.join("report.json");
    say::line(&format!("nothing was lost; see {}", report.display()));
    Ok(())
}
