//! What is left when a demo or a test ends.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context, Result};
use simulation::Programs;

#[test]
fn a_site_whose_input_ends_leaves_no_program_behind() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let program = Programs::beside_this_executable()?.path("vestibule-site");
    let mut site = Command::new(program)
        .arg(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let answers = site.stdout.take().context("standard output is piped")?;
    let mut answers = BufReader::new(answers);
    answers.read_line(&mut String::new())?;
    // The site itself, its hub and its doors.
    assert!(programs_at(folder.path())? > 5);
    drop(site.stdin.take());
    assert!(site.wait()?.success());
    assert_eq!(programs_at(folder.path())?, 0);
    Ok(())
}

/// How many running programs name the folder.
fn programs_at(folder: &Path) -> Result<usize> {
    let folder = folder.to_string_lossy();
    let lines = std::fs::read_dir("/proc")?
        .flatten()
        .filter_map(|process| std::fs::read(process.path().join("cmdline")).ok());
    Ok(lines
        .filter(|line| String::from_utf8_lossy(line).contains(folder.as_ref()))
        .count())
}
