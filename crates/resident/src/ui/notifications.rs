use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// Which news make a notification on this device. Whatever is chosen, the activity list has them all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct NotificationChoices {
    /// Couriers who came in.
    pub deliveries: bool,
    pub guests: bool,
    /// The building's own people.
    pub staff: bool,
    /// A door was forced, or stands open.
    pub open_doors: bool,
    /// The manager closed doors, or opened them again.
    pub lockdowns: bool,
    /// The ids of the doors that nothing is told of.
    pub silent_doors: BTreeSet<String>,
    pub quiet_hours: QuietHours,
    /// Whether the picture of an entry is shown with it.
    pub pictures: bool,
}

/// When only what concerns safety makes a notification: doors that were forced or stand open, and lockdowns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct QuietHours {
    pub on: bool,
    /// In minutes after midnight, by this device's clock.
    pub from_min: u16,
    /// In minutes after midnight; at or before `from_min`, on the next day.
    pub to_min: u16,
}

impl Default for NotificationChoices {
    fn default() -> Self {
        Self {
            deliveries: true,
            guests: true,
            staff: true,
            open_doors: true,
            lockdowns: true,
            silent_doors: BTreeSet::new(),
            quiet_hours: QuietHours::default(),
            pictures: true,
        }
    }
}

impl Default for QuietHours {
    fn default() -> Self {
        Self {
            on: false,
            from_min: 22 * 60,
            to_min: 7 * 60,
        }
    }
}

impl NotificationChoices {
    /// What of it holds whatever the building is.
    #[must_use]
    pub fn without_building(self) -> Self {
        Self {
            silent_doors: BTreeSet::new(),
            ..self
        }
    }
}

/// Whether this system has anything that shows notifications.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum NotificationOutlet {
    Ready,
    /// Nothing on this desktop takes notifications, or it does not answer.
    Missing,
}
