use std::fmt;

use serde::{Deserialize, Serialize};

use super::AppError;

/// The household's passes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct PassList {
    /// Newest first; those that ended, for a while.
    pub passes: Vec<Pass>,
    /// Why the hub could not be asked: then this is what the device knew last.
    pub failure: Option<AppError>,
}

/// A code for a guest or a delivery, good for a while at some doors.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct Pass {
    pub id: String,
    pub kind: PassKind,
    /// What the household calls its holder.
    pub label: String,
    pub door_ids: Vec<String>,
    pub from_ms: u64,
    /// The whole second that this begins is part of it.
    pub until_ms: u64,
    pub uses: PassUses,
    pub state: PassState,
    /// Only while it is open, and only on the device that made it.
    pub shown: Option<PassCode>,
}

/// What lets a pass's holder in.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct PassCode {
    /// Six digits for the keypad.
    pub code: String,
    /// The page that shows the code; none where no browser reaches the building's hub.
    pub link: Option<PassLink>,
}

/// Who has it gets in: it is not printed.
impl fmt::Debug for PassCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PassCode")
    }
}

/// The link of a pass's page.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct PassLink {
    pub url: String,
    /// The same as a QR code: an SVG document.
    pub qr_svg: String,
    /// Whether browsers warn of the hub's certificate before they show the page.
    pub warns: bool,
}

/// Who has it gets in: it is not printed.
impl fmt::Debug for PassLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PassLink")
    }
}

/// A pass that somebody wants to make.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct PassDraft {
    pub kind: PassKind,
    pub label: String,
    pub door_ids: Vec<String>,
    /// `None` is now.
    pub from_ms: Option<u64>,
    pub until_ms: u64,
    pub uses: PassUses,
}

/// Whom a pass is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum PassKind {
    Guest,
    /// A courier whose carrier has no connection to the building: once, and at the own apartment's door only where
    /// [`Preferences::own_door_deliveries`](super::Preferences::own_door_deliveries) is chosen.
    Delivery,
}

/// How often a pass opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum PassUses {
    Once,
    Several,
}

/// What a pass is good for now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum PassState {
    /// It has not begun.
    Later,
    Good,
    /// It was good once and was used.
    Used,
    /// Its time is over.
    Over,
    Revoked,
}
