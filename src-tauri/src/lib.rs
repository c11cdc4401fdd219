//! The resident app's shell: windows, tray, commands. What the app does is in `resident`.

#![expect(
    clippy::needless_pass_by_value,
    reason = "Tauri hands state, events and contexts to its callbacks by value"
)]

mod app;
mod arguments;
mod authenticator;
mod bindings;
mod clip_scheme;
mod commands;
mod events;
mod headless;
mod notifier;
mod shell;
mod shortcut;
mod tray;
mod window;

use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;

use clap::Parser as _;
use tracing_subscriber::EnvFilter;

use arguments::{Arguments, Task};

/// Runs the program with its command line.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let filter = EnvFilter::try_from_env("VESTIBULE_LOG")
        .unwrap_or_else(|_| EnvFilter::new("info,refinery_core=warn"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .init();
    let result = match &arguments.task {
        Some(Task::Enrol { invite, keys }) => headless::enrol(invite, *keys),
        None => app::run(&arguments),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error);
            ExitCode::FAILURE
        }
    }
}

fn complain(error: &anyhow::Error) {
    // A reader that closed its pipe wants no more.
    let _ = writeln!(std::io::stderr(), "vestibule: {error:#}");
}
