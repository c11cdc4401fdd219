//! A resident's device without a window, and a search of disks, for tests of a whole building.

pub mod disk;
pub mod keyring;
mod phone;
mod travels;

pub use phone::{Phone, eventually};
pub use travels::Travels;
