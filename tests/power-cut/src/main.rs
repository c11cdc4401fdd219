//! Cuts a door's power again and again, and counts what was lost.
//!
//! On the host runs a hub. In a guest, whose only disk is an image on the host, runs the door, with
//! its camera on and people entering all the time. The guest's emulator is killed at a random
//! moment: what the door had not put on its disk is gone. Then it boots again.

mod answers;
mod guest;
mod host;
mod plan;
mod scenario;
mod verdict;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    side: Side,
}

#[derive(Subcommand)]
enum Side {
    /// On the host: stage everything, cut the power, judge.
    Host(host::Options),
    /// In the guest: run the door until the power is cut.
    Guest(guest::Options),
}

#[tokio::main]
async fn main() -> ExitCode {
    let done = match Arguments::parse().side {
        Side::Host(options) => host::run(options).await,
        Side::Guest(options) => guest::run(options).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("power-cut: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// A line for whoever watches.
fn say(line: &str) {
    use std::io::Write as _;
    // A reader that closed its pipe wants no more.
    let _ = writeln!(std::io::stdout(), "{line}");
}
