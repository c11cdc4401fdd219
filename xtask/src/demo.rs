//! `cargo xtask demo`: a whole building with simulated hardware, and the app in it.

use anyhow::{Result, bail};
use clap::Args;

/// Options of `cargo xtask demo`.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// Run the whole story once without a display, and leave a report in target/demo.
    #[arg(long)]
    headless: bool,
}

/// Starts the building.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    bail!(
        "the demo (headless: {}) is not there yet",
        arguments.headless
    )
}
