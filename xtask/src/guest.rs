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
    shell::{command, read},
};

/// Controllers of the guest, each linked with all others: three doors and two phones.
const CONTROLLERS: &str = "5";

/// Where the guest mounts its disk.
const DISK_MOUNT: &str = "/run/vestibule/disk";

/// What the guest says once its controllers and BlueZ run.
pub(crate) const UP: &str = "guest: up";

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
    let logs = fresh_folder(&repo::target().join("guest/logs"))?;
    fs::create_dir_all(shared_folder())?;
    let up = repo::root()
        .join("tests/guest/up.sh")
        .to_string_lossy()
        .into_owned();
    let registry = plugin_registry()?;
    let [logs_name, registry] = [&logs, &registry].map(|path| path.to_string_lossy().into_owned());
    let set_up = vec![up, CONTROLLERS.to_owned(), logs_name, registry];
    let within = [set_up, words.to_vec()].concat();
    let mut boot = command(vng(), &["--run"]);
    boot.arg(kernel.image);
    // KVM is not to be had in containers and on many build machines; emulation is everywhere.
    boot.args(["--disable-kvm", "--force-9p", "--disable-microvm"]);
    boot.args(["--memory", "3G", "--cpus", "2"]);
    for folder in [&logs, &shared_folder()] {
        boot.arg("--rwdir").arg(folder);
    }
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

/// A script that boots a guest with a disk and a network, where it runs the script's one argument.
pub(crate) fn disk_script(shared: &Path, disk: &Path) -> Result<String> {
    let kernel =
        guest_kernel().context("the guest's kernel is missing: run `cargo xtask setup`")?;
    let [script, registry, image, shared, disk] = [
        &repo::root().join("tests/guest/disk.sh"),
        &plugin_registry()?,
        &kernel.image,
        shared,
        disk,
    ]
    .map(|path| quoted(&path.to_string_lossy()));
    let path = quoted(&path_with_vng()?.to_string_lossy());
    Ok(format!(
        "#!/bin/bash\n\
         # Boots the guest, and runs the one argument in it.\n\
         export PATH={path}\n\
         exec vng --run {image} --disable-kvm --force-9p --disable-microvm --memory 2G --cpus 2 \\\n  \
         --network user --no-dhcp --disk {disk} --rwdir {shared} \\\n  \
         --exec {script}\" {DISK_MOUNT} \"{registry}\" $(printf %q \"$1\")\"\n"
    ))
}

/// GStreamer's list of its plugins, made here for the guest.
fn plugin_registry() -> Result<PathBuf> {
    let registry = repo::target().join("guest/gstreamer-registry.bin");
    read(command("gst-inspect-1.0", &[]).env("GST_REGISTRY", &registry))?;
    Ok(registry)
}

/// The folder, empty.
fn fresh_folder(folder: &Path) -> Result<PathBuf> {
    // It may not be there yet.
    let _ = fs::remove_dir_all(folder);
    fs::create_dir_all(folder)?;
    Ok(folder.to_owned())
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
