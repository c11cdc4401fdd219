//! What a pass may be: which doors, from when, until when.

use access::{DoorId, DoorKind, HolderClass, OwnDoorEntry};
use hub_api::{ErrorCode, NewPass, PassKind, PassUses};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::bundles::is_open_to;
use super::passes::Household;
use super::{HubError, Result, refuse};
use crate::store::Door;

const DAY_S: u64 = 24 * 3600;
/// How many days ahead a pass may begin, and how many it may last.
const MOST_DAYS: u64 = 31;

/// What the door takes its holder for.
pub(super) fn class(kind: PassKind) -> HolderClass {
    match kind {
        PassKind::Guest => HolderClass::Guest,
        PassKind::Delivery => HolderClass::Courier,
    }
}

/// What a pass is granted.
pub(super) struct Terms {
    pub(super) doors: Vec<DoorId>,
    pub(super) not_before: u64,
    pub(super) not_after: u64,
}

impl Terms {
    /// What is wanted, where the household may pass it on; `doors` are the building's.
    pub(super) fn of(
        wanted: &NewPass,
        household: &Household,
        doors: &[Door],
        now: u64,
        zone: &TimeZone,
    ) -> Result<Self> {
        let mut chosen = wanted.doors.clone();
        chosen.sort_unstable();
        chosen.dedup();
        let leads_home = check_doors(household, doors, &chosen, wanted)?;
        check_uses(wanted.kind, wanted.uses, &chosen)?;
        check_endorsement(wanted, leads_home)?;
        let (not_before, not_after) = window(times(wanted), now, zone)?;
        Ok(Self {
            doors: chosen,
            not_before,
            not_after,
        })
    }
}

/// Refuses doors that the household may not pass on to somebody of this kind; whether one leads into its unit.
fn check_doors(
    household: &Household,
    doors: &[Door],
    chosen: &[DoorId],
    wanted: &NewPass,
) -> Result<bool> {
    let mut leads_home = false;
    let needs_word = wanted.kind == PassKind::Delivery && wanted.endorsement.is_none();
    if chosen.is_empty() {
        return refuse(
            ErrorCode::InvalidRequest,
            "A pass opens at least one door: choose one.",
        );
    }
    for id in chosen {
        let own = |door: &&Door| door.id == *id && is_open_to(door, household.unit);
        let Some(door) = doors.iter().find(own) else {
            return refuse(
                ErrorCode::NotFound,
                "You may use no such door, so no pass of yours opens it. Choose among your own doors.",
            );
        };
        leads_home |= door.kind == DoorKind::Unit;
        if needs_word && door.kind == DoorKind::Unit {
            return refuse(
                ErrorCode::InvalidRequest,
                format!(
                    "'{}' leads into an apartment, which no courier's pass opens without the signed word of its \
                     resident. Choose a common door.",
                    door.name
                ),
            );
        }
    }
    Ok(leads_home)
}

/// Refuses a resident's word for what needs none, and one for longer than a day.
fn check_endorsement(wanted: &NewPass, leads_home: bool) -> Result<()> {
    let Some(given) = &wanted.endorsement else {
        return Ok(());
    };
    if wanted.kind != PassKind::Delivery || !leads_home {
        return refuse(
            ErrorCode::InvalidRequest,
            "Only a delivery to one's own apartment is endorsed. Leave the endorsement out.",
        );
    }
    if wanted.not_before.is_some() || wanted.not_after.is_some() {
        return refuse(
            ErrorCode::InvalidRequest,
            "A pass that is endorsed has the times that were signed, and no others beside them.",
        );
    }
    let lasts_s = given.not_after.checked_sub(given.not_before);
    if lasts_s.is_none_or(|lasts_s| lasts_s > OwnDoorEntry::MAX_S) {
        return refuse(
            ErrorCode::InvalidRequest,
            "A delivery may come into an apartment within 24 hours at most: choose an earlier end.",
        );
    }
    Ok(())
}

/// When the pass is to begin and to end, as far as that is said.
fn times(wanted: &NewPass) -> (Option<u64>, Option<u64>) {
    match &wanted.endorsement {
        Some(given) => (Some(given.not_before), Some(given.not_after)),
        None => (wanted.not_before, wanted.not_after),
    }
}

