//! A carrier's side of the building: its dispatch, its drivers' handsets, and the unlock.
//!
//! A carrier builds on three pieces. [`Dispatch`] enrols once at each building and keeps the carrier
//! credential that it gets. Offline, it makes a [`DriverPass`] for one driver, one day, one building.
//! A [`Handset`] holds the key that the pass is bound to, and [`unlock`] shows both to a door.

mod dispatch;
mod files;
mod handset;
mod pass;
mod unlock;

pub use dispatch::{Dispatch, DispatchError, Round, Served};
pub use files::FileError;
pub use handset::Handset;
pub use pass::{DriverPass, PassDoor, PassError};
pub use unlock::{Reach, UnlockError, unlock};
