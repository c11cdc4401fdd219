use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a refusal means. The code is stable; the message beside it is for people and may change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ErrorCode {
    /// The request cannot be understood: malformed JSON, CBOR, id or parameter.
    InvalidRequest,
    /// The body is larger than this endpoint takes.
    PayloadTooLarge,
    /// Nothing is at this address, or nothing this caller may see.
    NotFound,
    /// The address exists but not with this method.
    MethodNotAllowed,
    /// No access token came with the request.
    Unauthorized,
    /// The access token is malformed, expired or not this hub's.
    InvalidToken,
    /// The `DPoP` proof is missing, malformed, replayed, or made for another request, token or key.
    InvalidProof,
    /// The `DPoP` proof lacks a fresh nonce; repeat with the one in the `DPoP-Nonce` header.
    UseDpopNonce,
    /// The client assertion does not prove a known client.
    InvalidClient,
    /// The caller's class may not use this endpoint.
    Forbidden,
    /// The caller's access to this building was revoked.
    Revoked,
    /// The invite's code is unknown, or belongs to another kind of client.
    InviteInvalid,
    /// The invite is past its time.
    InviteExpired,
    /// The invite was used before, by another key.
    InviteUsed,
    /// The carrier has no standing grant in this building.
    NoGrant,
    /// The run of records does not follow the last durable one.
    RecordGap,
    /// A record differs from the one already held under the same number: a tamper alarm.
    RecordFork,
    /// A record is not signed by this door, not for this door, or malformed.
    RecordInvalid,
    /// Other bytes are already held under this fragment number.
    FragmentConflict,
    /// The clip cannot be closed yet: fragments are missing.
    ClipIncomplete,
    /// The clip's index does not match what was uploaded or recorded.
    ClipMismatch,
    /// The clip is closed and takes no more fragments.
    ClipClosed,
    /// The clip is still being recorded or uploaded.
    ClipNotReady,
    /// The clip is gone: its retention has ended, or it was never filmed.
    ClipUnavailable,
    /// As many of these are open as may be; one must end first.
    LimitReached,
    /// The pass was used, revoked or is over, and stays so.
    PassEnded,
    /// The building's store for clips is full.
    StorageFull,
    /// The door has no connection to the hub now.
    DoorOffline,
    /// The hub took too long, or is shutting down.
    Unavailable,
    /// The hub failed; its log says why.
    Internal,
    /// A code this version does not know.
    #[serde(other)]
    Unknown,
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

/// The body of every refusal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, thiserror::Error)]
#[error("{message} ({code})")]
pub struct ApiError {
    /// What it means, for programs.
    pub code: ErrorCode,
    /// What happened, why, and what to do next, for people.
    pub message: String,
    /// Whether the same request may succeed later.
    pub retryable: bool,
}

impl ApiError {
    /// A refusal that stays a refusal when the same request is repeated.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            retryable: false,
        }
    }

    /// A refusal that may turn into success later.
    pub fn retryable(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            retryable: true,
        }
    }
}
