//! What happened at a door: records, the door's hash chain, the building's Merkle log. Pure.
//!
//! A door appends [`Event`]s to its [`DoorChain`]; each becomes a [`SignedRecord`]. A hub checks
//! what a door sends with [`verify_run`] and makes it part of the building's [`log`], as it does with
//! its own ([`HubRecord`]). What comes by a phone is sealed to the hub ([`SealedRecords`]) on its way.

mod chain;
mod event;
mod hash;
mod hub_record;
pub mod log;
mod record;
mod sealed;
#[cfg(any(test, feature = "vectors"))]
pub mod vectors;

pub use access::{SigningKey, SigningPublicKey};
pub use chain::{ChainError, ChainPosition, DoorChain, verify_run};
pub use event::{Entry, Event, LinkKind, Person, Shortfall};
pub use hash::{Hash32, ParseHashError};
pub use hub_record::{HubEvent, HubPosition, HubRecord};
pub use record::{Record, RecordError, SignedRecord};
pub use sealed::{RecordsKey, SealedError, SealedRecords};
