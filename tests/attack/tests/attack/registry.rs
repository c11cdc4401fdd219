//! The registry, the threat model and what ships agree.

use std::{collections::BTreeSet, path::Path};

use anyhow::{Context, Result};
use attack_tests::{Weakening, classes, programs};

/// As `access::weakened` has it; there only when the attack suite builds it.
const VARIABLE: &[u8] = b"VESTIBULE_WEAKENED";

fn root() -> &'static Path {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.ancestors().nth(2).unwrap_or(own)
}

/// Every test function of this executable, as `module::name`.
fn tests_of_this_suite() -> Result<BTreeSet<String>> {
    let folder = root().join("tests/attack/tests/attack");
    let mut found = BTreeSet::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let module = path
            .file_stem()
            .context("a file has a name")?
            .to_string_lossy()
            .into_owned();
        let text = std::fs::read_to_string(&path)?;
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
                let next = lines.next().context("a test has a name")?;
                let (_, name) = next.split_once("fn ").context("a test is a function")?;
                let name = name.split('(').next().unwrap_or(name);
                found.insert(format!("{module}::{name}"));
            }
        }
    }
    Ok(found)
}

#[test]
fn every_class_has_a_test_of_its_own_and_every_test_a_class() -> Result<()> {
    let classes = classes()?;
    assert!(classes.len() >= 20, "{} classes", classes.len());
    let ids: BTreeSet<_> = classes.iter().map(|class| &class.id).collect();
    assert_eq!(ids.len(), classes.len(), "an id stands twice");
    let named: BTreeSet<_> = classes.iter().map(|class| class.test.clone()).collect();
    assert_eq!(named.len(), classes.len(), "a test stands for two classes");
    let attacks: BTreeSet<_> = tests_of_this_suite()?
        .into_iter()
        .filter(|test| !test.starts_with("registry::"))
        .collect();
    assert_eq!(named, attacks);
    Ok(())
}

#[test]
fn the_threat_model_tells_of_every_class_and_of_no_other() -> Result<()> {
    let text = std::fs::read_to_string(root().join("docs/threat-model.md"))?;
    let rows: BTreeSet<(String, String)> = text
        .lines()
        .filter_map(|line| line.strip_prefix("| `"))
        .filter_map(|row| {
            let (id, rest) = row.split_once('`')?;
            let test = rest.rsplit('`').nth(1)?;
            Some((id.to_owned(), test.to_owned()))
        })
        .collect();
    let classes = classes()?;
    let expected: BTreeSet<_> = classes
        .iter()
        .map(|class| (class.id.clone(), class.test.clone()))
        .collect();
    assert_eq!(rows, expected);
    for class in &classes {
        for said in [&class.title, &class.source, &class.answer, &class.remains] {
            assert!(text.contains(said.as_str()), "{} lacks: {said}", class.id);
        }
    }
    Ok(())
}

#[test]
fn a_test_over_the_radio_that_the_registry_names_is_there() -> Result<()> {
    let folder = root().join("tests/bluetooth/tests/guest");
    let mut text = String::new();
    for entry in std::fs::read_dir(folder)? {
        text += &std::fs::read_to_string(entry?.path())?;
    }
    for class in classes()? {
        if let Some(radio) = class.radio {
            let (_, name) = radio.rsplit_once("::").context("module::name")?;
            assert!(
                text.contains(&format!("fn {name}(")),
                "no {radio} in the guest"
            );
        }
    }
    Ok(())
}

#[test]
fn every_defence_that_is_switched_off_has_its_switch_and_every_switch_its_class() -> Result<()> {
    let text = std::fs::read_to_string(root().join("crates/access/src/weakened.rs"))?;
    let (_, list) = text
        .split_once("defences! {")
        .context("no list of defences")?;
    let (list, _) = list.split_once("\n}").context("the list does not end")?;
    let switches: BTreeSet<_> = list
        .lines()
        .filter_map(|line| line.trim().strip_suffix(','))
        .map(str::to_owned)
        .collect();
    let used: BTreeSet<_> = classes()?
        .into_iter()
        .filter_map(|class| match class.weakened {
            Weakening::Defence(name) => Some(name),
            Weakening::Double(_) => None,
        })
        .collect();
    assert_eq!(switches, used);
    Ok(())
}

#[test]
fn a_program_has_a_switch_exactly_when_the_attack_suite_weakened_it() -> Result<()> {
    let is_weakened = std::env::var_os("VESTIBULE_PROGRAMS").is_some();
    for program in ["vestibule-door", "vestibule-hub"] {
        let bytes = std::fs::read(programs()?.path(program))?;
        let has_it = bytes.windows(VARIABLE.len()).any(|part| part == VARIABLE);
        assert_eq!(has_it, is_weakened, "{program}");
    }
    Ok(())
}
