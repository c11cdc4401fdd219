//! What can go wrong between phone and door.

use door_protocol::{Awaited, KeyError};

/// Why there is no link, or none any more.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// Bluetooth is switched off.
    #[error("Bluetooth is off; switch it on")]
    BluetoothOff,
    /// The machine has no Bluetooth adapter, not the one asked for, or no Bluetooth service.
    #[error(
        "no Bluetooth adapter was found; plug one in and check that the Bluetooth service runs"
    )]
    NoAdapter,
    /// The operating system does not let this program use Bluetooth.
    #[error("access to Bluetooth was refused; allow it in the system's settings")]
    PermissionDenied,
    /// The door is out of reach, or is no door.
    #[error("the door was not found; move closer and try again")]
    NotFound,
    /// The other end did not answer in time.
    #[error("the door did not answer in time; try again")]
    Timeout,
    /// The connection ended.
    #[error("the connection to the door was lost; try again")]
    Lost,
    /// Anything else that the transport reports.
    #[error("the link failed: {0}")]
    Io(String),
}

impl From<std::io::Error> for LinkError {
    fn from(error: std::io::Error) -> Self {
        use std::io::ErrorKind;
        match error.kind() {
            ErrorKind::TimedOut => Self::Timeout,
            ErrorKind::ConnectionRefused
            | ErrorKind::HostUnreachable
            | ErrorKind::NetworkUnreachable => Self::NotFound,
            ErrorKind::ConnectionReset
            | ErrorKind::ConnectionAborted
            | ErrorKind::BrokenPipe
            | ErrorKind::NotConnected
            | ErrorKind::UnexpectedEof => Self::Lost,
            ErrorKind::PermissionDenied => Self::PermissionDenied,
            _ => Self::Io(error.to_string()),
        }
    }
}

/// Why a phone has no answer from a door.
#[derive(Debug, thiserror::Error)]
pub enum UnlockError {
    /// No link came about.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// The session over the link failed.
    #[error(transparent)]
    Key(#[from] KeyError),
}

impl UnlockError {
    /// Whether the door may have opened although nobody heard it say so.
    pub fn door_may_have_opened(&self) -> bool {
        matches!(
            self,
            Self::Key(
                KeyError::LinkLost {
                    awaited: Awaited::Answer
                } | KeyError::TimedOut {
                    awaited: Awaited::Answer
                }
            )
        )
    }
}
