//! What takes a defence away is for the attack suite alone: nothing that ships can have it.

use toml::{Table, Value};

use super::{
    Violation,
    repository::{File, Package, Repository},
};

/// The feature under which a defence can be switched off.
const FEATURE: &str = "weakened";

/// The packages that may have it.
const MAY_HAVE: [&str; 3] = ["access", "door", "hub"];

/// What builds or packs what ships: a manifest of cargo or tauri, a script, a unit, a pipeline.
const BUILDS: [&str; 5] = ["json", "service", "sh", "toml", "yml"];

pub(super) fn check(repository: &Repository) -> Vec<Violation> {
    let packages = repository.packages.iter().flat_map(|package| {
        let manifest = package.manifest();
        let file = repository.files.iter().find(|file| file.path == manifest);
        in_package(package, file)
    });
    let files = repository.files.iter().filter_map(in_file);
    packages.chain(files).collect()
}

fn in_package(package: &Package, file: Option<&File>) -> Vec<Violation> {
    let asked = package.dependencies.iter().filter(|one| {
        let mut features = one.features.iter();
        features.any(|feature| is_it(feature))
    });
    let mut complaints: Vec<_> = asked
        .map(|one| format!("asks for a {FEATURE} {}", one.name))
        .collect();
    let manifest: Table = file
        .and_then(|file| file.text.as_deref())
        .and_then(|text| text.parse().ok())
        .unwrap_or_default();
    let features = manifest.get("features").and_then(Value::as_table);
    for (name, turned_on) in features.into_iter().flatten() {
        if name == FEATURE {
            if !MAY_HAVE.contains(&package.name.as_str()) {
                complaints.push(format!("{} may not be {FEATURE}", package.name));
            }
            continue;
        }
        let turned_on = turned_on.as_array().into_iter().flatten();
        if turned_on.filter_map(Value::as_str).any(is_it) {
            complaints.push(format!("the feature {name} turns {FEATURE} on"));
        }
    }
    complaints
        .into_iter()
        .map(|what| Violation::new(package.manifest(), what))
        .collect()
}

/// `weakened`, or that of a dependency: `door/weakened`, `door?/weakened`.
fn is_it(feature: &str) -> bool {
    feature.rsplit('/').next() == Some(FEATURE)
}

/// A file that builds what ships and speaks of it, other than a manifest's own lines.
fn in_file(file: &File) -> Option<Violation> {
    let is_build = BUILDS.contains(&file.extension()) || file.path.starts_with(".ci/");
    let is_own = file.path.ends_with("Cargo.toml") || file.path.starts_with("tests/attack/");
    let text = file.text.as_deref().filter(|_| is_build && !is_own)?;
    let (at, _) = text
        .lines()
        .enumerate()
        .find(|(_, line)| line.contains(FEATURE))?;
    let place = format!("{}:{}", file.path, at + 1);
    Some(Violation::new(
        place,
        format!("what ships is never {FEATURE}: only cargo xtask attack builds that"),
    ))
}

#[cfg(test)]
mod tests {
    use super::super::fixture::Fixture;

    const OWN: &str = "\n[features]\nweakened = []\n";

    fn with_feature() -> Fixture {
        let fixture = Fixture::new();
        fixture.append("crates/access/Cargo.toml", OWN);
        fixture
    }

    #[test]
    fn the_feature_itself_is_tidy() {
        with_feature().assert_tidy();
    }

    #[test]
    fn a_default_feature_that_weakens_is_caught() {
        let fixture = with_feature();
        fixture.append("crates/access/Cargo.toml", "default = [\"weakened\"]\n");
        fixture.assert_broken("crates/access/Cargo.toml", "default turns weakened on");
    }

    #[test]
    fn another_feature_that_weakens_is_caught() {
        let fixture = with_feature();
        let feature = "\n[features]\nfast = [\"access/weakened\"]\n";
        fixture.append("crates/resident/Cargo.toml", feature);
        fixture.assert_broken("crates/resident/Cargo.toml", "fast turns weakened on");
    }

    #[test]
    fn a_dependency_that_weakens_is_caught_also_in_tests() {
        for folder in ["crates/resident", "tests/building"] {
            let fixture = with_feature();
            let line = "access = { workspace = true, features = [\"weakened\"] }";
            fixture.package(folder, line);
            fixture.assert_broken(
                &format!("{folder}/Cargo.toml"),
                "asks for a weakened access",
            );
        }
    }

    #[test]
    fn a_package_that_has_no_business_with_it_is_caught() {
        let fixture = Fixture::new();
        fixture.append("crates/resident/Cargo.toml", OWN);
        fixture.assert_broken("crates/resident/Cargo.toml", "may not be weakened");
    }

    #[test]
    fn a_script_that_builds_it_is_caught() {
        let fixture = with_feature();
        fixture.write(
            ".ci/run",
            "cargo build --release --features door/weakened\n",
        );
        fixture.assert_broken(".ci/run:1", "what ships is never weakened");
    }
}
