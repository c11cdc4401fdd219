//! The app's core against a building in memory: its hub, its doors, its keychain.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "helpers of tests, which fail by panicking"
)]

mod alerts;
mod building;
mod carrying;
mod direct;
mod door;
mod enrolment;
mod exporting;
mod following;
mod hub;
mod in_progress;
mod live;
mod live_door;
mod own_data;
mod preferences;
mod push;
mod remote;
mod unlocking;
mod watching;
mod world;
