use std::{
    fs::{self, File},
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    path::Path,
};

use serde::Serialize;

use super::{Strike, StrikeError};
use crate::clock::unix_ms;

/// Appends each move to a file as one JSON line:
/// `{"at_ms":1700000000000,"state":"unlocked","seq":12}`, or `"state":"locked","seq":null`.
#[derive(Debug)]
pub struct SimulatedStrike {
    log: File,
    unlocked: bool,
}

#[derive(Serialize)]
struct Move {
    at_ms: u64,
    state: &'static str,
    seq: Option<u64>,
}

impl SimulatedStrike {
    /// Opens the log for appending and makes it when it is not there.
    ///
    /// A log that a killed process left unlocked gets its closing line now, as a real line rests
    /// locked once it is taken again.
    pub fn open(path: &Path) -> Result<Self, StrikeError> {
        Self::open_locked(path).map_err(|source| StrikeError::Log {
            path: path.display().to_string(),
            source,
        })
    }

    fn open_locked(path: &Path) -> io::Result<Self> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let log = File::options()
            .create(true)
            .read(true)
            .append(true)
            .open(path)?;
        let mut strike = Self {
            log,
            unlocked: false,
        };
        let end = strike.last_bytes()?;
        if !end.is_empty() && !end.ends_with('\n') {
            strike.log.write_all(b"\n")?;
        }
        let last = end.lines().next_back().unwrap_or_default();
        if last.contains(r#""state":"unlocked""#) {
            strike.lock()?;
        }
        Ok(strike)
    }

    /// The end of the log, long enough for one whole line.
    fn last_bytes(&mut self) -> io::Result<String> {
        let length = self.log.metadata()?.len();
        self.log.seek(SeekFrom::Start(length.saturating_sub(256)))?;
        let mut end = Vec::new();
        self.log.read_to_end(&mut end)?;
        Ok(String::from_utf8_lossy(&end).into_owned())
    }

    /// One write for the whole line: a reader never sees half a move.
    fn write(&mut self, state: &'static str, seq: Option<u64>) -> io::Result<()> {
        let at_ms = unix_ms();
        let mut line = serde_json::to_vec(&Move { at_ms, state, seq })?;
        line.push(b'\n');
        self.log.write_all(&line)?;
        self.log.flush()
    }
}

impl Strike for SimulatedStrike {
    fn unlock(&mut self, seq: u64) -> io::Result<()> {
        self.write("unlocked", Some(seq))?;
        self.unlocked = true;
        Ok(())
    }

    fn lock(&mut self) -> io::Result<()> {
        self.write("locked", None)?;
        self.unlocked = false;
        Ok(())
    }
}

impl Drop for SimulatedStrike {
    fn drop(&mut self) {
        if self.unlocked
            && let Err(error) = self.lock()
        {
            tracing::error!(%error, "the simulated strike's log ends unlocked");
        }
    }
}
