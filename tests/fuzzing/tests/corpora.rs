//! Every committed corpus, and every first input, replayed on the ordinary compiler.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "helpers of tests, which fail by panicking and say at what"
)]

use std::fs;
use std::path::PathBuf;

use fuzzing::{TARGETS, Target};

/// The most that all corpora take together, in bytes: they are committed.
const MOST_BYTES: usize = 1024 * 1024;

fn corpus(target: &Target) -> Vec<(String, Vec<u8>)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../fuzz/corpus")
        .join(target.name);
    let mut files: Vec<_> = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|file| file.unwrap().path())
        .collect();
    files.sort();
    let read = |path: PathBuf| (path.display().to_string(), fs::read(&path).unwrap());
    files.into_iter().map(read).collect()
}

fn replay(name: &str) {
    let target = TARGETS.iter().find(|target| target.name == name).unwrap();
    let corpus = corpus(target);
    assert!(!corpus.is_empty(), "{name} has no corpus");
    for (path, input) in corpus {
        // Shown only when the check below fails.
        println!("{path}");
        (target.check)(&input);
    }
    for (number, seed) in (target.seeds)().iter().enumerate() {
        println!("first input {number} of {name}");
        (target.check)(seed);
    }
}

#[test]
fn no_bundle_is_taken_but_the_buildings() {
    replay("bundles");
}

#[test]
fn no_index_is_taken_but_the_doors() {
    replay("clip_index");
}

#[test]
fn no_forged_credential_opens_a_door() {
    replay("credentials");
}

#[test]
fn chunks_become_the_messages_that_were_framed() {
    replay("frames");
}

#[test]
fn no_body_is_read_as_something_else() {
    replay("hub_bodies");
}

#[test]
fn nothing_said_moves_a_strike_before_its_record() {
    replay("messages");
}

#[test]
fn no_record_is_taken_but_the_doors() {
    replay("records");
}

#[test]
fn all_corpora_together_stay_small() {
    let sizes = TARGETS
        .iter()
        .flat_map(corpus)
        .map(|(_, input)| input.len());
    let bytes: usize = sizes.sum();
    assert!(bytes <= MOST_BYTES, "{bytes} bytes");
}
