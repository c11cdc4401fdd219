//! The repository's own rules: which crate may use which, what a pure crate must lack, what a file
//! may hold.

mod arrows;
mod code;
mod files;
mod layout;
mod manifests;
mod purity;
mod repository;
mod secrets;
mod suppressions;
mod weakened;

use std::fmt;

use anyhow::{Result, bail};

use crate::{repo, say};
use repository::Repository;

/// One broken rule, at one place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Violation {
    place: String,
    what: String,
}

impl Violation {
    fn new(place: impl Into<String>, what: impl Into<String>) -> Self {
        Self {
            place: place.into(),
            what: what.into(),
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.place, self.what)
    }
}

/// Every rule; each sees the whole repository.
const RULES: [fn(&Repository) -> Vec<Violation>; 8] = [
    arrows::check,
    purity::check,
    manifests::check,
    layout::check,
    files::check,
    suppressions::check,
    secrets::check,
    weakened::check,
];

/// Checks the repository and fails when a rule is broken.
pub(crate) fn run() -> Result<()> {
    let repository = Repository::read(repo::root())?;
    let violations = violations_in(&repository);
    for violation in &violations {
        say::line(&violation.to_string());
    }
    if !violations.is_empty() {
        bail!("tidy: {} rules broken, listed above", violations.len());
    }
    say::line(&format!(
        "tidy: {} packages and {} files keep every rule",
        repository.packages.len(),
        repository.files.len()
    ));
    Ok(())
}

fn violations_in(repository: &Repository) -> Vec<Violation> {
    let mut violations: Vec<_> = RULES.iter().flat_map(|rule| rule(repository)).collect();
    violations.sort();
    violations.dedup();
    violations
}

#[cfg(test)]
mod fixture;

#[cfg(test)]
mod tests {
    use super::fixture::Fixture;

    #[test]
    fn a_small_workspace_that_keeps_every_rule_is_tidy() {
        Fixture::new().assert_tidy();
    }

    #[test]
    fn this_repository_is_tidy() {
        let repository = super::Repository::read(crate::repo::root()).unwrap();
        let violations = super::violations_in(&repository);
        assert!(violations.is_empty(), "{violations:#?}");
    }
}
