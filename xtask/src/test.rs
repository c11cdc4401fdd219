//! The five layers of tests: each runs its own runner, and is counted from what the runner prints.

mod layer;
mod runners;
mod tally;

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use clap::Args;

pub(crate) use layer::{Layer, desktop_environment};
use tally::Tally;

use crate::{
    repo, say, setup,
    shell::{Printed, bounded, run_logged},
};

/// Options of `cargo xtask test`.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// Run this layer only; may be given several times.
    #[arg(long, value_enum, value_name = "LAYER")]
    only: Vec<Layer>,
    /// Only tests whose name holds this; the layers' counts are then not held against zero.
    #[arg(long, value_name = "TEXT", requires = "only")]
    filter: Option<String>,
}

/// How a layer went.
#[derive(Debug)]
struct Outcome {
    layer: Layer,
    tally: Tally,
    took: Duration,
    /// Why the layer does not count as passed.
    failure: Option<String>,
    /// Whether it was tried again after it had failed once.
    second_try: bool,
}

/// Sets up, runs the layers, and fails unless every test of every layer ran and passed.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let layers = match arguments.only.as_slice() {
        [] => &Layer::ALL,
        chosen => chosen,
    };
    let needs: Vec<_> = layers
        .iter()
        .flat_map(|layer| layer.needs())
        .copied()
        .collect();
    setup::ensure(&needs)?;
    let filter = arguments.filter.as_deref();
    let outcomes: Vec<_> = layers
        .iter()
        .map(|layer| run_layer(*layer, filter))
        .collect();
    report(&outcomes)
}

fn run_layer(layer: Layer, filter: Option<&str>) -> Outcome {
    say::stage(&format!("{layer} tests"));
    let started = Instant::now();
    let log = log_of(layer);
    let attempt = || {
        let runner = layer.runner(filter)?;
        run_logged(&mut bounded(&runner, layer.longest()), &log)
    };
    let printed = fresh(&log).and_then(|()| attempt());
    let (mut tally, mut failure) = judge(layer, printed, filter.is_some());
    let failed_once = failure.take_if(|_| layer.may_be_late());
    if let Some(failure_once) = &failed_once {
        say::stage(&format!("{layer} tests, again: {failure_once}"));
        (tally, failure) = judge(layer, attempt(), filter.is_some());
    }
    Outcome {
        layer,
        tally,
        took: started.elapsed(),
        failure,
        second_try: failed_once.is_some(),
    }
}

fn judge(layer: Layer, printed: Result<Printed>, filtered: bool) -> (Tally, Option<String>) {
    let printed = match printed {
        Ok(printed) => printed,
        Err(error) => return (Tally::default(), Some(format!("{error:#}"))),
    };
    let tally = layer.count(&printed.text);
    let failure = if !printed.status.success() {
        Some(layer.explain(&printed))
    } else if filtered {
        None
    } else {
        tally.complaint().map(str::to_owned)
    };
    (tally, failure)
}

/// Where what the layer's runner prints is kept.
fn log_of(layer: Layer) -> PathBuf {
    repo::target().join(format!("test/{layer}.log"))
}

fn fresh(log: &Path) -> Result<()> {
    let folder = log.parent().context("a log lies in a folder")?;
    fs::create_dir_all(folder)?;
    fs::write(log, "").with_context(|| format!("{} cannot be written", log.display()))
}

/// Says the reasons of failure again, then the table, then one line with the sums.
fn report(outcomes: &[Outcome]) -> Result<()> {
    for outcome in outcomes {
        if let Some(failure) = &outcome.failure {
            say::stage(&format!("{} tests failed: {failure}", outcome.layer));
            say::line(&end_of(&log_of(outcome.layer)));
        }
    }
    say::stage("all layers");
    say::line(&say::table(&rows(outcomes)));
    say::line(&closing_line(outcomes));
    let failed = outcomes.iter().filter(|outcome| outcome.failure.is_some());
    let failed: Vec<_> = failed.map(|outcome| outcome.layer.to_string()).collect();
    if failed.is_empty() {
        return Ok(());
    }
    bail!(
        "these layers failed: {}; the end of each log is shown above",
        failed.join(", ")
    )
}

