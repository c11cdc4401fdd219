//! Where the built programs are, and how they are started, asked and stopped.

use std::{
    fs::File,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// The folder that holds the built programs.
#[derive(Clone, Debug)]
pub struct Programs {
    folder: PathBuf,
}

impl Programs {
    /// Programs built into `folder`, as `target/debug`.
    pub fn in_folder(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
        }
    }

    /// Programs beside the running executable: a test's own target folder, or an installed set.
    pub fn beside_this_executable() -> Result<Self> {
        let own = std::env::current_exe().context("the path of the running program is unknown")?;
        own.ancestors()
            .skip(1)
            .find(|folder| folder.join("vestibule-hub").exists())
            .map(Self::in_folder)
            .with_context(|| format!("no vestibule-hub above {}: build it first", own.display()))
    }

    /// The full path of the program `name`.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Runs a program to its end and reads what it printed as one JSON value.
    pub fn ask(&self, name: &str, arguments: &[&str]) -> Result<Value> {
        let output = Command::new(self.path(name))
            .args(arguments)
            .stdin(Stdio::null())
            .output()
            .with_context(|| format!("{name} cannot be started"))?;
        if !output.status.success() {
            bail!(
                "{name} {} failed ({}): {}",
                arguments.join(" "),
                output.status,
                String::from_utf8_lossy(&output.stderr).trim()
            );
        }
        serde_json::from_slice(&output.stdout)
            .with_context(|| format!("{name} {} did not print JSON", arguments.join(" ")))
    }
}

/// A program that runs until it is stopped; dropping it kills it.
#[derive(Debug)]
pub struct Running {
    name: String,
    child: Child,
    log: PathBuf,
}

impl Running {
    /// Starts `program`, its standard error appended to `log`, its standard output thrown away.
    pub fn start(program: &Path, arguments: &[&str], log: &Path) -> Result<Self> {
        Self::spawn(program, arguments, log, Stdio::null())
    }

    /// Starts `program` and waits for the first line that it prints.
    pub fn start_and_read_line(
        program: &Path,
        arguments: &[&str],
        log: &Path,
    ) -> Result<(Self, String)> {
        let mut running = Self::spawn(program, arguments, log, Stdio::piped())?;
        let stdout = running
            .child
            .stdout
            .take()
            .context("standard output is piped")?;
        let mut reader = BufReader::new(stdout);
        let mut line = String::new();
        reader.read_line(&mut line)?;
        if line.is_empty() {
            bail!(
                "{} ended before it was ready: {}",
                running.name,
                running.last_words()
            );
        }
        // The pipe stays drained, or the program would block on a full one.
        thread::spawn(move || std::io::copy(&mut reader, &mut std::io::sink()));
        Ok((running, line.trim().to_owned()))
    }

    fn spawn(program: &Path, arguments: &[&str], log: &Path, stdout: Stdio) -> Result<Self> {
        let errors = File::options().create(true).append(true).open(log)?;
        let child = Command::new(program)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(stdout)
            .stderr(errors)
            .spawn()
            .with_context(|| format!("{} cannot be started", program.display()))?;
        let name = program
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        Ok(Self {
            name,
            child,
            log: log.to_owned(),
        })
    }

    /// The process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Whether the program has not ended yet.
    pub fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// The last lines of the log, for an error message.
    pub fn last_words(&self) -> String {
        let text = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().rev().take(8).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join("\n")
    }

    /// SIGKILL: the program gets no chance to tidy up.
    pub fn kill(mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// SIGTERM, and up to ten seconds to end by itself.
    pub fn stop(mut self) -> Result<()> {
        let id = self.child.id().to_string();
        Command::new("kill").args(["-TERM", &id]).status()?;
        let patience = Instant::now() + Duration::from_secs(10);
        while self.is_alive() {
            if Instant::now() > patience {
                bail!("{} did not stop within 10 s of SIGTERM", self.name);
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Killing what has already ended is no error worth telling.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Asks `done` every 50 ms until it gives a value.
pub fn wait_for<T>(
    what: &str,
    patience: Duration,
    mut done: impl FnMut() -> Option<T>,
) -> Result<T> {
    let end = Instant::now() + patience;
    loop {
        if let Some(value) = done() {
            return Ok(value);
        }
        if Instant::now() > end {
            bail!("{what} did not happen within {} s", patience.as_secs());
        }
        thread::sleep(Duration::from_millis(50));
    }
}
