//! What a long time leaves behind on the device. With `--no-capture` the figures are printed.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use access::{ClipId, HolderClass};
use bytes::Bytes;
use hub_api::{ClipReady, ClipState, EntryInfo, Event, Outcome};
use resident::store::{KEPT_FOR_MS, MOST_KEPT, Store};
use resident::ui::{KeyStorage, UiEvent};
use resident::{Controller, Notification, Shell};
use tokio::time::sleep;

use crate::building::{LOBBY, clip_info, nobody, now_ms};
use crate::following::following;
use crate::world::{INVITE, World};

const EVENTS: u64 = 10_000;
const DELIVERIES: u64 = 300;

const WEEK_MS: u64 = 7 * 24 * 3600 * 1000;

/// As many entries come in an hour, for so many hours, once the list is full.
const A_BUSY_HOUR: u64 = 500;
const HOURS: u64 = 60;

/// More than an entry takes on disk with its place in the indices.
const BYTES_AN_ENTRY: u64 = 1024;

/// The journal, and what is there however little happens.
const BYTES_BESIDE: u64 = 4 << 20;

/// What a week may leave in memory: what is kept of it is on disk.
const MEMORY: u64 = 48 << 20;

#[derive(Clone, Default)]
struct Counting(Arc<Counts>);

#[derive(Default)]
struct Counts {
    events: AtomicUsize,
    notifications: AtomicUsize,
}

impl Shell for Counting {
    fn emit(&self, _: UiEvent) {
        self.0.events.fetch_add(1, Ordering::SeqCst);
    }

    fn notify(&self, _: Notification) {
        self.0.notifications.fetch_add(1, Ordering::SeqCst);
    }

    fn renew(&self, _: resident::Notification) {}

    fn withdraw(&self, _: u64) {}

    fn illustrate(&self, _: u64, _: Bytes) {}
}

fn entry(id: u64, at_ms: u64) -> EntryInfo {
    EntryInfo {
        at_ms,
        class: Some(HolderClass::Guest),
        guest_name: Some(format!("Guest {id}")),
        link: Some(audit::LinkKind::Keypad),
        ..nobody(id, LOBBY, Outcome::Entered)
    }
}

fn delivery(id: u64, at_ms: u64) -> EntryInfo {
    EntryInfo {
        class: Some(HolderClass::Courier),
        carrier_name: Some("Northline Parcel".to_owned()),
        driver: Some(format!("driver-{id}")),
        guest_name: None,
        link: Some(audit::LinkKind::Bluetooth),
        clip: Some(clip_info(clip_of(id), ClipState::Recording)),
        ..entry(id, at_ms)
    }
}

fn clip_of(id: u64) -> ClipId {
    let mut bytes = [0x40; 16];
    bytes[..8].copy_from_slice(&id.to_be_bytes());
    ClipId::from_entropy(bytes)
}

/// A week's events, in order: each delivery is told of when it begins and when its film is there.
fn week() -> Vec<Event> {
    let apart = EVENTS / DELIVERIES;
    let started = now_ms() - WEEK_MS;
    let mut events = Vec::new();
    for id in 1.. {
        let at_ms = started + id * (WEEK_MS / EVENTS);
        if id % apart == 0 && id / apart <= DELIVERIES {
            events.push(Event::Entry(delivery(id, at_ms)));
            events.push(Event::Clip(ClipReady {
                clip: clip_of(id),
                entry: id,
            }));
        } else {
            events.push(Event::Entry(entry(id, at_ms)));
        }
        if events.len() as u64 >= EVENTS {
            return events;
        }
    }
    unreachable!("a week ends");
}

fn bytes_on_disk(data_dir: &Path) -> u64 {
    let files = std::fs::read_dir(data_dir).unwrap().map(Result::unwrap);
    let databases = files.filter(|file| {
        let name = file.file_name();
        name.to_string_lossy().starts_with("vestibule.sqlite")
    });
    databases.map(|file| file.metadata().unwrap().len()).sum()
}

/// The resident memory of this process, where the system tells.
fn memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    let kib: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib * 1024)
}

fn count(store: &Store) -> usize {
    store.activity(None, u32::MAX).unwrap().len()
}

fn mb(bytes: u64) -> String {
    format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000)
}

