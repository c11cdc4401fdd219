//! `vestibule-door`: the daemon of one door.

mod camera_command;

use std::{
    io::{self, Write as _},
    path::PathBuf,
    process::ExitCode,
    sync::Arc,
};

use anyhow::Context as _;
use camera_command::CameraCommand;
use clap::{Parser, Subcommand};
use door::{
    config::Config,
    daemon::Daemon,
    enrolment::{Enrolment, enrol},
    files::DataDir,
    hub_link::HubLink,
    logging, strike,
};
use hub_api::Invite;
use tokio::signal::unix::{SignalKind, signal};

/// The daemon of one door: lets people in who hold a valid credential, and nobody else.
///
/// It decides alone, also while the hub or the network is down. docs/install/door.md says how to
/// install it.
#[derive(Parser)]
#[command(name = "vestibule-door", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make this device a building's door: make its keys and register them with the hub.
    Enrol {
        /// The configuration file.
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
        /// Make this device another door although it is one already: it gets new keys.
        #[arg(long)]
        force: bool,
        /// The link that `vestibule-hub invite door` printed: vestibule://enrol?…
        invite: String,
    },
    /// Serve the door until SIGTERM or SIGINT.
    Run {
        /// The configuration file.
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
    },
    /// Hold the door shut and exit: for systemd's ExecStopPost, after a daemon that was killed.
    Lock {
        /// The configuration file.
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
    },
    /// How the camera sees: what a wide-angle lens does to its picture.
    Camera {
        #[command(subcommand)]
        command: CameraCommand,
    },
}

fn main() -> ExitCode {
    #[cfg(feature = "weakened")]
    if let Ok(defence) = std::env::var(access::weakened::VARIABLE) {
        access::weakened::switch_off(&defence);
    }
    let arguments = Arguments::parse();
    logging::start();
    match execute(arguments.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            logging::complain(&why(&error));
            ExitCode::FAILURE
        }
    }
}

fn execute(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Enrol {
            config,
            force,
            invite,
        } => {
            let loaded = Config::load(&config)?;
            let invite = Invite::parse(&invite)?;
            let enrolment = runtime()?.block_on(enrol(&loaded, &invite, force))?;
            let Enrolment { door, hub, .. } = enrolment;
            writeln!(
                io::stdout(),
                "This device is door {door} at {hub}. Start it with: vestibule-door run --config {}",
                config.display()
            )?;
            Ok(())
        }
        Command::Run { config } => {
            let config = Config::load(&config)?;
            runtime()?.block_on(run(&config))
        }
        Command::Lock { config } => {
            let config = Config::load(&config)?;
            // A running daemon locks by itself, and must not be locked against.
            let _data = DataDir::take(&config.data_dir)?;
            // Taking a strike locks it.
            drop(strike::open(&config.strike)?);
            tracing::info!("locked");
            Ok(())
        }
        Command::Camera { command } => command.execute(),
    }
}

/// The error and its causes, each said once: many errors say their cause themselves.
fn why(error: &anyhow::Error) -> String {
    let mut why = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        if !why.contains(&cause) {
            why = format!("{why}: {cause}");
        }
    }
    why
}

fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder
        .enable_all()
        .build()
        .context("cannot start the async runtime")
}

async fn run(config: &Config) -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot listen for SIGINT")?;
    let daemon = Daemon::start(config, |enrolment, keys| {
        let client: Arc<dyn HubLink> = Arc::new(enrolment.client(keys)?);
        Ok(client)
    })
    .await?;
    let ended = tokio::select! {
        _ = terminate.recv() => Ok(()),
        _ = interrupt.recv() => Ok(()),
        () = daemon.broken() => Err(anyhow::anyhow!(
            "a part that the door cannot be without has failed; start it again"
        )),
    };
    tracing::info!("stopping");
    daemon.stop().await;
    ended
}
