use std::error::Error;
use std::io;

use crate::{ApiError, ErrorCode};

/// Why a call to the hub brought nothing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClientError {
    /// The hub understood and refused.
    #[error("the hub refused: {error}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// What it said.
        error: ApiError,
    },
    /// No connection: the hub is down, or there is no network to it.
    #[error("the hub cannot be reached; check the network, and that the hub runs")]
    Unreachable(#[source] reqwest::Error),
    /// Something answers at the hub's address with another key.
    #[error("what answers at the hub's address is not this hub: its key is not the invite's")]
    NotTrusted,
    /// The hub did not answer in time, or the connection broke while it did.
    #[error("the connection to the hub was lost")]
    Lost(#[source] reqwest::Error),
    /// The answer is not what this version of the hub's interface promises.
    #[error("the hub's answer cannot be understood: {0}")]
    Unexpected(String),
    /// The client's own key or the hub's address cannot be used.
    #[error("the client's key or the hub's address cannot be used")]
    Key,
}

impl ClientError {
    /// The hub's code, when it refused.
    pub fn code(&self) -> Option<ErrorCode> {
        match self {
            Self::Refused { error, .. } => Some(error.code),
            _ => None,
        }
    }

    /// Whether the same call may succeed later.
    pub fn retryable(&self) -> bool {
        match self {
            Self::Refused { error, .. } => error.retryable,
            Self::Unreachable(_) | Self::Lost(_) => true,
            Self::NotTrusted | Self::Unexpected(_) | Self::Key => false,
        }
    }

    pub(super) fn from_transport(error: reqwest::Error) -> Self {
        if is_untrusted(&error) {
            Self::NotTrusted
        } else if error.is_connect() {
            Self::Unreachable(error)
        } else {
            Self::Lost(error)
        }
    }
}

/// Finds a certificate refusal in the chain of causes; an [`io::Error`] hides the error it wraps
/// from `source`, so it is opened here.
fn is_untrusted(error: &(dyn Error + 'static)) -> bool {
    if let Some(error) = error.downcast_ref::<rustls::Error>() {
        return matches!(error, rustls::Error::InvalidCertificate(_));
    }
    let wrapped = error
        .downcast_ref::<io::Error>()
        .and_then(io::Error::get_ref);
    let wrapped = wrapped.map(|inner| inner as &(dyn Error + 'static));
    wrapped.or_else(|| error.source()).is_some_and(is_untrusted)
}