#[tokio::test(start_paused = true)]
async fn a_week_leaves_database_and_memory_bounded() {
    let world = World::new();
    let data_dir = world.folder.path().join("app");
    let shell = Counting::default();
    let controller: Controller<Counting> = world.open_in(shell.clone());
    controller.enrol(INVITE, KeyStorage::File).await.unwrap();
    sleep(Duration::from_secs(5)).await;
    let week = week();
    let entries = week.iter().filter(|event| matches!(event, Event::Entry(_)));
    let entries = entries.count();
    let (disk, before) = (bytes_on_disk(&data_dir), memory());

    for event in week {
        world.hub.push(event);
    }
    let store = Store::open(&data_dir.join("vestibule.sqlite")).unwrap();
    while store.last_event_id().unwrap() != Some(EVENTS) {
        sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(count(&store), entries);
    assert!(shell.0.events.load(Ordering::SeqCst) >= entries);
    assert!(shell.0.notifications.load(Ordering::SeqCst) > 0);
    let after = bytes_on_disk(&data_dir);
    println!("database before the week: {}", mb(disk));
    println!(
        "database after {EVENTS} events, {DELIVERIES} of them deliveries: {}",
        mb(after)
    );
    assert!(after < entries as u64 * BYTES_AN_ENTRY + BYTES_BESIDE);
    if let (Some(before), Some(after)) = (before, memory()) {
        println!("memory before and after: {} and {}", mb(before), mb(after));
        assert!(after.saturating_sub(before) < MEMORY);
    }
}

#[tokio::test(start_paused = true)]
async fn what_many_weeks_leave_is_bounded_by_the_newest_twenty_thousand() {
    let world = World::new();
    let app = following(&world).await;
    let data_dir = world.folder.path().join("app");
    let store = Store::open(&data_dir.join("vestibule.sqlite")).unwrap();
    let most = u64::from(MOST_KEPT);
    let put = |ids: std::ops::RangeInclusive<u64>| {
        let at_ms = |id| now_ms() - WEEK_MS + id * 1000;
        let entries: Vec<_> = ids.map(|id| entry(id, at_ms(id))).collect();
        store.put_entries(&entries, None).unwrap();
    };
    put(1..=most);
    sleep(Duration::from_secs(3700)).await;
    assert_eq!(count(&store), MOST_KEPT as usize);

    let mut sizes = Vec::new();
    let last = most + HOURS * A_BUSY_HOUR;
    for first in (most + 1..last).step_by(usize::try_from(A_BUSY_HOUR).unwrap()) {
        put(first..=first + A_BUSY_HOUR - 1);
        sleep(Duration::from_secs(3700)).await;
        assert_eq!(count(&store), MOST_KEPT as usize);
        sizes.push(bytes_on_disk(&data_dir));
    }
    let (early, late) = (sizes[9], *sizes.last().unwrap());
    println!("database with {MOST_KEPT} entries: {}", mb(early));
    println!("and {} entries later: {}", 50 * A_BUSY_HOUR, mb(late));
    assert!(early < most * BYTES_AN_ENTRY + BYTES_BESIDE);
    assert!(late < early + (1 << 20), "it goes on growing: {sizes:?}");
    let newest = &store.activity(None, 1).unwrap()[0];
    assert_eq!(newest.id, format!("entry-{last}"));
    drop(app);
}

#[tokio::test(start_paused = true)]
async fn what_is_older_than_a_year_is_forgotten_and_asked_of_the_hub_again() {
    let world = World::new();
    for id in 1..=5 {
        let ago = if id <= 3 { KEPT_FOR_MS + 1000 } else { 1000 };
        world.hub.add_entry(entry(id, now_ms() - ago + id));
    }
    let app = following(&world).await;
    let store = Store::open(&world.folder.path().join("app/vestibule.sqlite")).unwrap();
    let long_ago = now_ms() - KEPT_FOR_MS - 500;
    store.add_own_unlock(LOBBY, long_ago, 9, false).unwrap();
    assert_eq!(count(&store), 6);

    sleep(Duration::from_secs(61)).await;
    assert_eq!(count(&store), 2);
    let ids = app.activity().await.into_iter().map(|item| item.id);
    let expected = ["entry-5", "entry-4", "entry-3", "entry-2", "entry-1"];
    assert_eq!(ids.collect::<Vec<_>>(), expected);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_forgotten_while_a_window_is_in_front() {
    let world = World::new();
    world.hub.add_entry(entry(1, now_ms() - KEPT_FOR_MS - 1000));
    let app = following(&world).await;
    app.controller.set_in_front(true);
    let store = Store::open(&world.folder.path().join("app/vestibule.sqlite")).unwrap();
    sleep(Duration::from_secs(3700)).await;
    assert_eq!(count(&store), 1);
    app.controller.set_in_front(false);
    sleep(Duration::from_secs(3700)).await;
    assert_eq!(count(&store), 0);
}
