use serde::{Deserialize, Serialize};

use super::AppError;

/// What came from outside the windows, and a window has to take up with the person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(
    tag = "kind",
    rename_all = "snake_case",
    rename_all_fields = "camelCase"
)]
pub enum Errand {
    /// A link to a door was opened. Any web page can do that, so the door opens only when the person says so.
    OpenDoor { door_id: String },
    /// The keys for the nearest door were pressed, and no door was asked.
    NothingNear { error: AppError },
}
