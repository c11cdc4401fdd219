//! What must hold of any bytes that reach a door, a phone, a hub or a viewer.
//!
//! Each [`Target`] is a function from bytes that panics when a property does not hold. Coverage-guided fuzzing
//! drives it from the workspace in `fuzz/` (`cargo xtask fuzz`); the committed corpora are replayed by this
//! package's tests, as ordinary tests on the stable compiler.
#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a target says by panicking that a property does not hold"
)]

mod bundles;
mod channel;
mod clip_index;
mod credentials;
mod frames;
mod hub_bodies;
mod messages;
mod mutation;
mod records;
mod vectors;

/// One function of bytes, and the inputs that fuzzing starts from.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Its name, which is also the name of its corpus folder.
    pub name: &'static str,
    /// Panics when a property does not hold.
    pub check: fn(&[u8]),
    /// First inputs, made from the repository's test vectors.
    pub seeds: fn() -> Vec<Vec<u8>>,
}

/// Every target.
pub const TARGETS: [Target; 7] = [
    Target {
        name: "bundles",
        check: bundles::check,
        seeds: bundles::seeds,
    },
    Target {
        name: "clip_index",
        check: clip_index::check,
        seeds: clip_index::seeds,
    },
    Target {
        name: "credentials",
        check: credentials::check,
        seeds: credentials::seeds,
    },
    Target {
        name: "frames",
        check: frames::check,
        seeds: frames::seeds,
    },
    Target {
        name: "hub_bodies",
        check: hub_bodies::check,
        seeds: hub_bodies::seeds,
    },
    Target {
        name: "messages",
        check: messages::check,
        seeds: messages::seeds,
    },
    Target {
        name: "records",
        check: records::check,
        seeds: records::seeds,
    },
];

/// Checks one input against the target of this name.
pub fn check(name: &str, input: &[u8]) {
    let target = TARGETS.iter().find(|target| target.name == name);
    (target.expect("the target is listed").check)(input);
}

/// Puts the number of a way to read the input before it.
fn as_mode(mode: u8, input: &[u8]) -> Vec<u8> {
    [&[mode], input].concat()
}

/// CBOR of a value that always has one.
fn cbor(value: &impl serde::Serialize) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).expect("the value has a CBOR form");
    bytes
}
