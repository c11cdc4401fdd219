//! A door that sends back whatever a phone writes, and a phone that measures how long that takes: the radio alone,
//! without session or decision.
//!
//! ```text
//! cargo run -p bluetooth --example echo -- serve hci0
//! cargo run -p bluetooth --example echo -- measure hci1 [COUNT] [BYTES]
//! ```
//!
//! `measure` prints one line of JSON, times in ms.

use std::{
    error::Error,
    io::Write,
    time::{Duration, Instant},
};

use access::ShortDoorId;
use bluetooth::{BluetoothCentral, Central, Link, LinkError, Listener, Peripheral, find};

const DOOR: ShortDoorId = ShortDoorId(*b"echo!!");
const PATIENCE: Duration = Duration::from_secs(20);

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["serve", adapter] => Ok(serve(adapter).await?),
        ["measure", adapter, rest @ ..] => {
            let number = |at: usize, default| rest.get(at).map_or(Ok(default), |word| word.parse());
            measure(adapter, number(0, 100)?, number(1, 200)?).await
        }
        _ => Err("usage: echo serve ADAPTER | echo measure ADAPTER [COUNT] [BYTES]".into()),
    }
}

async fn serve(adapter: &str) -> Result<(), LinkError> {
    let mut door = Peripheral::advertise(Some(adapter), DOOR).await?;
    loop {
        tokio::spawn(echo(door.accept().await?));
    }
}

async fn echo(mut link: Link) {
    while let Some(chunk) = link.incoming.recv().await {
        if link.send(&chunk).await.is_err() {
            return;
        }
    }
}

async fn measure(adapter: &str, count: usize, bytes: usize) -> Result<(), Box<dyn Error>> {
    let central = BluetoothCentral::new(Some(adapter.to_owned()));
    let started = Instant::now();
    let door = find(&central, DOOR, PATIENCE).await?;
    let found_ms = ms(started.elapsed());
    let mut link = central.connect(&door).await?;
    let connected_ms = ms(started.elapsed()) - found_ms;
    let mut trips = Vec::with_capacity(count);
    for _ in 0..count {
        trips.push(ms(round_trip(&mut link, bytes).await?));
    }
    trips.sort_by(f64::total_cmp);
    let (p50, p95) = (percentile(&trips, 50), percentile(&trips, 95));
    writeln!(
        std::io::stdout(),
        r#"{{"found_ms":{found_ms:.1},"connected_ms":{connected_ms:.1},"chunk_len":{},"echo_p50_ms":{p50:.1},"echo_p95_ms":{p95:.1}}}"#,
        link.chunk_len(),
    )?;
    Ok(())
}

async fn round_trip(link: &mut Link, bytes: usize) -> Result<Duration, LinkError> {
    let sent = vec![0x5A; bytes];
    let started = Instant::now();
    link.send(&sent).await?;
    let mut missing = bytes;
    while missing > 0 {
        let chunk = tokio::time::timeout(PATIENCE, link.incoming.recv()).await;
        let chunk = chunk
            .map_err(|_| LinkError::Timeout)?
            .ok_or(LinkError::Lost)?;
        missing = missing.saturating_sub(chunk.len());
    }
    Ok(started.elapsed())
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

fn percentile(sorted: &[f64], percent: usize) -> f64 {
    let at = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
    sorted.get(at).copied().unwrap_or(f64::NAN)
}
