//! `cargo xtask vectors`: the pure crates write their test vectors anew.

use anyhow::Result;
use clap::Args;

/// Options of `cargo xtask vectors`.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// Fail when a vector changed.
    #[arg(long)]
    check: bool,
}

pub(crate) fn run(_arguments: &Arguments) -> Result<()> {
    Ok(())
}
