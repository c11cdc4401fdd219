//! A whole building of real daemons: what must hold when parts of it are down, killed or hostile.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "helpers of tests, which fail by panicking"
)]

mod carried;
mod ciphertext;
mod codes;
mod ending;
mod exactly_once;
mod export;
mod live;
mod offline;
mod own_door;
mod privacy;
mod refusals;
mod stage;
mod unfilmed;
