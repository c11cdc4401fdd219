//! Measures the stack's own echo and our unlock in one run, and writes every sample to the file that
//! is given, one list of numbers a figure: `{"echo_ms":[…],"unlock_ms":[…],"writes":[…],…}`.
//!
//! Cold is what a phone does that begins to look for the door when its button is pressed. Warm is a
//! phone that is connected already, so that pressing the button writes; again is one that unlocks
//! once more on the same connection.

use std::{
    fs,
    path::Path,
    time::{Duration, SystemTime},
};

use anyhow::{Context, Result, bail};
use bluetooth_tests::{
    air::Companion,
    controllers::{self, HANDSET, PHONE},
    echo::{EchoClient, EchoServer},
    radio::{Connection, Unlock},
    stage::{MAIN_ENTRANCE, home_with, other_building},
};
use building_tests::keyring::Keyring;
use door_protocol::Answer;
use serde_json::json;
use simulation::{Door, Programs, Site, StrikeState};

/// Round trips and unlocks that are measured, after as many as a tenth to warm up.
const ECHOES: usize = 200;
const UNLOCKS: usize = 40;

/// One measured unlock of a phone that was cold.
struct Cold {
    scan_to_strike_ms: f64,
    find_ms: f64,
    connect_ms: f64,
    discover_ms: f64,
    unlock_ms: f64,
    writes: u32,
    request_len: usize,
    cpu_ms: f64,
}

/// Two measured unlocks on one connection that was there before.
struct Warm {
    button_ms: f64,
    again_ms: f64,
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    // cargo adds `--bench` to what it is told to pass on.
    let file = arguments
        .iter()
        .find(|argument| !argument.starts_with("--"));
    let file = file.context("usage: unlock FILE")?;
    let (cold, warm) = unlocks().await.context("the unlocks")?;
    let longest = cold.iter().map(|sample| sample.request_len).max();
    let longest = longest.context("nothing was unlocked")?;
    let echo_ms = echoes(longest).await.context("the echo")?;
    let of_cold = |of: fn(&Cold) -> f64| cold.iter().map(of).collect::<Vec<_>>();
    let of_warm = |of: fn(&Warm) -> f64| warm.iter().map(of).collect::<Vec<_>>();
    let samples = json!({
        "echo_ms": echo_ms,
        "unlock_ms": of_cold(|sample| sample.unlock_ms),
        "writes": of_cold(|sample| f64::from(sample.writes)),
        "decision_cpu_ms": of_cold(|sample| sample.cpu_ms),
        "cold_ms": of_cold(|sample| sample.scan_to_strike_ms),
        "cold_find_ms": of_cold(|sample| sample.find_ms),
        "cold_connect_ms": of_cold(|sample| sample.connect_ms),
        "cold_discover_ms": of_cold(|sample| sample.discover_ms),
        "warm_ms": of_warm(|sample| sample.button_ms),
        "again_ms": of_warm(|sample| sample.again_ms),
    });
    fs::write(file, samples.to_string()).context("the samples cannot be written")
}

/// Round trips of values that are as long as the request to unlock.
async fn echoes(length: usize) -> Result<Vec<f64>> {
    let _server = EchoServer::serve(HANDSET).await?;
    let mut client = EchoClient::connect(PHONE).await?;
    let value = vec![7; length];
    let mut samples = Vec::new();
    for number in 0..ECHOES + ECHOES / 10 {
        let took = client.round_trip(&value).await?;
        if number >= ECHOES / 10 {
            samples.push(milliseconds(took));
        }
    }
    client.disconnect().await?;
    Ok(samples)
}

