//! What filming costs a door, and `motion` beside it on the same camera. Writes `{"door_memory_mib":…}` to the
//! file that is given: CPU as a share of one core, memory as the largest proportional set size (PSS) in MiB.

use std::{
    fs,
    path::Path,
    thread::sleep,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use procfs::process::Process;
use serde_json::json;
use simulation::{
    BuildingPlan, CameraPlan, CourierAnswer, DoorPlan, NetworkCamera, Programs, Running, Site,
};

/// What both look at, in pixels, and pictures per second.
const SIZE: (u16, u16) = (1920, 1080);
const FPS: u8 = 30;

/// How long each state lasts that is measured.
const MEASURED: Duration = Duration::from_secs(20);

/// What a new program may do before it counts.
const SETTLING: Duration = Duration::from_secs(8);

const FILMED: &str = "Main entrance";

/// What a program used while it was watched.
#[derive(Clone, Copy, Debug, serde::Serialize)]
struct Use {
    /// Of one core.
    cpu: f64,
    memory_mib: f64,
}

fn main() -> Result<()> {
    let file = std::env::args()
        .skip(1)
        .find(|argument| !argument.starts_with("--"));
    let file = file.context("usage: filming FILE")?;
    let folder = tempfile::tempdir()?;
    let camera = NetworkCamera::with_clock(folder.path(), SIZE, FPS)?;
    let network = CameraPlan::network(&camera, SIZE, FPS);
    let passed_through = door(&folder.path().join("pass-through"), network)?;
    let motion = motion(folder.path(), &camera)?;
    drop(camera);
    let encoded = door(&folder.path().join("encode"), test_picture())?;
    let samples = json!({ "pass_through": passed_through, "encode": encoded, "motion": motion });
    fs::write(file, samples.to_string()).context("the samples cannot be written")
}

/// What a door encodes by itself.
fn test_picture() -> CameraPlan {
    CameraPlan {
        source: r#"{ kind = "test", pattern = "ball" }"#.into(),
        size: SIZE,
        fps: FPS,
        ..CameraPlan::test()
    }
}

/// A door with one camera: nobody comes, and then a courier, whose clip is filmed and sent to the hub.
fn door(folder: &Path, camera: CameraPlan) -> Result<[Use; 2]> {
    let camera = CameraPlan {
        post_roll_s: u16::try_from(MEASURED.as_secs() + 5)?,
        ..camera
    };
    let home = BuildingPlan {
        doors: vec![DoorPlan::common(FILMED).with_camera(Some(camera))],
        ..BuildingPlan::elm_street()
    };
    let programs = Programs::beside_this_executable()?;
    let site = Site::start_with(&programs, folder, home, BuildingPlan::oak_court())?;
    let door = site.home.door(FILMED)?;
    door.wait_for_camera()?;
    let process = door.process().context("the door does not run")?;
    // The ring fills up first.
    sleep(Duration::from_secs(10) + SETTLING);
    let idle = watch(process)?;
    let answer = site.courier_at(FILMED)?;
    if !matches!(answer, CourierAnswer::Unlocked { .. }) {
        bail!("the courier was answered {answer:?}");
    }
    Ok([idle, watch(process)?])
}

/// Debian's `motion` on the same camera: only looking, and recording all the time without encoding anew.
fn motion(folder: &Path, camera: &NetworkCamera) -> Result<[Use; 2]> {
    let mut used = Vec::new();
    for recording in [false, true] {
        let target = folder.join(format!("motion-{recording}"));
        fs::create_dir_all(&target)?;
        let settings = target.join("motion.conf");
        fs::write(&settings, motion_settings(&target, camera, recording))?;
        let settings = settings.to_string_lossy().into_owned();
        let log = target.join("motion.log");
        let running = Running::start(Path::new("/usr/bin/motion"), &["-n", "-c", &settings], &log)?;
        sleep(Duration::from_secs(10) + SETTLING);
        used.push(watch(running.id())?);
    }
    used.try_into()
        .map_err(|_| anyhow::anyhow!("motion was not watched twice"))
}

fn motion_settings(target: &Path, camera: &NetworkCamera, recording: bool) -> String {
    let switch = |on| if on { "on" } else { "off" };
    format!(
        "netcam_url {}\nwidth {}\nheight {}\nframerate {FPS}\ntarget_dir {}\npicture_output off\n\
         movie_output {on}\nmovie_passthrough {on}\nemulate_motion {on}\nmovie_codec mp4\n\
         webcontrol_port 0\nstream_port 0\nlog_level 4\n",
        camera.url(),
        SIZE.0,
        SIZE.1,
        target.display(),
        on = switch(recording),
    )
}

/// Watches a process and its threads for a while.
fn watch(process: u32) -> Result<Use> {
    let process = Process::new(process.try_into()?)?;
    let ticks = || -> Result<u64> {
        let stat = process.stat()?;
        Ok(stat.utime + stat.stime)
    };
    let (began, before) = (Instant::now(), ticks()?);
    let mut memory = 0;
    while began.elapsed() < MEASURED {
        let rollup = process.smaps_rollup()?;
        let of_now = rollup.memory_map_rollup.iter();
        let pss = of_now.filter_map(|map| map.extension.map.get("Pss")).sum();
        memory = memory.max(pss);
        sleep(Duration::from_millis(250));
    }
    #[expect(
        clippy::cast_precision_loss,
        reason = "a few thousand ticks, some hundred million bytes"
    )]
    let [used, memory] = [(ticks()? - before) as f64, memory as f64];
    #[expect(clippy::cast_precision_loss, reason = "a hundred ticks per second")]
    let per_second = procfs::ticks_per_second() as f64;
    Ok(Use {
        cpu: used / per_second / began.elapsed().as_secs_f64(),
        memory_mib: memory / f64::from(1 << 20),
    })
}
