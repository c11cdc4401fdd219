//! What the tests in the guest share: who has which controller, a building whose doors are on the
//! air, a resident's phone, and a bare echo to compare with.

pub mod air;
pub mod controllers;
pub mod echo;
pub mod radio;
pub mod stage;
