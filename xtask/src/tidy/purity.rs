//! Pure crates have no clock, no socket, no file and no randomness of their own.

use super::{
    Violation,
    code::{is_test_only, line_of, shipped, without_comments},
    repository::{Dependency, File, Package, Repository},
};

/// The pure crates.
const PURE: [&str; 4] = ["access", "audit", "clip", "door-protocol"];

/// Everything that a pure crate may use: none of these has a clock, a socket, a file or entropy
/// of its own, given the features of [`IMPURE_FEATURES`] stay off.
const PURE_LIBRARIES: [&str; 27] = [
    "argon2",
    "base64",
    "biscuit-auth",
    "bytes",
    "chacha20poly1305",
    "ciborium",
    "ed25519-dalek",
    "hex",
    "hkdf",
    "hpke",
    "prost",
    "rand_core",
    "serde",
    "serde_bytes",
    "serde_json",
    "sha2",
    "signature",
    "signed_note",
    "snow",
    "specta",
    "subtle",
    "thiserror",
    "tlog_tiles",
    "utoipa",
    "uuid",
    "x25519-dalek",
    "zeroize",
];

/// Features that give a pure library a clock or entropy.
const IMPURE_FEATURES: [(&str, &[&str]); 5] = [
    ("argon2", &["rand", "std"]),
    ("rand_core", &["getrandom", "std"]),
    (
        "uuid",
        &["v1", "v4", "v6", "v7", "rng-getrandom", "rng-rand"],
    ),
    ("x25519-dalek", &["getrandom"]),
    ("hpke", &["std"]),
];

/// Words in a source file that reach for the world.
const IMPURE_WORDS: [&str; 14] = [
    "Instant::now",
    "OsRng",
    "SystemTime::now",
    "UNIX_EPOCH",
    "from_os_rng",
    "getrandom",
    "new_v4",
    "println!",
    "std::env",
    "std::fs",
    "std::net",
    "std::process",
    "std::thread",
    "thread_rng",
];

pub(super) fn check(repository: &Repository) -> Vec<Violation> {
    let pure = repository
        .packages
        .iter()
        .filter(|package| PURE.contains(&package.name.as_str()));
    let checked = pure.flat_map(|package| {
        let sources = format!("{}/src/", package.folder);
        let files = repository
            .files
            .iter()
            .filter(move |file| file.path.starts_with(&sources));
        let in_files = files
            .filter(|file| !is_test_only(&file.path))
            .flat_map(check_source);
        check_manifest(package).into_iter().chain(in_files)
    });
    checked.collect()
}

fn check_manifest(package: &Package) -> Vec<Violation> {
    let external = package
        .dependencies
        .iter()
        .filter(|one| !one.is_own() && !one.is_dev());
    let complaints = external.filter_map(|one| complaint(&package.name, one));
    complaints
        .map(|what| Violation::new(package.manifest(), what))
        .collect()
}

fn complaint(user: &str, dependency: &Dependency) -> Option<String> {
    let library = dependency.name.as_str();
    if !PURE_LIBRARIES.contains(&library) {
        return Some(format!("{user} is pure and may not use {library}"));
    }
    let (_, impure) = IMPURE_FEATURES.iter().find(|(name, _)| *name == library)?;
    let feature = dependency
        .features
        .iter()
        .find(|one| impure.contains(&one.as_str()))?;
    Some(format!(
        "{user} is pure and may not use the feature {feature} of {library}"
    ))
}

fn check_source(file: &File) -> Vec<Violation> {
    let Some(text) = file.rust() else {
        return Vec::new();
    };
    let code = without_comments(shipped(text));
    let found = IMPURE_WORDS
        .iter()
        .filter_map(|word| Some((code.find(word)?, word)));
    let complaints = found.map(|(at, word)| {
        let place = format!("{}:{}", file.path, line_of(&code, at));
        Violation::new(
            place,
            format!("{word} in a pure crate: take it as an argument"),
        )
    });
    complaints.collect()
}

#[cfg(test)]
mod tests {
    use super::super::fixture::Fixture;

    #[test]
    fn a_pure_crate_that_gains_a_runtime_is_caught() {
        let fixture = Fixture::new();
        fixture.package("crates/access", "tokio = \"1\"");
        fixture.assert_broken("crates/access/Cargo.toml", "may not use tokio");
    }

    #[test]
    fn a_pure_crate_that_gains_randomness_is_caught() {
        let fixture = Fixture::new();
        fixture.package("crates/access", "rand = \"0.8\"");
        fixture.assert_broken("crates/access/Cargo.toml", "may not use rand");
    }

    #[test]
    fn a_pure_crate_that_turns_entropy_on_in_a_library_is_caught() {
        let fixture = Fixture::new();
        fixture.package(
            "crates/access",
            "uuid = { version = \"1\", features = [\"v4\"] }",
        );
        fixture.assert_broken("crates/access/Cargo.toml", "the feature v4 of uuid");
    }

    #[test]
    fn a_pure_crate_that_reads_the_clock_is_caught_at_its_line() {
        let fixture = Fixture::new();
        let source = "//! What it is.\n\nfn now() {\n    std::time::SystemTime::now();\n}\n";
        fixture.write("crates/access/src/lib.rs", source);
        fixture.assert_broken("crates/access/src/lib.rs:4", "SystemTime::now");
    }

    #[test]
    fn a_pure_crate_that_opens_a_file_in_a_module_is_caught() {
        let fixture = Fixture::new();
        fixture.write("crates/access/src/bundle/store.rs", "use std::fs;\n");
        fixture.assert_broken("crates/access/src/bundle/store.rs:1", "std::fs");
    }

    #[test]
    fn tests_of_a_pure_crate_may_have_a_clock() {
        let fixture = Fixture::new();
        let tests = "#[cfg(test)]\nmod tests {\n    use std::time::Instant;\n    \
                     fn now() { Instant::now(); }\n}\n";
        fixture.write("crates/access/src/lib.rs", tests);
        fixture.write("crates/access/tests/vectors.rs", "use std::fs;\n");
        fixture.assert_tidy();
    }

    #[test]
    fn a_comment_may_name_what_the_code_must_not_use() {
        let fixture = Fixture::new();
        fixture.write(
            "crates/access/src/lib.rs",
            "//! Never calls Instant::now.\n",
        );
        fixture.assert_tidy();
    }

    #[test]
    fn an_impure_crate_may_read_the_clock() {
        let fixture = Fixture::new();
        fixture.write(
            "crates/resident/src/lib.rs",
            "fn now() { std::time::Instant::now(); }\n",
        );
        fixture.assert_tidy();
    }
}
