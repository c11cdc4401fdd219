//! Building what the tests run. Every call selects the whole workspace, so that cargo resolves the
//! same features each time and compiles each crate once.

use std::path::PathBuf;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::{
    repo, say,
    shell::{cargo, command, run, words_of},
};

/// The package whose tests run in the guest, never on the host.
pub(super) const GUEST_PACKAGE: &str = "bluetooth-tests";

/// The test executable of that package.
const GUEST_TEST: &str = "guest";

/// The flags that all builds share: the app shows the built user interface, not a development server's.
pub(crate) fn workspace_flags() -> [&'static str; 3] {
    ["--workspace", "--features", "vestibule-app/custom-protocol"]
}

/// Builds the user interface into ui/dist, which the app embeds.
pub(crate) fn user_interface() -> Result<()> {
    run(command("npm", &["run", "build"]).current_dir(repo::root().join("ui")))
}

/// Builds every program and every test executable in one go.
pub(super) fn programs_and_tests() -> Result<()> {
    run(cargo(&["build", "--bins", "--tests"]).args(workspace_flags()))
}

/// Builds every program.
pub(super) fn programs() -> Result<()> {
    // With the tests' own features, or what the tests' build made would be made again.
    run(cargo(&["build", "--bins", "--test", GUEST_TEST]).args(workspace_flags()))
}

/// Builds the daemons and the test executable for the guest, and tells where the latter is.
pub(crate) fn guest_tests() -> Result<PathBuf> {
    let daemons = ["vestibule-hub", "vestibule-door", "vestibule-courier"];
    let mut build = cargo(&["build", "--message-format", "json-render-diagnostics"]);
    build.args(workspace_flags()).args(["--test", GUEST_TEST]);
    build.args(daemons.iter().flat_map(|daemon| ["--bin", daemon]));
    say::line(&format!("$ {}", words_of(&build)));
    let output = build.stderr(std::process::Stdio::inherit()).output()?;
    if !output.status.success() {
        anyhow::bail!("the guest's tests do not compile; the reason is printed above");
    }
    executable_in(&String::from_utf8_lossy(&output.stdout), GUEST_TEST)
        .context("cargo told no executable of the guest's tests")
}

/// The executable of the test target `name` in cargo's messages.
fn executable_in(messages: &str, name: &str) -> Option<PathBuf> {
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
    let mut found = artifacts.filter(|one| one.target.name == name && one.target.kind == ["test"]);
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
        assert_eq!(executable_in(messages, "guest"), Some("/t/guest-1".into()));
        assert_eq!(executable_in("", "guest"), None);
    }
}
