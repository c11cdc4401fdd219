use access::DeviceId;

/// Why something that was said about live view counts for nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LiveError {
    /// Over [`super::MAX_MESSAGE_LEN`], or a fragment over [`crate::MAX_FRAGMENT_LEN`].
    #[error("the message is too long")]
    TooLong,
    /// Not the CBOR of such a message, or a fragment without its parts.
    #[error("the message cannot be decoded")]
    Undecodable,
    /// Written by another version.
    #[error("the message has version {0}, which is not supported")]
    UnsupportedVersion(u8),
    /// The door did not sign it.
    #[error("the message is not signed by the door")]
    BadSignature,
    /// The door signed it for another door, connection or watch: it is replayed.
    #[error("the message is of another door, connection or watch")]
    Replayed,
    /// The fragment is of a session that no grant has named, or of one that is over.
    #[error("the fragment is of another session")]
    OtherSession,
    /// The fragment does not follow the one before it, and does not begin anew at a keyframe.
    #[error("fragment {found} cannot follow {last}")]
    OutOfOrder {
        /// The last fragment that was taken.
        last: u32,
        /// The one that came.
        found: u32,
    },
    /// The fragment was altered.
    #[error("fragment {n} was altered")]
    Tampered {
        /// The fragment.
        n: u32,
    },
    /// The device is none of those that may watch this door.
    #[error("device {0} may not watch this door")]
    NotAViewer(DeviceId),
    /// The ask was not made by that device, not for this connection, or was altered.
    #[error("the ask cannot be opened")]
    NotAsked,
    /// The connection has had too many watches.
    #[error("the connection has had too many watches")]
    TooManyWatches,
    /// A session's key has sealed all the fragments it may.
    #[error("the session is used up")]
    UsedUp,
    /// Something could not be sealed to this key: it is no X25519 key.
    #[error("the message cannot be sealed to this key")]
    Sealing,
    /// The grant was not sealed to this device.
    #[error("the grant is not for this device")]
    NotForThisDevice,
}
