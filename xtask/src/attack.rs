//! The attack suite: each class's test, the table, and the proof that each test can fail.

mod classes;
mod run;
mod weakened;

use std::fs;

use anyhow::{Result, bail};
use clap::Args;
use serde::Serialize;

use crate::{
    build, repo, say,
    setup::{self, Need, Tool},
};
use classes::Class;
use run::{Suite, Verdict};

/// Options of `cargo xtask attack`.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// Run each test against a door or hub without the defence it is about, and demand that it fails.
    #[arg(long)]
    self_check: bool,
    /// Only the class with this id; may be given several times.
    #[arg(long, value_name = "ID")]
    class: Vec<String>,
}

/// A class with how its test went.
#[derive(Debug, Serialize)]
struct Outcome {
    #[serde(flatten)]
    class: Class,
    verdict: Verdict,
    seconds: f64,
    /// The end of what the test said, when that is not what was wanted.
    said: Option<String>,
}

/// Runs the suite, prints the table, and fails unless every test went as it should.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    setup::ensure(&[
        Need::Build,
        Need::Video,
        Need::Ui,
        Need::Tool(Tool::Nextest),
    ])?;
    let classes = classes::chosen(&arguments.class)?;
    let (name, wanted, outcomes) = if arguments.self_check {
        let outcomes = self_check(&classes)?;
        ("attack-self-check", Verdict::Breached, outcomes)
    } else {
        ("attack", Verdict::Withstood, attack(&classes)?)
    };
    report(name, wanted, &outcomes)
}

fn attack(classes: &[Class]) -> Result<Vec<Outcome>> {
    build::attack_suite()?;
    let suite = Suite::list()?;
    suite.expect_all(classes)?;
    say::stage("attacks on the door and the hub");
    let verdicts = Suite::run(classes)?;
    let attacked = classes.iter().zip(verdicts);
    let outcomes = attacked.map(|(class, (verdict, seconds))| Outcome {
        class: class.clone(),
        verdict,
        seconds,
        said: None,
    });
    Ok(outcomes.collect())
}

fn self_check(classes: &[Class]) -> Result<Vec<Outcome>> {
    build::attack_suite()?;
    let suite = Suite::list()?;
    suite.expect_all(classes)?;
    let programs = weakened::build()?;
    say::stage("the same attacks with one defence less");
    let attacked = classes.iter().map(|class| {
        let (verdict, seconds, said) = suite.run_weakened(class, &programs)?;
        say::line(&format!("{:<24} {verdict} ({seconds:.1} s)", class.id));
        Ok(Outcome {
            class: class.clone(),
            verdict,
            seconds,
            said: (verdict != Verdict::Breached).then_some(said),
        })
    });
    attacked.collect()
}

/// Says what did not go as it should, then the table; keeps everything in target/attack.
fn report(name: &str, wanted: Verdict, outcomes: &[Outcome]) -> Result<()> {
    for outcome in outcomes {
        if let Some(said) = &outcome.said {
            say::stage(&format!("{}: {}", outcome.class.id, outcome.verdict));
            say::line(said);
        }
    }
    say::stage(&format!("{} classes of attacks", outcomes.len()));
    say::line(&say::table(&rows(outcomes)));
    let folder = repo::target().join("attack");
    fs::create_dir_all(&folder)?;
    let file = match wanted {
        Verdict::Breached => "self-check.json",
        _ => "report.json",
    };
    let path = folder.join(file);
    fs::write(&path, serde_json::to_vec_pretty(outcomes)?)?;
    let as_wanted = outcomes.iter().filter(|one| one.verdict == wanted).count();
    say::line(&format!(
        "{name}: {as_wanted} of {} {wanted}; see {}",
        outcomes.len(),
        path.display()
    ));
    if as_wanted < outcomes.len() {
        let others = outcomes.iter().filter(|one| one.verdict != wanted);
        let ids: Vec<_> = others.map(|one| one.class.id.as_str()).collect();
        bail!("not {wanted}: {}", ids.join(", "));
    }
    Ok(())
}

fn rows(outcomes: &[Outcome]) -> Vec<Vec<String>> {
    let head = ["class", "result", "test", "source"].map(String::from);
    let body = outcomes.iter().map(|one| {
        let Class {
            id, test, source, ..
        } = &one.class;
        vec![
            id.clone(),
            one.verdict.to_string(),
            test.clone(),
            source.clone(),
        ]
    });
    std::iter::once(head.to_vec()).chain(body).collect()
}
