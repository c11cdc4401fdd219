//! The layers: what each needs, how it is run, how it is counted.

use std::{fmt, path::PathBuf, process::Command, time::Duration};

use anyhow::Result;
use clap::ValueEnum;

use super::{runners, tally::Tally};
use crate::{
    build, guest, repo,
    setup::{Need, Tool, path_of_tool},
    shell::{Printed, TIME_WAS_UP, command, npm},
};

/// A layer of tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Layer {
    /// Unit, property and building tests of every crate (nextest).
    Rust,
    /// The user interface's own tests (vitest).
    Ui,
    /// The user interface in Chromium, with a mock backend (Playwright).
    Web,
    /// The built app in its real window under Xvfb (tauri-driver).
    Desktop,
    /// Doors, phone and courier over a real Bluetooth stack, in a guest.
    Bluetooth,
}

impl Layer {
    /// In the order in which they run: the quick ones first.
    pub(super) const ALL: [Self; 5] = [
        Self::Ui,
        Self::Rust,
        Self::Web,
        Self::Desktop,
        Self::Bluetooth,
    ];

    /// What must be installed.
    pub(super) fn needs(self) -> &'static [Need] {
        match self {
            Self::Rust => &[
                Need::Build,
                Need::Video,
                Need::Chromium,
                Need::Ui,
                Need::Tool(Tool::Nextest),
            ],
            Self::Ui => &[Need::Ui],
            Self::Web => &[Need::Ui, Need::Tests, Need::Chromium],
            Self::Desktop => &[
                Need::Build,
                Need::Video,
                Need::Desktop,
                Need::Ui,
                Need::Tests,
                Need::Tool(Tool::TauriDriver),
            ],
            Self::Bluetooth => &[Need::Build, Need::Video, Need::Emulator, Need::Guest],
        }
    }

    /// Builds what the layer tests, and gives the command that tests it.
    pub(super) fn runner(self, filter: Option<&str>) -> Result<Command> {
        let mut runner = match self {
            Self::Rust => rust()?,
            Self::Ui => npm("ui", "test"),
            Self::Web => npm("tests", "web"),
            Self::Desktop => desktop()?,
            Self::Bluetooth => {
                return guest::test_command(&build::guest_tests()?, filter);
            }
        };
        if let Some(filter) = filter {
            runner.args(self.filter_arguments(filter));
        }
        runner.env("NO_COLOR", "1");
        Ok(runner)
    }

    /// Whether a busy machine alone can make it fail: real windows film, draw and notify in real time.
    pub(super) fn may_be_late(self) -> bool {
        self == Self::Desktop
    }

    fn filter_arguments(self, filter: &str) -> Vec<String> {
        let filter = filter.to_owned();
        match self {
            Self::Rust | Self::Bluetooth => vec![filter],
            Self::Ui => vec!["--".into(), "--testNamePattern".into(), filter],
            Self::Web => vec!["--".into(), "--grep".into(), filter],
            Self::Desktop => vec!["--".into(), "--test-name-pattern".into(), filter],
        }
    }

    /// The longest that its runner may take; then something hangs.
    pub(super) fn longest(self) -> Duration {
        Duration::from_mins(match self {
            Self::Ui => 5,
            Self::Desktop => 15,
            Self::Bluetooth => 25,
            Self::Web => 35,
            Self::Rust => 45,
        })
    }

    /// Why a runner that printed this failed.
    pub(super) fn explain(self, printed: &Printed) -> String {
        if printed.status.code() == Some(TIME_WAS_UP) {
            return format!(
                "it hung and was ended after {} minutes",
                self.longest().as_secs() / 60
            );
        }
        if self == Self::Bluetooth && !printed.text.contains(guest::UP) {
            return "the guest did not start".into();
        }
        format!("its runner failed ({})", printed.status)
    }

    /// Reads the counts from what the runner printed.
    pub(super) fn count(self, printed: &str) -> Tally {
        match self {
            Self::Rust => runners::nextest(printed),
            Self::Ui => runners::vitest(printed),
            Self::Web => runners::playwright(printed),
            Self::Desktop => runners::node(printed),
            Self::Bluetooth => runners::libtest(printed),
        }
    }
}

impl fmt::Display for Layer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Rust => "rust",
            Self::Ui => "ui",
            Self::Web => "web",
            Self::Desktop => "desktop",
            Self::Bluetooth => "bluetooth",
        })
    }
}

fn rust() -> Result<Command> {
    build::user_interface()?;
    build::programs_and_tests()?;
    let mut nextest = command(path_of_tool(Tool::Nextest), &["nextest", "run"]);
    nextest.args(["--workspace", "--exclude", build::GUEST_PACKAGE]);
    Ok(nextest)
}

/// The tests of the built app, on a display and a session bus of their own.
fn desktop() -> Result<Command> {
    build::user_interface()?;
    build::programs()?;
    let screen = "-screen 0 1280x900x24";
    let within = [
        "--",
        "xvfb-run",
        "--auto-servernum",
        "--server-args",
        screen,
    ];
    let mut runner = command("dbus-run-session", &within);
    runner.args(["npm", "run", "desktop"]);
    runner
        .current_dir(repo::root().join("tests"))
        .envs(desktop_environment());
    Ok(runner)
}

/// Where the tests of the built app find the programs, and put what they leave.
pub(crate) fn desktop_environment() -> [(&'static str, PathBuf); 4] {
    [
        ("VESTIBULE_PROGRAMS", repo::programs()),
        (
            "VESTIBULE_SCREENSHOTS",
            repo::target().join("screenshots/desktop"),
        ),
        ("TAURI_DRIVER", path_of_tool(Tool::TauriDriver)),
        // Never the person's own display or compositor.
        ("GDK_BACKEND", "x11".into()),
    ]
}
