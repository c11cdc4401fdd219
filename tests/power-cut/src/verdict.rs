//! What the hub has in the end, against what was answered.

use std::{collections::BTreeMap, fs, process::Command};

use access::ClipId;
use anyhow::{Context, Result, ensure};
use audit::{Event, Hash32, Person};
use building_tests::keyring::Keyring;
use hub_api::DoorInfo;
use serde_json::json;

use crate::{answers::Answers, host::Stage, plan::Found, say, scenario::Scenario};

/// A door must serve this soon after its start.
const SERVING_MS: u64 = 5_000;

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
        .filter(|seq| !entries.contains_key(seq))
        .collect();
    let door = viewer.door(stage.door()?).await?;
    let films = films(&log, &entries)?;
    for (clip, hash) in &films {
        watch(stage, viewer, &door, *clip, *hash)
            .await
            .with_context(|| format!("clip {clip}"))?;
    }
    let slowest = rounds.iter().map(|round| round.found.serving_ms).max();
    let report = json!({
        "rounds": rounds.len(), "seed": stage.options.seed,
        "unlocks_answered": answers.len(), "records": last_seq,
        "lost": lost.len() + missing.len(), "doubled": doubled.len(),
        "clips_watched": films.len(), "slowest_start_ms": slowest,
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

/// The clips that were closed. Every entry that has to be filmed must have one, or a record that says
/// why not.
fn films(log: &Log, entries: &BTreeMap<u64, bool>) -> Result<Vec<(ClipId, Hash32)>> {
    let mut films = Vec::new();
    let mut told = Vec::new();
    for event in log.values().flatten() {
        match event {
            Event::ClipClosed {
                clip,
                entry_seq,
                final_hash,
                ..
            } => {
                films.push((*clip, *final_hash));
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

/// Fetches, verifies and decodes a clip to its last picture.
async fn watch(
    stage: &Stage,
    viewer: &Keyring,
    door: &DoorInfo,
    clip: ClipId,
    recorded: Hash32,
) -> Result<()> {
    let (film, hash) = viewer.watch(clip, door).await?;
    ensure!(hash.0 == recorded.0, "the record names another film");
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
    Ok(())
}
