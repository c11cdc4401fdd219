//! Measures the stack's own echo and our unlock in one run, and writes every sample to the file that
//! is given: the unlocks as `{"echo_ms":[…],"unlock_ms":[…],"writes":[…],"decision_cpu_ms":[…]}`.

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
    radio::Connection,
    stage::{MAIN_ENTRANCE, home_with, other_building},
};
use building_tests::keyring::Keyring;
use door_protocol::Answer;
use serde_json::json;
use simulation::{Door, Programs, Site, StrikeState};

/// Round trips and unlocks that are measured, after as many as a tenth to warm up.
const ECHOES: usize = 200;
const UNLOCKS: usize = 40;

/// One measured unlock.
struct Sample {
    unlock_ms: f64,
    writes: u32,
    request_len: usize,
    cpu_ms: f64,
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    // cargo adds `--bench` to what it is told to pass on.
    let file = arguments
        .iter()
        .find(|argument| !argument.starts_with("--"));
    let file = file.context("usage: unlock FILE")?;
    let unlocks = unlocks().await.context("the unlocks")?;
    let longest = unlocks.iter().map(|sample| sample.request_len).max();
    let longest = longest.context("nothing was unlocked")?;
    let echo_ms = echoes(longest).await.context("the echo")?;
    let all = |of: fn(&Sample) -> f64| unlocks.iter().map(of).collect::<Vec<_>>();
    let samples = json!({
        "echo_ms": echo_ms,
        "unlock_ms": all(|sample| sample.unlock_ms),
        "writes": all(|sample| f64::from(sample.writes)),
        "decision_cpu_ms": all(|sample| sample.cpu_ms),
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

async fn unlocks() -> Result<Vec<Sample>> {
    let folder = tempfile::tempdir()?;
    let _companion = Companion::of(controllers::MAIN_ENTRANCE).await?;
    let programs = Programs::beside_this_executable()?;
    let site = Site::start_with(&programs, folder.path(), home_with(None), other_building())?;
    let keyring = Keyring::enrol(&site.home.resident_invite(&site.hub)?).await?;
    let door = site.home.door(MAIN_ENTRANCE)?;
    let mut samples = Vec::new();
    for number in 0..UNLOCKS + UNLOCKS / 10 {
        let sample = unlock(&keyring, door)
            .await
            .with_context(|| format!("unlock {number}"))?;
        if number >= UNLOCKS / 10 {
            samples.push(sample);
        }
    }
    Ok(samples)
}

async fn unlock(keyring: &Keyring, door: &Door) -> Result<Sample> {
    let id = door.id.parse()?;
    let process = door.process().context("the door does not run")?;
    let connection = Connection::open(PHONE, id).await?;
    let cpu_before = cpu_of(process)?;
    let unlock = connection.unlock(keyring.request_to(id)?).await?;
    let cpu = cpu_of(process)?.saturating_sub(cpu_before);
    let Answer::Unlocked { seq, .. } = unlock.answer else {
        bail!("the door answered {:?}", unlock.answer);
    };
    connection.close().await?;
    let moves = door.strike_moves().into_iter();
    let mut own = moves.filter(|one| one.seq == Some(seq) && one.state == StrikeState::Unlocked);
    let strike = own.next().context("the strike did not move")?;
    Ok(Sample {
        unlock_ms: since(unlock.subscribed_at, strike.at_ms)?,
        writes: unlock.writes,
        request_len: unlock.request_len,
        cpu_ms: milliseconds(cpu),
    })
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
