//! Hours and lockdown.

use access::{
    Bundle, BundleError, Credential, Decision, DenyReason, DoorPolicy, Grant, HolderClass, Hours,
    Lockdown, issue,
};
use jiff::Timestamp;

use super::world::*;

const MONDAY: u8 = 1;
const FRIDAY: u8 = 1 << 4;
const SUNDAY: u8 = 1 << 6;

fn utc(text: &str) -> u64 {
    let second = text.parse::<Timestamp>().unwrap().as_second();
    second.try_into().unwrap()
}

fn always(class: HolderClass) -> Credential {
    let grant = Grant {
        not_before: 0,
        not_after: u64::MAX >> 1,
        ..grant(class, &[ENTRANCE])
    };
    issue(&building_key(), &grant, holder(), &mut rng()).unwrap()
}

/// A door in Berlin where guests have these hours.
fn berlin(days: u8, from_min: u16, to_min: u16) -> DoorPolicy {
    policy_with(ENTRANCE, |bundle| {
        bundle.time_zone = "Europe/Berlin".into();
        bundle.doors[0].hours = vec![Hours {
            class: HolderClass::Guest,
            days,
            from_min,
            to_min,
        }];
    })
}

#[track_caller]
fn assert_open(door: &DoorPolicy, at: &str, is_open: bool) {
    let guest = always(HolderClass::Guest);
    let reason = door.decide(&guest.0, holder(), utc(at)).deny_reason();
    let expected = (!is_open).then_some(DenyReason::OutsideHours);
    assert_eq!(reason, expected, "{at}");
}

#[test]
fn a_class_with_hours_passes_within_them_and_to_the_minute() {
    let office = berlin(FRIDAY, 9 * 60, 17 * 60);
    // A Friday in winter: Berlin is an hour ahead.
    assert_open(&office, "2027-01-15T07:59:59Z", false);
    assert_open(&office, "2027-01-15T08:00:00Z", true);
    assert_open(&office, "2027-01-15T15:59:59Z", true);
    assert_open(&office, "2027-01-15T16:00:00Z", false);
    assert_open(&office, "2027-01-14T10:00:00Z", false);
    assert_open(&office, "2027-01-16T10:00:00Z", false);
}

#[test]
fn the_same_hours_are_other_moments_in_another_time_zone() {
    let mut bundle = bundle();
    bundle.doors[0].hours = vec![Hours {
        class: HolderClass::Guest,
        days: FRIDAY,
        from_min: 9 * 60,
        to_min: 10 * 60,
    }];
    let at = |zone: &str, now| {
        let time_zone = zone.to_owned();
        let bundle = Bundle {
            time_zone,
            ..bundle.clone()
        };
        let door = DoorPolicy::new(building_key().public(), ENTRANCE, bundle).unwrap();
        assert_open(&door, now, true);
    };
    at("UTC", "2027-01-15T09:30:00Z");
    at("America/New_York", "2027-01-15T14:30:00Z");
    at("Asia/Kathmandu", "2027-01-15T03:45:00Z");
}

#[test]
fn hours_over_midnight_belong_to_the_day_on_which_they_begin() {
    let night = berlin(SUNDAY, 22 * 60, 6 * 60);
    assert_open(&night, "2027-01-17T20:59:00Z", false);
    assert_open(&night, "2027-01-17T21:00:00Z", true);
    assert_open(&night, "2027-01-17T23:30:00Z", true);
    assert_open(&night, "2027-01-18T04:59:59Z", true);
    assert_open(&night, "2027-01-18T05:00:00Z", false);
    assert_open(&night, "2027-01-18T22:00:00Z", false);
}

#[test]
fn hours_to_midnight_end_with_the_day() {
    let late = berlin(MONDAY, 23 * 60, 24 * 60);
    assert_open(&late, "2027-01-18T22:59:59Z", true);
    assert_open(&late, "2027-01-18T23:00:00Z", false);
}

#[test]
fn hours_follow_the_clocks_when_daylight_saving_begins_and_ends() {
    let early = berlin(SUNDAY, 2 * 60, 3 * 60);
    // 2027-03-28: after 01:59:59 comes 03:00:00, so the hour does not come.
    assert_open(&early, "2027-03-28T00:59:59Z", false);
    assert_open(&early, "2027-03-28T01:00:00Z", false);
    // 2027-10-31: the hour from two to three comes twice.
    assert_open(&early, "2027-10-31T00:00:00Z", true);
    assert_open(&early, "2027-10-31T01:59:59Z", true);
    assert_open(&early, "2027-10-31T02:00:00Z", false);
    // Noon is noon in summer too.
    let noon = berlin(Hours::EVERY_DAY, 12 * 60, 13 * 60);
    assert_open(&noon, "2027-07-01T10:30:00Z", true);
    assert_open(&noon, "2027-07-01T11:30:00Z", false);
}

#[test]
fn hours_of_one_class_at_one_door_limit_nobody_else_and_no_other_door() {
    let hours = |bundle: &mut Bundle| {
        bundle.doors[0].hours = vec![Hours {
            class: HolderClass::Guest,
            days: MONDAY,
            from_min: 0,
            to_min: 1,
        }];
    };
    let (door, other) = (policy_with(ENTRANCE, hours), policy_with(PARCELS, hours));
    assert_allowed(&door.decide(&resident().0, holder(), NOON));
    assert_allowed(&door.decide(&driver(&[ENTRANCE]).0, holder(), NOON));
    let guest = credential(HolderClass::Guest, &[ENTRANCE, PARCELS]).0;
    assert_allowed(&other.decide(&guest, holder(), NOON));
    assert_denied(
        &door.decide(&guest, holder(), NOON),
        DenyReason::OutsideHours,
    );
}

