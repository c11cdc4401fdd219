//! `vestibule-simulate`: plays a building in virtual time, one seed or many; `cargo xtask simulate` runs it.

use std::io::{self, Write as _};
use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Instant;

use clap::Parser;
use simulation::seeded::{Counts, Run, run};

/// Plays a building in virtual time against a model of its laws.
#[derive(Debug, Parser)]
struct Arguments {
    /// Play this seed and print all that happens.
    #[arg(long, conflicts_with = "seeds")]
    seed: Option<u64>,
    /// How many seeds to play.
    #[arg(long, default_value_t = 1_000)]
    seeds: u64,
    /// The first of them.
    #[arg(long, default_value_t = 0)]
    from: u64,
}

fn main() -> io::Result<ExitCode> {
    let arguments = Arguments::parse();
    match arguments.seed {
        Some(seed) => replay(seed),
        None => play_all(arguments.from, arguments.seeds),
    }
}

fn replay(seed: u64) -> io::Result<ExitCode> {
    let mut out = io::stdout().lock();
    let played = run(seed, None);
    for line in &played.trace {
        writeln!(out, "{line}")?;
    }
    match played.violation {
        None => Ok(ExitCode::SUCCESS),
        Some(violation) => {
            writeln!(out, "seed {seed}: {violation}")?;
            Ok(ExitCode::FAILURE)
        }
    }
}

/// A seed that did not pass, and why.
struct Failed {
    seed: u64,
    why: String,
}

fn play_all(from: u64, seeds: u64) -> io::Result<ExitCode> {
    let started = Instant::now();
    let next = AtomicU64::new(from);
    let end = from.saturating_add(seeds);
    let results = Mutex::new((Counts::default(), Vec::new()));
    thread::scope(|scope| {
        let workers = thread::available_parallelism().map_or(1, NonZero::get);
        for _ in 0..workers {
            scope.spawn(|| work(&next, end, &results));
        }
    });
    let (counts, mut failed) = results
        .into_inner()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    failed.sort_by_key(|failed: &Failed| failed.seed);
    let mut out = io::stdout().lock();
    for Failed { seed, why } in &failed {
        writeln!(out, "seed {seed}: {why}")?;
        writeln!(out, "  replay with: cargo xtask simulate --seed {seed}")?;
    }
    let took_s = started.elapsed().as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "a rate needs no more digits")]
    let rate = seeds as f64 / took_s;
    writeln!(out, "{counts}")?;
    writeln!(
        out,
        "{seeds} seeds from {from}: {} failed; {took_s:.1} s, {rate:.1} seeds/s",
        failed.len()
    )?;
    Ok(if failed.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn work(next: &AtomicU64, end: u64, results: &Mutex<(Counts, Vec<Failed>)>) {
    loop {
        let seed = next.fetch_add(1, Ordering::Relaxed);
        if seed >= end {
            return;
        }
        let played = catch_unwind(AssertUnwindSafe(|| run(seed, None)));
        let mut results = results
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        match played {
            Ok(Run {
                counts, violation, ..
            }) => {
                results.0 += counts;
                results.1.extend(violation.map(|violation| Failed {
                    seed,
                    why: violation.to_string(),
                }));
            }
            Err(_) => results.1.push(Failed {
                seed,
                why: "it panicked, as printed above".to_owned(),
            }),
        }
    }
}
