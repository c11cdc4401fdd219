//! Running other programs: said, timed, and with errors that name what failed.

use std::{
    fs::File,
    io::{Read, Write},
    path::Path,
    process::{Command, ExitStatus, Stdio},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use anyhow::{Context, Result, bail};

use crate::{repo, say};

/// A command in the repository's root.
///
/// What the cargo that runs xtask told it of its package is taken away: build scripts look at it, and
/// another cargo would build anew whatever was built by hand.
pub(crate) fn command(program: impl AsRef<std::ffi::OsStr>, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(repo::root());
    let told = std::env::vars_os().map(|(name, _)| name);
    for name in told.filter(|name| is_of_a_package(&name.to_string_lossy())) {
        command.env_remove(name);
    }
    command
}

fn is_of_a_package(variable: &str) -> bool {
    variable.starts_with("CARGO_PKG_") || variable.starts_with("CARGO_MANIFEST_")
}

/// cargo, in the repository's root.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    command("cargo", arguments)
}

/// A script of one of the npm packages.
pub(crate) fn npm(folder: &str, script: &str) -> Command {
    let mut npm = command("npm", &["run", "--silent", script]);
    npm.current_dir(repo::root().join(folder));
    npm
}

/// The same command, ended with everything that it started when it takes longer.
pub(crate) fn bounded(command: &Command, longest: Duration) -> Command {
    let mut bounded = Command::new("timeout");
    bounded.arg("--kill-after=10");
    bounded.arg(longest.as_secs().to_string());
    bounded.arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => bounded.env(name, value),
            None => bounded.env_remove(name),
        };
    }
    bounded.current_dir(command.get_current_dir().unwrap_or(repo::root()));
    bounded
}

/// How [`bounded`] ends when the time was up (timeout(1)).
pub(crate) const TIME_WAS_UP: i32 = 124;

/// Says the command, runs it on the terminal and fails unless it succeeds.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let words = words_of(command);
    say::line(&format!("$ {words}"));
    let status = command
        .status()
        .with_context(|| format!("`{words}` cannot be started"))?;
    expect_success(&words, status)
}

/// Runs a command quietly and returns what it printed.
pub(crate) fn read(command: &mut Command) -> Result<String> {
    let words = words_of(command);
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("`{words}` cannot be started"))?;
    if !output.status.success() {
        let reason = String::from_utf8_lossy(&output.stderr);
        bail!("`{words}` failed ({}): {}", output.status, reason.trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Whether a command can be run and succeeds, quietly.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    let command = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// What a command printed, and how it ended.
#[derive(Debug)]
pub(crate) struct Printed {
    /// How it ended.
    pub(crate) status: ExitStatus,
    /// Standard output and standard error, as they came.
    pub(crate) text: String,
}

/// Says and runs a command, showing what it prints and keeping it in `log` as well.
pub(crate) fn run_logged(command: &mut Command, log: &Path) -> Result<Printed> {
    let words = words_of(command);
    say::line(&format!("$ {words}"));
    if let Some(folder) = log.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let sink = Arc::new(Mutex::new(Sink {
        text: Vec::new(),
        file: File::options().create(true).append(true).open(log)?,
    }));
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("`{words}` cannot be started"))?;
    let copies = [
        child.stdout.take().map(|pipe| copy(pipe, &sink)),
        child.stderr.take().map(|pipe| copy(pipe, &sink)),
    ];
    for copy in copies.into_iter().flatten() {
        // A copy that panicked has nothing more to show.
        let _ = copy.join();
    }
    let status = child.wait()?;
    let text = sink
        .lock()
        .map(|sink| sink.text.clone())
        .unwrap_or_default();
    let text = String::from_utf8_lossy(&text).into_owned();
    Ok(Printed { status, text })
}

struct Sink {
    text: Vec<u8>,
    file: File,
}

fn copy(mut from: impl Read + Send + 'static, to: &Arc<Mutex<Sink>>) -> thread::JoinHandle<()> {
    let to = Arc::clone(to);
    thread::spawn(move || {
        let mut buffer = [0; 8192];
        while let Ok(count @ 1..) = from.read(&mut buffer) {
            let Ok(mut sink) = to.lock() else { return };
            sink.text.extend_from_slice(&buffer[..count]);
            // The terminal or the disk may be gone; the text is still counted.
            let _ = sink.file.write_all(&buffer[..count]);
            let _ = std::io::stdout().write_all(&buffer[..count]);
        }
    })
}

/// The command as a person would type it.
pub(crate) fn words_of(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let program = program.file_name().unwrap_or(command.get_program());
    let words = std::iter::once(program).chain(command.get_args());
    words
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}

fn expect_success(words: &str, status: ExitStatus) -> Result<()> {
    if status.success() {
        return Ok(());
    }
    bail!("`{words}` failed ({status}); the reason is printed above")
}

/// The program's full path, when it is on the PATH.
pub(crate) fn which(program: &str) -> Option<std::path::PathBuf> {
    let path = std::env::var_os("PATH")?;
    let mut candidates = std::env::split_paths(&path).map(|folder| folder.join(program));
    candidates.find(|candidate| candidate.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_said_without_the_folder_of_its_program() {
        let command = command("/usr/bin/npm", &["run", "build"]);
        assert_eq!(words_of(&command), "npm run build");
    }

    #[test]
    fn a_failing_command_says_its_own_reason() {
        let error = read(&mut command("sh", &["-c", "echo no disk >&2; exit 3"])).unwrap_err();
        assert!(error.to_string().contains("no disk"), "{error}");
    }

    #[test]
    fn a_command_that_hangs_is_ended() {
        let mut hanging = command("sleep", &["60"]);
        hanging.env("KEPT", "yes").current_dir("/");
        let mut hanging = bounded(&hanging, Duration::from_secs(1));
        assert_eq!(hanging.get_current_dir(), Some(Path::new("/")));
        let mut kept = hanging
            .get_envs()
            .filter_map(|(name, value)| Some((name, value?)));
        assert!(kept.any(|(name, value)| name == "KEPT" && value == "yes"));
        assert_eq!(hanging.status().unwrap().code(), Some(TIME_WAS_UP));
    }

    #[test]
    fn a_logged_command_keeps_both_streams() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("a/run.log");
        let printed = run_logged(&mut command("sh", &["-c", "echo a; echo b >&2"]), &log).unwrap();
        let mut lines: Vec<_> = printed.text.lines().collect();
        lines.sort_unstable();
        assert_eq!(lines, ["a", "b"]);
        assert_eq!(std::fs::read_to_string(log).unwrap().len(), 4);
    }
}
