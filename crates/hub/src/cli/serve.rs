use std::io::IsTerminal as _;
use std::path::Path;

use anyhow::{Context as _, Result};
use serde_json::json;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

use super::Output;
use super::arguments::{Init, Serve};
use crate::clock::Clock;
use crate::data::{DataFolder, Settings};
use crate::server::Server;

pub(super) fn init(data: &Path, options: Init, output: Output) -> Result<()> {
    let mut settings = Settings::new(options.name, options.public_url);
    settings.listen = options.listen;
    let folder = DataFolder::init(data, &settings)?;
    let key = folder.key_hash()?;
    let path = folder.path().display();
    let told = json!({
        "name": settings.name, "data": path.to_string(), "key": key,
        "public_url": settings.public_url, "listen": settings.listen,
    });
    let next = if settings.public_url.is_none() && settings.listen.ip().is_unspecified() {
        format!(
            "Next: write public_url, the https address under which this machine is reached, into {path}/hub.toml.\n\
             Before that nobody can be invited. Then: vestibule-hub serve --data {path}"
        )
    } else {
        format!("Next: vestibule-hub serve --data {path}")
    };
    output.answer(&told, || {
        format!(
            "Made a hub called {} in {path}.\n\
             Its keys are in {path}/keys: back them up, and show them to nobody.\n\
             {next}",
            settings.name
        )
    })
}

pub(super) async fn serve(data: &Path, options: Serve, output: Output) -> Result<()> {
    log_to_stderr();
    let folder = DataFolder::open(data)?;
    let mut interrupt = signal(SignalKind::interrupt()).context("signals cannot be taken")?;
    let mut terminate = signal(SignalKind::terminate()).context("signals cannot be taken")?;
    let mut server = Server::start(folder, options.listen, Clock::default()).await?;
    let url = format!("https://{}", server.address());
    output.answer(&json!({ "listening": url }), || {
        format!("listening on {url}")
    })?;
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
        result = server.failed() => return result.context("the server failed"),
    }
    tracing::info!("stopping");
    server.stop().await;
    Ok(())
}

/// What is logged when nothing else is asked for.
const FILTER: &str = "info,refinery_core=warn";

/// `RUST_LOG` chooses what is logged; [`FILTER`] when it is not set.
fn log_to_stderr() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(FILTER));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .init();
}
