//! A resident's device without a window, for tests of a whole building.

pub mod keyring;
mod phone;

pub use phone::{Phone, eventually};
