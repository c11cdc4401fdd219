//! Days, hours and moments, as a manager writes them and reads them.

use access::Hours;
use anyhow::{Context as _, Result};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

/// Days of a week: bit 0 is Monday.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Days(pub(super) u8);

/// A minute of a day, 0 to 1440.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Minute(pub(super) u16);

const NAMES: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const DAY_MIN: u16 = 24 * 60;

/// Reads `mon-fri`, `sat,sun`, `fri-mon`.
pub(super) fn days(text: &str) -> Result<Days, String> {
    let mut days = 0;
    for part in text.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last) = (day(first)?, day(last)?);
        let count = (last + 7 - first) % 7;
        for offset in 0..=count {
            days |= 1 << ((first + offset) % 7);
        }
    }
    Ok(Days(days))
}

fn day(text: &str) -> Result<usize, String> {
    let text = text.trim();
    let found = NAMES
        .iter()
        .position(|name| text.eq_ignore_ascii_case(name));
    found.ok_or_else(|| {
        format!(
            "'{text}' is no day: write mon, tue, wed, thu, fri, sat or sun, as mon-fri or sat,sun"
        )
    })
}

/// Reads when hours begin: 00:00 to 23:59.
pub(super) fn begin(text: &str) -> Result<Minute, String> {
    let minute = end(text)?;
    if minute.0 == DAY_MIN {
        return Err("hours begin before midnight: write 00:00 of the next day".to_owned());
    }
    Ok(minute)
}

/// Reads when hours end: 00:00 to 24:00.
pub(super) fn end(text: &str) -> Result<Minute, String> {
    let number = |part: &str, max: u16| {
        let digits = part.len() == 2 && part.bytes().all(|digit| digit.is_ascii_digit());
        let number = digits.then(|| part.parse::<u16>().ok()).flatten();
        number.filter(|number| *number <= max)
    };
    let minute = text.split_once(':').and_then(|(hours, minutes)| {
        let minute = number(hours, 24)? * 60 + number(minutes, 59)?;
        (minute <= DAY_MIN).then_some(Minute(minute))
    });
    minute.ok_or_else(|| {
        format!("'{text}' is no time of day: write it as 08:00, or 24:00 for midnight")
    })
}

/// As `mon-fri 08:00-20:00`.
pub(super) fn in_words(hours: Hours) -> String {
    let clock = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
    let days = days_in_words(hours.days);
    format!("{days} {}-{}", clock(hours.from_min), clock(hours.to_min))
}

/// Runs of days as `mon-fri`, the others by name.
pub(super) fn days_in_words(days: u8) -> String {
    let has = |day: usize| days & (1 << day) != 0;
    let mut parts = Vec::new();
    let mut day = 0;
    while day < NAMES.len() {
        let first = day;
        while day < NAMES.len() && has(day) {
            day += 1;
        }
        match day - first {
            0 => day += 1,
            1 => parts.push(NAMES[first].to_owned()),
            _ => parts.push(format!("{}-{}", NAMES[first], NAMES[day - 1])),
        }
    }
    parts.join(",")
}

/// The time zone of this name in the IANA database, with the name as the database writes it.
pub(super) fn time_zone(name: &str) -> Result<(TimeZone, String)> {
    let zone = TimeZone::get(name).ok();
    let known = zone.and_then(|zone| {
        let name = zone.iana_name()?.to_owned();
        Some((zone, name))
    });
    known.with_context(|| {
        format!(
            "'{name}' is no time zone that this machine knows: use a name of the IANA database, as \
             Europe/Berlin or America/New_York"
        )
    })
}

/// The first second of a moment or day, in unix seconds.
pub(super) fn first_second(text: &str, zone: &TimeZone) -> Result<u64> {
    match moment(text)? {
        Moment::Minute(at) => seconds(at, zone),
        Moment::Day(date) => seconds(date.at(0, 0, 0, 0), zone),
    }
}

/// The last second of a moment or day, in unix seconds.
pub(super) fn last_second(text: &str, zone: &TimeZone) -> Result<u64> {
    match moment(text)? {
        Moment::Minute(at) => seconds(at, zone),
        Moment::Day(date) => seconds(date.at(23, 59, 59, 0), zone),
    }
}

enum Moment {
    Day(Date),
    Minute(DateTime),
}

fn moment(text: &str) -> Result<Moment> {
    let wrong =
        || format!("'{text}' is no day or time: write it as 2026-11-23 or '2026-11-23 14:00'");
    if text.contains(':') {
        return Ok(Moment::Minute(text.parse().ok().with_context(wrong)?));
    }
    Ok(Moment::Day(text.parse().ok().with_context(wrong)?))
}

fn seconds(at: DateTime, zone: &TimeZone) -> Result<u64> {
    let seconds = zone.to_zoned(at)?.timestamp().as_second();
    u64::try_from(seconds).with_context(|| format!("{at} is long past"))
}

/// A unix second in a time zone, as `2026-11-23 14:00`.
pub(super) fn told(at_s: u64, zone: &TimeZone) -> String {
    written(at_s.saturating_mul(1000), zone, "%F %H:%M")
}

/// A moment to the second, in unix milliseconds, with the name of its zone.
pub(super) fn to_the_second(at_ms: u64, zone: &TimeZone) -> String {
    written(at_ms, zone, "%F %T %Z")
}

fn written(at_ms: u64, zone: &TimeZone, format: &str) -> String {
    let at = i64::try_from(at_ms)
        .ok()
        .and_then(|ms| Timestamp::from_millisecond(ms).ok());
    at.map_or_else(
        || at_ms.to_string(),
        |at| at.to_zoned(zone.clone()).strftime(format).to_string(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_as_people_write_them_and_told_back() {
        for (text, told) in [
            ("mon-fri", "mon-fri"),
            ("sat,sun", "sat-sun"),
            ("Fri-Mon", "mon,fri-sun"),
            ("mon, wed,fri", "mon,wed,fri"),
            ("sun", "sun"),
            ("mon-sun", "mon-sun"),
        ] {
            assert_eq!(days_in_words(days(text).unwrap().0), told, "{text}");
        }
        assert_eq!(days("mon-sun"), Ok(Days(Hours::EVERY_DAY)));
        for wrong in ["", "monday", "mon-", "1-5"] {
            assert!(days(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn times_of_day_are_two_digits_each() {
        assert_eq!(begin("08:30"), Ok(Minute(510)));
        assert_eq!(end("24:00"), Ok(Minute(1440)));
        for wrong in [
            "8:30", "24:01", "25:00", "08:60", "0830", "24:00:00", "+1:00",
        ] {
            assert!(end(wrong).is_err(), "{wrong}");
        }
        assert!(begin("24:00").is_err());
    }

    #[test]
    fn a_day_begins_and_ends_in_the_buildings_time_zone() {
        let (zone, name) = time_zone("europe/berlin").unwrap();
        assert_eq!(name, "Europe/Berlin");
        let first = first_second("2026-07-01", &zone).unwrap();
        assert_eq!(last_second("2026-07-01", &zone).unwrap(), first + 86_399);
        assert_eq!(told(first, &zone), "2026-07-01 00:00");
        assert_eq!(told(first, &TimeZone::UTC), "2026-06-30 22:00");
        assert_eq!(
            to_the_second(first * 1000, &zone),
            "2026-07-01 00:00:00 CEST"
        );
        assert_eq!(
            first_second("2026-07-01 10:30", &zone).unwrap(),
            first + 37_800
        );
        assert!(first_second("tomorrow", &zone).is_err());
        assert!(time_zone("Mars/Olympus").is_err());
    }
}
