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
    live: Live,
    hours: Hours,
    lockdown: Lockdown,
    keypad: Keypad,
    held_open: Alarm,
    forced: Alarm,
    remote: Remote,
}

/// How long the first live picture took, how many came, and whether the log tells who watched.
#[derive(Debug, Deserialize)]
struct Live {
    ms: i64,
    frames: u32,
    recorded: bool,
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

/// What the app showed of a wrong code and of a guest's, and the record of the guest's entry.
#[derive(Debug, Deserialize)]
struct Keypad {
    refused: String,
    shown: String,
    seq: u64,
    notified: bool,
}

/// What the app showed of a door that stands open, and whether it told of its end.
#[derive(Debug, Deserialize)]
struct Alarm {
    shown: String,
    notified: bool,
    closed: bool,
}

/// How long an entry from afar took, the hold included, and what the app showed of it.
#[derive(Debug, Deserialize)]
struct Remote {
    ms: i64,
    seq: u64,
    shown: String,
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
    let parts = [the_visit(report), the_rules(report), the_door(report)];
    let mut demands = parts.into_iter().flatten();
    match demands.find(|(met, _)| !met) {
        None => Ok(()),
        Some((_, complaint)) => bail!("{complaint}; see target/demo/report.json"),
    }
}

/// Whether something held, and what to say if not.
type Demand = (bool, &'static str);

fn the_visit(report: &Report) -> Vec<Demand> {
    vec![
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
        (report.live.frames > 0, "no live picture was seen"),
        (
            report.live.recorded,
            "the log does not tell who watched live",
        ),
    ]
}

fn the_rules(report: &Report) -> Vec<Demand> {
    vec![
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
    ]
}

fn the_door(report: &Report) -> Vec<Demand> {
    let Report {
        keypad,
        held_open,
        forced,
        remote,
        ..
    } = report;
    vec![
        (
            !keypad.refused.is_empty(),
            "the app did not show that a wrong code was refused",
        ),
        (keypad.seq > 0, "the guest's entry by keypad has no record"),
        (
            !keypad.shown.is_empty(),
            "the app did not show the guest's entry by keypad",
        ),
        (
            keypad.notified,
            "no notification of the guest's entry was seen",
        ),
        (
            !held_open.shown.is_empty(),
            "the app did not show that the door was held open",
        ),
        (
            held_open.notified,
            "no notification of the door that was held open was seen",
        ),
        (
            held_open.closed,
            "the app did not show that the door held open was shut",
        ),
        (
            !forced.shown.is_empty(),
            "the app did not show that the door was forced",
        ),
        (
            forced.notified,
            "no notification of the forced door was seen",
        ),
        (
            forced.closed,
            "the app did not show that the forced door was shut",
        ),
        (remote.seq > 0, "the entry from afar has no record"),
        (
            !remote.shown.is_empty(),
            "the app did not show the entry from afar as one",
        ),
    ]
}

fn summary(folder: &Path, report: &Report) -> String {
    format!(
        "\nresident, click to strike:   {} ms (record {})\n\
         courier, request to strike:  {} ms (record {})\n\
         from afar, press to strike:  {} ms, one second of it held (record {})\n\
         clip:                        {} ms before the entry to {} ms after, {} frames played\n\
         live, request to picture:    {} ms, {} frames seen\n\
         left in {}: report.json, screenshots, clip.mp4",
        report.resident_unlock.ms,
        report.resident_unlock.seq,
        report.courier_entry.ms,
        report.courier_entry.seq,
        report.remote.ms,
        report.remote.seq,
        report.clip.pre_roll_ms,
        report.clip.post_roll_ms,
        report.clip.frames_played,
        report.live.ms,
        report.live.frames,
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
            live: Live {
                ms: 400,
                frames: 10,
                recorded: true,
            },
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
            keypad: Keypad {
                refused: "Somebody Main entrance Refused: Wrong code".into(),
                shown: "Ines Falk Main entrance Guest, with a code".into(),
                seq: 9,
                notified: true,
            },
            held_open: alarm("Open for 5 s Main entrance"),
            forced: alarm("Forced open Main entrance"),
            remote: Remote {
                ms: 1_200,
                seq: 2,
                shown: "You Garage Opened remotely".into(),
            },
        }
    }

    fn alarm(shown: &str) -> Alarm {
        Alarm {
            shown: shown.into(),
            notified: true,
            closed: true,
        }
    }

    #[test]
    fn a_story_that_was_seen_to_happen_passes() {
        assert!(judge(&seen()).is_ok());
    }

    #[test]
    fn a_story_fails_when_any_part_of_it_was_not_seen() {
        let spoil: [fn(&mut Report); 29] = [
            |report| report.steps[0].ok = false,
            |report| report.resident_unlock.seq = 0,
            |report| report.courier_entry.seq = 0,
            |report| report.denied_elsewhere = "BadSignature".into(),
            |report| report.clip.pre_roll_ms = 9_999,
            |report| report.clip.post_roll_ms = 9_999,
            |report| report.clip.frames_played = 0,
            |report| report.clip.verified = false,
            |report| report.notification_seen = false,
            |report| report.live.frames = 0,
            |report| report.live.recorded = false,
            |report| report.hours.denied = "Revoked".into(),
            |report| report.hours.shown.clear(),
            |report| report.lockdown.denied.clear(),
            |report| report.lockdown.shown.clear(),
            |report| report.lockdown.notified = false,
            |report| report.lockdown.lifted = false,
            |report| report.keypad.refused.clear(),
            |report| report.keypad.seq = 0,
            |report| report.keypad.shown.clear(),
            |report| report.keypad.notified = false,
            |report| report.held_open.shown.clear(),
            |report| report.held_open.notified = false,
            |report| report.held_open.closed = false,
            |report| report.forced.shown.clear(),
            |report| report.forced.notified = false,
            |report| report.forced.closed = false,
            |report| report.remote.seq = 0,
            |report| report.remote.shown.clear(),
        ];
        for spoil in spoil {
            let mut report = seen();
            spoil(&mut report);
            assert!(judge(&report).is_err(), "{report:?}");
        }
    }
}
