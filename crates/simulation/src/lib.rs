//! A whole building made of the real programs, with simulated hardware, for the demo and for tests.
//!
//! [`Site`] starts one hub; each [`Building`] on it has doors, a resident and a carrier with one
//! driver. Everything goes through the programs' own command lines, as an installer would do it.
//!
//! `seeded` (a feature) has no programs: the parts that decide and record, in virtual time, under faults.

mod building;
mod courier;
mod door;
mod hub;
mod network_camera;
mod programs;
#[cfg(feature = "seeded")]
pub mod seeded;
mod site;
mod strike;

pub use self::door::{CameraPlan, Door, DoorLink, DoorPlan, play_input};
pub use building::{Building, BuildingPlan};
pub use courier::{Carrier, CourierAnswer};
pub use hub::{Hub, free_address};
pub use network_camera::NetworkCamera;
pub use programs::{Programs, Running, wait_for};
pub use site::Site;
pub use strike::{StrikeMove, StrikeState};
