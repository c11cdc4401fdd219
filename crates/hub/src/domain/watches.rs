//! Who watched doors live, as far as residents are told.

use std::collections::BTreeMap;

use access::{DeviceId, DoorId, ResidentId};
use hub_api::{ErrorCode, OthersWatched, Watch, WatchDay, WatchPage};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

use super::passes::{Household, time_zone};
use super::projection::project;
use super::{Hub, HubError, Result, refuse};
use crate::store::{Projection, StoredRecord, WatchRow};

/// How many days a page goes back from its newest watch.
const PAGE_DAYS: i64 = 7;

/// How many records of an older log are read at once.
const BATCH: u32 = 256;

impl Hub {
    /// Who watched the household's doors on the days before `before`, or until now.
    ///
    /// One's own watches are told as they are recorded. What other residents watched is told by door and day, once the day
    /// is over: when a neighbour watches would tell that they are awake. A watch by anybody else is told to everybody.
    pub async fn watches(&self, household: &Household, before: Option<&str>) -> Result<WatchPage> {
        let zone = time_zone(&self.building(household.building).await?)?;
        let doors = self
            .door_ids_for(household.building, household.unit)
            .await?;
        let before_ms = match before {
            Some(text) => start_ms(date(text)?, &zone)?,
            None => u64::MAX,
        };
        let today = day_of(self.clock.now_s().saturating_mul(1000), &zone);
        // Where a page ends must not tell that somebody watches today.
        let past_ms = before_ms.min(start_ms(today, &zone)?);
        let newest = self.store.newest_watch(&doors, past_ms).await?;
        let last = newest.map_or(today, |newest| day_of(newest, &zone));
        let from = last.saturating_sub((PAGE_DAYS - 1).days());
        let from_ms = start_ms(from, &zone)?;
        let rows = self.store.watches(&doors, from_ms, before_ms).await?;
        let older = self.store.newest_watch(&doors, from_ms).await?;
        Ok(WatchPage {
            days: days(&rows, household.resident, today, &zone),
            next: older.map(|_| from.to_string()),
        })
    }

    /// Notes that a device asked for something today.
    pub(crate) async fn note_seen(
        &self,
        building: access::BuildingId,
        device: DeviceId,
    ) -> Result<()> {
        let zone = time_zone(&self.building(building).await?)?;
        let today = day_of(self.clock.now_s().saturating_mul(1000), &zone);
        Ok(self.store.note_seen(device, &today.to_string()).await?)
    }

    /// Reads the watches of logs that were written before watches were kept apart.
    pub async fn read_watch_backlog(&self) -> Result<()> {
        for (building, mut from) in self.store.watch_backlog().await? {
            loop {
                let records = self.store.records(building, from, BATCH).await?;
                from += records.len() as u64;
                let found: Vec<_> = records.iter().filter_map(watched).collect();
                let next = (!records.is_empty()).then_some(from);
                self.store.take_backlog(building, &found, next).await?;
                if next.is_none() {
                    break;
                }
            }
        }
        Ok(())
    }
}

/// What a kept record says of a watch.
fn watched(stored: &StoredRecord) -> Option<(DoorId, Projection)> {
    let door = stored.door?;
    let record = stored.body.read_unverified().ok()?;
    let what = project(&record)?;
    let is_of_a_watch = matches!(
        what,
        Projection::WatchBegan { .. }
            | Projection::WatchEnded { .. }
            | Projection::WatchesCut { .. }
    );
    is_of_a_watch.then_some((door, what))
}

/// What is told of rows, given newest first; days of which nothing is told are left out.
fn days(rows: &[WatchRow], own: ResidentId, today: Date, zone: &TimeZone) -> Vec<WatchDay> {
    let mut days: Vec<(Date, WatchDay, BTreeMap<DoorId, u32>)> = Vec::new();
    for row in rows {
        let date = day_of(row.from_ms, zone);
        if days.last().is_none_or(|(last, ..)| *last != date) {
            days.push((date, empty(date), BTreeMap::new()));
        }
        let Some((_, day, others)) = days.last_mut() else {
            continue;
        };
        match row.resident {
            Some(resident) if resident == own => day.own.push(shown(row)),
            Some(_) if date < today => *others.entry(row.door).or_default() += 1,
            Some(_) => {}
            None => day.strangers.push(shown(row)),
        }
    }
    let days = days.into_iter().map(|(_, day, others)| {
        let others = others.into_iter();
        WatchDay {
            others: others
                .map(|(door, times)| OthersWatched { door, times })
                .collect(),
            ..day
        }
    });
    days.filter(|day| !(day.own.is_empty() && day.strangers.is_empty() && day.others.is_empty()))
        .collect()
}

fn empty(date: Date) -> WatchDay {
    WatchDay {
        date: date.to_string(),
        own: Vec::new(),
        strangers: Vec::new(),
        others: Vec::new(),
    }
}

pub(super) fn shown(row: &WatchRow) -> Watch {
    Watch {
        door: row.door,
        device: row.device,
        from_ms: row.from_ms,
        until_ms: row.until_ms,
    }
}

fn date(text: &str) -> Result<Date> {
    match text.parse() {
        Ok(date) => Ok(date),
        Err(_) => refuse(
            ErrorCode::InvalidRequest,
            "before is a day, as 2026-05-12: the `next` of the page before.",
        ),
    }
}

fn day_of(ms: u64, zone: &TimeZone) -> Date {
    let at = i64::try_from(ms).ok();
    let at = at.and_then(|ms| Timestamp::from_millisecond(ms).ok());
    zone.to_datetime(at.unwrap_or(Timestamp::MAX)).date()
}

fn start_ms(date: Date, zone: &TimeZone) -> Result<u64> {
    let start = date
        .to_zoned(zone.clone())
        .map_err(|error| HubError::Internal(format!("no such day: {error}")))?;
    Ok(u64::try_from(start.timestamp().as_millisecond()).unwrap_or(0))
}
