//! What the hub has in the end, against what was answered.

use std::{collections::BTreeMap, fs, process::Command};

use access::ClipId;
use anyhow::{Context, Result, ensure};
use audit::{Event, Hash32, Person, Shortfall};
use building_tests::keyring::Keyring;
use clip::ClipIndex;
use hub_api::DoorInfo;
use serde_json::json;

use crate::{
    answers::{Answered, Answers, last_pulse},
    guest::POST_ROLL_S,
    host::Stage,
    plan::Found,
    say,
    scenario::Scenario,
};

/// A door must serve this soon after its start.
const SERVING_MS: u64 = 5_000;

/// One group of pictures, and what an emulated machine takes from the lens to the disk.
const MOST_LOST_MS: i64 = 2_000;

/// What one round showed.
#[derive(Debug)]
pub(crate) struct Round {
    pub(crate) scenario: Scenario,
    pub(crate) found: Found,
    /// Unlocks that were answered up to its end.
    pub(crate) answered: usize,
}

impl Round {
    pub(crate) fn line(&self, number: u32) -> String {
        let Found {
            serving_ms,
            last_seq,
            broken_chain,
            lost,
            unrecorded,
        } = &self.found;
        let chain = broken_chain.as_deref().unwrap_or("whole");
        format!(
            "cut {:>3}  served after {serving_ms:>5} ms  {last_seq:>6} records, chain {chain}, {} lost  \
             {:>6} unlocks answered  ({})",
            number + 1,
            lost.len() + unrecorded.len(),
            self.answered,
            self.scenario,
        )
    }

    fn holds(&self) -> bool {
        let Found {
            serving_ms,
            broken_chain,
            lost,
            unrecorded,
            ..
        } = &self.found;
        let nothing_lost = lost.is_empty() && unrecorded.is_empty();
        *serving_ms <= SERVING_MS && broken_chain.is_none() && nothing_lost
    }
}

/// Judges everything; fails when one thing does not hold.
pub(crate) async fn judge(
    stage: &Stage,
    viewer: &Keyring,
    rounds: &[Round],
    last_seq: u64,
) -> Result<()> {
    let log = hub_log(stage)?;
    let answers = Answers::read(&stage.options.folder)?;
    let doubled: Vec<_> = log.iter().filter(|(_, events)| events.len() > 1).collect();
    let missing: Vec<u64> = (1..=last_seq)
        .filter(|seq| !log.contains_key(seq))
        .collect();
    let entries = entries(&log);
    let lost: Vec<_> = answers
        .iter()
        .filter(|answer| !entries.contains_key(&answer.seq))
        .collect();
    let door = viewer.door(stage.door()?).await?;
    let films = films(&log, &entries)?;
    let mut missing_film = lost_films(stage, &log, &answers)?;
    for film in &films {
        let index = watch(stage, viewer, &door, film).await;
        let index = index.with_context(|| format!("clip {}", film.clip))?;
        missing_film.extend(cut_short(stage, film, &index, &answers)?);
    }
    let most_film_lost_ms = missing_film.iter().max().copied().unwrap_or_default();
    let slowest = rounds.iter().map(|round| round.found.serving_ms).max();
    let report = json!({
        "rounds": rounds.len(), "seed": stage.options.seed,
        "unlocks_answered": answers.len(), "records": last_seq,
        "lost": lost.len() + missing.len(), "doubled": doubled.len(),
        "clips_watched": films.len(), "clips_cut_short": missing_film.len(),
        "most_film_lost_ms": most_film_lost_ms, "slowest_start_ms": slowest,
    });
    fs::write(
        stage.options.folder.join("report.json"),
        serde_json::to_vec_pretty(&report)?,
    )?;
    say(&serde_json::to_string_pretty(&report)?);
    ensure!(lost.is_empty(), "answered, and not in the log: {lost:?}");
    ensure!(missing.is_empty(), "the hub lacks records {missing:?}");
    ensure!(doubled.is_empty(), "twice at the hub: {doubled:?}");
    ensure!(!answers.is_empty(), "nobody entered, so nothing was shown");
    ensure!(!films.is_empty(), "nobody was filmed, so nothing was shown");
    ensure!(
        most_film_lost_ms <= MOST_LOST_MS,
        "{most_film_lost_ms} ms of film are missing that were filmed before a cut"
    );
    let failed: Vec<_> = rounds.iter().filter(|round| !round.holds()).collect();
    ensure!(failed.is_empty(), "these rounds do not hold: {failed:#?}");
    Ok(())
}

type Log = BTreeMap<u64, Vec<Event>>;

