//! What the door's end asks of its surroundings.

use std::time::Duration;

use access::{Decision, HolderPublicKey, SignedBundle};

use super::Actuation;
use crate::frame::FrameError;

/// What a [`crate::DoorSession`] wants done, in this order.
#[derive(Debug)]
pub enum DoorOutput {
    /// Send these bytes, already framed.
    Send(Vec<u8>),
    /// Commit a record of this attempt to disk, then call [`DoorSession::handle_audit_committed`](crate::DoorSession::handle_audit_committed)
    /// or [`DoorSession::handle_audit_failed`](crate::DoorSession::handle_audit_failed); a door that has no bundle yet records nothing and
    /// calls [`DoorSession::handle_not_ready`](crate::DoorSession::handle_not_ready).
    AppendAudit(Attempt),
    /// Move the strike, then call [`DoorSession::handle_actuated`](crate::DoorSession::handle_actuated) or
    /// [`DoorSession::handle_actuation_failed`](crate::DoorSession::handle_actuation_failed).
    Actuate(Actuation),
    /// Tell how far the door is: [`DoorSession::handle_carry_answer`](crate::DoorSession::handle_carry_answer)
    /// with a status.
    Status,
    /// Check a carried bundle, which may be anything, and keep it if it is newer: then
    /// [`DoorSession::handle_carry_answer`](crate::DoorSession::handle_carry_answer) with the version in force, or a refusal.
    Bundle(SignedBundle),
    /// Seal records for the peer to carry: then
    /// [`DoorSession::handle_carry_answer`](crate::DoorSession::handle_carry_answer) with them, with none, or a refusal.
    Records {
        /// The records wanted follow this number.
        after: u64,
        /// The record of the peer's own entry: neither it nor a later one is given, so that a hub
        /// cannot tell from who delivers that it was just there.
        before: u64,
    },
    /// Call [`DoorSession::handle_timeout`](crate::DoorSession::handle_timeout) at this monotonic time. Replaces every earlier
    /// deadline.
    Deadline(Duration),
    /// Close the link. The last output; [`DoorSession::error`](crate::DoorSession::error) says why.
    Close,
}

/// A decided request of an authenticated peer.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// What the door decided.
    pub decision: Decision,
    /// The key the peer proved to hold.
    pub holder: HolderPublicKey,
}

/// Why a door closed a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SessionError {
    /// The bytes are not messages.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// The peer's first message is not for this door, this version or this connection.
    #[error("the peer did not complete the handshake for this door")]
    HandshakeFailed,
    /// A later message was altered, lost or repeated.
    #[error("a message of the peer could not be decrypted")]
    Undecryptable,
    /// The peer spoke before it was answered.
    #[error("the peer sent a message before it was answered")]
    OutOfTurn,
    /// The peer, or the door's own disk or strike, took too long.
    #[error("nothing happened for too long")]
    TimedOut,
    /// The peer was denied too often on one connection.
    #[error("the peer was denied too often")]
    TooManyDenied,
    /// The peer asked for what only a peer that was let in may ask.
    #[error("the peer asked for more than to be let in, and was not let in")]
    NotLetIn,
    /// The channel could not be set up or used: a defect.
    #[error("the door's channel failed")]
    Internal,
}
