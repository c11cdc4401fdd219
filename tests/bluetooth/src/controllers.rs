//! Who has which of the guest's linked Bluetooth controllers.

/// The main entrance, which the virtual camera looks at.
pub const MAIN_ENTRANCE: &str = "hci0";
/// The apartment's door.
pub const APARTMENT: &str = "hci1";
/// The other building's door.
pub const ELSEWHERE: &str = "hci2";
/// The resident's phone.
pub const PHONE: &str = "hci3";
/// The courier's handset.
pub const HANDSET: &str = "hci4";

/// Those of all doors.
pub const DOORS: [&str; 3] = [MAIN_ENTRANCE, APARTMENT, ELSEWHERE];
