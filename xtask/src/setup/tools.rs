//! Tools that cargo builds, pinned, into target/tools.

use std::{fs, path::PathBuf};

use anyhow::Result;

use crate::{
    repo, say,
    shell::{cargo, command, read, run, which},
};

/// A tool of the cargo world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tool {
    /// Runs Rust tests.
    Nextest,
    /// Lets a test drive the app's window.
    TauriDriver,
    /// Checks licences, bans, sources and advisories.
    Deny,
    /// Builds and runs fuzz targets.
    Fuzz,
    /// Makes the projects for phones, and builds them.
    Tauri,
}

impl Tool {
    fn program(self) -> &'static str {
        match self {
            Self::Nextest => "cargo-nextest",
            Self::TauriDriver => "tauri-driver",
            Self::Deny => "cargo-deny",
            Self::Fuzz => "cargo-fuzz",
            Self::Tauri => "cargo-tauri",
        }
    }

    /// The package that the program comes in.
    fn package(self) -> &'static str {
        match self {
            Self::Tauri => "tauri-cli",
            other => other.program(),
        }
    }

    fn version(self) -> &'static str {
        match self {
            Self::Nextest => "0.9.143",
            Self::TauriDriver => "2.1.0",
            Self::Deny => "0.20.2",
            Self::Fuzz => "0.13.2",
            Self::Tauri => "2.12.5",
        }
    }

    /// Whether any recent one that the machine has will do.
    fn may_be_found(self, printed_version: &str) -> bool {
        match self {
            Self::Nextest => is_at_least(printed_version, (0, 9, 100)),
            Self::Deny => is_at_least(printed_version, (0, 19, 0)),
            Self::Fuzz => is_at_least(printed_version, (0, 13, 0)),
            Self::Tauri => is_at_least(printed_version, (2, 12, 0)),
            // It cannot tell its version.
            Self::TauriDriver => false,
        }
    }
}

/// Builds the tool unless the right one is there.
pub(super) fn ensure(tool: Tool) -> Result<()> {
    if own(tool).is_some() || found(tool).is_some() {
        return Ok(());
    }
    let (program, version) = (tool.program(), tool.version());
    say::stage(&format!("building the tool {program} {version}"));
    let root = folder().to_string_lossy().into_owned();
    let exact = format!("={version}");
    // Unoptimised: these tools wait for others, and are built far more often than they are slow.
    run(&mut cargo(&[
        "install",
        "--quiet",
        "--locked",
        "--debug",
        "--root",
        &root,
        "--version",
        &exact,
        tool.package(),
    ]))
}

/// Where the tool's program is, once [`ensure`]d.
pub(crate) fn path_of_tool(tool: Tool) -> PathBuf {
    own(tool)
        .or_else(|| found(tool))
        .unwrap_or_else(|| PathBuf::from(tool.program()))
}

fn folder() -> PathBuf {
    repo::target().join("tools")
}

/// The one in target/tools, when it is of the pinned version.
fn own(tool: Tool) -> Option<PathBuf> {
    let installed = fs::read_to_string(folder().join(".crates.toml")).ok()?;
    let entry = format!("\"{} {} ", tool.package(), tool.version());
    let path = folder().join("bin").join(tool.program());
    (installed.contains(&entry) && path.is_file()).then_some(path)
}

/// One that the machine has, when it will do.
fn found(tool: Tool) -> Option<PathBuf> {
    let path = which(tool.program())?;
    let printed = read(&mut command(&path, &["--version"])).ok()?;
    tool.may_be_found(&printed).then_some(path)
}

fn is_at_least(printed: &str, oldest: (u32, u32, u32)) -> bool {
    version_in(printed).is_some_and(|version| version >= oldest)
}

/// The first `a.b.c` in what a program prints as its version.
fn version_in(printed: &str) -> Option<(u32, u32, u32)> {
    printed.split_whitespace().find_map(|word| {
        let mut numbers = word.split('.').map(str::parse::<u32>);
        Some((
            numbers.next()?.ok()?,
            numbers.next()?.ok()?,
            numbers.next()?.ok()?,
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_found_in_what_a_tool_prints() {
        let printed = "cargo-nextest 0.9.143 (60fa45f63 2026-08-04)\nrelease: 0.9.143\n";
        assert_eq!(version_in(printed), Some((0, 9, 143)));
        assert_eq!(version_in("tauri-driver"), None);
    }

    #[test]
    fn an_older_tool_of_the_machine_is_not_used() {
        assert!(Tool::Nextest.may_be_found("cargo-nextest 0.9.143"));
        assert!(!Tool::Nextest.may_be_found("cargo-nextest 0.9.20"));
        assert!(!Tool::TauriDriver.may_be_found("tauri-driver 2.1.0"));
    }
}
