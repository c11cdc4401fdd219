//! Both ends of the protocol against each other, and against people who mean harm.
#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests, which fail by panicking"
)]

mod any_bytes;
mod any_request;
mod carrying;
mod hostile;
mod pair;
mod unlock;
mod world;
