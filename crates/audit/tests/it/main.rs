//! Chains and logs, and people who would rather that something had not happened.
#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests, which fail by panicking"
)]

mod chain;
mod checkpoint;
mod events;
mod log;
mod sealed;
mod tiles;
mod world;
