//! `vestibule-fill-activity DATABASE COUNT`: gives an enrolled device a past. The app must not be running.
//!
//! Puts COUNT entries of guests into the app's own database, with the app's own store, as if the hub had told of
//! them: half an hour apart, the newest a day ago. The oldest guest is called `Guest 1 of COUNT`.

use std::{
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

use access::{DoorId, HolderClass};
use anyhow::{Context, Result};
use hub_api::{EntryInfo, Outcome};
use resident::store::Store;

/// Far above the numbers that a hub of tests gives out.
const FIRST_ID: u64 = 1_000_000_000;

const APART_MS: u64 = 30 * 60 * 1000;

const NEWEST_AGO_MS: u64 = 24 * 3600 * 1000;

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (Some(database), Some(count)) = (arguments.next(), arguments.next()) else {
        anyhow::bail!("usage: vestibule-fill-activity DATABASE COUNT");
    };
    let count = count.parse().context("COUNT is not a number")?;
    let store = Store::open(Path::new(&database))?;
    let doors = store.doors()?;
    let door = doors.first().context("the device is not enrolled")?.id;
    let since = SystemTime::now().duration_since(UNIX_EPOCH)?;
    let newest_ms = u64::try_from(since.as_millis())? - NEWEST_AGO_MS;
    let entries: Vec<_> = (1..=count)
        .map(|n| entry(door, n, count, newest_ms - (count - n) * APART_MS))
        .collect();
    store.put_entries(&entries, None)?;
    Ok(())
}

fn entry(door: DoorId, n: u64, count: u64, at_ms: u64) -> EntryInfo {
    EntryInfo {
        id: FIRST_ID + n,
        door,
        at_ms,
        seq: n,
        class: Some(HolderClass::Guest),
        carrier_name: None,
        driver: None,
        guest_name: Some(format!("Guest {n} of {count}")),
        link: None,
        clip: None,
        pass: None,
        unfilmed: false,
        outcome: Outcome::Entered,
    }
}
