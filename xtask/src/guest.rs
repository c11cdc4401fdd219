//! The guest: a Debian kernel under emulation that sees this machine's files, with virtual
//! Bluetooth controllers, a real BlueZ and a virtual camera.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use crate::{
    repo,
    setup::{guest_kernel, vng},
    shell::command,
};

/// Controllers of the guest, each linked with all others: three doors and two phones.
const CONTROLLERS: &str = "5";

/// What the guest says once its controllers and BlueZ run.
pub(crate) const UP: &str = "guest: up";

/// The longest that a guest may run, in seconds; then something in it hangs.
const LONGEST_S: &str = "1500";

/// The command that boots a guest and runs the test executable in it.
pub(crate) fn test_command(executable: &Path, filter: Option<&str>) -> Result<Command> {
    let mut words = vec![executable.to_string_lossy().into_owned()];
    words.extend(filter.map(str::to_owned));
    // One building at a time: all tests share the guest's controllers.
    words.extend(["--test-threads=1".into(), "--nocapture".into()]);
    boot(&words)
}

/// The folder that the guest may write to; everything else of the host is read only.
pub(crate) fn shared_folder() -> PathBuf {
    repo::target().join("guest/shared")
}

/// The command that boots a guest, brings Bluetooth up and runs `words` in it.
pub(crate) fn boot(words: &[String]) -> Result<Command> {
    let kernel =
        guest_kernel().context("the guest's kernel is missing: run `cargo xtask setup`")?;
    fs::create_dir_all(shared_folder())?;
    let up = repo::root()
        .join("tests/guest/up.sh")
        .to_string_lossy()
        .into_owned();
    let within = [vec![up, CONTROLLERS.to_owned()], words.to_vec()].concat();
    let mut boot = command("timeout", &["--kill-after=10", LONGEST_S]);
    boot.arg(vng()).arg("--run").arg(kernel.image);
    // KVM is not to be had in containers and on many build machines; emulation is everywhere.
    boot.args(["--disable-kvm", "--force-9p", "--disable-microvm"]);
    boot.args(["--memory", "3G", "--cpus", "2"]);
    boot.arg("--rwdir").arg(shared_folder());
    boot.arg("--exec").arg(
        within
            .iter()
            .map(|word| quoted(word))
            .collect::<Vec<_>>()
            .join(" "),
    );
    boot.env("PATH", path_with_vng()?);
    Ok(boot)
}

/// The search path with virtme-ng's own programs first.
fn path_with_vng() -> Result<std::ffi::OsString> {
    let own = vng().parent().map(Path::to_owned);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = own.into_iter().chain(std::env::split_paths(&path));
    std::env::join_paths(folders).context("the PATH cannot be extended")
}

/// A word as the shell reads it back unchanged.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn words_pass_the_shell_unchanged() {
        assert_eq!(quoted("it's a folder"), r"'it'\''s a folder'");
    }
}
