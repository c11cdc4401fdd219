//! Doors and hubs in which a defence can be switched off.

use std::{fs, path::PathBuf};

use anyhow::{Context, Result};

use crate::{build, repo};

/// Builds them into target/weakened, and leaves the programs that ship where they were.
///
/// Cargo puts both under the same name: so the weakened ones are copied, and the others built again,
/// which only links.
pub(super) fn build() -> Result<PathBuf> {
    let folder = repo::target().join("weakened");
    fs::create_dir_all(&folder)?;
    let copied = build::weakened_programs().and_then(|()| copy_to(&folder));
    build::attack_suite()?;
    copied?;
    Ok(folder)
}

fn copy_to(folder: &std::path::Path) -> Result<()> {
    for program in build::ATTACKED {
        let built = repo::programs().join(program);
        fs::copy(&built, folder.join(program))
            .with_context(|| format!("{} cannot be copied", built.display()))?;
    }
    Ok(())
}
