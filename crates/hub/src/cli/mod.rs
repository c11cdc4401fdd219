//! The program's commands. Administration works on the data folder, also while `serve` runs.

mod arguments;
mod audit;
mod clips;
mod codes;
mod exports;
mod grants;
mod invites;
mod output;
mod people;
mod resolve;
mod rules;
mod serve;
mod times;

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use clap::Parser as _;

use crate::clock::Clock;
use crate::data::DataFolder;
use crate::domain::Hub;
use arguments::{Arguments, Command};
use output::Output;

/// Runs the program; its arguments are the process's.
pub fn main() -> ExitCode {
    #[cfg(feature = "weakened")]
    if let Ok(defence) = std::env::var(access::weakened::VARIABLE) {
        access::weakened::switch_off(&defence);
    }
    let arguments = Arguments::parse();
    let output = Output {
        json: arguments.json,
    };
    match run(arguments, output) {
        Ok(code) => code,
        Err(error) => {
            output.error(&error);
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments, output: Output) -> Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("the asynchronous runtime does not start")?;
    runtime.block_on(dispatch(arguments, output))
}

async fn dispatch(arguments: Arguments, output: Output) -> Result<ExitCode> {
    let data = arguments.data;
    match arguments.command {
        Command::Init(init) => serve::init(&data, init, output)?,
        Command::Serve(options) => serve::serve(&data, options, output).await?,
        Command::Building(command) => people::building(&open(&data)?, command, output).await?,
        Command::Unit(command) => people::unit(&open(&data)?, command, output).await?,
        Command::Door(command) => people::door(&open(&data)?, command, output).await?,
        Command::Resident(command) => people::resident(&open(&data)?, command, output).await?,
        Command::Carrier(command) => people::carrier(&open(&data)?, command, output).await?,
        Command::Grant(command) => grants::grant(&open(&data)?, command, output).await?,
        Command::Revoke(command) => grants::revoke(&open(&data)?, &command, output).await?,
        Command::Code(command) => codes::code(&open(&data)?, command, output).await?,
        Command::Lockdown(command) => rules::lockdown(&open(&data)?, command, output).await?,
        Command::Invite(command) => invites::invite(&open(&data)?, command, output).await?,
        Command::Clip(command) => return clips::clip(&open(&data)?, command, output).await,
        Command::Audit(command) => return audit::audit(&open(&data)?, command, output).await,
    }
    Ok(ExitCode::SUCCESS)
}

/// A hub to administer.
struct Admin {
    folder: DataFolder,
    hub: Hub,
}

fn open(data: &std::path::Path) -> Result<Admin> {
    let folder = DataFolder::open(data)?;
    let store = Arc::new(folder.open_store()?);
    let hub = Hub::open(folder.clone(), store, Clock::default())?;
    Ok(Admin { folder, hub })
}
