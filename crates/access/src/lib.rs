//! Who may open which door: ids, grants, credentials, bundles and the decision. Pure.
//!
//! The building issues a [`Credential`] ([`issue`], [`issue_carrier`]; a carrier narrows its own
//! with [`issue_driver`]). The door holds a [`DoorPolicy`] made of the newest [`Bundle`] and
//! answers every credential with a [`Decision`]. Time and randomness are arguments.

#[macro_use]
mod off;

mod attempts;
pub mod base64url;
mod bundle;
mod cbor;
mod claims;
mod code;
mod code_key;
mod credential;
mod decision;
mod endorsement;
mod gate;
mod grant;
mod id;
mod issue;
mod key;
mod keypad;
mod policy;
mod rules;
mod token;
#[cfg(any(test, feature = "vectors"))]
pub mod vectors;
#[cfg(feature = "weakened")]
pub mod weakened;
mod week;

pub use attempts::{AttemptLimiter, DeniedAttempts, KeypadLimiter};
pub use bundle::{
    Bundle, BundleCarrier, BundleDoor, BundleError, ResidentRecords, SignedBundle, Viewer,
};
pub use claims::{Claims, ClaimsError, read_claims};
pub use code::{CODE_DIGITS, CodeError, MAX_CODE_DIGITS, MIN_CODE_DIGITS, TypedCode, hash_code};
pub use code_key::{CodeKey, CodeKeyId};
pub use credential::Credential;
pub use decision::{CourierVisit, Decision, Denial, DenyReason, Entrant, ParseDenyReasonError};
pub use endorsement::{Endorsement, Endorser, OwnDoorEntry};
pub use gate::{Gate, Now};
pub use grant::{CarrierGrant, DoorKind, Grant, GrantedDoor, HolderClass, Visit};
pub use id::{
    BuildingId, CarrierId, ClipId, DeviceId, DoorId, GrantId, LiveId, ParseIdError, RelayId,
    ResidentId, ShortDoorId, UnitId, VisitId, WatchId,
};
pub use issue::{IssueError, issue, issue_carrier, issue_driver};
pub use key::{
    BuildingKey, BuildingPublicKey, CarrierKey, CarrierPublicKey, DoorPublicKey, HolderPublicKey,
    HolderSecret, ParseKeyError, RecordsPublicKey, SignatureError, SigningKey, SigningPublicKey,
    ViewerPublicKey, signed_message, x25519_public,
};
pub use policy::DoorPolicy;
pub use rules::{DoorCode, Hours, Lockdown, Unfilmed};
