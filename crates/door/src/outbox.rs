//! What the hub has yet to get: records first, clips behind them.
//!
//! Both are resumed by asking the hub what it has, so a crash of either end repeats at most what
//! the hub already knows how to ignore. Nothing here stands between a request and the strike.

mod clips;
mod records;
mod upload;

use std::time::Duration;

use hub_api::{ClientError, ErrorCode};

pub use self::{clips::ClipOutbox, records::RecordOutbox};
use crate::store::StoreError;

/// How long to leave alone what the hub refused for good.
const REFUSED_PAUSE: Duration = Duration::from_mins(5);

/// Why something was not delivered.
#[derive(Debug, thiserror::Error)]
pub enum OutboxError {
    /// The hub did not take it.
    #[error(transparent)]
    Hub(#[from] ClientError),
    /// It could not be read here.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A clip's file could not be read or removed.
    #[error("a clip's files could not be used: {0}")]
    Files(#[from] std::io::Error),
    /// The hub knows records that this disk does not.
    #[error(
        "the hub holds {durable} records of this door, but this disk only {own}: the disk was replaced or restored. Enrol this device anew as another door, or restore the newer data_dir"
    )]
    HubAhead {
        /// What the hub holds.
        durable: u64,
        /// What this disk holds.
        own: u64,
    },
    /// The hub confirmed less than it was sent.
    #[error("the hub took a run of records and confirmed none of it")]
    NoProgress,
}

impl OutboxError {
    /// Whether trying again soon makes sense.
    fn is_passing(&self) -> bool {
        match self {
            Self::Hub(error) => is_passing(error),
            Self::Store(_) | Self::NoProgress => true,
            Self::HubAhead { .. } | Self::Files(_) => false,
        }
    }
}

/// Whatever answers at the hub's address may be the wrong one for a while. Only what the hub itself
/// says about this very request is final.
fn is_passing(error: &ClientError) -> bool {
    use ErrorCode::{InvalidProof, InvalidToken, RecordGap, Unauthorized, UseDpopNonce};
    match error {
        ClientError::Key => false,
        ClientError::Refused { error, .. } => {
            let asks_again = [
                InvalidProof,
                InvalidToken,
                RecordGap,
                Unauthorized,
                UseDpopNonce,
            ];
            error.retryable || asks_again.contains(&error.code)
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use hub_api::ApiError;

    use super::*;

    fn refused(error: ApiError) -> OutboxError {
        let status = 409;
        OutboxError::Hub(ClientError::Refused { status, error })
    }

    #[test]
    fn only_what_the_hub_itself_refuses_for_good_is_final() {
        let fork = ApiError::new(ErrorCode::RecordFork, "fork");
        let gap = ApiError::new(ErrorCode::RecordGap, "gap");
        let full = ApiError::retryable(ErrorCode::StorageFull, "full");
        assert!(!refused(fork).is_passing());
        assert!(refused(gap).is_passing());
        assert!(refused(full).is_passing());
        assert!(OutboxError::Hub(ClientError::NotTrusted).is_passing());
        let portal = ClientError::Unexpected("a captive portal's page".into());
        assert!(OutboxError::Hub(portal).is_passing());
    }
}
