//! The door daemon: links, offline decision, strike, audit outbox and camera.
//!
//! ```text
//! link -> session --------------+-> gate       decides, offline
//! inputs -> keypad -> code_desk +-> journal    record committed, fsynced
//! inputs -> leaf -> attendant --+-> strike     moves only then; relocks by itself
//!                               `-> recorder   films couriers, guests and staff; clip_files, storage
//! journal, clip_files -> outbox -> hub
//!                  hub -> sync  -> gate
//! link -> session -> sync, journal  what a let-in phone carries in and out
//! ```
//!
//! What is right of an arrow knows nothing of what is left of it. Only `outbox` and `sync` talk to
//! the hub, in tasks of their own: no decision waits for them.

pub mod attendant;
pub mod calibration;
pub mod camera_watch;
pub mod clip_files;
pub mod clock;
pub mod code_desk;
pub mod code_keys;
pub mod config;
pub mod daemon;
pub mod enrolment;
pub mod files;
pub mod flood;
pub mod gate;
pub mod guests;
pub mod hub_link;
pub mod inputs;
pub mod journal;
pub mod keypad;
pub mod keys;
pub mod leaf;
pub mod live;
pub mod lobby;
pub mod logging;
pub mod outbox;
pub mod recorder;
pub mod retry;
pub mod session;
pub mod storage;
pub mod store;
pub mod strike;
pub mod sync;
pub mod timekeeping;
