//! Running one test of the suite, and reading what came of it.

use std::{
    fmt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::classes::{Class, Weakening};
use crate::{
    setup::{Tool, path_of_tool},
    shell::{bounded, command, read, run_logged},
};

/// What the suite says when an attack succeeded; nothing else proves that a test can fail.
const BREACH: &str = "THE ATTACK SUCCEEDED";

/// The longest that one test may take.
const LONGEST: Duration = Duration::from_mins(4);

/// How a test went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Verdict {
    /// It passed.
    Withstood,
    /// It failed, and said that the attack succeeded.
    Breached,
    /// It failed for another reason, as a program that did not start.
    Broken,
}

impl fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Withstood => "withstood",
            Self::Breached => "breached",
            Self::Broken => "broken",
        })
    }
}

/// The built suite.
#[derive(Debug)]
pub(super) struct Suite {
    tests: Vec<String>,
    executable: PathBuf,
}

impl Suite {
    /// Asks nextest for the executable of the suite and its tests.
    pub(super) fn list() -> Result<Self> {
        let mut list = nextest("list");
        list.args(["--message-format", "json"]);
        let listed: Value = serde_json::from_str(&read(&mut list)?)?;
        Self::in_list(&listed).context("nextest lists no attack suite")
    }

    fn in_list(listed: &Value) -> Option<Self> {
        let suites = listed["rust-suites"].as_object()?;
        let suite = suites.values().find(|suite| {
            suite["package-name"] == "attack-tests" && suite["binary-name"] == "attack"
        })?;
        let tests = suite["testcases"].as_object()?;
        Some(Self {
            tests: tests.keys().cloned().collect(),
            executable: suite["binary-path"].as_str()?.into(),
        })
    }

    /// Fails when the test of a class is not there: nothing run is nothing withstood.
    pub(super) fn expect_all(&self, classes: &[Class]) -> Result<()> {
        let missing = classes
            .iter()
            .find(|class| !self.tests.contains(&class.test));
        match missing {
            Some(class) => bail!("{} has no test called {}", class.id, class.test),
            None => Ok(()),
        }
    }

    /// Runs the tests of these classes with nextest, shown as they go.
    pub(super) fn run(classes: &[Class]) -> Result<Vec<(Verdict, f64)>> {
        let tests = classes.iter().map(|class| format!("test(={})", class.test));
        let tests: Vec<_> = tests.collect();
        let mut run = nextest("run");
        run.args(["--no-fail-fast", "--status-level", "all"]);
        run.args([
            "-E",
            &format!("package(attack-tests) & ({})", tests.join(" | ")),
        ]);
        let log = crate::repo::target().join("attack/nextest.log");
        let printed = run_logged(&mut run, &log)?.text;
        let judged = classes
            .iter()
            .map(|class| in_nextest(&class.test, &printed));
        Ok(judged.collect())
    }

    /// Runs the test against the programs in `programs` with one defence off, or against its double.
    pub(super) fn run_weakened(
        &self,
        class: &Class,
        programs: &Path,
    ) -> Result<(Verdict, f64, String)> {
        let mut run = Command::new(&self.executable);
        run.args(["--exact", &class.test, "--nocapture"]);
        run.current_dir(crate::repo::root().join("tests/attack"));
        run.env("VESTIBULE_PROGRAMS", programs);
        match &class.weakened {
            Weakening::Defence(name) => run.env("VESTIBULE_WEAKENED", name),
            Weakening::Double(_) => run.env("VESTIBULE_ATTACK_DOUBLE", "1"),
        };
        judged(&run)
    }
}

fn nextest(verb: &str) -> Command {
    let mut nextest = command(path_of_tool(Tool::Nextest), &["nextest", verb]);
    nextest.args(["--workspace", "--test", "attack"]);
    nextest.env("NO_COLOR", "1");
    nextest
}

/// What nextest printed of a test, as `PASS [   0.520s] ( 1/35) attack-tests::attack channel::replay`.
fn in_nextest(test: &str, printed: &str) -> (Verdict, f64) {
    let lines = printed.lines().map(str::trim);
    let mut of_test = lines.filter(|line| line.split_whitespace().next_back() == Some(test));
    let passed = of_test.find(|line| line.starts_with("PASS ["));
    let Some(passed) = passed else {
        let is_breach = printed.contains(BREACH);
        let verdict = if is_breach {
            Verdict::Breached
        } else {
            Verdict::Broken
        };
        return (verdict, 0.0);
    };
    let seconds = passed
        .split_once('[')
        .and_then(|(_, rest)| rest.split_once("s]"));
    let seconds = seconds.and_then(|(seconds, _)| seconds.trim().parse().ok());
    (Verdict::Withstood, seconds.unwrap_or_default())
}

fn judged(run: &Command) -> Result<(Verdict, f64, String)> {
    let started = Instant::now();
    let output = bounded(run, LONGEST).stdin(Stdio::null()).output()?;
    let seconds = started.elapsed().as_secs_f64();
    let printed = [output.stdout, output.stderr].concat();
    let printed = String::from_utf8_lossy(&printed).into_owned();
    let verdict = verdict(output.status.success(), &printed);
    Ok((verdict, seconds, end_of(&printed)))
}

fn verdict(succeeded: bool, printed: &str) -> Verdict {
    if succeeded {
        Verdict::Withstood
    } else if printed.contains(BREACH) {
        Verdict::Breached
    } else {
        Verdict::Broken
    }
}

fn end_of(printed: &str) -> String {
    let lines: Vec<_> = printed.lines().collect();
    lines[lines.len().saturating_sub(30)..].join("\n")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_a_test_that_says_so_was_breached() {
        assert_eq!(verdict(true, "ok"), Verdict::Withstood);
        let said = format!("panicked at x.rs:1:1:\n{BREACH}: not true that it holds");
        assert_eq!(verdict(false, &said), Verdict::Breached);
        let said = "Error: vestibule-door cannot be started";
        assert_eq!(verdict(false, said), Verdict::Broken);
    }

    #[test]
    fn what_nextest_says_of_a_test_is_read_and_silence_is_no_success() {
        let printed = "  PASS [   1.520s] ( 1/2) attack-tests::attack channel::replay\n\
                       FAIL [   0.100s] ( 2/2) attack-tests::attack channel::plain\n";
        assert_eq!(
            in_nextest("channel::replay", printed),
            (Verdict::Withstood, 1.52)
        );
        assert_eq!(in_nextest("channel::plain", printed).0, Verdict::Broken);
        assert_eq!(in_nextest("channel::replays", printed).0, Verdict::Broken);
        let told = format!("{printed}{BREACH}: not true that it holds");
        assert_eq!(in_nextest("channel::plain", &told).0, Verdict::Breached);
    }

    #[test]
    fn the_suite_is_found_among_all_that_nextest_lists() {
        let listed = json!({ "rust-suites": {
            "door::it": { "package-name": "door", "binary-name": "it", "binary-path": "/t/it-1",
                          "testcases": {} },
            "attack-tests::attack": { "package-name": "attack-tests", "binary-name": "attack",
                                "binary-path": "/t/attack-1",
                                "testcases": { "channel::replay": {} } },
        } });
        let suite = Suite::in_list(&listed).unwrap();
        assert_eq!(suite.executable, Path::new("/t/attack-1"));
        assert_eq!(suite.tests, ["channel::replay"]);
        assert!(Suite::in_list(&json!({ "rust-suites": {} })).is_none());
    }
}
