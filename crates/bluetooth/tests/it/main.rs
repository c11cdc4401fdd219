//! Links, centrals and the key driver, in memory and over TCP. The radio is tested in the guest.
#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests, which fail by panicking"
)]

mod doors;
mod links;
mod unlock;
