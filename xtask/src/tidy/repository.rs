//! What the rules look at: the workspace's packages and the repository's files.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::shell::{cargo, command, read};

/// The repository as the rules see it.
#[derive(Debug)]
pub(super) struct Repository {
    /// The workspace's own packages.
    pub(super) packages: Vec<Package>,
    /// Files that are committed or would be.
    pub(super) files: Vec<File>,
}

/// A package of the workspace, as `cargo metadata` tells it.
#[derive(Debug, Deserialize)]
pub(super) struct Package {
    pub(super) name: String,
    pub(super) description: Option<String>,
    pub(super) dependencies: Vec<Dependency>,
    manifest_path: PathBuf,
    /// The package's folder from the root, as `crates/access`.
    #[serde(skip)]
    pub(super) folder: String,
}

impl Package {
    /// Whether it only holds tests, which may use anything.
    pub(super) fn is_tests(&self) -> bool {
        self.folder.starts_with("tests/")
    }

    /// The manifest's path from the root.
    pub(super) fn manifest(&self) -> String {
        format!("{}/Cargo.toml", self.folder)
    }
}

/// A line of a manifest's dependencies.
#[derive(Debug, Deserialize)]
pub(super) struct Dependency {
    pub(super) name: String,
    /// None for a normal one, else `dev` or `build`.
    kind: Option<String>,
    pub(super) features: Vec<String>,
    pub(super) uses_default_features: bool,
    /// Set for another package of the workspace.
    path: Option<PathBuf>,
}

impl Dependency {
    /// Whether only tests use it.
    pub(super) fn is_dev(&self) -> bool {
        self.kind.as_deref() == Some("dev")
    }

    /// Whether it is another package of the workspace.
    pub(super) fn is_own(&self) -> bool {
        self.path.is_some()
    }
}

/// A file of the repository.
#[derive(Debug)]
pub(super) struct File {
    /// Its path from the root, with `/`.
    pub(super) path: String,
    /// What it holds; none when that is not text.
    pub(super) text: Option<String>,
}

impl File {
    /// What follows the last dot of its name.
    pub(super) fn extension(&self) -> &str {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        name.rsplit_once('.').map_or("", |(_, extension)| extension)
    }

    /// Its text, when it is a Rust file.
    pub(super) fn rust(&self) -> Option<&str> {
        self.text.as_deref().filter(|_| self.extension() == "rs")
    }
}

impl Repository {
    /// Reads the git repository at `root`.
    pub(super) fn read(root: &Path) -> Result<Self> {
        let listed = ["ls-files", "--cached", "--others", "--exclude-standard"];
        let paths = read(command("git", &listed).current_dir(root))?;
        Ok(Self {
            packages: packages_of(root)?,
            files: paths
                .lines()
                .filter_map(|path| file_at(root, path))
                .collect(),
        })
    }
}

fn packages_of(root: &Path) -> Result<Vec<Package>> {
    #[derive(Deserialize)]
    struct Metadata {
        packages: Vec<Package>,
    }

    let asked = [
        "metadata",
        "--no-deps",
        "--offline",
        "--format-version",
        "1",
    ];
    let printed = read(cargo(&asked).current_dir(root))?;
    let mut metadata: Metadata =
        serde_json::from_str(&printed).context("cargo metadata printed what is not its format")?;
    let root = root.canonicalize()?;
    for package in &mut metadata.packages {
        let folder = package.manifest_path.parent().unwrap_or(&root);
        let inside = folder.strip_prefix(&root).unwrap_or(folder);
        package.folder = inside.to_string_lossy().replace('\\', "/");
    }
    Ok(metadata.packages)
}

/// None for a file that is listed but has been deleted.
fn file_at(root: &Path, path: &str) -> Option<File> {
    let bytes = fs::read(root.join(path)).ok()?;
    let text = String::from_utf8(bytes).ok();
    let path = path.to_owned();
    Some(File { path, text })
}
