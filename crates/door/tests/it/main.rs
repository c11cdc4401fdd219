//! The whole door over its stream link: a simulated strike, real files, a hub and phones in the
//! test.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "helpers of tests, which fail by panicking"
)]
#![expect(unreachable_pub, reason = "a test program exports nothing")]

mod building;
mod carrying;
mod clips;
mod code_key;
mod codes;
mod direct;
mod entry;
mod fake_hub;
mod harness;
mod hundred;
mod inputs;
mod killed;
mod lens;
mod links;
mod live;
mod live_stage;
mod logs;
mod lost_time;
mod outage;
mod outbox;
mod program;
mod records;
mod remote;
mod unfilmed;