fn hub_log(stage: &Stage) -> Result<Log> {
    let shown = stage
        .hub
        .administer(&["audit", "show", "--building", &stage.building.id])?;
    let rows = shown.as_array().context("the log is no list")?;
    let mut log = Log::new();
    for row in rows
        .iter()
        .filter(|row| row["door"] == stage.building.doors[0].id)
    {
        let seq = row["seq"].as_u64().context("a record has no number")?;
        let event = serde_json::from_value(row["event"].clone())?;
        log.entry(seq).or_default().push(event);
    }
    Ok(log)
}

/// The entries, each with whether it has to be filmed.
fn entries(log: &Log) -> BTreeMap<u64, bool> {
    let all = log.iter().flat_map(|(seq, events)| {
        events.iter().filter_map(|event| match event {
            Event::Entry(entry) => Some((*seq, !is_resident(&entry.person))),
            _ => None,
        })
    });
    all.collect()
}

fn is_resident(person: &Person) -> bool {
    matches!(person, Person::Resident | Person::NamedResident { .. })
}

/// A clip that was closed, as its record tells.
struct Film {
    clip: ClipId,
    entry_seq: u64,
    shortfall: Option<Shortfall>,
    final_hash: Hash32,
}

/// The clips that were closed. Every entry that has to be filmed must have one, or a record that says
/// why not.
fn films(log: &Log, entries: &BTreeMap<u64, bool>) -> Result<Vec<Film>> {
    let mut films = Vec::new();
    let mut told = Vec::new();
    for event in log.values().flatten() {
        match event {
            Event::ClipClosed {
                clip,
                entry_seq,
                final_hash,
                shortfall,
                ..
            } => {
                films.push(Film {
                    clip: *clip,
                    entry_seq: *entry_seq,
                    shortfall: *shortfall,
                    final_hash: *final_hash,
                });
                told.push(*entry_seq);
            }
            Event::Unfilmed { entry_seq, .. } => told.push(*entry_seq),
            _ => {}
        }
    }
    let untold: Vec<_> = entries
        .iter()
        .filter(|(seq, is_to_be_filmed)| **is_to_be_filmed && !told.contains(seq))
        .collect();
    ensure!(
        untold.is_empty(),
        "neither filmed nor told why not: {untold:?}"
    );
    Ok(films)
}

/// How much of a clip is missing that was filmed until the power went, in milliseconds; `None` for one
/// that ended otherwise.
fn cut_short(
    stage: &Stage,
    film: &Film,
    index: &ClipIndex,
    answers: &[Answered],
) -> Result<Option<i64>> {
    if film.shortfall != Some(Shortfall::Interrupted) {
        return Ok(None);
    }
    let filmed = filmed_ms(stage, film.entry_seq, answers)?;
    let last = index.fragments().last().context("the clip is empty")?;
    Ok(filmed.map(|filmed| filmed - last.meta.end_ms()))
}

/// The same of clips of which not one group of pictures was left.
fn lost_films(stage: &Stage, log: &Log, answers: &[Answered]) -> Result<Vec<i64>> {
    let interrupted = log.values().flatten().filter_map(|event| match event {
        Event::Unfilmed { entry_seq, why } if why == "interrupted" => Some(*entry_seq),
        _ => None,
    });
    let filmed = interrupted.map(|entry_seq| filmed_ms(stage, entry_seq, answers));
    filmed.filter_map(Result::transpose).collect()
}

/// How long an entry was filmed at most until the power went, in milliseconds; `None` where the camera was
/// taken away.
fn filmed_ms(stage: &Stage, entry_seq: u64, answers: &[Answered]) -> Result<Option<i64>> {
    let entry = answers.iter().find(|answer| answer.seq == entry_seq);
    let Some(entry) = entry.filter(|entry| Scenario::of(entry.round) != Scenario::CameraPulled)
    else {
        return Ok(None);
    };
    let power_until = last_pulse(&stage.options.folder, entry.round)?;
    let since = power_until.saturating_sub(entry.at_ms);
    Ok(Some(
        i64::try_from(since)?.min(i64::from(POST_ROLL_S) * 1000),
    ))
}

/// Fetches, verifies and decodes a clip to its last picture.
async fn watch(
    stage: &Stage,
    viewer: &Keyring,
    door: &DoorInfo,
    recorded: &Film,
) -> Result<ClipIndex> {
    let (film, index) = viewer.watch(recorded.clip, door).await?;
    ensure!(
        index.final_hash().0 == recorded.final_hash.0,
        "the record names another film"
    );
    let file = stage.options.folder.join("clip.mp4");
    fs::write(&file, film)?;
    let decoded = Command::new("gst-launch-1.0")
        .arg("--quiet")
        .arg("filesrc")
        .arg(format!("location={}", file.display()))
        .args(["!", "qtdemux", "!", "h264parse", "!", "avdec_h264"])
        .args(["!", "fakesink"])
        .output()?;
    let words = String::from_utf8_lossy(&decoded.stderr);
    ensure!(
        decoded.status.success() && words.is_empty(),
        "it does not decode: {words}"
    );
    Ok(index)
}
