//! What building and testing need, installed in layers: each command asks only for what it uses.

mod debian;
mod guest;
mod npm;
mod tools;

use anyhow::Result;
use clap::Args;

pub(crate) use guest::{guest_kernel, vng};
pub(crate) use tools::{Tool, path_of_tool};

use crate::{repo, say};

/// One thing that a command may need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// C compiler and the libraries that every crate of the workspace links.
    Build,
    /// Plugins and programs of GStreamer, to film and to play.
    Video,
    /// A display without a screen, a session bus and WebKitGTK's driver.
    Desktop,
    /// Debian's Chromium.
    Chromium,
    /// An emulator and Bluetooth's test programs.
    Emulator,
    /// Debian's `motion`, to compare with.
    Motion,
    /// A C compiler for the processors of phones.
    Cross,
    /// npm packages of the folder `ui`.
    Ui,
    /// npm packages of the folder `tests`.
    Tests,
    /// A tool that cargo builds into target/tools.
    Tool(Tool),
    /// The guest's kernel and what boots it, in target/guest.
    Guest,
}

impl Need {
    const ALL: [Self; 13] = [
        Self::Build,
        Self::Video,
        Self::Desktop,
        Self::Chromium,
        Self::Emulator,
        Self::Motion,
        Self::Ui,
        Self::Tests,
        Self::Tool(Tool::Nextest),
        Self::Tool(Tool::TauriDriver),
        Self::Tool(Tool::Deny),
        Self::Tool(Tool::Fuzz),
        Self::Guest,
    ];

    /// What the demo needs.
    pub(crate) const DEMO: [Self; 4] = [Self::Build, Self::Video, Self::Desktop, Self::Ui];
}

/// Options of `cargo xtask setup`.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// Only say which Debian packages are missing; install nothing. Fails when one is missing.
    #[arg(long)]
    dry_run: bool,
}

/// Installs everything.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    if arguments.dry_run {
        return debian::report(&Need::ALL);
    }
    ensure(&Need::ALL)?;
    say::line("everything is installed");
    Ok(())
}

/// Installs what of `needs` is missing; says nothing when nothing is.
pub(crate) fn ensure(needs: &[Need]) -> Result<()> {
    debian::ensure(needs)?;
    for need in needs {
        match need {
            Need::Ui => npm::ensure(&repo::root().join("ui"))?,
            Need::Tests => npm::ensure(&repo::root().join("tests"))?,
            Need::Tool(tool) => tools::ensure(*tool)?,
            Need::Guest => guest::ensure()?,
            Need::Build
            | Need::Video
            | Need::Desktop
            | Need::Chromium
            | Need::Emulator
            | Need::Motion
            | Need::Cross => {}
        }
    }
    Ok(())
}
