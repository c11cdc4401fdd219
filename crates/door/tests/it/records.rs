use std::{
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use audit::{ChainPosition, Event, LinkKind, SignedRecord};
use bluetooth::{LoopbackPair, run_key};
use door::{
    clock::Clock,
    config::Config,
    daemon::{Daemon, StartError},
    flood::FloodGuard,
    gate::SharedGate,
    journal::{JournalThread, resume},
    keys::Keys,
    recorder::Recorder,
    session::{Doorway, serve},
    store::Store,
    strike::{Strike, StrikeThread},
};
use door_protocol::{Answer, DoorIdentity, FailureCode};
use rusqlite::Connection;
use tokio_util::sync::CancellationToken;

use crate::{
    building::{BUILDING, DOOR, bundle, key, resident},
    harness::{Phone, Site, until},
};

/// From now on the database takes no record, as if the disk were full.
fn refuse_records(site: &Site) -> Connection {
    let database = Connection::open(site.database()).unwrap();
    let trigger = "CREATE TRIGGER full BEFORE INSERT ON records \
                   BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END";
    database.execute_batch(trigger).unwrap();
    database
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_moves_when_the_record_cannot_be_committed() {
    let site = Site::new();
    let door = site.serve().await;
    let first = door.phone.enter(&resident()).await;
    until("the strike relocks", || site.strike().len() == 2).await;
    let database = refuse_records(&site);
    let failed = Answer::Failed {
        code: FailureCode::NotRecorded,
    };
    for _ in 0..3 {
        assert_eq!(door.phone.unlock(&resident()).await, failed);
    }
    assert_eq!(site.strike().len(), 2, "the strike stays");
    database.execute_batch("DROP TRIGGER full").unwrap();
    let next = door.phone.enter(&resident()).await;
    assert_eq!(next, first + 1, "what failed leaves no gap");
}

/// Looks into the database, from another connection, at the moment when it is told to move.
struct Suspicious {
    database: PathBuf,
    found: Arc<Mutex<Vec<bool>>>,
}

impl Strike for Suspicious {
    fn unlock(&mut self, seq: u64) -> io::Result<()> {
        let store = Store::open(&self.database).unwrap();
        let tail = store.tail().unwrap();
        let is_there = tail.is_some_and(|tail| tail.seq == seq);
        self.found.lock().unwrap().push(is_there);
        Ok(())
    }

    fn lock(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A door without a daemon around it, moving `strike`, and its keys.
fn doorway(database: &Path, strike: &StrikeThread) -> (JournalThread, Doorway, Keys) {
    let keys = Keys::make().unwrap();
    let store = Store::open(database).unwrap();
    let start = ChainPosition::start(BUILDING, DOOR);
    let chain = resume(&store, start, &keys.signing_public()).unwrap();
    let (thread, journal) = JournalThread::start(store, chain, keys.signing().clone()).unwrap();
    let clock = Clock::start();
    let gate = SharedGate::new(BUILDING, key().public(), DOOR, clock.clone()).unwrap();
    gate.install(gate.check(&bundle(1, &[])).unwrap().unwrap())
        .unwrap();
    let doorway = Doorway {
        identity: DoorIdentity::new(BUILDING, DOOR, **keys.channel()),
        gate,
        journal,
        strike: strike.handle(),
        recorder: Recorder::blind(),
        clock,
        flood: FloodGuard::default(),
    };
    (thread, doorway, keys)
}

/// A resident's phone asks the door over the smallest chunks that Bluetooth has.
async fn asked(doorway: Doorway, keys: &Keys) -> Answer {
    let LoopbackPair { phone, door } = LoopbackPair::new(20);
    let serving = tokio::spawn(async move {
        let leave = CancellationToken::new();
        serve(&doorway, door, LinkKind::Bluetooth, &Arc::default(), &leave).await
    });
    let knows = Phone::new(keys, "127.0.0.1:1".parse().unwrap());
    let started = Instant::now();
    let clock = move || started.elapsed();
    let session = knows.session(&resident(), clock());
    let answer = run_key(phone, session, clock, |_| ()).await.unwrap();
    serving.await.unwrap().unwrap();
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn the_record_is_committed_before_the_strike_moves() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("records.db");
    let found = Arc::<Mutex<Vec<bool>>>::default();
    let suspicious = Suspicious {
        database: database.clone(),
        found: Arc::clone(&found),
    };
    let strike = StrikeThread::start(Box::new(suspicious)).unwrap();
    let (_thread, doorway, keys) = doorway(&database, &strike);
    let unlocked = Answer::Unlocked {
        unlock_s: 1,
        seq: 1,
    };
    assert_eq!(asked(doorway, &keys).await, unlocked);
    assert_eq!(*found.lock().unwrap(), [true]);
}

struct Jammed;

impl Strike for Jammed {
    fn unlock(&mut self, _seq: u64) -> io::Result<()> {
        Err(io::Error::other("jammed"))
    }

    fn lock(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_whose_strike_does_not_move_is_followed_by_a_record_of_that() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("records.db");
    let strike = StrikeThread::start(Box::new(Jammed)).unwrap();
    let (_thread, doorway, keys) = doorway(&database, &strike);
    let failed = Answer::Failed {
        code: FailureCode::NotMoved,
    };
    assert_eq!(asked(doorway, &keys).await, failed);
    let store = Store::open(&database).unwrap();
    let bodies = store.records_after(0, 9, usize::MAX).unwrap().into_iter();
    let records = bodies.map(|body| SignedRecord(body).verify(&keys.signing_public()).unwrap());
    let events: Vec<_> = records.map(|record| record.event).collect();
    assert!(matches!(events[0], Event::Entry(_)), "{events:?}");
    assert_eq!(events[1..], [Event::NotMoved { entry_seq: 1 }]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restarted_door_goes_on_with_its_chain() {
    let site = Site::new();
    for _ in 0..3 {
        let door = site.serve().await;
        door.phone.enter(&resident()).await;
        door.daemon.stop().await;
    }
    let records = site.records();
    let numbers: Vec<u64> = records.iter().map(|record| record.seq).collect();
    let expected: Vec<u64> = (1..=records.len() as u64).collect();
    assert_eq!(numbers, expected);
    let started = |event: &Event| matches!(event, Event::Started { .. });
    let starts = records.iter().filter(|record| started(&record.event));
    assert_eq!(starts.count(), 3);
    for pair in records.windows(2) {
        assert_ne!(pair[0].previous, pair[1].previous);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_data_folder_serves_one_door_at_a_time() {
    let site = Site::new();
    let door = site.serve().await;
    let config = Config::load(&site.config_file("127.0.0.1:0")).unwrap();
    let second = Daemon::start(&config, |_, _| Ok(Arc::new(site.hub.clone()))).await;
    assert!(matches!(second, Err(StartError::Files(_))));
    door.phone.enter(&resident()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn records_that_another_key_signed_are_not_continued() {
    let site = Site::new();
    site.serve().await.daemon.stop().await;
    Keys::make()
        .unwrap()
        .save(&site.state().join("keys"))
        .unwrap();
    let config = Config::load(&site.config_file("127.0.0.1:0")).unwrap();
    let refused = Daemon::start(&config, |_, _| Ok(Arc::new(site.hub.clone()))).await;
    let error = refused.unwrap_err().to_string();
    assert!(error.contains("is not signed by this door"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_phones_at_once_make_one_chain() {
    let site = Site::new();
    let door = site.serve().await;
    let before = site.records().len();
    // Each connects twice, first only to see the door: one more would have a stranger make room.
    let phones = (0..8).map(|_| {
        let phone = door.phone.clone();
        tokio::spawn(async move { phone.enter(&resident()).await })
    });
    let mut numbers = Vec::new();
    for phone in phones.collect::<Vec<_>>() {
        numbers.push(phone.await.unwrap());
    }
    numbers.sort_unstable();
    let first = before as u64 + 1;
    assert_eq!(numbers, (first..first + 8).collect::<Vec<_>>());
    let entries = 8 + before;
    assert_eq!(site.records().len(), entries);
    let relocked = || site.strike().last() == Some(&None);
    tokio::time::sleep(Duration::from_millis(100)).await;
    until("the strike relocks after all of them", relocked).await;
}
