//! The unlocks that were answered, as those who asked wrote them down at once, outside the guest.

use std::{
    fs::File,
    io::Write as _,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::{Context, Result};

/// One line an answered unlock: the number of its record.
#[derive(Clone, Debug)]
pub(crate) struct Answers(Arc<Mutex<File>>);

impl Answers {
    pub(crate) fn open(folder: &Path) -> Result<Self> {
        let file = File::options()
            .create(true)
            .append(true)
            .open(path(folder))
            .context("answers cannot be written down")?;
        Ok(Self(Arc::new(Mutex::new(file))))
    }

    /// Returns once the host has it.
    pub(crate) fn add(&self, seq: u64) -> Result<()> {
        let mut file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all(format!("{seq}\n").as_bytes())?;
        Ok(file.sync_data()?)
    }

    /// All of every round.
    pub(crate) fn read(folder: &Path) -> Result<Vec<u64>> {
        match std::fs::read_to_string(path(folder)) {
            // The power may have been cut in the middle of a line.
            Ok(text) => Ok(text
                .split_inclusive('\n')
                .filter(|line| line.ends_with('\n'))
                .filter_map(|line| line.trim().parse().ok())
                .collect()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(error).context("the answers cannot be read"),
        }
    }
}

fn path(folder: &Path) -> PathBuf {
    folder.join("answers")
}
