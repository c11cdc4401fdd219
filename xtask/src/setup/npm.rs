//! npm packages: installed again only when a lock file changed.

use std::{fs, path::Path};

use anyhow::{Context, Result, bail};

use crate::{
    say,
    shell::{command, read, run, which},
};

/// The oldest Node that Vite 8 runs on.
const OLDEST_NODE: u32 = 20;

/// Browsers and drivers come from Debian; packages must not fetch their own.
const NO_DOWNLOADS: [(&str, &str); 4] = [
    ("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1"),
    ("PUPPETEER_SKIP_DOWNLOAD", "1"),
    ("EDGEDRIVER_SKIP_DOWNLOAD", "1"),
    ("GECKODRIVER_SKIP_DOWNLOAD", "1"),
];

/// Runs `npm ci` in `folder` unless its packages are those of its lock file.
pub(super) fn ensure(folder: &Path) -> Result<()> {
    let lock_path = folder.join("package-lock.json");
    let lock =
        fs::read(&lock_path).with_context(|| format!("{} cannot be read", lock_path.display()))?;
    let stamp = folder.join("node_modules/.vestibule-lock");
    if fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    expect_node()?;
    say::stage(&format!("npm packages of {}", folder.display()));
    let mut install = command("npm", &["ci", "--no-audit", "--no-fund"]);
    run(install.current_dir(folder).envs(NO_DOWNLOADS))?;
    fs::write(stamp, lock).context("the installed lock file cannot be remembered")
}

fn expect_node() -> Result<()> {
    let next = "Install Node 20 or newer with npm, then run this again";
    if which("node").is_none() || which("npm").is_none() {
        bail!(
            "the user interface is built with Node, and `node` or `npm` is not on the PATH. {next}"
        );
    }
    let version = read(&mut command("node", &["--version"]))?;
    match major(&version) {
        Some(found) if found >= OLDEST_NODE => Ok(()),
        _ => bail!(
            "Node {} is too old for the user interface's tools. {next}",
            version.trim()
        ),
    }
}

fn major(version: &str) -> Option<u32> {
    version
        .trim()
        .trim_start_matches('v')
        .split('.')
        .next()?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_of_node_is_read() {
        assert_eq!(major("v20.20.2\n"), Some(20));
        assert_eq!(major("unknown"), None);
    }

    #[test]
    fn packages_of_the_same_lock_are_not_installed_again() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("node_modules")).unwrap();
        for name in ["package-lock.json", "node_modules/.vestibule-lock"] {
            fs::write(folder.path().join(name), "{}").unwrap();
        }
        ensure(folder.path()).unwrap();
    }

    #[test]
    fn a_folder_without_a_lock_file_is_an_error_that_names_it() {
        let folder = tempfile::tempdir().unwrap();
        let error = ensure(folder.path()).unwrap_err().to_string();
        assert!(error.contains("package-lock.json"), "{error}");
    }
}