/// Refuses what could not be held: an entry by a pass that is good once ends it everywhere.
fn check_uses(kind: PassKind, uses: PassUses, doors: &[DoorId]) -> Result<()> {
    if kind == PassKind::Delivery && uses != PassUses::Once {
        return refuse(
            ErrorCode::InvalidRequest,
            "A delivery's pass is good once. For somebody who comes more often, make a guest's.",
        );
    }
    if uses == PassUses::Once && doors.len() > 1 {
        return refuse(
            ErrorCode::InvalidRequest,
            "A pass that is good once is for one door, since its first entry ends it everywhere. \
             Choose one door, or let it open several times.",
        );
    }
    Ok(())
}

/// The first and last second of a new pass: from now to the end of the day, unless something else is wanted.
fn window(
    (from, until): (Option<u64>, Option<u64>),
    now: u64,
    zone: &TimeZone,
) -> Result<(u64, u64)> {
    let from = from.map_or(now, |from| from.max(now));
    if from > now + MOST_DAYS * DAY_S {
        return refuse(
            ErrorCode::InvalidRequest,
            format!("A pass begins within {MOST_DAYS} days: choose an earlier day."),
        );
    }
    let until = until.map_or_else(|| end_of_day(from, zone), Ok)?;
    check_end(from, until, now)?;
    Ok((from, until))
}

/// Refuses an end that is past, before the beginning, or too far off.
pub(super) fn check_end(from: u64, until: u64, now: u64) -> Result<()> {
    if until <= now {
        return refuse(
            ErrorCode::InvalidRequest,
            "The pass would be over already: choose a later end.",
        );
    }
    if until <= from {
        return refuse(
            ErrorCode::InvalidRequest,
            "The pass would end before it begins: choose a later end.",
        );
    }
    if until > from + MOST_DAYS * DAY_S {
        return refuse(
            ErrorCode::InvalidRequest,
            format!(
                "A pass lasts {MOST_DAYS} days at most, since codes get around: choose an earlier end."
            ),
        );
    }
    Ok(())
}

fn end_of_day(at: u64, zone: &TimeZone) -> Result<u64> {
    let timestamp = i64::try_from(at)
        .ok()
        .and_then(|at| Timestamp::from_second(at).ok());
    let end = timestamp.and_then(|at| at.to_zoned(zone.clone()).end_of_day().ok());
    let end = end.and_then(|end| u64::try_from(end.timestamp().as_second()).ok());
    end.ok_or_else(|| HubError::Internal(format!("the day of {at} has no end")))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-23 14:00 in Berlin, 13:00 in UTC.
    const NOW: u64 = 1_795_438_800;

    fn told(result: Result<(u64, u64)>) -> String {
        result.unwrap_err().to_string()
    }

    #[test]
    fn a_pass_of_which_no_time_is_said_is_for_today_in_the_buildings_time_zone() {
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        let (from, until) = window((None, None), NOW, &berlin).unwrap();
        assert_eq!((from, until), (NOW, NOW + 10 * 3600 - 1));
        let tomorrow = NOW + DAY_S;
        let (from, until) = window((Some(tomorrow), None), NOW, &berlin).unwrap();
        assert_eq!((from, until), (tomorrow, tomorrow + 10 * 3600 - 1));
    }

    #[test]
    fn a_pass_never_begins_in_the_past() {
        let (from, _) = window((Some(5), Some(NOW + 60)), NOW, &TimeZone::UTC).unwrap();
        assert_eq!(from, NOW);
    }

    #[test]
    fn a_pass_has_an_end_that_is_after_its_beginning_and_near() {
        let try_window = |from, until| window((from, until), NOW, &TimeZone::UTC);
        assert!(told(try_window(None, Some(NOW))).contains("over already"));
        let (from, before) = (NOW + 7200, NOW + 3600);
        assert!(told(try_window(Some(from), Some(before))).contains("before it begins"));
        let longest = NOW + MOST_DAYS * DAY_S;
        assert!(try_window(None, Some(longest)).is_ok());
        assert!(told(try_window(None, Some(longest + 1))).contains("31 days at most"));
        assert!(told(try_window(Some(longest + 1), None)).contains("within 31 days"));
    }
}
