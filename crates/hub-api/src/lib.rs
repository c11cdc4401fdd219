//! The hub's requests, responses, error codes and invites, and the client that speaks them.
//!
//! JSON members are `snake_case`; binary values are base64url without padding (RFC 4648 section 5);
//! times are unix seconds (`not_after`) or milliseconds (`at_ms`).

mod carried;
pub mod client;
mod code_secret;
mod door;
mod enrol;
mod entries;
mod error;
mod event;
mod invite;
mod live;
mod local_address;
pub mod oauth;
mod own_code;
mod pass;
mod privacy;
mod push;
mod relay;
mod resident;

pub use carried::{Carried, CarriedDoor};
pub use client::{Client, ClientError, ClientIdentity, RelayStream};
pub use code_secret::CodeSecret;
pub use door::{DoorUpdate, Durable, RecordRun, UploadState};
pub use enrol::{BuildingInfo, EnrolRequest, Enrolled, EnrolledSubject, Subject};
pub use entries::{ClipInfo, ClipState, DoorAlert, EntryInfo, EntryPage, Outcome};
pub use error::{ApiError, ErrorCode};
pub use event::{ClipReady, Event, Refresh, ServerEvent, Topic};
pub use invite::{Invite, InviteError, KeyHash};
pub use live::{
    LIVE_PROTOCOL, LIVE_WINDOW, LiveFrame, LiveReceiver, LiveSender, live_connection,
    live_connection_of_a_viewer,
};
pub use local_address::{LocalAddress, NotLocal};
pub use own_code::{MadeCode, OwnCode};
pub use pass::{
    MadePass, NewPass, PassChange, PassEndorsement, PassInfo, PassKind, PassLink, PassState,
    PassToken, PassTokenError, PassUses,
};
pub use privacy::{
    DeviceInfo, DoorPolicy, Forgotten, HeldCode, HeldDevice, Kept, MyData, NamedEntry,
    OthersWatched, Policy, Watch, WatchDay, WatchPage,
};
pub use push::{PushOffer, PushSubscription, WAKE_UP};
pub use relay::RELAY_PROTOCOL;
pub use resident::{CarrierCredential, DoorInfo, IssuedCredential};
