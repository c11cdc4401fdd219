//! The app's core against a building in memory: its hub, its doors, its keychain.

mod building;
mod door;
mod enrolment;
mod following;
mod hub;
mod unlocking;
mod watching;
mod world;
