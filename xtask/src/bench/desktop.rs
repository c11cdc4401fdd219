//! Measuring what a person sees: the built programs on a display and a session bus of their own.

use std::{fs, path::Path};

use anyhow::{Context, Result};
use serde::de::DeserializeOwned;

use crate::{
    repo,
    shell::{command, run_logged},
    test,
};

/// A program in the folder `tests` that drives windows and writes samples: `PROGRAM FOLDER FILE`.
pub(super) struct DesktopProgram<'a> {
    program: &'static str,
    folder: &'a Path,
    display: String,
}

impl<'a> DesktopProgram<'a> {
    /// The program, with an empty folder of its own.
    pub(super) fn new(program: &'static str, folder: &'a Path) -> Self {
        Self {
            program,
            folder,
            display: "-screen 0 1440x900x24".into(),
        }
    }

    /// The same program, which finds what is on the display in FOLDER/screen.
    pub(super) fn seeing_the_display(mut self) -> Result<Self> {
        let screen = self.folder.join("screen");
        fs::create_dir_all(&screen)?;
        self.display = format!("{} -fbdir {}", self.display, screen.display());
        Ok(self)
    }

    /// Runs it with the optimised programs, and reads the samples that it leaves in `file`.
    pub(super) fn measure<T: DeserializeOwned>(&self, file: &Path) -> Result<T> {
        // Samples of an earlier run must not pass for this one's.
        let _ = fs::remove_file(file);
        let server = format!("--server-args={}", self.display);
        let mut measuring = command(
            "dbus-run-session",
            &["--", "xvfb-run", "--auto-servernum", &server],
        );
        measuring
            .args(["node", "--import", "tsx", self.program])
            .args([self.folder, file])
            .current_dir(repo::root().join("tests"))
            .envs(test::desktop_environment())
            .env("VESTIBULE_PROGRAMS", repo::target().join("release"));
        let log = file.with_extension("log");
        let ended = run_logged(&mut measuring, &log)?;
        anyhow::ensure!(
            ended.status.success(),
            "{} failed; see {}",
            self.program,
            log.display()
        );
        read(file)
    }
}

/// Reads the samples that a program left.
pub(super) fn read<T: DeserializeOwned>(file: &Path) -> Result<T> {
    let samples = fs::read(file).with_context(|| format!("{} is missing", file.display()))?;
    serde_json::from_slice(&samples).with_context(|| format!("{} is damaged", file.display()))
}
