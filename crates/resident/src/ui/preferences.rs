use serde::{Deserialize, Serialize};

use super::NotificationChoices;

/// What a person chose for this device. It never leaves it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct Preferences {
    /// Of windows, notifications and the tray; `None` is the system's.
    pub language: Option<Language>,
    /// The doors that come right after those that are near, in the person's own order.
    pub pinned: Vec<String>,
    /// Whether a phone is felt to open a door; `None` is as the system does with motion.
    pub haptics: Option<bool>,
    /// The doors that open only once the system has confirmed who asks.
    /// Only [`Controller::set_confirmed`](crate::Controller::set_confirmed) changes them.
    pub confirmed: Vec<String>,
    /// The keys that open the nearest door, whatever program is in front, as `Ctrl+Alt+KeyU`.
    /// Only [`Controller::set_shortcut`](crate::Controller::set_shortcut) changes them.
    pub shortcut: Option<String>,
    pub notifications: NotificationChoices,
    /// Whether a pass for a delivery may be made for the door of the apartment, which this device then endorses.
    pub own_door_deliveries: bool,
    /// Whether the person has answered if the app is to start at login; the system knows what they answered.
    pub login_start_asked: bool,
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
            haptics: self.haptics,
            shortcut: self.shortcut,
            login_start_asked: self.login_start_asked,
            ..Self::default()
        }
    }

    /// What is chosen now, but for what takes more than a wish: that stays as it `was`.
    #[must_use]
    pub fn but_guarded(self, was: Self) -> Self {
        Self {
            confirmed: was.confirmed,
            shortcut: was.shortcut,
            ..self
        }
    }
}
