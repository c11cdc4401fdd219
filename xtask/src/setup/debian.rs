//! Debian packages: which are needed for what, which are missing, and how they are installed.

use std::process::Command;

use anyhow::{Context, Result, bail};

use super::Need;
use crate::{
    say,
    shell::{command, read, run, succeeds, which},
};

/// C toolchain and headers that the workspace's crates link against.
const BUILD: &[&str] = &[
    "build-essential",
    "pkg-config",
    "libayatana-appindicator3-dev",
    "libdbus-1-dev",
    "libgstreamer-plugins-bad1.0-dev",
    "libgstreamer-plugins-base1.0-dev",
    "libgstreamer1.0-dev",
    "librsvg2-dev",
    "libwebkit2gtk-4.1-dev",
];

const VIDEO: &[&str] = &[
    "gir1.2-gst-rtsp-server-1.0",
    "gstreamer1.0-libav",
    "gstreamer1.0-plugins-bad",
    "gstreamer1.0-plugins-base",
    "gstreamer1.0-plugins-good",
    "gstreamer1.0-plugins-ugly",
    "gstreamer1.0-tools",
    "python3-gi",
    "python3-opencv",
];

const DESKTOP: &[&str] = &[
    "dbus",
    "fonts-dejavu-core",
    "openbox",
    "webkit2gtk-driver",
    "wmctrl",
    "xauth",
    "xvfb",
];

const CHROMIUM: &[&str] = &["chromium", "fonts-dejavu-core"];

const EMULATOR: &[&str] = &[
    "bluez",
    "bluez-test-tools",
    "busybox-static",
    "dbus",
    "iproute2",
    "kmod",
    "python3-venv",
    "qemu-system-x86",
];

const MOTION: &[&str] = &["motion"];

const CROSS: &[&str] = &["gcc-aarch64-linux-gnu", "libc6-dev-arm64-cross"];

fn packages_for(need: Need) -> &'static [&'static str] {
    match need {
        Need::Build => BUILD,
        Need::Video => VIDEO,
        Need::Desktop => DESKTOP,
        Need::Chromium => CHROMIUM,
        Need::Emulator | Need::Guest => EMULATOR,
        Need::Motion => MOTION,
        Need::Cross => CROSS,
        Need::Ui | Need::Tests | Need::Tool(_) => &[],
    }
}

/// Installs what is missing for `needs`, saying which packages.
pub(super) fn ensure(needs: &[Need]) -> Result<()> {
    let missing = missing_for(needs)?;
    if missing.is_empty() {
        return Ok(());
    }
    say::stage(&format!("Debian packages missing: {}", missing.join(" ")));
    let privilege = Privilege::find(&missing)?;
    run(&mut privilege.apt_get(&["update", "--quiet"]))?;
    let mut install =
        privilege.apt_get(&["install", "--yes", "--quiet", "--no-install-recommends"]);
    run(install.args(&missing))
        .context("apt could not install the packages; see its words above, then run this again")
}

/// Says what is missing and fails when anything is.
pub(super) fn report(needs: &[Need]) -> Result<()> {
    let missing = missing_for(needs)?;
    if missing.is_empty() {
        say::line("no Debian package is missing");
        return Ok(());
    }
    bail!("these Debian packages are missing: {}", missing.join(" "))
}

fn missing_for(needs: &[Need]) -> Result<Vec<&'static str>> {
    let wanted = wanted_for(needs);
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    if which("dpkg-query").is_none() {
        bail!(
            "this is not a Debian system, so packages cannot be installed by this command; \
             install what these Debian packages hold, then build with cargo: {}",
            wanted.join(" ")
        );
    }
    let mut query = command("dpkg-query", &["--show", "--showformat", STATUS_FORMAT]);
    // It fails when it knows nothing of one of them; what it prints is right all the same.
    let answer = query.args(&wanted).output()?;
    Ok(missing_from(
        &wanted,
        &String::from_utf8_lossy(&answer.stdout),
    ))
}

const STATUS_FORMAT: &str = "${Package} ${db:Status-Status}\n";

fn wanted_for(needs: &[Need]) -> Vec<&'static str> {
    let mut wanted: Vec<_> = needs
        .iter()
        .flat_map(|need| packages_for(*need))
        .copied()
        .collect();
    wanted.sort_unstable();
    wanted.dedup();
    wanted
}

fn missing_from(wanted: &[&'static str], statuses: &str) -> Vec<&'static str> {
    let is_installed = |package: &&str| {
        let line = format!("{package} installed");
        statuses.lines().any(|status| status == line)
    };
    wanted
        .iter()
        .filter(|package| !is_installed(package))
        .copied()
        .collect()
}

/// How this user may change the system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Privilege {
    Root,
    Sudo,
}

impl Privilege {
    /// Root, or sudo; else an error that says what to type as root.
    pub(super) fn find(packages: &[&str]) -> Result<Self> {
        let user = read(&mut command("id", &["--user"]))?;
        if user.trim() == "0" {
            return Ok(Self::Root);
        }
        let asks_nothing = succeeds(&mut command("sudo", &["--non-interactive", "true"]));
        if asks_nothing || (which("sudo").is_some() && has_terminal()) {
            return Ok(Self::Sudo);
        }
        bail!(
            "Debian packages cannot be installed: you are not root, and sudo is not there or asks \
             for a password where nobody can type one. As root, run:\n  \
             apt-get update && apt-get install --no-install-recommends {}\nthen run this again",
            packages.join(" ")
        )
    }

    /// An apt-get command that asks no questions.
    pub(super) fn apt_get(self, arguments: &[&str]) -> Command {
        let mut apt = match self {
            Self::Root => command("env", &[]),
            Self::Sudo => command("sudo", &["env"]),
        };
        apt.args(["DEBIAN_FRONTEND=noninteractive", "apt-get"])
            .args(arguments);
        apt
    }
}

fn has_terminal() -> bool {
    std::io::IsTerminal::is_terminal(&std::io::stdin())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_is_missing_unless_it_is_fully_installed() {
        let statuses = "xvfb installed\nkmod config-files\n";
        let missing = missing_from(&["chromium", "kmod", "xvfb"], statuses);
        assert_eq!(missing, ["chromium", "kmod"]);
    }

    #[test]
    fn a_name_that_only_begins_like_an_installed_one_is_missing() {
        assert_eq!(missing_from(&["dbus"], "dbus-x11 installed\n"), ["dbus"]);
    }

    #[test]
    fn each_package_is_asked_for_once() {
        let wanted = wanted_for(&[Need::Desktop, Need::Chromium, Need::Emulator]);
        let dbus = wanted.iter().filter(|package| **package == "dbus").count();
        assert_eq!(dbus, 1);
    }

    #[test]
    fn a_checkout_that_only_reads_code_needs_no_package() {
        assert!(wanted_for(&[Need::Ui, Need::Tests]).is_empty());
    }
}
