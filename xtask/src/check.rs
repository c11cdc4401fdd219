//! Everything that needs no running program: cheap checks first, and the first failure ends it.

use anyhow::Result;

use crate::{
    build, say,
    setup::{self, Need, Tool, path_of_tool},
    shell::{self, cargo, command, npm, succeeds},
    tidy,
};

const NEEDS: [Need; 4] = [Need::Build, Need::Ui, Need::Tests, Need::Tool(Tool::Deny)];

/// Runs every check.
pub(crate) fn run() -> Result<()> {
    say::stage("tidy");
    tidy::run()?;
    say::stage("format");
    shell::run(&mut cargo(&["fmt", "--all", "--check"]))?;
    setup::ensure(&NEEDS)?;
    say::stage("user interface");
    shell::run(&mut npm("ui", "check"))?;
    shell::run(&mut npm("ui", "lint"))?;
    say::stage("tests of the windows");
    shell::run(&mut npm("tests", "check"))?;
    say::stage("licences, bans and sources");
    deny(&["check", "licenses", "bans", "sources"])?;
    advisories()?;
    say::stage("clippy");
    build::user_interface()?;
    clippy()
}

fn clippy() -> Result<()> {
    let flags = [
        "clippy",
        "--workspace",
        "--all-targets",
        "--",
        "--deny",
        "warnings",
    ];
    shell::run(&mut cargo(&flags))
}

fn deny(arguments: &[&str]) -> Result<()> {
    shell::run(command(path_of_tool(Tool::Deny), &["--log-level", "error"]).args(arguments))
}

/// Known vulnerabilities, where their database can be had: it comes from outside.
fn advisories() -> Result<()> {
    let mut fetch = command("timeout", &["120"]);
    if succeeds(fetch.arg(path_of_tool(Tool::Deny)).args(["fetch", "db"])) {
        return deny(&["check", "advisories"]);
    }
    say::line("advisories NOT checked: their database cannot be fetched from this network");
    Ok(())
}
