//! The story, told once in a window under Xvfb, and judged from its report.

use std::{
    fs::File,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::Stdio,
    time::Duration,
};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::{
    repo, say, setup,
    setup::{Need, Tool},
    shell::{command, words_of},
    test,
};

/// A step of the story, as `tests/desktop/story.ts` prints it.
#[derive(Debug, Deserialize)]
struct Step {
    name: String,
    at_ms: u64,
    ok: bool,
}

#[derive(Debug, Deserialize)]
struct Report {
    steps: Vec<Step>,
    resident_unlock: Entry,
    courier_entry: Entry,
    denied_elsewhere: String,
    clip: Clip,
    notification_seen: bool,
    hours: Hours,
    lockdown: Lockdown,
}

/// What the door answered the courier, and what the app showed of the hours.
#[derive(Debug, Deserialize)]
struct Hours {
    denied: String,
    shown: String,
}

/// What the door answered the courier, and what the app made of the lockdown.
#[derive(Debug, Deserialize)]
struct Lockdown {
    denied: String,
    shown: String,
    notified: bool,
    lifted: bool,
}

#[derive(Debug, Deserialize)]
struct Entry {
    ms: i64,
    seq: u64,
}

#[derive(Debug, Deserialize)]
struct Clip {
    pre_roll_ms: u32,
    post_roll_ms: u32,
    frames_played: u32,
    verified: bool,
}

/// Installs what only the headless story needs.
pub(super) fn prepare() -> Result<()> {
    setup::ensure(&[Need::Tests, Need::Tool(Tool::TauriDriver)])
}

/// Runs the story, says each step as it happens, and fails unless all of it was seen to happen.
pub(super) fn tell_story(folder: &Path) -> Result<()> {
    say::stage("the story of one building");
    let mut story = command(
        "dbus-run-session",
        &[
            "--",
            "xvfb-run",
            "--auto-servernum",
            "--server-args=-screen 0 1440x900x24",
        ],
    );
    story
        .args(["node", "--import", "tsx", "desktop/story.ts"])
        .arg(folder);
    story.current_dir(repo::root().join("tests"));
    story.envs(test::desktop_environment());
    let words = words_of(&story);
    let log = repo::target().join("demo.log");
    let mut asides = File::create(&log)?;
    let mut child = story
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(asides.try_clone()?)
        .spawn()
        .with_context(|| format!("`{words}` cannot be started"))?;
    let stdout = child.stdout.take().context("standard output is piped")?;
    for line in BufReader::new(stdout).lines() {
        let line = line?;
        match serde_json::from_str(&line) {
            Ok(step) => say::line(&told(&step)),
            // The session's own programs speak too.
            Err(_) => writeln!(asides, "{line}")?,
        }
    }
    if !child.wait()?.success() {
        say::line(&test::end_of(&log));
        bail!("the story broke off; what its programs said last is printed above");
    }
    let report = read(folder)?;
    say::line(&summary(folder, &report));
    judge(&report)
}

fn told(Step { name, at_ms, ok }: &Step) -> String {
    let seconds = Duration::from_millis(*at_ms).as_secs_f64();
    let sign = if *ok { "ok    " } else { "FAILED" };
    format!("{seconds:7.1} s  {sign}  {name}")
}

fn read(folder: &Path) -> Result<Report> {
    let path = folder.join("report.json");
    let text = std::fs::read(&path).with_context(|| format!("{} is missing", path.display()))?;
    serde_json::from_slice(&text).with_context(|| format!("{} is damaged", path.display()))
}

