use serde::{Deserialize, Serialize};

use super::NotificationChoices;

/// What a person chose for this device. It never leaves it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct Preferences {
    /// Of windows, notifications and the tray; `None` is the system's.
    pub language: Option<Language>,
    pub notifications: NotificationChoices,
}

/// A language that the app speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Language {
    En,
    Es,
}

impl Preferences {
    /// What of it holds whatever the building is.
    #[must_use]
    pub fn without_building(self) -> Self {
        Self {
            language: self.language,
            notifications: self.notifications.without_building(),
        }
    }
}
