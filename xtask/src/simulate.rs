//! `cargo xtask simulate`: a building in virtual time, one seed or many.

use anyhow::Result;
use clap::Args;

use crate::{
    build, repo,
    setup::{Need, ensure},
    shell::{command, run as run_command},
};

/// Options of `cargo xtask simulate`.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// Play this seed again and print all that happens.
    #[arg(long, conflicts_with_all = ["seeds", "from"])]
    seed: Option<u64>,
    /// How many seeds to play, on all cores.
    #[arg(long, default_value_t = 1_000)]
    seeds: u64,
    /// The first of them.
    #[arg(long, default_value_t = 0)]
    from: u64,
}

/// Builds the simulation and plays.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    ensure(&[Need::Build])?;
    build::simulation()?;
    let mut simulate = command(repo::programs().join("vestibule-simulate"), &[]);
    match arguments.seed {
        Some(seed) => simulate.args(["--seed", &seed.to_string()]),
        None => simulate.args([
            "--seeds",
            &arguments.seeds.to_string(),
            "--from",
            &arguments.from.to_string(),
        ]),
    };
    run_command(&mut simulate)
}
