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

/// Rounds that are measured, after as many as a tenth to warm up. In each come the echo and the
/// unlocks by turns: whatever else the machine does meanwhile, it does to both.
const ROUNDS: usize = 40;

/// Round trips in a round.
const ECHOES: usize = 5;

/// How long a request is, in bytes, before the first was seen; that round only warms up.
const FIRST_GUESS: usize = 470;

/// One measured unlock of a phone that was cold.
struct Cold {
    scan_to_strike_ms: f64,
    find_ms: f64,
    connect_ms: f64,
    discover_ms: f64,
    hello_ms: f64,
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

/// What the stack takes by itself, in milliseconds.
struct Bare {
    exchange_ms: f64,
    echo_ms: [f64; ECHOES],
}

/// One of each.
struct Round {
    bare: Bare,
    cold: Cold,
    warm: Warm,
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    // cargo adds `--bench` to what it is told to pass on.
    let file = arguments
        .iter()
        .find(|argument| !argument.starts_with("--"));
    let file = file.context("usage: unlock FILE")?;
    let rounds = rounds().await?;
    let of = |of: fn(&Round) -> f64| rounds.iter().map(of).collect::<Vec<_>>();
    let echo_ms: Vec<_> = rounds.iter().flat_map(|round| round.bare.echo_ms).collect();
    let samples = json!({
        "echo_ms": echo_ms,
        "exchange_ms": of(|round| round.bare.exchange_ms),
        "hello_ms": of(|round| round.cold.hello_ms),
        "unlock_ms": of(|round| round.cold.unlock_ms),
        "writes": of(|round| f64::from(round.cold.writes)),
        "decision_cpu_ms": of(|round| round.cold.cpu_ms),
        "cold_ms": of(|round| round.cold.scan_to_strike_ms),
        "cold_find_ms": of(|round| round.cold.find_ms),
        "cold_connect_ms": of(|round| round.cold.connect_ms),
        "cold_discover_ms": of(|round| round.cold.discover_ms),
        "warm_ms": of(|round| round.warm.button_ms),
        "again_ms": of(|round| round.warm.again_ms),
    });
    fs::write(file, samples.to_string()).context("the samples cannot be written")
}

async fn rounds() -> Result<Vec<Round>> {
    let folder = tempfile::tempdir()?;
    let _companion = Companion::of(controllers::MAIN_ENTRANCE).await?;
    let programs = Programs::beside_this_executable()?;
    let site = Site::start_with(&programs, folder.path(), home_with(None), other_building())?;
    let keyring = Keyring::enrol(&site.home.resident_invite(&site.hub)?).await?;
    let door = site.home.door(MAIN_ENTRANCE)?;
    let server = EchoServer::serve(HANDSET).await?;
    let mut rounds = Vec::new();
    let mut request_len = FIRST_GUESS;
    for number in 0..ROUNDS + ROUNDS / 10 {
        let within = |what| format!("the {what} of round {number}");
        let bare = bare(&server, request_len).await;
        let bare = bare.with_context(|| within("echo"))?;
        let cold = unlock_cold(&keyring, door).await;
        let cold = cold.with_context(|| within("cold unlock"))?;
        let warm = unlock_warm(&keyring, door).await;
        let warm = warm.with_context(|| within("warm unlock"))?;
        request_len = cold.request_len;
        rounds.push(Round { bare, cold, warm });
    }
    Ok(rounds.split_off(ROUNDS / 10))
}

/// A whole exchange on a connection of its own, and round trips on the same one, of values that are
/// as long as the request to unlock.
async fn bare(server: &EchoServer, length: usize) -> Result<Bare> {
    let value = vec![7; length];
    let mut client = EchoClient::connect(PHONE).await?;
    let exchange_ms = milliseconds(client.exchange(server, &value).await?);
    let mut echo_ms = [0.0; ECHOES];
    for sample in &mut echo_ms {
        *sample = milliseconds(client.round_trip(&value).await?);
    }
    client.disconnect().await?;
    Ok(Bare {
        exchange_ms,
        echo_ms,
    })
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
        hello_ms: milliseconds(unlock.asked_at.duration_since(unlock.subscribed_at)?),
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
