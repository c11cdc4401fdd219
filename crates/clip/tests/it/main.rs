//! Clips as doors film them, viewers watch them, and others try to change them.
#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests, which fail by panicking"
)]

mod any_bytes;
mod export;
mod film;
mod live;
mod so_far;
mod tampered;
mod thumbnail;
mod viewed;
