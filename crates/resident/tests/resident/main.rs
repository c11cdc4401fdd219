//! The app's core against a building in memory: its hub, its doors, its keychain.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "helpers of tests, which fail by panicking"
)]

mod alerts;
mod building;
mod carrying;
mod confirming;
mod deliveries;
mod direct;
mod door;
mod enrolment;
mod exporting;
mod finding;
mod following;
mod hub;
mod in_progress;
mod live;
mod live_door;
mod notifying;
mod outside;
mod own_code;
mod own_data;
mod own_door;
mod passes;
mod pausing;
mod preferences;
mod push;
mod remote;
mod unlocking;
mod waking;
mod watching;
mod week;
mod withdrawing;
mod world;
