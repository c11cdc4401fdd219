//! The unlock beside a bare echo, over the guest's real Bluetooth stack.

use std::{fs, path::Path, time::Duration};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use super::figures::{Figures, percentile};
use crate::{
    build, guest, repo, say,
    setup::{self, Need},
    shell::{bounded, command, run, run_logged},
};

/// The longest that measuring may take; then something hangs.
const LONGEST: Duration = Duration::from_mins(25);

/// What the guest measured, one number a round trip or unlock.
#[derive(Debug, Default, Deserialize)]
struct Samples {
    echo_ms: Vec<f64>,
    exchange_ms: Vec<f64>,
    hello_ms: Vec<f64>,
    unlock_ms: Vec<f64>,
    writes: Vec<f64>,
    decision_cpu_ms: Vec<f64>,
    cold_ms: Vec<f64>,
    cold_find_ms: Vec<f64>,
    cold_connect_ms: Vec<f64>,
    cold_discover_ms: Vec<f64>,
    warm_ms: Vec<f64>,
    again_ms: Vec<f64>,
}

/// What was measured on this machine, one number a decision.
#[derive(Debug, Default, Deserialize)]
struct Decisions {
    decision_ms: Vec<f64>,
    fsync_ms: Vec<f64>,
}

/// Boots the guest, measures there and reads the samples.
pub(super) fn measure() -> Result<Figures> {
    setup::ensure(&[Need::Build, Need::Video, Need::Emulator, Need::Guest])?;
    let benches = build::benches()?;
    let decisions = decisions(&benches.decision)?;
    let file = guest::shared_folder().join("unlock.json");
    // Samples of an earlier run must not pass for this one's.
    let _ = fs::remove_file(&file);
    say::stage("measuring in the guest");
    let words = [benches.unlock, file.clone()].map(|word| word.to_string_lossy().into_owned());
    let log = repo::target().join("bench/unlock.log");
    let printed = run_logged(&mut bounded(&guest::boot(&words)?, LONGEST), &log)?;
    if !printed.status.success() {
        bail!(
            "measuring in the guest failed ({}); see {}",
            printed.status,
            log.display()
        );
    }
    let samples = fs::read(&file).context("the guest left no samples")?;
    figures(&serde_json::from_slice(&samples)?, &decisions)
}

/// Runs the bench of the decision here, where a disk is a disk.
fn decisions(program: &Path) -> Result<Decisions> {
    say::stage("measuring decisions on this machine");
    let file = repo::target().join("bench/decision.json");
    fs::create_dir_all(repo::target().join("bench"))?;
    run(command(program, &[]).arg(&file))?;
    let samples = fs::read(&file).context("the bench left no samples")?;
    Ok(serde_json::from_slice(&samples)?)
}

fn figures(samples: &Samples, decisions: &Decisions) -> Result<Figures> {
    let of =
        |samples: &[f64], percent| percentile(samples, percent).context("nothing was measured");
    let [echo, unlock] = [&samples.echo_ms, &samples.unlock_ms];
    let most_writes = samples.writes.iter().copied().reduce(f64::max);
    let mut figures = Figures::default();
    figures.add("echo_p50", of(echo, 50)?, "ms");
    figures.add("echo_p95", of(echo, 95)?, "ms");
    let exchange = of(&samples.exchange_ms, 50)?;
    figures.add("exchange_p50", exchange, "ms");
    figures.add("subscribe_to_hello_p50", of(&samples.hello_ms, 50)?, "ms");
    figures.add("subscribe_to_strike_p50", of(unlock, 50)?, "ms");
    figures.add("subscribe_to_strike_p95", of(unlock, 95)?, "ms");
    let ratio = of(unlock, 50)? / of(echo, 50)?;
    figures.add_with_target("ratio_p50", ratio, "x", 1.5);
    let exchanges = of(unlock, 50)? / exchange;
    figures.add_with_target("exchange_ratio_p50", exchanges, "x", 1.5);
    let most_writes = most_writes.context("nothing was measured")?;
    figures.add_with_target("writes_per_unlock", most_writes, "writes", 1.0);
    figures.add("decision_cpu", of(&samples.decision_cpu_ms, 50)?, "ms");
    figures.add("cold_scan_to_strike_p50", of(&samples.cold_ms, 50)?, "ms");
    figures.add("cold_find_p50", of(&samples.cold_find_ms, 50)?, "ms");
    figures.add("cold_connect_p50", of(&samples.cold_connect_ms, 50)?, "ms");
    figures.add(
        "cold_discover_p50",
        of(&samples.cold_discover_ms, 50)?,
        "ms",
    );
    let warm = of(&samples.warm_ms, 50)?;
    figures.add("warm_button_to_strike_p50", warm, "ms");
    figures.add_with_target("warm_ratio_p50", warm / of(echo, 50)?, "x", 1.3);
    let again = of(&samples.again_ms, 50)?;
    figures.add("again_button_to_strike_p50", again, "ms");
    figures.add("again_ratio_p50", again / of(echo, 50)?, "x");
    figures.add("fsync_p99", of(&decisions.fsync_ms, 99)?, "ms");
    figures.add("decision_fsync_p50", of(&decisions.decision_ms, 50)?, "ms");
    let slowest = of(&decisions.decision_ms, 99)?;
    figures.add_with_target("decision_fsync_p99", slowest, "ms", 10.0);
    Ok(figures)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_unlock_tells_the_writes() {
        let one = || vec![20.0];
        let samples = Samples {
            echo_ms: one(),
            exchange_ms: vec![40.0],
            hello_ms: one(),
            unlock_ms: vec![60.0],
            writes: vec![1.0, 2.0, 1.0],
            decision_cpu_ms: one(),
            cold_ms: one(),
            cold_find_ms: one(),
            cold_connect_ms: one(),
            cold_discover_ms: one(),
            warm_ms: vec![30.0],
            again_ms: one(),
        };
        let decisions = Decisions {
            decision_ms: vec![12.0],
            fsync_ms: one(),
        };
        let figures = figures(&samples, &decisions).unwrap();
        assert_eq!(figures.found("ratio_p50"), Some((3.0, Some(false))));
        assert_eq!(figures.found("exchange_ratio_p50"), Some((1.5, Some(true))));
        assert_eq!(figures.found("writes_per_unlock"), Some((2.0, Some(false))));
        assert_eq!(figures.found("warm_ratio_p50"), Some((1.5, Some(false))));
        assert_eq!(
            figures.found("decision_fsync_p99"),
            Some((12.0, Some(false)))
        );
    }

    #[test]
    fn a_guest_that_measured_nothing_is_an_error() {
        assert!(figures(&Samples::default(), &Decisions::default()).is_err());
    }
}
