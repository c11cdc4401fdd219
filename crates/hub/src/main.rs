//! The hub's program.

use std::process::ExitCode;

fn main() -> ExitCode {
    hub::cli::main()
}
