use std::fmt;

use serde::{Deserialize, Serialize};

/// A failure as the UI sees it: a stable code, never text to parse.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct AppError {
    pub code: ErrorCode,
    /// Why the door refused; only with [`ErrorCode::Denied`].
    #[cfg_attr(feature = "specta", specta(optional))]
    pub reason: Option<DenyReason>,
    /// Whether doing the same again may work.
    pub retryable: bool,
}

/// Every way in which the app can fail a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    InviteMalformed,
    /// The server knows no such invite for residents.
    InviteUnknown,
    InviteExpired,
    InviteUsed,
    HubUnreachable,
    /// The server holds another key than the one the invite promised.
    HubNotTrusted,
    /// The system offers no keychain, or it is locked and nobody unlocked it.
    NoKeychain,
    BluetoothOff,
    BluetoothUnsupported,
    PermissionDenied,
    DoorNotFound,
    DoorBusy,
    /// It has no connection to the hub now, so it cannot be asked from afar.
    DoorOffline,
    ConnectionLost,
    Timeout,
    /// The system was to confirm who asks, and did not.
    NotConfirmed,
    /// The system was to confirm who asks, and has no way to.
    CannotConfirm,
    /// The building makes this device no code, or has ended the one that it had.
    CodeRefused,
    /// The keys are no shortcut, or none that other programs could do without.
    ShortcutUnusable,
    /// Another program holds these keys.
    ShortcutTaken,
    /// This desktop lets no program listen for keys.
    ShortcutUnavailable,
    /// The door refused; see [`AppError::reason`].
    Denied,
    /// The door accepted, but could not record the entry or move its strike.
    DoorFailed,
    /// Not here yet.
    ClipUnavailable,
    /// Deleted, or never filmed.
    ClipGone,
    /// Its key was wrapped to other devices only.
    ClipNotForThisDevice,
    /// The clip is not what the door signed.
    ClipTampered,
    /// A file of the name that something would be saved under is there already.
    ExportExists,
    /// What was to be saved could not be written to this device's disk.
    ExportFailed,
    /// This resident has no such device.
    DeviceUnknown,
    /// The door's camera delivers nothing now.
    CameraOff,
    /// The building does not let this device watch this door.
    LiveNotAllowed,
    /// The building lets nobody watch this door.
    LiveNotOffered,
    /// As many watch as may at the same time.
    LiveBusy,
    /// What came as live is not what the door films now.
    LiveTampered,
    /// The household has as many open passes as it may.
    TooManyPasses,
    /// The pass was used, revoked or is over, and stays so.
    PassEnded,
    /// The building makes no such pass.
    PassRefused,
    /// The person did not choose on this device that deliveries may open the apartment.
    OwnDoorShut,
    /// The system could not be told what starts at login, or does not say.
    LoginStartFailed,
    /// A newer version of the app did not come, or could not be installed.
    UpdateFailed,
    /// What came as a newer version is not what the app's makers signed.
    UpdateNotTrusted,
    NotEnrolled,
    Internal,
}

impl ErrorCode {
    fn is_retryable(self) -> bool {
        matches!(
            self,
            Self::HubUnreachable
                | Self::NoKeychain
                | Self::BluetoothOff
                | Self::DoorNotFound
                | Self::DoorBusy
                | Self::DoorOffline
                | Self::ConnectionLost
                | Self::Timeout
                | Self::DoorFailed
                | Self::NotConfirmed
                | Self::ClipUnavailable
                | Self::ExportFailed
                | Self::CameraOff
                | Self::LiveBusy
                | Self::LoginStartFailed
                | Self::UpdateFailed
        )
    }
}

impl AppError {
    /// An error with the code's usual answer to "does trying again help?".
    pub fn new(code: ErrorCode) -> Self {
        Self {
            code,
            reason: None,
            retryable: code.is_retryable(),
        }
    }

    /// A door's refusal.
    pub fn denied(reason: access::DenyReason) -> Self {
        let retryable = reason == access::DenyReason::TooManyAttempts;
        Self {
            code: ErrorCode::Denied,
            reason: Some(reason.into()),
            retryable,
        }
    }
}

impl From<ErrorCode> for AppError {
    fn from(code: ErrorCode) -> Self {
        Self::new(code)
    }
}

impl fmt::Display for AppError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.reason {
            Some(reason) => write!(f, "{:?} ({reason:?})", self.code),
            None => write!(f, "{:?}", self.code),
        }
    }
}

impl std::error::Error for AppError {}

/// Why a door refuses: [`access::DenyReason`] on the seam to the UI.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub enum DenyReason {
    NoCredential,
    BadSignature,
    WrongBuilding,
    WrongDoor,
    UnitDoor,
    NotTheHolder,
    NotYetValid,
    CredentialExpired,
    Revoked,
    Malformed,
    TooManyAttempts,
    OutsideHours,
    LockedDown,
    WrongCode,
    ClockUnknown,
    OnlyAtTheDoor,
    NotFilmed,
}

impl From<access::DenyReason> for DenyReason {
    fn from(reason: access::DenyReason) -> Self {
        use access::DenyReason as Reason;
        match reason {
            Reason::NoCredential => Self::NoCredential,
            Reason::BadSignature => Self::BadSignature,
            Reason::WrongBuilding => Self::WrongBuilding,
            Reason::WrongDoor => Self::WrongDoor,
            Reason::UnitDoor => Self::UnitDoor,
            Reason::NotTheHolder => Self::NotTheHolder,
            Reason::NotYetValid => Self::NotYetValid,
            Reason::CredentialExpired => Self::CredentialExpired,
            Reason::Revoked => Self::Revoked,
            Reason::Malformed => Self::Malformed,
            Reason::TooManyAttempts => Self::TooManyAttempts,
            Reason::OutsideHours => Self::OutsideHours,
            Reason::LockedDown => Self::LockedDown,
            Reason::WrongCode => Self::WrongCode,
            Reason::ClockUnknown => Self::ClockUnknown,
            Reason::OnlyAtTheDoor => Self::OnlyAtTheDoor,
            Reason::NotFilmed => Self::NotFilmed,
        }
    }
}
