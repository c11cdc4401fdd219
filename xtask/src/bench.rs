//! `cargo xtask bench`: each bench prints a table and writes target/bench/NAME.json.

mod figures;
mod unlock;

use anyhow::Result;
use clap::{Args, Subcommand};

/// What to measure.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    bench: Bench,
}

#[derive(Debug, Subcommand)]
enum Bench {
    /// A bare GATT write->notify echo of the request's length beside our unlock from subscribe to strike,
    /// in one run of the guest; writes per unlock, and the door's CPU per decision. Cold: from the first
    /// scan; warm: on a connection that is there when the button is pressed; again: a second time on it.
    /// And on this machine: the decision with its record on disk, beside a bare fsync.
    ///
    /// The guest's processor is emulated: compare the figures with each other, not with other machines.
    Unlock,
}

/// Runs one bench.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let figures = match arguments.bench {
        Bench::Unlock => unlock::measure()?,
    };
    figures.publish("unlock")
}
