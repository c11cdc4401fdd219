//! The app on a desktop: how long a person waits for it, and what it takes of the machine meanwhile.
//!
//! - Cold start: from the start of the program until a door's control is painted, which answers presses from
//!   before; the device is enrolled, and an earlier start has filled the system's caches.
//! - Rebuild: from the request of a second start, or of the tray, until the same is there again; before, the
//!   window was closed, its web view ended, and the app started anew in the tray.
//! - Memory: the proportional set size of all processes of the app, five seconds after its window was shown, or
//!   closed, or after the app started anew in the tray.
//! - First paint of 10,000 rows: from the change of the page's address until the frame with the first rows is
//!   over; the list has all 10,000 loaded.
//! - Decision to notification: from the time in the door's record until the desktop is asked to show the
//!   notification; the app is in the tray.
//! - Chromium: a window of the same page (`--app`), whose core runs beside it and does not count.

use std::fs;

use anyhow::{Context, Result};
use serde::Deserialize;

use super::{
    desktop::DesktopProgram,
    figures::{Figures, percentile},
};
use crate::{
    build, repo, say,
    setup::{self, Need, Tool},
};

/// What was measured, in milliseconds and MB.
#[derive(Debug, Default, Deserialize)]
struct Samples {
    cold_start: Vec<f64>,
    rebuild: Vec<f64>,
    memory_window: Vec<f64>,
    memory_closed: Vec<f64>,
    memory_tray: Vec<f64>,
    rows_10k_first_paint: Vec<f64>,
    decision_to_notification: Vec<f64>,
    chromium_start: Vec<f64>,
    chromium_memory: Vec<f64>,
}

/// Builds everything and measures it.
pub(super) fn measure() -> Result<Figures> {
    setup::ensure(&[
        Need::Build,
        Need::Video,
        Need::Desktop,
        Need::Chromium,
        Need::Ui,
        Need::Tests,
        Need::Tool(Tool::TauriDriver),
    ])?;
    build::user_interface()?;
    build::app()?;
    let bench = repo::target().join("bench");
    fs::create_dir_all(&bench)?;
    say::stage("measuring the app");
    let folder = tempfile::tempdir()?;
    let measuring = DesktopProgram::new("app-bench/measure.ts", folder.path());
    let samples = measuring
        .seeing_the_display()?
        .measure(&bench.join("app-samples.json"))?;
    figures(&samples)
}

fn figures(samples: &Samples) -> Result<Figures> {
    let of =
        |samples: &[f64], percent| percentile(samples, percent).context("nothing was measured");
    let mut figures = Figures::default();
    let start = of(&samples.cold_start, 50)?;
    figures.add_with_target("cold_start_p50", start, "ms", 1200.0);
    let rebuild = of(&samples.rebuild, 50)?;
    figures.add_with_target("rebuild_p50", rebuild, "ms", 700.0);
    let memory = of(&samples.memory_window, 50)?;
    figures.add("memory_window_pss", memory, "MB");
    let memory = of(&samples.memory_closed, 50)?;
    figures.add("memory_closed_pss", memory, "MB");
    let memory = of(&samples.memory_tray, 50)?;
    figures.add_with_target("memory_tray_pss", memory, "MB", 80.0);
    let rows = of(&samples.rows_10k_first_paint, 50)?;
    figures.add_with_target("rows_10k_first_paint", rows, "ms", 100.0);
    let notification = of(&samples.decision_to_notification, 95)?;
    figures.add_with_target("decision_to_notification_p95", notification, "ms", 250.0);
    let memory = of(&samples.chromium_memory, 50)?;
    figures.add("chromium_memory_pss", memory, "MB");
    let start = of(&samples.chromium_start, 50)?;
    figures.add("chromium_start_p50", start, "ms");
    Ok(figures)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_figure_is_held_against_its_own_target() {
        let samples = Samples {
            cold_start: vec![1200.0],
            rebuild: vec![701.0],
            memory_window: vec![300.0],
            memory_closed: vec![100.0],
            memory_tray: vec![81.0],
            rows_10k_first_paint: vec![100.0],
            decision_to_notification: vec![10.0, 251.0],
            chromium_start: vec![900.0],
            chromium_memory: vec![400.0],
        };
        let figures = figures(&samples).unwrap();
        let holds = |name| figures.found(name).unwrap().1;
        assert_eq!(holds("cold_start_p50"), Some(true));
        assert_eq!(holds("rebuild_p50"), Some(false));
        assert_eq!(holds("memory_tray_pss"), Some(false));
        assert_eq!(holds("rows_10k_first_paint"), Some(true));
        assert_eq!(holds("decision_to_notification_p95"), Some(false));
        assert_eq!(holds("chromium_memory_pss"), None);
    }

    #[test]
    fn an_app_that_was_never_shown_is_an_error() {
        assert!(figures(&Samples::default()).is_err());
    }
}
