//! The words of a notification.

use access::HolderClass;
use hub_api::{EntryInfo, Outcome};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::Notification;

/// News older than this stays in the list and makes no noise.
const OLDEST_MS: u64 = 12 * 3600 * 1000;

/// What to tell about an entry: nothing about residents, refusals and what is long past.
pub(crate) fn of_entry(entry: &EntryInfo, door_name: &str, now_ms: u64) -> Option<Notification> {
    let is_recent = now_ms.saturating_sub(entry.at_ms) <= OLDEST_MS;
    if entry.outcome != Outcome::Entered || !is_recent {
        return None;
    }
    let who = who(entry)?;
    let time = time_of_day(entry.at_ms);
    let body = match &entry.driver {
        Some(driver) => format!("Driver {driver} came in at {time}."),
        None => format!("Came in at {time}."),
    };
    Some(Notification {
        title: format!("{who} at {door_name}"),
        body,
        clip: entry.clip.map(|clip| clip.id),
        entry: entry.id,
    })
}

fn who(entry: &EntryInfo) -> Option<&str> {
    Some(match entry.class? {
        HolderClass::Courier => entry.carrier_name.as_deref().unwrap_or("A courier"),
        HolderClass::Guest => entry.guest_name.as_deref().unwrap_or("A guest"),
        HolderClass::Staff => entry.guest_name.as_deref().unwrap_or("Staff"),
        HolderClass::Resident => return None,
    })
}

fn time_of_day(at_ms: u64) -> String {
    let at = i64::try_from(at_ms)
        .ok()
        .and_then(|ms| Timestamp::from_millisecond(ms).ok());
    let at = at
        .unwrap_or(Timestamp::UNIX_EPOCH)
        .to_zoned(TimeZone::system());
    at.strftime("%H:%M").to_string()
}
