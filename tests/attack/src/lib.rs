//! What the attack suite attacks, and what it attacks with.
//!
//! A [`Target`] is the real door daemon whose building's keys a test holds ([`World`]): so a test can
//! issue whatever a building could, and revoke it. A [`Wire`] is a connection that keeps every byte,
//! a [`Channel`] the protocol by hand, for what no honest phone would send. `classes.toml` lists the
//! classes of attacks; docs/threat-model.md is written around the same list.

mod channel;
mod classes;
mod target;
mod verdict;
mod wire;
mod world;

pub use channel::{Channel, Prologue, request};
pub use classes::{Class, Weakening, classes};
pub use target::{Target, programs, site_of_one_door};
pub use verdict::{is_doubled, withstood};
pub use wire::{Visit, Wire, random};
pub use world::{Person, World, now_s};