fn rows(outcomes: &[Outcome]) -> Vec<Vec<String>> {
    let head = ["layer", "ran", "passed", "failed", "ignored", "seconds", ""];
    let body = outcomes.iter().map(|outcome| {
        let Tally {
            passed,
            failed,
            skipped,
        } = outcome.tally;
        let verdict = match outcome.failure.as_deref() {
            Some(failure) => failure,
            None if outcome.second_try => "flaky: ok at the second try",
            None => "ok",
        };
        let counts = [outcome.tally.ran(), passed, failed, skipped].map(|count| count.to_string());
        let seconds = outcome.took.as_secs().to_string();
        let ends = [seconds, verdict.to_owned()];
        [
            vec![outcome.layer.to_string()],
            counts.to_vec(),
            ends.to_vec(),
        ]
        .concat()
    });
    std::iter::once(head.map(String::from).to_vec())
        .chain(body)
        .collect()
}

/// The sums; a layer that failed without a failed test counts as one failure.
fn closing_line(outcomes: &[Outcome]) -> String {
    let mut sum = Tally::default();
    for outcome in outcomes {
        sum = sum + outcome.tally;
        if outcome.failure.is_some() && outcome.tally.failed == 0 {
            sum.failed += 1;
        }
    }
    format!(
        "{} passed, {} failed, {} skipped",
        sum.passed, sum.failed, sum.skipped
    )
}

/// The last lines of a log.
pub(crate) fn end_of(log: &Path) -> String {
    let text = fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<_> = text.lines().collect();
    let start = lines.len().saturating_sub(60);
    lines[start..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(tally: Tally, failure: Option<&str>) -> Outcome {
        Outcome {
            layer: Layer::Rust,
            tally,
            took: Duration::from_secs(3),
            failure: failure.map(str::to_owned),
            second_try: false,
        }
    }

    fn tally(passed: u32, failed: u32, skipped: u32) -> Tally {
        Tally {
            passed,
            failed,
            skipped,
        }
    }

    #[test]
    fn the_closing_line_sums_the_layers() {
        let outcomes = [
            outcome(tally(3, 0, 0), None),
            outcome(tally(4, 1, 0), Some("one failed")),
        ];
        assert_eq!(closing_line(&outcomes), "7 passed, 1 failed, 0 skipped");
    }

    #[test]
    fn a_layer_that_did_not_even_start_is_a_failure() {
        let outcomes = [outcome(Tally::default(), Some("the guest did not start"))];
        assert_eq!(closing_line(&outcomes), "0 passed, 1 failed, 0 skipped");
        assert!(report(&outcomes).is_err());
    }

    #[test]
    fn a_layer_that_ran_no_test_fails() {
        let printed = crate::shell::Printed {
            status: std::process::ExitStatus::default(),
            text: "no tests to run".into(),
        };
        let (_, failure) = judge(Layer::Rust, Ok(printed), false);
        assert_eq!(failure.as_deref(), Some("no test ran"));
    }

    #[test]
    fn the_table_tells_how_many_ran_in_each_layer() {
        let table = say::table(&rows(&[outcome(tally(3, 1, 0), Some("one failed"))]));
        assert!(
            table.contains("rust     4       3       1        0        3  one failed"),
            "{table}"
        );
    }

    #[test]
    fn a_layer_that_passed_only_at_the_second_try_is_told_as_flaky() {
        let outcome = Outcome {
            second_try: true,
            ..outcome(tally(3, 0, 0), None)
        };
        let table = say::table(&rows(&[outcome]));
        assert!(table.contains("flaky: ok at the second try"), "{table}");
    }

    #[test]
    fn only_the_layer_with_a_real_window_is_tried_again() {
        let again: Vec<_> = Layer::ALL
            .into_iter()
            .filter(|layer| layer.may_be_late())
            .collect();
        assert_eq!(again, [Layer::Desktop]);
    }
}
