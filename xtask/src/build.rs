//! Building what is run. Every build selects the whole workspace and a test, so that cargo resolves
//! the same features each time and compiles each library once.

use std::{path::PathBuf, process::Stdio};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::{
    say,
    shell::{cargo, npm, run, words_of},
};

/// The package whose tests and benches run in the guest, never on the host.
pub(crate) const GUEST_PACKAGE: &str = "bluetooth-tests";

/// What measures, optimised.
#[derive(Debug)]
pub(crate) struct Benches {
    /// The unlock over Bluetooth; runs in the guest.
    pub(crate) unlock: PathBuf,
    /// The decision with its record on disk; runs here.
    pub(crate) decision: PathBuf,
}

/// Builds the user interface into ui/dist, which the app embeds.
pub(crate) fn user_interface() -> Result<()> {
    run(&mut npm("ui", "build"))
}

/// Builds every program.
pub(crate) fn programs() -> Result<()> {
    // The test brings in the features of libraries that tests use.
    run(&mut cargo(&[
        "build",
        "--workspace",
        "--bins",
        "--test",
        "guest",
    ]))
}

/// Builds the simulation of a building in virtual time.
pub(crate) fn simulation() -> Result<()> {
    // The test brings in the features of libraries that tests use.
    run(&mut cargo(&[
        "build",
        "--workspace",
        "--bin",
        "vestibule-simulate",
        "--test",
        "guest",
    ]))
}

/// Builds every program and every test executable.
pub(crate) fn programs_and_tests() -> Result<()> {
    run(&mut cargo(&["build", "--workspace", "--bins", "--tests"]))
}

/// The programs that the attack suite starts.
pub(crate) const ATTACKED: [&str; 3] = ["vestibule-hub", "vestibule-door", "vestibule-courier"];

/// Builds the attack suite and the programs that it attacks.
pub(crate) fn attack_suite() -> Result<()> {
    run(&mut attacked(&["--test", "attack"]))
}

/// Builds the programs with a switch for each defence, in place of those that ship.
pub(crate) fn weakened_programs() -> Result<()> {
    run(&mut attacked(&["--features", "door/weakened,hub/weakened"]))
}

/// A build of those programs and something more.
fn attacked(more: &[&str]) -> std::process::Command {
    let mut build = cargo(&["build", "--workspace"]);
    build.args(ATTACKED.iter().flat_map(|program| ["--bin", program]));
    build.args(more);
    build
}

/// Builds the daemons and the tests that run in the guest, and tells where the latter are.
pub(crate) fn guest_tests() -> Result<PathBuf> {
    let messages = with_daemons(&["--test", "guest"])?;
    executable_in(&messages, "test", "guest").context("cargo told no executable of the test guest")
}

/// Builds the daemons and what measures, optimised.
pub(crate) fn benches() -> Result<Benches> {
    let messages = with_daemons(&["--release", "--bench", "unlock", "--bench", "decision"])?;
    let executable = |name| {
        let found = executable_in(&messages, "bench", name);
        found.with_context(|| format!("cargo told no executable of the bench {name}"))
    };
    Ok(Benches {
        unlock: executable("unlock")?,
        decision: executable("decision")?,
    })
}

/// The app, and what it is shown in a plain browser beside.
const WINDOWS: [&str; 3] = ["vestibule", "vestibule-site", "vestibule-bridge"];

/// Builds what is measured of video, optimised; the result is what measures the door.
pub(crate) fn video() -> Result<PathBuf> {
    let mut more = vec!["--release", "--bench", "filming"];
    more.extend(WINDOWS.iter().flat_map(|program| ["--bin", program]));
    executable_in(&with_daemons(&more)?, "bench", "filming")
        .context("cargo told no executable of the bench filming")
}

/// Builds what is measured of the app, and what measures it, optimised.
pub(crate) fn app() -> Result<()> {
    let programs = ["vestibule-notification-server", "vestibule-fill-activity"];
    let mut more = vec!["--release"];
    let all = WINDOWS.iter().chain(&programs);
    more.extend(all.flat_map(|program| ["--bin", program]));
    with_daemons(&more).map(drop)
}

/// Builds the daemons and something more, and gives cargo's messages.
fn with_daemons(more: &[&str]) -> Result<String> {
    let mut build = cargo(&[
        "build",
        "--workspace",
        "--message-format",
        "json-render-diagnostics",
    ]);
    build.args(more);
    let daemons = ["vestibule-hub", "vestibule-door", "vestibule-courier"];
    build.args(daemons.iter().flat_map(|daemon| ["--bin", daemon]));
    say::line(&format!("$ {}", words_of(&build)));
    let output = build.stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        bail!("what was to be run does not compile; the reason is printed above");
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The executable of a target in cargo's messages.
fn executable_in(messages: &str, kind: &str, name: &str) -> Option<PathBuf> {
    #[derive(Deserialize)]
    struct Artifact {
        target: Target,
        executable: Option<PathBuf>,
    }

    #[derive(Deserialize)]
    struct Target {
        name: String,
        kind: Vec<String>,
    }

    let artifacts = messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Artifact>(line).ok());
    let mut found = artifacts.filter(|one| one.target.name == name && one.target.kind == [kind]);
    found.find_map(|artifact| artifact.executable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_test_executable_is_found_among_cargos_messages() {
        let messages = concat!(
            r#"{"reason":"compiler-artifact","target":{"name":"guest","kind":["lib"]},"executable":null}"#,
            "\n",
            r#"{"reason":"compiler-artifact","target":{"name":"guest","kind":["test"]},"executable":"/t/guest-1"}"#,
            "\n",
            r#"{"reason":"build-finished","success":true}"#,
        );
        assert_eq!(
            executable_in(messages, "test", "guest"),
            Some("/t/guest-1".into())
        );
        assert_eq!(executable_in(messages, "bench", "guest"), None);
    }
}
