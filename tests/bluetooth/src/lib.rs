//! What the tests in the guest share: a bare echo to compare with, a building on Bluetooth, a phone.

pub mod controllers;
pub mod echo;
