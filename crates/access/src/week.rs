//! The week as a building's clocks show it.

use jiff::Timestamp;
use jiff::tz::{TimeZone, TimeZoneDatabase};

use crate::rules::DAY_MIN;
use crate::{BundleError, Hours};

/// The time zone of that name in the IANA database that is compiled in. The system's own is never
/// asked: two doors of one building must agree.
pub(crate) fn time_zone(name: &str) -> Result<TimeZone, BundleError> {
    let zone = TimeZoneDatabase::bundled().get(name).ok();
    zone.filter(|zone| !zone.is_unknown())
        .ok_or(BundleError::UnknownTimeZone)
}

/// A minute of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WeekMinute {
    /// 0 is Monday, 6 Sunday.
    day: u8,
    /// After midnight.
    minute: u16,
}

impl WeekMinute {
    /// What the clocks of `zone` show at `now_utc` (unix seconds); none beyond the year 9999.
    pub(crate) fn at(zone: &TimeZone, now_utc: u64) -> Option<Self> {
        let now = Timestamp::from_second(i64::try_from(now_utc).ok()?).ok()?;
        let clock = zone.to_datetime(now);
        let day = u8::try_from(clock.weekday().to_monday_zero_offset()).ok()?;
        let hour = u16::try_from(clock.hour()).ok()?;
        let minute = u16::try_from(clock.minute()).ok()?;
        Some(Self {
            day,
            minute: hour * 60 + minute,
        })
    }

    /// Whether the hours include this minute; `from_min` is the first, `to_min` the first after.
    pub(crate) fn is_within(self, hours: Hours) -> bool {
        let Self { day, minute } = self;
        let begins_on = |day: u8| (hours.days >> day) & 1 == 1;
        let (yesterday, from, to) = ((day + 6) % 7, hours.from_min, hours.to_min);
        if from < to {
            return begins_on(day) && (from..to).contains(&minute);
        }
        (begins_on(day) && (from..DAY_MIN).contains(&minute))
            || (begins_on(yesterday) && minute < to)
    }
}
