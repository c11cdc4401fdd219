//! Newer versions of the app. It looks for them, and installs one only when the person asks for it.
//!
//! A build that names no endpoint in its configuration never looks: there updates come with the system's packages, as on
//! phones with their store.

#[cfg(desktop)]
mod computer;
#[cfg(desktop)]
mod find;
#[cfg(mobile)]
mod phone;

use resident::ui::AppError;
use serde::{Deserialize, Serialize};
use specta::Type;

#[cfg(desktop)]
pub(crate) use computer::{Updates, install, look_daily, open_notes, state};
#[cfg(mobile)]
pub(crate) use phone::{install, open_notes, state};

/// What is known of a newer version.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(
    tag = "kind",
    rename_all = "snake_case",
    rename_all_fields = "camelCase"
)]
pub(crate) enum UpdateState {
    /// This build has no place to look at.
    Off,
    /// None is known.
    #[default]
    UpToDate,
    /// It is there for the asking. `notes` is where its release notes can be read.
    Available {
        version: String,
        notes: Option<String>,
    },
    /// So much of it is fetched, where its size is known.
    Installing {
        version: String,
        percent: Option<u8>,
    },
    /// Nothing was installed.
    Failed { version: String, error: AppError },
}