async fn unlocks() -> Result<(Vec<Cold>, Vec<Warm>)> {
    let folder = tempfile::tempdir()?;
    let _companion = Companion::of(controllers::MAIN_ENTRANCE).await?;
    let programs = Programs::beside_this_executable()?;
    let site = Site::start_with(&programs, folder.path(), home_with(None), other_building())?;
    let keyring = Keyring::enrol(&site.home.resident_invite(&site.hub)?).await?;
    let door = site.home.door(MAIN_ENTRANCE)?;
    let (mut colds, mut warms) = (Vec::new(), Vec::new());
    for number in 0..UNLOCKS + UNLOCKS / 10 {
        let cold = unlock_cold(&keyring, door).await;
        let cold = cold.with_context(|| format!("cold unlock {number}"))?;
        let warm = unlock_warm(&keyring, door).await;
        let warm = warm.with_context(|| format!("warm unlock {number}"))?;
        if number >= UNLOCKS / 10 {
            colds.push(cold);
            warms.push(warm);
        }
    }
    Ok((colds, warms))
}

async fn unlock_cold(keyring: &Keyring, door: &Door) -> Result<Cold> {
    let id = door.id.parse()?;
    let process = door.process().context("the door does not run")?;
    let connection = Connection::open(PHONE, id).await?;
    let cpu_before = cpu_of(process)?;
    let unlock = connection.unlock(keyring.request_to(id)?).await?;
    let cpu = cpu_of(process)?.saturating_sub(cpu_before);
    let steps = connection.steps;
    connection.close().await?;
    let moved_ms = moved_for(door, &unlock)?;
    Ok(Cold {
        scan_to_strike_ms: since(steps.scan, moved_ms)?,
        find_ms: milliseconds(steps.seen.duration_since(steps.scan)?),
        connect_ms: milliseconds(steps.connected.duration_since(steps.seen)?),
        discover_ms: milliseconds(steps.discovered.duration_since(steps.connected)?),
        unlock_ms: since(unlock.subscribed_at, moved_ms)?,
        writes: unlock.writes,
        request_len: unlock.request_len,
        cpu_ms: milliseconds(cpu),
    })
}

async fn unlock_warm(keyring: &Keyring, door: &Door) -> Result<Warm> {
    let id = door.id.parse()?;
    let connection = Connection::open(PHONE, id).await?;
    let heard = connection.hear().await?;
    let (first, mut answered) = heard.unlock(keyring.request_to(id)?).await?;
    let again = answered.unlock_again().await?;
    drop(answered);
    connection.close().await?;
    Ok(Warm {
        button_ms: since(first.asked_at, moved_for(door, &first)?)?,
        again_ms: since(again.asked_at, moved_for(door, &again)?)?,
    })
}

/// When the strike moved for an unlock, in unix milliseconds.
fn moved_for(door: &Door, unlock: &Unlock) -> Result<u64> {
    let Answer::Unlocked { seq, .. } = unlock.answer else {
        bail!("the door answered {:?}", unlock.answer);
    };
    let moves = door.strike_moves().into_iter();
    let mut own = moves.filter(|one| one.seq == Some(seq) && one.state == StrikeState::Unlocked);
    Ok(own.next().context("the strike did not move")?.at_ms)
}

/// Milliseconds from `start` to a unix time, whose own resolution is a millisecond.
fn since(start: SystemTime, at_ms: u64) -> Result<f64> {
    let end = SystemTime::UNIX_EPOCH + Duration::from_millis(at_ms);
    let took = end
        .duration_since(start)
        .context("the strike moved before the phone asked")?;
    Ok(milliseconds(took))
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

/// CPU time that all threads of a process have used, to the nanosecond (proc(5), schedstat).
fn cpu_of(process: u32) -> Result<Duration> {
    let threads = Path::new("/proc").join(process.to_string()).join("task");
    let mut nanoseconds = 0;
    for thread in fs::read_dir(threads)? {
        let stat = fs::read_to_string(thread?.path().join("schedstat")).unwrap_or_default();
        let used = stat
            .split_whitespace()
            .next()
            .and_then(|used| used.parse::<u64>().ok());
        nanoseconds += used.unwrap_or(0);
    }
    Ok(Duration::from_nanos(nanoseconds))
}
