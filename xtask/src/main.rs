//! `cargo xtask`: the project's own commands.
//!
//! Needs nothing but rustup to compile; every command first sets up what it needs itself.

mod attack;
mod bench;
mod build;
mod check;
mod demo;
mod fuzz;
mod guest;
mod phone;
mod power_cut;
mod repo;
mod say;
mod setup;
mod shell;
mod simulate;
mod test;
mod tidy;
mod vectors;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// Sets up, checks, tests, measures and shows Vestibule.
///
/// Each command first installs what it needs and lacks: Debian packages through apt (as root or
/// with sudo, saying which), npm packages, and tools under target/.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Install what building and testing need; does nothing when nothing is missing.
    Setup(setup::Arguments),
    /// Start a whole building with simulated hardware and play the story.
    Demo(demo::Arguments),
    /// Run everything that needs no test: format, lints, repository rules, licences.
    Check,
    /// Run the tests, all five layers or one, and say how many ran in each.
    Test(test::Arguments),
    /// Attack the real door and hub in every published way; print the table.
    Attack(attack::Arguments),
    /// Check the repository's own rules: arrows between crates, purity, files, secrets.
    Tidy,
    /// Play a building in virtual time, under faults, against a model of its laws.
    Simulate(simulate::Arguments),
    /// Fuzz what reads bytes of strangers, one target after another.
    Fuzz(fuzz::Arguments),
    /// Measure, print a table and write target/bench/NAME.json.
    Bench(bench::Arguments),
    /// Make the app's project for a phone and build it (needs that phone's tools; see docs/install/phones.md).
    Phone(phone::Arguments),
    /// Cut a door's power at random moments, and count what was lost.
    PowerCut(power_cut::Arguments),
    /// Regenerate the test vectors of the pure crates and say which changed.
    Vectors(vectors::Arguments),
}

fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say::failure(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> Result<()> {
    match task {
        Task::Setup(arguments) => setup::run(&arguments),
        Task::Demo(arguments) => demo::run(&arguments),
        Task::Check => check::run(),
        Task::Test(arguments) => test::run(&arguments),
        Task::Attack(arguments) => attack::run(&arguments),
        Task::Tidy => tidy::run(),
        Task::Simulate(arguments) => simulate::run(&arguments),
        Task::Fuzz(arguments) => fuzz::run(&arguments),
        Task::Bench(arguments) => bench::run(&arguments),
        Task::Phone(arguments) => phone::run(&arguments),
        Task::PowerCut(arguments) => power_cut::run(&arguments),
        Task::Vectors(arguments) => vectors::run(&arguments),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        super::Cli::command().debug_assert();
    }
}
