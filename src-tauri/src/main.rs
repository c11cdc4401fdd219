//! The resident app. Without a subcommand it opens its window, or shows itself in the tray.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use std::process::ExitCode;

fn main() -> ExitCode {
    vestibule_app::main()
}
