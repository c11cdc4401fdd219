//! What the hub keeps, behind traits that know no SQL, so that another database can stand in.
//!
//! Each method is one transaction: it happens as a whole or not at all, and what it changed is
//! durable when it returns. Event ids must become visible in ascending order.

mod clips;
mod directory;
mod enrolment;
mod feed;
mod keeping;
mod ledger;
mod passes;
mod privacy;
mod push;
mod rules;
pub mod sqlite;

use std::error::Error;

use tokio::sync::watch;

pub use clips::{
    ClipRow, ClipStage, Clips, Closing, FragmentRow, ListedClip, NewFragment, NewThumbnail, Placed,
    PrefixRow, StoredClip,
};
pub use directory::{
    Building, Bundled, Carrier, Device, Directory, Door, DoorKeys, GrantSubject, NewGrant,
    Resident, Revocation, StandingGrant, Unit,
};
pub use enrolment::{
    Client, ClientSubject, Departure, Enrolment, Invitee, NewInvite, Redeemed, Refusal,
    Registration,
};
pub use feed::{Audience, EntryRow, Feed, Notice, StoredEvent};
pub use keeping::{ClipChange, HubAppend, Keeping};
pub use ledger::{
    Alarm, Append, DoorTip, Ledger, LogGrowth, LogState, NewEntry, NewRecord, Projection,
    StoredRecord,
};
pub use passes::{Pass, Passes, StandingPass};
pub use privacy::{OwnDevice, Privacy, WatchRow};
pub use push::{Posted, PushTarget, Pushes};
pub use rules::{Code, CodeHash, DoorRules, Rules};
pub use sqlite::Sqlite;

/// Everything the hub keeps.
pub trait Store:
    Directory + Rules + Passes + Enrolment + Ledger + Clips + Feed + Keeping + Privacy + Pushes
{
    /// Changes its value after every change to the store, by this process or another.
    fn changes(&self) -> watch::Receiver<u64>;
}

/// Why the store did not do what was asked; nothing was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The name is in use where it must be unique.
    #[error("the name is already in use")]
    NameTaken,
    /// Something the request names does not exist.
    #[error("there is no such thing")]
    Unknown,
    /// The state moved since it was read: read it again.
    #[error("another change came first")]
    Conflict,
    /// The database failed.
    #[error("the database failed")]
    Backend(#[source] Box<dyn Error + Send + Sync>),
}

/// What a store's methods return.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;
