//! `vestibule-fuzz-seeds FOLDER`: writes each target's first inputs to `FOLDER/TARGET/`, for `cargo xtask fuzz`.

use std::{fs, path::Path};

use anyhow::{Context, Result};
use fuzzing::TARGETS;

fn main() -> Result<()> {
    let folder = std::env::args().nth(1);
    let folder = folder.context("usage: vestibule-fuzz-seeds FOLDER")?;
    for target in TARGETS {
        let folder = Path::new(&folder).join(target.name);
        fs::create_dir_all(&folder)?;
        for (number, seed) in (target.seeds)().iter().enumerate() {
            fs::write(folder.join(format!("seed-{number:03}")), seed)?;
        }
    }
    Ok(())
}
