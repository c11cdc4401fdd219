//! Which news may make a notification, as the person chose. The list has them all the same.

use access::{DoorId, HolderClass};
use hub_api::{DoorAlert, EntryInfo, Outcome};
use jiff::Zoned;

use crate::clock;
use crate::ui::{NotificationChoices, QuietHours};

/// News older than this stays in the list and makes no noise.
const OLDEST_MS: u64 = 12 * 3600 * 1000;

/// What a person chooses about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Delivery,
    Guest,
    Staff,
    OpenDoor,
    Lockdown,
}

/// Whether to tell of an entry or an alert now: nothing about residents, refusals and what is long past.
pub(crate) fn may_tell(entry: &EntryInfo, chosen: &NotificationChoices, now_ms: u64) -> bool {
    let is_recent = now_ms.saturating_sub(entry.at_ms) <= OLDEST_MS;
    let is_chosen = |kind| allows(chosen, kind, entry.door, &clock::local(now_ms));
    is_recent && kind(entry).is_some_and(is_chosen)
}

/// What asks for somebody's eyes or changes who gets in; the rest is in the list.
fn kind(entry: &EntryInfo) -> Option<Kind> {
    match entry.outcome {
        Outcome::Entered => match entry.class? {
            HolderClass::Courier => Some(Kind::Delivery),
            HolderClass::Guest => Some(Kind::Guest),
            HolderClass::Staff => Some(Kind::Staff),
            HolderClass::Resident => None,
        },
        Outcome::Denied { .. } => None,
        Outcome::Alert { alert } => match alert {
            DoorAlert::Forced | DoorAlert::HeldOpen { .. } => Some(Kind::OpenDoor),
            DoorAlert::Lockdown { .. } => Some(Kind::Lockdown),
            DoorAlert::Closed
            | DoorAlert::NotMoved
            | DoorAlert::ClockUnknown
            | DoorAlert::ClockKnown
            | DoorAlert::CameraImpaired
            | DoorAlert::CameraWell => None,
        },
    }
}

fn allows(chosen: &NotificationChoices, kind: Kind, door: DoorId, now: &Zoned) -> bool {
    let is_on = match kind {
        Kind::Delivery => chosen.deliveries,
        Kind::Guest => chosen.guests,
        Kind::Staff => chosen.staff,
        Kind::OpenDoor => chosen.open_doors,
        Kind::Lockdown => chosen.lockdowns,
    };
    let concerns_safety = matches!(kind, Kind::OpenDoor | Kind::Lockdown);
    let is_heard = concerns_safety || !are_quiet(chosen.quiet_hours, now);
    is_on && is_heard && !chosen.silent_doors.contains(&door.to_string())
}

/// What the clock on the wall shows decides, whatever daylight saving does to the night.
fn are_quiet(hours: QuietHours, now: &Zoned) -> bool {
    let minute = i32::from(now.hour()) * 60 + i32::from(now.minute());
    let (from, to) = (i32::from(hours.from_min), i32::from(hours.to_min));
    let is_within = if from < to {
        (from..to).contains(&minute)
    } else {
        minute >= from || minute < to
    };
    hours.on && is_within
}

#[cfg(test)]
mod tests {
    use jiff::civil::{DateTime, date};
    use jiff::tz::TimeZone;

    use super::*;

    const DOOR: DoorId = DoorId::from_entropy([1; 16]);
    const OTHER: DoorId = DoorId::from_entropy([2; 16]);

    fn in_berlin(at: DateTime) -> Zoned {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        at.to_zoned(zone).unwrap()
    }

    fn quiet(from_min: u16, to_min: u16) -> QuietHours {
        QuietHours {
            on: true,
            from_min,
            to_min,
        }
    }

