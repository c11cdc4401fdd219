//! The building's server: people, grants, revocations, audit log, clips as ciphertext, push.
//!
//! [`store`] keeps, [`domain`] decides, [`http`] speaks, [`cli`] administers.

pub mod cli;
mod clock;
pub mod data;
pub mod domain;
pub mod http;
mod push;
mod server;
pub mod store;
mod tls;

pub use clock::Clock;
pub use server::{ServeError, Server};
