//! The resident app's core: controller, store, sync and unlock. Knows no window.
//!
//! A shell (Tauri, a test, a headless demo) implements [`Shell`] and drives one [`Controller`].
//!
//! Everything works with what the device has: the hub is asked in the background, and its absence costs news, not
//! doors. What a resident did stays on the device: no call here sends it anywhere. What a door gives a device to carry to
//! the hub is sealed, and ends before the resident's own entry.

mod ahead;
mod authenticator;
mod carry;
mod clips;
mod clock;
mod controller;
mod core;
mod deliveries;
mod enrol;
mod export;
mod feed;
mod held;
pub mod hub;
mod illustrations;
pub mod keys;
pub mod links;
mod live;
mod nearest;
mod news;
mod noise;
mod opened;
mod order;
mod own_code;
mod own_door;
mod passes;
mod presence;
mod privacy;
mod push;
mod scan;
mod shell;
pub mod store;
mod sync;
mod telling;
mod tidy;
pub mod ui;
mod unlock;
mod wake;
pub mod words;

pub use authenticator::{Authenticator, NoAuthenticator, NotConfirmed};
pub use controller::{Controller, OpenError};
pub use core::{Config, Outside};
pub use live::{LivePart, Way as LiveWay};
pub use push::{PushError, PushReceiver};
pub use shell::{Act, Action, Notification, Shell};
