//! A door's decisions, and people who mean harm.
#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests, which fail by panicking"
)]

mod appended;
mod bundles;
mod clock;
mod codes;
mod decisions;
mod endorsed;
mod filming;
mod forged;
mod issuing;
mod properties;
mod raw;
mod rules;
mod world;
