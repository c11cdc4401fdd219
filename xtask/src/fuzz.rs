//! `cargo xtask fuzz`: coverage-guided fuzzing of whatever reads bytes of strangers, one target after another.
//!
//! What must hold stands in `tests/fuzzing`; the committed corpora in `fuzz/corpus`. What a run finds new goes to
//! `target/fuzz/corpus`, and from there with `--keep`, minimised, to the committed ones.

mod report;

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::{
    repo, say,
    setup::{Need, Tool, ensure, path_of_tool},
    shell::{cargo, run as run_command, run_logged, succeeds},
};
use report::Figures;

/// Every target: a file of `fuzz/targets` each.
const TARGETS: [&str; 7] = [
    "bundles",
    "clip_index",
    "credentials",
    "frames",
    "hub_bodies",
    "messages",
    "records",
];

/// The compiler that can instrument a build.
const TOOLCHAIN: &str = "nightly";

/// The longest input, in bytes: longer than any message, record or credential.
const MAX_LEN: &str = "-max_len=8192";

/// The longest input that is kept in a committed corpus, in bytes.
const KEPT_LEN: &str = "-max_len=1024";

/// Options of `cargo xtask fuzz`.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// Only this target.
    #[arg(value_parser = clap::builder::PossibleValuesParser::new(TARGETS))]
    target: Option<String>,
    /// How long each target runs.
    #[arg(long, default_value_t = 15)]
    minutes: u32,
    /// Also put what was found, minimised, into the committed corpora.
    #[arg(long)]
    keep: bool,
}

/// Builds all targets, then fuzzes one after another.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    ensure(&[Need::Build, Need::Tool(Tool::Fuzz)])?;
    if !succeeds(&mut compiler("rustc", &["--version"])) {
        bail!(
            "there is no nightly compiler: install it with `rustup toolchain install {TOOLCHAIN}`"
        );
    }
    say::stage("first inputs");
    let seeds = folder("seeds")?;
    run_command(cargo(&["run", "--quiet", "--package", "fuzzing", "--"]).arg(&seeds))?;
    say::stage("building the targets");
    run_command(&mut fuzz("build", &[]))?;
    let mut failed = Vec::new();
    let mut rows = vec![Figures::head()];
    for target in TARGETS {
        if arguments
            .target
            .as_deref()
            .is_some_and(|only| only != target)
        {
            continue;
        }
        let figures = hunt(target, arguments.minutes)?;
        if !figures.passed {
            failed.push(target);
        }
        if arguments.keep {
            keep(target)?;
        }
        rows.push(figures.row(target));
    }
    say::line(&say::table(&rows));
    if failed.is_empty() {
        return Ok(());
    }
    bail!(
        "findings in {}: the input that shows each is named above",
        failed.join(", ")
    );
}

/// Fuzzes one target for some minutes, with the machine's leftover time.
fn hunt(target: &str, minutes: u32) -> Result<Figures> {
    say::stage(&format!("{target}: {minutes} minutes"));
    let found = folder(&format!("corpus/{target}"))?;
    let log = folder("logs")?.join(format!("{target}.log"));
    // The log tells of one run.
    let _ = fs::remove_file(&log);
    let mut run = Command::new("nice");
    run.args(["-n", "19"]);
    let limit = format!("-max_total_time={}", u64::from(minutes) * 60);
    let folders = [found, committed(target), folder("seeds")?.join(target)];
    let arguments: Vec<_> = [target.into()]
        .into_iter()
        .chain(folders)
        .chain([PathBuf::from("--")])
        .collect();
    let mut inner = fuzz("run", &arguments);
    inner.args([
        &limit,
        MAX_LEN,
        "-print_final_stats=1",
        "-timeout=10",
        "-verbosity=1",
    ]);
    run.arg(inner.get_program()).args(inner.get_args());
    for (name, value) in inner.get_envs() {
        value.map(|value| run.env(name, value));
    }
    run.current_dir(repo::root());
    let printed = run_logged(&mut run, &log)?;
    Ok(Figures::read(&printed.text, printed.status.success()))
}

/// Adds to the committed corpus what covers more than it does.
fn keep(target: &str) -> Result<()> {
    let found = folder(&format!("corpus/{target}"))?;
    let seeds = folder("seeds")?.join(target);
    let folders = [target.into(), committed(target), found, seeds, "--".into()];
    run_command(fuzz("run", &folders).args(["-set_cover_merge=1", "-use_counters=0", KEPT_LEN]))
}

fn committed(target: &str) -> PathBuf {
    repo::root().join("fuzz/corpus").join(target)
}

fn folder(name: &str) -> Result<PathBuf> {
    let folder = repo::target().join("fuzz").join(name);
    fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    Ok(folder)
}

/// `cargo fuzz COMMAND …` with the compiler and the tool that it needs.
fn fuzz(what: &str, arguments: &[PathBuf]) -> Command {
    let build = repo::target().join("fuzz/build");
    let mut fuzz = compiler("cargo", &["fuzz", what, "--target-dir"]);
    fuzz.arg(build).args(arguments);
    fuzz
}

fn compiler(program: &str, arguments: &[&str]) -> Command {
    let mut command = crate::shell::command(program, arguments);
    command.env("RUSTUP_TOOLCHAIN", TOOLCHAIN);
    let tool = path_of_tool(Tool::Fuzz);
    let own = tool.parent().unwrap_or(Path::new("")).to_path_buf();
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(own).chain(env::split_paths(&path));
    if let Ok(path) = env::join_paths(folders) {
        command.env("PATH", path);
    }
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_is_known_here() {
        let folder = repo::root().join("fuzz/targets");
        let files = fs::read_dir(folder)
            .unwrap()
            .map(|file| file.unwrap().path());
        let mut names: Vec<_> = files
            .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
            .collect();
        names.sort();
        assert_eq!(names, TARGETS);
    }
}
