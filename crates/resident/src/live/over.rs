use clip::live::{Ended, LiveError};

use crate::ui::{AppError, ErrorCode};

/// Why a watch ends, or does not begin.
#[derive(Debug, thiserror::Error)]
pub(super) enum Over {
    #[error("the door is not known to be on this network")]
    NotHere,
    #[error("the hub gives no way to the door: {0:?}")]
    Hub(AppError),
    #[error("the connection was lost")]
    Lost(#[from] std::io::Error),
    #[error("nothing came in time")]
    Silent,
    #[error("the pictures are too old to be shown as live")]
    Old,
    #[error("nobody looks any more")]
    Unattended,
    #[error("the door ended it: {0:?}")]
    Ended(Ended),
    #[error("what came is refused: {0}")]
    Refused(#[from] LiveError),
}

impl Over {
    /// Whether the door itself said so to this device: it would say the same another way. That somebody is
    /// no viewer it says to whoever claims a watch; who carries words between the two could have claimed
    /// this one.
    pub(super) fn is_the_doors_word(&self) -> bool {
        matches!(self, Self::Ended(why) if !matches!(why, Ended::NotAViewer | Ended::NobodyMay))
    }

    /// Whether it may be for what carries the pictures, and not for the door or who watches.
    pub(super) fn is_of_the_way(&self) -> bool {
        matches!(
            self,
            Self::Lost(_) | Self::Silent | Self::Old | Self::Refused(_)
        )
    }
}

impl From<tokio::time::error::Elapsed> for Over {
    fn from(_: tokio::time::error::Elapsed) -> Self {
        Self::Silent
    }
}

impl From<Over> for AppError {
    fn from(over: Over) -> Self {
        match over {
            Over::Hub(error) => error,
            Over::NotHere => ErrorCode::DoorOffline.into(),
            Over::Lost(_)
            | Over::Silent
            | Over::Old
            | Over::Unattended
            | Over::Ended(Ended::Lapsed) => ErrorCode::ConnectionLost.into(),
            Over::Ended(Ended::CameraOff) => ErrorCode::CameraOff.into(),
            Over::Ended(Ended::NotAViewer) => ErrorCode::LiveNotAllowed.into(),
            Over::Ended(Ended::NobodyMay) => ErrorCode::LiveNotOffered.into(),
            Over::Ended(Ended::Busy) => ErrorCode::LiveBusy.into(),
            Over::Ended(Ended::NoRecord) => ErrorCode::DoorFailed.into(),
            Over::Refused(_) => ErrorCode::LiveTampered.into(),
        }
    }
}
