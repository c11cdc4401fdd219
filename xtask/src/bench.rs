//! `cargo xtask bench`

use anyhow::Result;
use clap::Args;

/// Options of `cargo xtask bench`.
#[derive(Args, Debug)]
pub(crate) struct Arguments {}

pub(crate) fn run(_arguments: &Arguments) -> Result<()> {
    Ok(())
}