fn judge(report: &Report) -> Result<()> {
    let demands = [
        (report.steps.iter().all(|step| step.ok), "a step failed"),
        (
            report.resident_unlock.seq > 0,
            "the resident's unlock has no record",
        ),
        (
            report.courier_entry.seq > 0,
            "the courier's entry has no record",
        ),
        (
            report.denied_elsewhere == "WrongBuilding",
            "the other building did not refuse",
        ),
        (
            report.clip.pre_roll_ms >= 10_000,
            "the clip starts less than ten seconds before the entry",
        ),
        (
            report.clip.post_roll_ms >= 10_000,
            "the clip ends less than ten seconds after the entry",
        ),
        (
            report.clip.frames_played > 0,
            "no frame of the clip was played",
        ),
        (report.clip.verified, "the app did not verify the clip"),
        (report.notification_seen, "no notification was seen"),
        (
            report.hours.denied == "OutsideHours",
            "the door did not keep the couriers' hours",
        ),
        (
            !report.hours.shown.is_empty(),
            "the app did not show the couriers' hours",
        ),
        (
            report.lockdown.denied == "LockedDown",
            "the door let a courier in during the lockdown",
        ),
        (
            !report.lockdown.shown.is_empty(),
            "the app did not show the lockdown",
        ),
        (
            report.lockdown.notified,
            "no notification of the lockdown was seen",
        ),
        (
            report.lockdown.lifted,
            "the courier did not get in after the lockdown",
        ),
    ];
    match demands.iter().find(|(met, _)| !met) {
        None => Ok(()),
        Some((_, complaint)) => bail!("{complaint}; see target/demo/report.json"),
    }
}

fn summary(folder: &Path, report: &Report) -> String {
    format!(
        "\nresident, click to strike:   {} ms (record {})\n\
         courier, request to strike:  {} ms (record {})\n\
         clip:                        {} ms before the entry to {} ms after, {} frames played\n\
         left in {}: report.json, screenshots, clip.mp4",
        report.resident_unlock.ms,
        report.resident_unlock.seq,
        report.courier_entry.ms,
        report.courier_entry.seq,
        report.clip.pre_roll_ms,
        report.clip.post_roll_ms,
        report.clip.frames_played,
        folder.display(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen() -> Report {
        Report {
            steps: vec![Step {
                name: "it began".into(),
                at_ms: 1,
                ok: true,
            }],
            resident_unlock: Entry { ms: 40, seq: 3 },
            courier_entry: Entry { ms: 50, seq: 5 },
            denied_elsewhere: "WrongBuilding".into(),
            clip: Clip {
                pre_roll_ms: 10_400,
                post_roll_ms: 10_020,
                frames_played: 80,
                verified: true,
            },
            notification_seen: true,
            hours: Hours {
                denied: "OutsideHours".into(),
                shown: "Couriers Wed–Sat all day".into(),
            },
            lockdown: Lockdown {
                denied: "LockedDown".into(),
                shown: "Lockdown: closed to visitors".into(),
                notified: true,
                lifted: true,
            },
        }
    }

    #[test]
    fn a_story_that_was_seen_to_happen_passes() {
        assert!(judge(&seen()).is_ok());
    }

    #[test]
    fn a_story_fails_when_any_part_of_it_was_not_seen() {
        let spoil: [fn(&mut Report); 15] = [
            |report| report.steps[0].ok = false,
            |report| report.resident_unlock.seq = 0,
            |report| report.courier_entry.seq = 0,
            |report| report.denied_elsewhere = "BadSignature".into(),
            |report| report.clip.pre_roll_ms = 9_999,
            |report| report.clip.post_roll_ms = 9_999,
            |report| report.clip.frames_played = 0,
            |report| report.clip.verified = false,
            |report| report.notification_seen = false,
            |report| report.hours.denied = "Revoked".into(),
            |report| report.hours.shown.clear(),
            |report| report.lockdown.denied.clear(),
            |report| report.lockdown.shown.clear(),
            |report| report.lockdown.notified = false,
            |report| report.lockdown.lifted = false,
        ];
        for spoil in spoil {
            let mut report = seen();
            spoil(&mut report);
            assert!(judge(&report).is_err(), "{report:?}");
        }
    }
}
