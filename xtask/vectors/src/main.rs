//! Compares the vector files under each pure crate with what its code makes, and writes what differs.
//!
//! `vectors ROOT [--check]`: prints the path of every file that differs; with `--check` it writes
//! nothing and fails when there is one.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, Result};

type Files = Vec<(&'static str, String)>;

fn main() -> Result<ExitCode> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let root = arguments.first().context("usage: vectors ROOT [--check]")?;
    let only_check = arguments.iter().any(|argument| argument == "--check");
    let differing = differing(Path::new(root))?;
    let mut out = std::io::stdout().lock();
    for (path, text) in &differing {
        writeln!(out, "{}", path.display())?;
        if !only_check {
            write(path, text)?;
        }
    }
    let failed = only_check && !differing.is_empty();
    Ok(if failed {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

fn differing(root: &Path) -> Result<Vec<(PathBuf, String)>> {
    let made: [(&str, Files); 4] = [
        ("access", access::vectors::files()),
        ("audit", audit::vectors::files()),
        ("clip", clip::vectors::files()),
        ("door-protocol", door_protocol::vectors::files()),
    ];
    let mut differing = Vec::new();
    for (name, files) in made {
        for (file, text) in files {
            let path = root.join("crates").join(name).join("vectors").join(file);
            if fs::read_to_string(&path).unwrap_or_default() != text {
                differing.push((path, text));
            }
        }
    }
    Ok(differing)
}

fn write(path: &Path, text: &str) -> Result<()> {
    let folder = path.parent().context("a vector file lies in a folder")?;
    fs::create_dir_all(folder)?;
    fs::write(path, text).with_context(|| format!("{} cannot be written", path.display()))
}
