//! The hub as its callers meet it: over real TLS, on a real data folder.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "helpers of tests, which fail by panicking"
)]

mod access_control;
mod carried;
mod certificates;
mod clip_check;
mod clips;
mod clips_so_far;
mod code_key;
mod enrolment;
mod events;
mod kept_clips;
mod live;
mod oauth;
mod own_codes;
mod own_data;
mod own_door;
mod pass_browser;
mod pass_page;
mod passes;
mod privacy;
mod program;
mod program_rules;
mod push;
mod records;
mod relay;
mod restart;
mod room;
mod rules;
mod store;
mod support;
