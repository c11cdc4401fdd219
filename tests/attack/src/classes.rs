//! The registry of attack classes.

use anyhow::{Context, Result};
use serde::Deserialize;

const REGISTRY: &str = include_str!("../classes.toml");

/// One class of attacks.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Class {
    /// A short name, unique.
    pub id: String,
    /// What the attacker does, in a line.
    pub title: String,
    /// Where it was published.
    pub source: String,
    /// What stands against it.
    pub answer: String,
    /// The test, as nextest names it in this package's one test executable.
    pub test: String,
    /// How the test is shown to be able to fail.
    pub weakened: Weakening,
    /// What it does not cover.
    pub remains: String,
    /// A test of the same class over the radio, in the Bluetooth guest.
    pub radio: Option<String>,
}

/// What takes a defence away.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Weakening {
    /// This `access::weakened::Defence` of the programs is off.
    Defence(String),
    /// The test attacks a double without the defence; the text says which.
    Double(String),
}

/// Every class, in the order of the table.
pub fn classes() -> Result<Vec<Class>> {
    #[derive(Deserialize)]
    struct Registry {
        class: Vec<Class>,
    }

    let registry: Registry = toml::from_str(REGISTRY).context("classes.toml is not a registry")?;
    Ok(registry.class)
}
