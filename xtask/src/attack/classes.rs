//! The registry of attack classes, as the suite itself reads it.

use std::fs;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use crate::repo;

/// What this command needs of a class.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Class {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) source: String,
    pub(super) answer: String,
    pub(super) test: String,
    pub(super) weakened: Weakening,
    pub(super) remains: String,
}

/// What takes a defence away.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Weakening {
    /// A defence of the programs is off.
    Defence(String),
    /// The test attacks a double.
    Double(String),
}

#[derive(Deserialize)]
struct Registry {
    class: Vec<Class>,
}

/// The classes with these ids; all of them when none is named.
pub(super) fn chosen(ids: &[String]) -> Result<Vec<Class>> {
    let path = repo::root().join("tests/attack/classes.toml");
    let text = fs::read_to_string(&path)?;
    choose(&text, ids).with_context(|| format!("{} is not usable", path.display()))
}

fn choose(text: &str, ids: &[String]) -> Result<Vec<Class>> {
    let Registry { class: classes } = toml::from_str(text)?;
    if let Some(unknown) = ids
        .iter()
        .find(|id| !classes.iter().any(|class| class.id == **id))
    {
        bail!("no class is called {unknown}");
    }
    let is_chosen = |class: &Class| ids.is_empty() || ids.contains(&class.id);
    Ok(classes.into_iter().filter(is_chosen).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_is_chosen_by_its_id_and_an_unknown_one_is_an_error() {
        let all = chosen(&[]).unwrap();
        assert!(all.len() >= 20, "{}", all.len());
        let one = chosen(&["replay".into()]).unwrap();
        assert_eq!(one.len(), 1);
        let error = chosen(&["repaly".into()]).unwrap_err();
        assert!(format!("{error:#}").contains("repaly"), "{error:#}");
    }
}
