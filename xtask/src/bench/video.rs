//! Video from the camera to the eye: what a window shows and when, and what filming costs the door.

use std::fs;

use anyhow::{Context, Result};
use serde::Deserialize;

use super::{
    desktop::{DesktopProgram, read},
    figures::{Figures, percentile},
};
use crate::{
    build, repo, say,
    setup::{self, Need, Tool},
    shell::{command, run},
};

/// What one kind of window showed, in milliseconds.
#[derive(Debug, Default, Deserialize)]
struct Window {
    live_first_frame: Vec<f64>,
    live_delay: Vec<f64>,
    replay_first_frame: Vec<f64>,
    seek: Vec<f64>,
}

#[derive(Debug, Default, Deserialize)]
struct Windows {
    webkit: Window,
    chromium: Window,
}

/// What a program used: CPU of one core, memory as its largest proportional set size.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
struct Use {
    cpu: f64,
    memory_mib: f64,
}

/// Each with nobody there, and while it records.
#[derive(Debug, Default, Deserialize)]
struct Filming {
    pass_through: [Use; 2],
    encode: [Use; 2],
    motion: [Use; 2],
}

/// Measures the door first, then the windows; never both at a time.
pub(super) fn measure() -> Result<Figures> {
    setup::ensure(&[
        Need::Build,
        Need::Video,
        Need::Desktop,
        Need::Chromium,
        Need::Ui,
        Need::Tests,
        Need::Motion,
        Need::Tool(Tool::TauriDriver),
    ])?;
    build::user_interface()?;
    let filming = build::video()?;
    let folder = repo::target().join("bench");
    fs::create_dir_all(&folder)?;
    let [filmed, watched] = ["filming.json", "watching.json"].map(|name| folder.join(name));
    say::stage("measuring what filming costs");
    run(command(&filming, &[]).arg(&filmed))?;
    say::stage("measuring what is seen");
    let folder = tempfile::tempdir()?;
    let watching = DesktopProgram::new("video/watch.ts", folder.path());
    figures(&read(&filmed)?, &watching.measure(&watched)?)
}

fn figures(filming: &Filming, windows: &Windows) -> Result<Figures> {
    let mut figures = Figures::default();
    for (window, names) in [(&windows.webkit, &WEBKIT), (&windows.chromium, &CHROMIUM)] {
        add_window(&mut figures, window, names)?;
    }
    let [idle, recording] = filming.pass_through;
    figures.add(
        "cpu_passthrough_1080p30_idle",
        100.0 * idle.cpu,
        "% of a core",
    );
    figures.add_with_target(
        "cpu_passthrough_1080p30",
        100.0 * recording.cpu,
        "% of a core",
        5.0,
    );
    let memory = idle.memory_mib.max(recording.memory_mib);
    figures.add_with_target("door_memory", memory, "MiB", 120.0);
    let [idle, recording] = filming.encode;
    figures.add("cpu_encode_1080p30_idle", 100.0 * idle.cpu, "% of a core");
    figures.add("cpu_encode_1080p30", 100.0 * recording.cpu, "% of a core");
    let memory = idle.memory_mib.max(recording.memory_mib);
    figures.add("door_memory_encode", memory, "MiB");
    let [idle, recording] = filming.motion;
    figures.add("motion_cpu_idle", 100.0 * idle.cpu, "% of a core");
    figures.add("motion_cpu", 100.0 * recording.cpu, "% of a core");
    let memory = idle.memory_mib.max(recording.memory_mib);
    figures.add("motion_memory", memory, "MiB");
    Ok(figures)
}

/// What the figures of one kind of window are called.
struct Names {
    live_first_frame_p50: &'static str,
    live_first_frame_p95: &'static str,
    live_delay_p50: &'static str,
    live_delay_p95: &'static str,
    replay_first_frame_p95: &'static str,
    seek_p50: &'static str,
    seek_p95: &'static str,
}

const WEBKIT: Names = Names {
    live_first_frame_p50: "live_first_frame_p50_webkit",
    live_first_frame_p95: "live_first_frame_p95_webkit",
    live_delay_p50: "live_delay_p50_webkit",
    live_delay_p95: "live_delay_p95_webkit",
    replay_first_frame_p95: "replay_first_frame_p95_webkit",
    seek_p50: "seek_p50_webkit",
    seek_p95: "seek_p95_webkit",
};

const CHROMIUM: Names = Names {
    live_first_frame_p50: "live_first_frame_p50_chromium",
    live_first_frame_p95: "live_first_frame_p95_chromium",
    live_delay_p50: "live_delay_p50_chromium",
    live_delay_p95: "live_delay_p95_chromium",
    replay_first_frame_p95: "replay_first_frame_p95_chromium",
    seek_p50: "seek_p50_chromium",
    seek_p95: "seek_p95_chromium",
};

fn add_window(figures: &mut Figures, window: &Window, names: &Names) -> Result<()> {
    let of =
        |samples: &[f64], percent| percentile(samples, percent).context("nothing was measured");
    let live = &window.live_first_frame;
    figures.add(names.live_first_frame_p50, of(live, 50)?, "ms");
    figures.add_with_target(names.live_first_frame_p95, of(live, 95)?, "ms", 500.0);
    let delay = &window.live_delay;
    figures.add_with_target(names.live_delay_p50, of(delay, 50)?, "ms", 300.0);
    figures.add_with_target(names.live_delay_p95, of(delay, 95)?, "ms", 400.0);
    let replay = of(&window.replay_first_frame, 95)?;
    figures.add_with_target(names.replay_first_frame_p95, replay, "ms", 300.0);
    figures.add(names.seek_p50, of(&window.seek, 50)?, "ms");
    figures.add_with_target(names.seek_p95, of(&window.seek, 95)?, "ms", 100.0);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window() -> Window {
        Window {
            live_first_frame: vec![400.0],
            live_delay: vec![500.0],
            replay_first_frame: vec![100.0],
            seek: vec![50.0],
        }
    }

    #[test]
    fn each_window_is_held_against_the_targets() {
        let windows = Windows {
            webkit: window(),
            chromium: window(),
        };
        let figures = figures(&Filming::default(), &windows).unwrap();
        let holds = |name| figures.found(name).unwrap().1;
        assert_eq!(holds("live_first_frame_p95_webkit"), Some(true));
        assert_eq!(holds("live_delay_p50_chromium"), Some(false));
        assert_eq!(holds("door_memory"), Some(true));
    }

    #[test]
    fn a_window_that_showed_nothing_is_an_error() {
        assert!(figures(&Filming::default(), &Windows::default()).is_err());
    }
}