    #[test]
    fn quiet_hours_go_over_midnight_and_end_on_the_minute() {
        let night = quiet(22 * 60, 7 * 60);
        let is_quiet = |hour, minute| {
            let now = in_berlin(date(2026, 5, 12).at(hour, minute, 30, 0));
            are_quiet(night, &now)
        };
        assert!(!is_quiet(21, 59));
        assert!(is_quiet(22, 0));
        assert!(is_quiet(0, 0));
        assert!(is_quiet(6, 59));
        assert!(!is_quiet(7, 0));
        assert!(!is_quiet(12, 0));
    }

    #[test]
    fn quiet_hours_within_a_day_all_day_long_or_switched_off() {
        let at = |hour| in_berlin(date(2026, 5, 12).at(hour, 0, 0, 0));
        let nap = quiet(13 * 60, 15 * 60);
        assert!(!are_quiet(nap, &at(12)));
        assert!(are_quiet(nap, &at(13)));
        assert!(!are_quiet(nap, &at(15)));
        let always = quiet(8 * 60, 8 * 60);
        assert!((0..24).all(|hour| are_quiet(always, &at(hour))));
        let off = QuietHours {
            on: false,
            ..always
        };
        assert!((0..24).all(|hour| !are_quiet(off, &at(hour))));
    }

    #[test]
    fn a_night_is_quiet_by_the_clock_on_the_wall_when_daylight_saving_begins_and_ends() {
        // Ends at 02:30: on 29 March there is no such time, on 25 October there are two.
        let night = quiet(22 * 60, 2 * 60 + 30);
        let hours_after = |day: Zoned, minutes: i64| {
            let now = day.checked_add(jiff::Span::new().minutes(minutes));
            are_quiet(night, &now.unwrap())
        };
        let spring = || in_berlin(date(2026, 3, 29).at(1, 59, 0, 0));
        assert!(hours_after(spring(), 0));
        assert!(!hours_after(spring(), 1), "it is 03:00 then");
        let autumn = || in_berlin(date(2026, 10, 25).at(2, 29, 0, 0));
        assert!(hours_after(autumn(), 0));
        assert!(!hours_after(autumn(), 1));
        assert!(hours_after(autumn(), 60), "it is 02:29 once more");
        assert!(!hours_after(autumn(), 61));
    }

    #[test]
    fn in_quiet_hours_only_what_concerns_safety_is_told() {
        let chosen = NotificationChoices {
            quiet_hours: quiet(0, 0),
            ..NotificationChoices::default()
        };
        let now = in_berlin(date(2026, 5, 12).at(3, 0, 0, 0));
        let told = |kind| allows(&chosen, kind, DOOR, &now);
        assert!(told(Kind::OpenDoor) && told(Kind::Lockdown));
        assert!(!told(Kind::Delivery) && !told(Kind::Guest) && !told(Kind::Staff));
    }

    #[test]
    fn each_kind_and_each_door_is_switched_off_alone() {
        type Switch = fn(&mut NotificationChoices);
        let kinds: [(Kind, Switch); 5] = [
            (Kind::Delivery, |chosen| chosen.deliveries = false),
            (Kind::Guest, |chosen| chosen.guests = false),
            (Kind::Staff, |chosen| chosen.staff = false),
            (Kind::OpenDoor, |chosen| chosen.open_doors = false),
            (Kind::Lockdown, |chosen| chosen.lockdowns = false),
        ];
        let now = in_berlin(date(2026, 5, 12).at(12, 0, 0, 0));
        for (off, switch) in kinds {
            let mut chosen = NotificationChoices::default();
            switch(&mut chosen);
            for (kind, _) in kinds {
                assert_eq!(allows(&chosen, kind, DOOR, &now), kind != off);
            }
        }
        let mut chosen = NotificationChoices::default();
        chosen.silent_doors.insert(DOOR.to_string());
        for (kind, _) in kinds {
            assert!(!allows(&chosen, kind, DOOR, &now));
            assert!(allows(&chosen, kind, OTHER, &now));
        }
    }
}
