//! The hub's process and its administration.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::programs::{Programs, Running};

/// One hub with its data folder; it can be stopped, killed and started again.
#[derive(Debug)]
pub struct Hub {
    programs: Programs,
    data: PathBuf,
    log: PathBuf,
    listen: String,
    running: Option<Running>,
}

impl Hub {
    /// Makes a hub in `folder` and starts it on a free loopback port, which it keeps.
    pub fn start(programs: &Programs, folder: &Path, name: &str) -> Result<Self> {
        let data = folder.join("hub");
        let mut hub = Self {
            programs: programs.clone(),
            log: folder.join("hub.log"),
            listen: free_address()?,
            data,
            running: None,
        };
        hub.administer(&["init", "--name", name, "--public-url", &hub.url()])?;
        hub.resume()?;
        Ok(hub)
    }

    /// Starts the stopped hub again, on the same address.
    pub fn resume(&mut self) -> Result<()> {
        let data = self.data.to_string_lossy().into_owned();
        let arguments = ["serve", "--data", &data, "--listen", &self.listen];
        let program = self.programs.path("vestibule-hub");
        let (running, _) = Running::start_and_read_line(&program, &arguments, &self.log)?;
        self.running = Some(running);
        Ok(())
    }

    /// Lets the hub end by itself.
    pub fn stop(&mut self) -> Result<()> {
        self.running
            .take()
            .context("the hub is not running")?
            .stop()
    }

    /// Ends the hub without warning.
    pub fn kill(&mut self) -> Result<()> {
        self.running
            .take()
            .context("the hub is not running")?
            .kill()
    }

    /// Runs one administration sub-command on the hub's data and returns its JSON answer.
    pub fn administer(&self, command: &[&str]) -> Result<Value> {
        let data = self.data.to_string_lossy().into_owned();
        let mut arguments = command.to_vec();
        arguments.extend(["--data", &data, "--json"]);
        self.programs.ask("vestibule-hub", &arguments)
    }

    /// The same, and the string under `key` of its answer.
    pub fn administer_for(&self, command: &[&str], key: &str) -> Result<String> {
        let answer = self.administer(command)?;
        let value = answer[key].as_str();
        value
            .map(str::to_owned)
            .with_context(|| format!("{command:?} told no {key}: {answer}"))
    }

    /// The origin at which everybody reaches the hub.
    pub fn url(&self) -> String {
        format!("https://{}", self.listen)
    }

    /// The folder with everything that the hub keeps.
    pub fn data(&self) -> &Path {
        &self.data
    }
}

/// A loopback address that was free a moment ago.
pub fn free_address() -> Result<String> {
    let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    Ok(listener.local_addr()?.to_string())
}
