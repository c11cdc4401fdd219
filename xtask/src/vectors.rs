//! `cargo xtask vectors`: the pure crates write their test vectors anew.

use anyhow::Result;
use clap::Args;

use crate::{
    repo,
    shell::{cargo, run as run_command},
};

/// Options of `cargo xtask vectors`.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// Write nothing; fail when the code makes other vectors than the files hold.
    #[arg(long)]
    check: bool,
}

/// Runs the package that knows the pure crates; this one stays quick to build.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let mut vectors = cargo(&[
        "run",
        "--quiet",
        "--package",
        "vectors",
        "--features",
        "write",
        "--",
    ]);
    vectors.arg(repo::root());
    if arguments.check {
        vectors.arg("--check");
    }
    run_command(&mut vectors)
}
