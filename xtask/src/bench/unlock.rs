//! The unlock beside a bare echo, over the guest's real Bluetooth stack.

use std::{fs, time::Duration};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use super::figures::{Figures, percentile};
use crate::{
    build::{self, GuestProgram},
    guest, repo, say,
    setup::{self, Need},
    shell::{bounded, run_logged},
};

/// The longest that measuring may take; then something hangs.
const LONGEST: Duration = Duration::from_mins(25);

/// What the guest measured, one number a round trip or unlock.
#[derive(Debug, Deserialize)]
struct Samples {
    echo_ms: Vec<f64>,
    unlock_ms: Vec<f64>,
    writes: Vec<f64>,
    decision_cpu_ms: Vec<f64>,
}

/// Boots the guest, measures there and reads the samples.
pub(super) fn measure() -> Result<Figures> {
    setup::ensure(&[Need::Build, Need::Video, Need::Emulator, Need::Guest])?;
    let program = build::for_guest(GuestProgram::Bench)?;
    let file = guest::shared_folder().join("unlock.json");
    // Samples of an earlier run must not pass for this one's.
    let _ = fs::remove_file(&file);
    say::stage("measuring in the guest");
    let words = [program, file.clone()].map(|word| word.to_string_lossy().into_owned());
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
    figures(&serde_json::from_slice(&samples)?)
}

fn figures(samples: &Samples) -> Result<Figures> {
    let of =
        |samples: &[f64], percent| percentile(samples, percent).context("nothing was measured");
    let [echo, unlock] = [&samples.echo_ms, &samples.unlock_ms];
    let most_writes = samples.writes.iter().copied().reduce(f64::max);
    let mut figures = Figures::default();
    figures.add("echo_p50", of(echo, 50)?, "ms");
    figures.add("echo_p95", of(echo, 95)?, "ms");
    figures.add("subscribe_to_strike_p50", of(unlock, 50)?, "ms");
    figures.add("subscribe_to_strike_p95", of(unlock, 95)?, "ms");
    let ratio = of(unlock, 50)? / of(echo, 50)?;
    figures.add_with_target("ratio_p50", ratio, "x", 1.5);
    let most_writes = most_writes.context("nothing was measured")?;
    figures.add_with_target("writes_per_unlock", most_writes, "writes", 1.0);
    figures.add("decision_cpu", of(&samples.decision_cpu_ms, 50)?, "ms");
    Ok(figures)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_unlock_tells_the_writes() {
        let samples = Samples {
            echo_ms: vec![20.0],
            unlock_ms: vec![60.0],
            writes: vec![1.0, 2.0, 1.0],
            decision_cpu_ms: vec![4.0],
        };
        let json = serde_json::to_value(figures(&samples).unwrap()).unwrap();
        let figure = |at: usize| {
            (
                json["figures"][at]["name"].clone(),
                json["figures"][at]["value"].clone(),
            )
        };
        assert_eq!(figure(4), ("ratio_p50".into(), 3.0.into()));
        assert_eq!(figure(5), ("writes_per_unlock".into(), 2.0.into()));
        assert_eq!(json["figures"][5]["holds"], false);
    }

    #[test]
    fn a_guest_that_measured_nothing_is_an_error() {
        let empty = Vec::new;
        let samples = Samples {
            echo_ms: empty(),
            unlock_ms: empty(),
            writes: empty(),
            decision_cpu_ms: empty(),
        };
        assert!(figures(&samples).is_err());
    }
}
