//! What the hub and its clients say to each other, as it stands on the wire.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "helpers of tests, which fail by panicking"
)]

mod invites;
mod oauth;
mod wire;
