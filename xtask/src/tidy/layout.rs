//! What may lie at the top of the repository, and that a crate's folder carries its name.

use std::collections::BTreeSet;

use super::{Violation, repository::Repository};

const TOP_LEVEL: [&str; 27] = [
    ".cargo",
    ".ci",
    ".config",
    ".editorconfig",
    ".gitattributes",
    ".github",
    ".gitignore",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE",
    "README.md",
    "SECURITY.md",
    "clippy.toml",
    "crates",
    "deny.toml",
    "docs",
    "fuzz",
    "icons",
    "rust-toolchain.toml",
    "rustfmt.toml",
    "src-tauri",
    "tests",
    "ui",
    "xtask",
];

pub(super) fn check(repository: &Repository) -> Vec<Violation> {
    unknown_entries(repository)
        .into_iter()
        .chain(misnamed_crates(repository))
        .collect()
}

fn unknown_entries(repository: &Repository) -> Vec<Violation> {
    let tops = repository
        .files
        .iter()
        .filter_map(|file| file.path.split('/').next());
    let unknown: BTreeSet<_> = tops.filter(|top| !TOP_LEVEL.contains(top)).collect();
    let complaints = unknown.into_iter().map(|top| {
        Violation::new(
            top,
            "nothing of this name belongs at the top of the repository",
        )
    });
    complaints.collect()
}

fn misnamed_crates(repository: &Repository) -> Vec<Violation> {
    let crates = repository.packages.iter().filter_map(|package| {
        let folder = package.folder.strip_prefix("crates/")?;
        let what = format!(
            "the crate {} lies in a folder of another name",
            package.name
        );
        (folder != package.name).then(|| Violation::new(package.manifest(), what))
    });
    crates.collect()
}

#[cfg(test)]
mod tests {
    use super::super::fixture::Fixture;

    #[test]
    fn an_unknown_folder_at_the_top_is_caught_once() {
        let fixture = Fixture::new();
        fixture
            .write("scratch/a.txt", "a\n")
            .write("scratch/b.txt", "b\n");
        fixture.assert_broken("scratch", "belongs at the top");
    }

    #[test]
    fn a_crate_in_a_folder_of_another_name_is_caught() {
        let fixture = Fixture::new();
        let renamed = fixture
            .text("crates/access/Cargo.toml")
            .replace("\"access\"", "\"clip\"");
        fixture.write("crates/video/Cargo.toml", &renamed);
        fixture.write("crates/video/src/lib.rs", "//! What it is.\n");
        fixture.assert_broken("crates/video/Cargo.toml", "another name");
    }
}
