//! What those who asked wrote down at once, outside the guest: the unlocks that were answered, and that
//! there still was power.

use std::{
    fs::File,
    io::Write as _,
    os::unix::fs::FileExt as _,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use anyhow::{Context, Result};

/// An unlock that was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Answered {
    /// Its record.
    pub(crate) seq: u64,
    /// The cut that came after it; 0 is the first.
    pub(crate) round: u32,
    /// When, in milliseconds on the round's own clock, which nobody sets.
    pub(crate) at_ms: u64,
}

/// Writes down what happens in one round.
#[derive(Clone, Debug)]
pub(crate) struct Answers {
    round: u32,
    began: Instant,
    file: Arc<Mutex<File>>,
}

impl Answers {
    pub(crate) fn open(folder: &Path, round: u32) -> Result<Self> {
        let file = File::options()
            .create(true)
            .append(true)
            .open(path(folder))
            .context("answers cannot be written down")?;
        Ok(Self {
            round,
            began: Instant::now(),
            file: Arc::new(Mutex::new(file)),
        })
    }

    /// Returns once the host has it.
    pub(crate) fn add(&self, seq: u64) -> Result<()> {
        let line = format!("{seq} {} {}\n", self.round, self.now_ms()?);
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all(line.as_bytes())?;
        Ok(file.sync_data()?)
    }

    /// Writes down that there is power now, over what was written last.
    pub(crate) fn has_power(&self, pulse: &File) -> Result<()> {
        pulse.write_all_at(format!("{:>12}", self.now_ms()?).as_bytes(), 0)?;
        Ok(pulse.sync_data()?)
    }

    fn now_ms(&self) -> Result<u64> {
        Ok(u64::try_from(self.began.elapsed().as_millis())?)
    }

    /// All of every round.
    pub(crate) fn read(folder: &Path) -> Result<Vec<Answered>> {
        match std::fs::read_to_string(path(folder)) {
            // The power may have been cut in the middle of a line.
            Ok(text) => Ok(text
                .split_inclusive('\n')
                .filter(|line| line.ends_with('\n'))
                .filter_map(|line| Answered::parse(line.trim()))
                .collect()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(error).context("the answers cannot be read"),
        }
    }
}

impl Answered {
    fn parse(line: &str) -> Option<Self> {
        let mut words = line.split(' ');
        Some(Self {
            seq: words.next()?.parse().ok()?,
            round: words.next()?.parse().ok()?,
            at_ms: words.next()?.parse().ok()?,
        })
    }
}

/// Where a round's last sign of power stands.
pub(crate) fn pulse(folder: &Path, round: u32) -> PathBuf {
    folder.join(format!("pulse-{round}"))
}

/// When the power was seen last in a round, in milliseconds on its own clock.
pub(crate) fn last_pulse(folder: &Path, round: u32) -> Result<u64> {
    let text = std::fs::read_to_string(pulse(folder, round))?;
    text.trim().parse().context("the last pulse is no number")
}

fn path(folder: &Path) -> PathBuf {
    folder.join("answers")
}
