use serde::{Deserialize, Serialize};

/// What a person looks for in the activity list. All of it must hold; what is empty asks for nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct ActivityFilter {
    /// Where.
    pub door_id: Option<String>,
    pub who: Option<ActivityWho>,
    /// Words, each of which must stand in the name of the carrier, the driver, the guest, the household's pass or the door,
    /// in whatever case and with or without accents.
    pub text: String,
}

/// Whose doing an item of the activity list is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum ActivityWho {
    /// A courier who came in.
    Delivery,
    /// Couriers, also those who were refused.
    Courier,
    Guest,
    Staff,
    /// This device's own unlocks, which no other device knows of.
    Own,
}
