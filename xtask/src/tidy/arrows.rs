//! Which package may use which: the arrows of the architecture.

use super::{
    Violation,
    repository::{Dependency, Package, Repository},
};

/// Each package with the packages of this workspace that it may use.
const ARROWS: &[(&str, &[&str])] = &[
    ("access", &[]),
    ("audit", &["access"]),
    ("clip", &["access"]),
    ("door-protocol", &["access", "audit"]),
    ("hub-api", &["access", "audit", "clip"]),
    ("bluetooth", &["access", "door-protocol"]),
    ("camera", &[]),
    (
        "door",
        &[
            "access",
            "audit",
            "bluetooth",
            "camera",
            "clip",
            "door-protocol",
            "hub-api",
        ],
    ),
    ("hub", &["access", "audit", "clip", "hub-api"]),
    (
        "resident",
        &[
            "access",
            "audit",
            "bluetooth",
            "clip",
            "door-protocol",
            "hub-api",
        ],
    ),
    (
        "courier",
        &["access", "bluetooth", "door-protocol", "hub-api"],
    ),
    ("simulation", &["access", "audit", "door", "door-protocol"]),
    ("vestibule-app", &["bluetooth", "hub-api", "resident"]),
    ("xtask", &["simulation"]),
    ("vectors", &["access", "audit", "clip", "door-protocol"]),
];

/// Libraries that only one place of the architecture may know, and those places.
const OWNED: &[(&str, &[&str])] = &[
    ("axum", &["hub"]),
    ("bluer", &["bluetooth"]),
    ("btleplug", &["bluetooth"]),
    ("evdev", &["door"]),
    ("gpiocdev", &["door"]),
    ("gstreamer", &["camera"]),
    ("reqwest", &["hub", "hub-api"]),
    ("rusqlite", &["door", "hub", "resident"]),
    ("tauri", &["vestibule-app"]),
];

pub(super) fn check(repository: &Repository) -> Vec<Violation> {
    let shipped = repository
        .packages
        .iter()
        .filter(|package| !package.is_tests());
    shipped.flat_map(check_package).collect()
}

fn check_package(package: &Package) -> Vec<Violation> {
    let Some((_, allowed)) = ARROWS.iter().find(|(name, _)| *name == package.name) else {
        let what = format!(
            "tidy knows no arrows of {}: say in xtask what it may use",
            package.name
        );
        return vec![Violation::new(package.manifest(), what)];
    };
    let dependencies = package.dependencies.iter();
    let complaints = dependencies.filter_map(|one| complaint(package, allowed, one));
    complaints
        .map(|what| Violation::new(package.manifest(), what))
        .collect()
}

fn complaint(package: &Package, allowed: &[&str], dependency: &Dependency) -> Option<String> {
    let (user, library) = (package.name.as_str(), dependency.name.as_str());
    if dependency.is_own() {
        let may = allowed.contains(&library) || (dependency.is_dev() && library == "simulation");
        return (!may)
            .then(|| format!("{user} may not use {library}: the arrow runs the wrong way"));
    }
    let (family, owners) = OWNED
        .iter()
        .find(|(family, _)| belongs_to(library, family))?;
    let may = owners.contains(&user) || dependency.is_dev();
    (!may).then(|| {
        format!(
            "{user} may not use {library}: {family} belongs to {}",
            owners.join(", ")
        )
    })
}

/// Whether a library is `family` or one of its parts, as `tauri-plugin-x` is of `tauri`.
fn belongs_to(library: &str, family: &str) -> bool {
    library
        .strip_prefix(family)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

#[cfg(test)]
mod tests {
    use super::{super::fixture::Fixture, belongs_to};

    #[test]
    fn a_pure_crate_that_uses_the_app_is_caught() {
        let fixture = Fixture::new();
        fixture
            .package("crates/resident", "")
            .package("crates/access", "resident.workspace = true");
        fixture.assert_broken("crates/access/Cargo.toml", "access may not use resident");
    }

    #[test]
    fn a_window_that_knows_the_domain_rules_is_caught() {
        let fixture = Fixture::new();
        fixture.package("src-tauri", "access.workspace = true");
        fixture.assert_broken("src-tauri/Cargo.toml", "vestibule-app may not use access");
    }

    #[test]
    fn an_app_core_that_knows_tauri_is_caught() {
        let fixture = Fixture::new();
        fixture.package("crates/resident", "tauri-plugin-os = \"2\"");
        fixture.assert_broken(
            "crates/resident/Cargo.toml",
            "tauri belongs to vestibule-app",
        );
    }

    #[test]
    fn a_crate_without_arrows_is_caught() {
        let fixture = Fixture::new();
        fixture.package("crates/lift", "");
        fixture.assert_broken("crates/lift/Cargo.toml", "no arrows of lift");
    }

    #[test]
    fn tests_may_use_everything() {
        let fixture = Fixture::new();
        fixture.package(
            "tests/building",
            "resident.workspace = true\nbtleplug = \"0.13\"",
        );
        fixture.assert_tidy();
    }

    #[test]
    fn a_family_of_libraries_is_told_by_its_name() {
        assert!(belongs_to("tauri", "tauri") && belongs_to("tauri-specta", "tauri"));
        assert!(!belongs_to("taurine", "tauri"));
    }
}
