//! One test for each class of attacks; `classes.toml` says what each stands for.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "helpers of tests, which fail by panicking"
)]

mod audit_log;
mod channel;
mod credentials;
mod doors;
mod filming;
mod floods;
mod hub;
mod own_door;
mod privacy;
mod registry;
mod remote;
mod revocation;
