//! Doors over the air: central (btleplug; blec on Android), peripheral (BlueZ), and a stream link with the same shape.
//!
//! A phone [`scan`](Central::scan)s, [`connect`](Central::connect)s to a [`Sighting`] and gets a [`Link`]; a door
//! [`accept`](Listener::accept)s and gets one too. A link carries bytes in order, in chunks of whatever size the
//! transport allows, and knows nothing of messages: [`run_key`] drives the phone's session over it.
//!
//! | phone | door | transport |
//! |---|---|---|
//! | [`BluetoothCentral`] | [`Peripheral`] (Linux) | GATT: one service, two characteristics |
//! | `PhoneCentral` (Android) | | the same, by blec |
//! | [`StreamCentral`] | [`StreamListener`] | TCP |
//! | [`relayed`] | [`relayed`] | the hub |
//! | [`LoopbackCentral`] | [`LoopbackListener`] | memory, for tests |
//!
//! [`CompositeCentral`] makes one central of several. Only the peripheral needs Linux.

// The doors of the integration tests serve the unit tests, too.
#[cfg(test)]
extern crate self as bluetooth;

mod advertisement;
mod central;
mod composite;
mod connection;
mod error;
mod fault;
mod key;
mod link;
mod loopback;
#[cfg(target_os = "linux")]
mod peripheral;
#[cfg(any(target_os = "android", test))]
mod phone;
mod pump;
mod radio;
mod scanning;
mod sighting;
mod stream;

pub use advertisement::{COMPANY, door_of, manufacturer_data};
pub use central::{Central, LinkAddress, Listener, Sighting, find};
pub use composite::CompositeCentral;
pub use error::{LinkError, UnlockError};
pub use key::{Channel, Stage, ask_door, run_key, unlock};
pub use link::{Link, Transport};
pub use loopback::{LoopbackCentral, LoopbackListener, LoopbackPair};
#[cfg(target_os = "linux")]
pub use peripheral::Peripheral;
#[cfg(any(target_os = "android", test))]
pub use phone::PhoneCentral;
pub use radio::BluetoothCentral;
pub use stream::{StreamCentral, StreamListener, relayed};