#[test]
fn any_of_a_classs_hours_will_do() {
    let door = policy_with(ENTRANCE, |bundle| {
        let mornings = |class| Hours {
            class,
            days: Hours::EVERY_DAY,
            from_min: 8 * 60,
            to_min: 9 * 60,
        };
        let evenings = Hours {
            from_min: 20 * 60,
            to_min: 21 * 60,
            ..mornings(HolderClass::Guest)
        };
        bundle.doors[0].hours = vec![
            mornings(HolderClass::Courier),
            mornings(HolderClass::Guest),
            evenings,
        ];
    });
    assert_open(&door, "2027-01-15T08:30:00Z", true);
    assert_open(&door, "2027-01-15T20:30:00Z", true);
    assert_open(&door, "2027-01-15T12:00:00Z", false);
}

fn under(lockdown: Lockdown, class: HolderClass) -> Option<DenyReason> {
    let door = policy_with(ENTRANCE, |bundle| bundle.doors[0].lockdown = lockdown);
    let presented = match class {
        HolderClass::Courier => driver(&[ENTRANCE]),
        class => credential(class, &[ENTRANCE]),
    };
    door.decide(&presented.0, holder(), NOON).deny_reason()
}

#[test]
fn a_lockdown_keeps_out_visitors_or_everyone_but_staff() {
    use HolderClass::{Courier, Guest, Resident};
    let kept_out = |lockdown| {
        let is_kept_out = |class: &HolderClass| under(lockdown, *class).is_some();
        HolderClass::ALL.into_iter().filter(is_kept_out).collect()
    };
    let kept_out: [Vec<HolderClass>; 3] =
        [Lockdown::Off, Lockdown::Visitors, Lockdown::Everyone].map(kept_out);
    let expected = [vec![], vec![Guest, Courier], vec![Resident, Guest, Courier]];
    assert_eq!(kept_out, expected);
    assert_eq!(
        under(Lockdown::Everyone, Resident),
        Some(DenyReason::LockedDown)
    );
}

#[test]
fn a_lockdown_is_the_reason_before_the_hours_and_after_the_time() {
    let door = policy_with(ENTRANCE, |bundle| {
        bundle.doors[0].lockdown = Lockdown::Visitors;
        bundle.doors[0].hours = vec![Hours {
            class: HolderClass::Guest,
            days: MONDAY,
            from_min: 0,
            to_min: 1,
        }];
    });
    let guest = credential(HolderClass::Guest, &[ENTRANCE]).0;
    let at = |now| door.decide(&guest, holder(), now);
    assert_denied(&at(NOON), DenyReason::LockedDown);
    assert_denied(&at(UNTIL + 1), DenyReason::CredentialExpired);
}

#[test]
fn a_newer_bundle_ends_a_lockdown_and_brings_its_own_time_zone() {
    let mut door = berlin(FRIDAY, 9 * 60, 10 * 60);
    assert_open(&door, "2027-01-15T08:30:00Z", true);
    let newer = Bundle {
        version: 5,
        time_zone: "UTC".into(),
        ..door.bundle().clone()
    };
    door.replace(newer).unwrap();
    assert_open(&door, "2027-01-15T08:30:00Z", false);
    assert_open(&door, "2027-01-15T09:30:00Z", true);
}

#[test]
fn a_bundle_of_an_unknown_time_zone_is_refused() {
    for unknown in ["Europe/Atlantis", "", "Etc/Unknown", "../etc/passwd", "+01"] {
        let mut bundle = bundle();
        bundle.time_zone = unknown.into();
        assert_eq!(
            bundle.check(),
            Err(BundleError::UnknownTimeZone),
            "{unknown}"
        );
        let refused = DoorPolicy::new(building_key().public(), ENTRANCE, bundle);
        assert_eq!(refused.unwrap_err(), BundleError::UnknownTimeZone);
    }
}

#[test]
fn a_class_with_hours_stays_out_while_nobody_can_tell_the_hour() {
    let mut door = policy_with(ENTRANCE, |bundle| {
        bundle.doors[0].hours = vec![Hours {
            class: HolderClass::Staff,
            days: Hours::EVERY_DAY,
            from_min: 0,
            to_min: 24 * 60,
        }];
    });
    let staff = credential(HolderClass::Staff, &[ENTRANCE]).0;
    assert_allowed(&door.decide(&staff, holder(), NOON));
    door.set_clock_known(false);
    let denied = door.decide(&staff, holder(), NOON);
    assert_denied(&denied, DenyReason::ClockUnknown);
    assert_allowed(&door.decide(&resident().0, holder(), NOON));
}

#[test]
fn at_a_moment_that_no_clock_shows_a_class_with_hours_stays_out() {
    let door = berlin(Hours::EVERY_DAY, 0, 24 * 60);
    let decide = |class| {
        let credential = always(class);
        door.decide(&credential.0, holder(), u64::MAX >> 2)
    };
    assert_denied(&decide(HolderClass::Guest), DenyReason::OutsideHours);
    assert!(matches!(decide(HolderClass::Resident), Decision::Allow(_)));
}
