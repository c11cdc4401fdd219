use serde::{Deserialize, Serialize};

/// Who is kept out of a door for now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Lockdown {
    Off,
    /// Couriers, guests and everybody with a keypad code.
    Visitors,
    /// Everybody but staff: residents too.
    Everyone,
}

impl From<access::Lockdown> for Lockdown {
    fn from(lockdown: access::Lockdown) -> Self {
        match lockdown {
            access::Lockdown::Off => Self::Off,
            access::Lockdown::Visitors => Self::Visitors,
            access::Lockdown::Everyone => Self::Everyone,
        }
    }
}

/// When a class of people may pass a door, each week, in the building's time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct DoorHours {
    pub class: HolderClass,
    /// The days on which they begin: bit 0 is Monday, bit 6 Sunday.
    pub days: u8,
    /// In minutes after midnight.
    pub from_min: u16,
    /// In minutes after midnight; before `from_min`, on the next day.
    pub to_min: u16,
}

impl From<access::Hours> for DoorHours {
    fn from(hours: access::Hours) -> Self {
        Self {
            class: hours.class.into(),
            days: hours.days,
            from_min: hours.from_min,
            to_min: hours.to_min,
        }
    }
}

/// What kind of person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum HolderClass {
    Resident,
    Guest,
    Courier,
    Staff,
}

impl From<access::HolderClass> for HolderClass {
    fn from(class: access::HolderClass) -> Self {
        match class {
            access::HolderClass::Resident => Self::Resident,
            access::HolderClass::Guest => Self::Guest,
            access::HolderClass::Courier => Self::Courier,
            access::HolderClass::Staff => Self::Staff,
        }
    }
}
