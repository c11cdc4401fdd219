//! The words of a notification.

use access::{HolderClass, Lockdown};
use audit::LinkKind;
use hub_api::{DoorAlert, EntryInfo, Outcome};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::Notification;

/// News older than this stays in the list and makes no noise.
const OLDEST_MS: u64 = 12 * 3600 * 1000;

/// Many doors that go into lockdown, or out of it, within this time are told of once.
pub(crate) const SAME_LOCKDOWN_MS: u64 = 120_000;

/// What to tell about an entry or an alert: nothing about residents, refusals and what is long past.
pub(crate) fn of_entry(entry: &EntryInfo, door_name: &str, now_ms: u64) -> Option<Notification> {
    let is_recent = now_ms.saturating_sub(entry.at_ms) <= OLDEST_MS;
    if !is_recent {
        return None;
    }
    let time = time_of_day(entry.at_ms);
    let (title, body) = match entry.outcome {
        Outcome::Entered => of_arrival(entry, door_name, &time)?,
        Outcome::Denied { .. } => return None,
        Outcome::Alert { alert } => of_alert(alert, door_name, &time)?,
    };
    Some(Notification {
        title,
        body,
        clip: entry.clip.map(|clip| clip.id),
        entry: entry.id,
    })
}

/// Whether both tell of the same lockdown, each at another door.
pub(crate) fn is_same_lockdown(one: &EntryInfo, other: &EntryInfo) -> bool {
    one.outcome == other.outcome
        && one.door != other.door
        && one.at_ms.abs_diff(other.at_ms) <= SAME_LOCKDOWN_MS
}

/// Whether it tells of a lockdown, or of the end of one.
pub(crate) fn is_lockdown(entry: &EntryInfo) -> bool {
    matches!(
        entry.outcome,
        Outcome::Alert {
            alert: DoorAlert::Lockdown { .. }
        }
    )
}

fn of_arrival(entry: &EntryInfo, door_name: &str, time: &str) -> Option<(String, String)> {
    let who = who(entry)?;
    let body = match (&entry.driver, entry.link) {
        (Some(driver), _) => format!("Driver {driver} came in at {time}."),
        (None, Some(LinkKind::Keypad)) => format!("Came in with a code at {time}."),
        (None, _) => format!("Came in at {time}."),
    };
    Some((format!("{who} at {door_name}"), body))
}

/// What asks for somebody's eyes or changes who gets in; the rest is in the list.
fn of_alert(alert: DoorAlert, door_name: &str, time: &str) -> Option<(String, String)> {
    Some(match alert {
        DoorAlert::Forced => (
            format!("{door_name} was forced open"),
            format!(
                "It opened at {time} although nobody was let in. Look with care, or call for help."
            ),
        ),
        DoorAlert::HeldOpen { after_s } => (
            format!("{door_name} stands open"),
            format!("At {time} it had been open for {after_s} s. Shut it if you are near."),
        ),
        DoorAlert::Lockdown { lockdown } => match lockdown {
            Lockdown::Off => (
                format!("Lockdown is over at {door_name}"),
                format!("Since {time} it opens as usual. Vestibule shows how other doors are."),
            ),
            Lockdown::Visitors => (
                format!("Lockdown at {door_name}"),
                format!(
                    "Closed to visitors since {time}. You still get in. Other doors may be closed too."
                ),
            ),
            Lockdown::Everyone => (
                format!("Lockdown at {door_name}"),
                format!(
                    "Closed to you and to visitors since {time}. Other doors may be closed too."
                ),
            ),
        },
        DoorAlert::Closed
        | DoorAlert::NotMoved
        | DoorAlert::ClockUnknown
        | DoorAlert::ClockKnown
        | DoorAlert::CameraImpaired
        | DoorAlert::CameraWell => return None,
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
