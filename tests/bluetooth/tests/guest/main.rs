//! Runs in the guest, where every controller, its BlueZ and the camera are real to the programs.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "helpers of tests, which fail by panicking"
)]

mod courier;
mod reconnection;
mod resident;
mod stack;
mod stranger;
