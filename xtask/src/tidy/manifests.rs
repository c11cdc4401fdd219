//! Every package is described, inherits the workspace's lints, and explains what it lets pass.

use toml::Table;

use super::{
    Violation,
    repository::{Package, Repository},
};

/// Keys of a package that come from the workspace.
const INHERITED: [&str; 3] = ["version", "edition", "license"];

pub(super) fn check(repository: &Repository) -> Vec<Violation> {
    let packages = repository.packages.iter();
    let in_packages = packages.flat_map(|package| check_package(repository, package));
    in_packages.chain(unexplained_lints(repository)).collect()
}

fn check_package(repository: &Repository, package: &Package) -> Vec<Violation> {
    let path = package.manifest();
    let text = repository.files.iter().find(|file| file.path == path);
    let manifest: Table = text
        .and_then(|file| file.text.as_deref())
        .and_then(|text| text.parse().ok())
        .unwrap_or_default();
    let mut complaints = Vec::new();
    if package
        .description
        .as_deref()
        .unwrap_or_default()
        .trim()
        .is_empty()
    {
        complaints.push(format!("{} has no description", package.name));
    }
    if !is_from_workspace(manifest.get("lints")) {
        complaints.push("the lints are not the workspace's: add [lints] workspace = true".into());
    }
    let own = manifest.get("package");
    let not_inherited = INHERITED
        .into_iter()
        .filter(|key| !is_from_workspace(own.and_then(|own| own.get(key))));
    complaints.extend(not_inherited.map(|key| format!("{key} is not the workspace's")));
    complaints
        .into_iter()
        .map(|what| Violation::new(&path, what))
        .collect()
}

fn is_from_workspace(value: Option<&toml::Value>) -> bool {
    value
        .and_then(|value| value.get("workspace"))
        .and_then(toml::Value::as_bool)
        .unwrap_or(false)
}

/// Lints that a manifest allows without a comment above.
fn unexplained_lints(repository: &Repository) -> Vec<Violation> {
    let manifests = repository
        .files
        .iter()
        .filter(|file| file.path.ends_with("Cargo.toml"));
    let allowed = manifests.flat_map(|file| {
        let lines: Vec<_> = file.text.as_deref().unwrap_or_default().lines().collect();
        let unexplained = lines.iter().enumerate().filter(|(at, line)| {
            let is_explained = *at > 0 && lines[at - 1].trim_start().starts_with('#');
            line.contains("\"allow\"") && !is_explained
        });
        let numbers: Vec<_> = unexplained.map(|(at, _)| at + 1).collect();
        numbers.into_iter().map(|number| {
            let place = format!("{}:{number}", file.path);
            Violation::new(
                place,
                "a lint is allowed without a reason in the line above",
            )
        })
    });
    allowed.collect()
}

#[cfg(test)]
mod tests {
    use super::super::fixture::Fixture;

    #[test]
    fn a_crate_without_a_description_is_caught() {
        let fixture = Fixture::new();
        fixture.manifest("crates/access", "description = \"\"", "");
        fixture.assert_broken("crates/access/Cargo.toml", "access has no description");
    }

    #[test]
    fn a_crate_with_lints_of_its_own_is_caught() {
        let fixture = Fixture::new();
        let manifest = "[package]\nname = \"access\"\ndescription = \"x\"\nversion.workspace = true\n\
                        edition.workspace = true\nlicense.workspace = true\n\n\
                        [lints.rust]\nunsafe_code = \"deny\"\n";
        fixture.write("crates/access/Cargo.toml", manifest);
        fixture.assert_broken("crates/access/Cargo.toml", "lints are not the workspace's");
    }

    #[test]
    fn a_crate_with_a_version_of_its_own_is_caught() {
        let fixture = Fixture::new();
        let manifest = "[package]\nname = \"access\"\ndescription = \"x\"\nversion = \"3.0.0\"\n\
                        edition.workspace = true\nlicense.workspace = true\n\n\
                        [lints]\nworkspace = true\n";
        fixture.write("crates/access/Cargo.toml", manifest);
        fixture.assert_broken("crates/access/Cargo.toml", "version is not the workspace's");
    }

    #[test]
    fn a_lint_allowed_without_a_reason_is_caught() {
        let fixture = Fixture::new();
        let lints = "\n[workspace.lints.clippy]\npedantic = \"allow\"\n";
        fixture.append("Cargo.toml", lints);
        fixture.assert_broken("Cargo.toml:", "without a reason");
    }

    #[test]
    fn a_lint_allowed_with_a_reason_is_tidy() {
        let fixture = Fixture::new();
        let lints =
            "\n[workspace.lints.clippy]\n# Names are the field's own.\npedantic = \"allow\"\n";
        fixture.append("Cargo.toml", lints);
        fixture.assert_tidy();
    }
}
