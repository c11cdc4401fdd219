//! `cargo xtask bench`: each bench prints a table and writes target/bench/NAME.json.

mod app;
mod desktop;
mod figures;
mod unlock;
mod video;

use anyhow::Result;
use clap::{Args, Subcommand};

/// What to measure.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    bench: Bench,
}

#[derive(Debug, Subcommand)]
enum Bench {
    /// A bare GATT write->notify echo of the request's length, and a bare exchange of an unlock's messages,
    /// by turns with our unlock from subscribe to strike, in one run of the guest; writes per unlock, and
    /// the door's CPU per decision. Cold: from the first scan; warm: on a connection that is there when the
    /// button is pressed; again: a second time on it. And on this machine: the decision with its record on
    /// disk, beside a bare fsync.
    ///
    /// The guest's processor is emulated: compare the figures with each other, not with other machines.
    Unlock,
    /// Live view and replay of a camera with a clock in its pictures, in the app's own window and in
    /// Chromium: time to the first picture, delay from camera to eye, jumps. And what filming 1080p30
    /// costs the door, passed through and encoded, beside Debian's `motion` on the same camera.
    Video,
    /// The app on a desktop: its start and the building of its window anew from the tray, each until a door
    /// can be pressed; its memory with a window and in the tray; the activity page with 10,000 entries; a
    /// door's decision until the notification. And Chromium with a window of the same page.
    App,
}

/// Runs one bench.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    match arguments.bench {
        Bench::Unlock => unlock::measure()?.publish("unlock"),
        Bench::Video => video::measure()?.publish("video"),
        Bench::App => app::measure()?.publish("app"),
    }
}
