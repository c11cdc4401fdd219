//! A throw-away workspace that keeps every rule, for tests to break one.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{Repository, violations_in};
use crate::shell::{command, read};

/// A workspace with one pure crate in a temporary folder.
pub(super) struct Fixture {
    folder: tempfile::TempDir,
}

const WORKSPACE: &str = r#"
[workspace]
resolver = "3"
members = ["crates/*", "src-tauri", "tests/building"]

[workspace.package]
version = "0.1.0"
edition = "2024"
license = "Apache-2.0"

[workspace.lints.rust]
unsafe_code = "forbid"

[workspace.dependencies]
access = { path = "crates/access" }
resident = { path = "crates/resident" }
"#;

impl Fixture {
    /// With the crates `access` and `resident`, a shell and a package of tests.
    pub(super) fn new() -> Self {
        let fixture = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        fixture.write("Cargo.toml", WORKSPACE);
        fixture.package("crates/access", "");
        fixture.package("crates/resident", "access.workspace = true");
        fixture.package("src-tauri", "resident.workspace = true");
        fixture.package("tests/building", "access.workspace = true");
        read(command("git", &["init", "--quiet"]).current_dir(fixture.root())).unwrap();
        fixture
    }

    /// Writes a file, replacing what was there.
    pub(super) fn write(&self, path: &str, text: &str) -> &Self {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    /// What a file holds.
    pub(super) fn text(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }

    /// Adds lines to a file.
    pub(super) fn append(&self, path: &str, lines: &str) -> &Self {
        self.write(path, &(self.text(path) + lines))
    }

    /// Writes a package that keeps every rule, with these lines of dependencies.
    pub(super) fn package(&self, folder: &str, dependencies: &str) -> &Self {
        self.manifest(folder, "description = \"What it is.\"", dependencies);
        self.write(&format!("{folder}/src/lib.rs"), "//! What it is.\n")
    }

    /// Writes the manifest of a package with one line of its own.
    pub(super) fn manifest(&self, folder: &str, line: &str, dependencies: &str) -> &Self {
        let name = match folder {
            "src-tauri" => "vestibule-app",
            "tests/building" => "building-tests",
            _ => folder.rsplit('/').next().unwrap(),
        };
        let manifest = format!(
            "[package]\nname = \"{name}\"\n{line}\nversion.workspace = true\n\
             edition.workspace = true\nlicense.workspace = true\n\n[lints]\nworkspace = true\n\n\
             [dependencies]\n{dependencies}\n"
        );
        self.write(&format!("{folder}/Cargo.toml"), &manifest)
    }

    /// Fails unless no rule is broken.
    #[track_caller]
    pub(super) fn assert_tidy(&self) {
        assert_eq!(self.violations(), Vec::<String>::new());
    }

    /// Fails unless exactly one rule is broken, at `place` and saying `what`.
    #[track_caller]
    pub(super) fn assert_broken(&self, place: &str, what: &str) {
        let violations = self.violations();
        let [violation] = violations.as_slice() else {
            panic!("expected one violation: {violations:#?}");
        };
        assert!(violation.starts_with(place), "{violation}");
        assert!(violation.contains(what), "{violation}");
    }

    fn violations(&self) -> Vec<String> {
        let repository = Repository::read(self.root()).unwrap();
        violations_in(&repository)
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    fn root(&self) -> &Path {
        self.folder.path()
    }

    fn path(&self, path: &str) -> PathBuf {
        self.root().join(path)
    }
}
