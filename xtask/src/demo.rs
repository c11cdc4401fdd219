//! `cargo xtask demo`: a whole building with simulated hardware, and the app in it.

mod headless;
mod interactive;

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;

use crate::{
    repo,
    setup::{self, Need},
};

/// Options of `cargo xtask demo`.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// Run the whole story once in a window that nobody sees, and leave a report, screenshots and
    /// the clip in target/demo. It is what happens anyway where there is no display.
    #[arg(long)]
    headless: bool,
}

/// Builds everything and starts the building.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    setup::ensure(&Need::DEMO)?;
    if arguments.headless || !has_display() {
        headless::prepare()?;
        build()?;
        headless::tell_story(&folder())
    } else {
        build()?;
        interactive::play(&folder())
    }
}

fn has_display() -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    set("DISPLAY") || set("WAYLAND_DISPLAY")
}

fn build() -> Result<()> {
    crate::build::user_interface()?;
    crate::build::programs()
}

fn folder() -> PathBuf {
    repo::target().join("demo")
}
