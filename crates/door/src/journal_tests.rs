use std::time::Duration;

use access::{BuildingId, DenyReason, DoorId};
use audit::{Entry, LinkKind, Person, verify_run};
use tokio::time::timeout;

use super::*;
use crate::store::ClipState;

const START: ChainPosition = ChainPosition::start(
    BuildingId::from_entropy([1; 16]),
    DoorId::from_entropy([2; 16]),
);

fn key() -> SigningKey {
    SigningKey::from_seed([3; 32])
}

fn open(folder: &std::path::Path) -> (JournalThread, Journal) {
    let store = Store::open(&folder.join("records.db")).unwrap();
    let chain = resume(&store, START, &key().public()).unwrap();
    JournalThread::start(store, chain, key()).unwrap()
}

fn installed(version: u64) -> Draft {
    Draft::new(1000 + version, Event::BundleInstalled { version })
}

async fn all(journal: &Journal) -> Vec<SignedRecord> {
    let bodies = journal.query(|store| store.records_after(0, 1000, usize::MAX));
    bodies
        .await
        .unwrap()
        .into_iter()
        .map(SignedRecord)
        .collect()
}

#[tokio::test]
async fn appends_from_everywhere_make_one_chain_that_verifies() {
    let folder = tempfile::tempdir().unwrap();
    let (thread, journal) = open(folder.path());
    let appends = (0..100).map(|version| journal.append(installed(version)));
    let mut numbers = futures::future::try_join_all(appends).await.unwrap();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=100).collect::<Vec<_>>());
    assert_eq!(*journal.last_seq().borrow(), 100);
    let end = verify_run(&all(&journal).await, &key().public(), START).unwrap();
    assert_eq!(end.last_seq(), 100);
    drop(journal);
    thread.join();
}

#[tokio::test]
async fn a_reopened_journal_goes_on_where_it_was() {
    let folder = tempfile::tempdir().unwrap();
    for round in 1..=3 {
        let (thread, journal) = open(folder.path());
        assert_eq!(journal.append(installed(round)).await.unwrap(), round);
        drop(journal);
        thread.join();
    }
    let (_thread, journal) = open(folder.path());
    verify_run(&all(&journal).await, &key().public(), START).unwrap();
}

#[tokio::test]
async fn an_entry_that_is_not_filmed_says_so_in_the_next_record() {
    let folder = tempfile::tempdir().unwrap();
    let (_thread, journal) = open(folder.path());
    let mut draft = installed(1);
    draft.unfilmed = Some("camera_busy".into());
    assert_eq!(journal.append(draft).await.unwrap(), 1);
    let second = all(&journal).await[1].verify(&key().public()).unwrap();
    let unfilmed = Event::Unfilmed {
        entry_seq: 1,
        why: "camera_busy".into(),
    };
    assert_eq!(second.event, unfilmed);
    assert_eq!(journal.append(installed(2)).await.unwrap(), 3);
}

#[tokio::test]
async fn a_commit_that_fails_leaves_no_gap() {
    let folder = tempfile::tempdir().unwrap();
    let (_thread, journal) = open(folder.path());
    journal.append(installed(1)).await.unwrap();
    let database = rusqlite::Connection::open(folder.path().join("records.db")).unwrap();
    let trigger = "CREATE TRIGGER full BEFORE INSERT ON records \
                   BEGIN SELECT RAISE(ABORT, 'full'); END";
    database.execute_batch(trigger).unwrap();
    let refused = journal.append(installed(2)).await;
    assert!(matches!(refused, Err(StoreError::NotCommitted(_))));
    database.execute_batch("DROP TRIGGER full").unwrap();
    assert_eq!(journal.append(installed(3)).await.unwrap(), 2);
    verify_run(&all(&journal).await, &key().public(), START).unwrap();
}

#[tokio::test]
async fn a_text_that_no_record_takes_fails_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (_thread, journal) = open(folder.path());
    let version = "9".repeat(65);
    let started = Draft::new(1, Event::Started { version });
    assert!(journal.append(started).await.is_err());
    assert_eq!(journal.append(installed(1)).await.unwrap(), 1);
}

fn entry() -> Draft {
    let entry = Entry {
        person: Person::Resident,
        link: LinkKind::Stream,
        clip: None,
    };
    Draft::new(1, Event::Entry(entry))
}

#[tokio::test]
async fn an_entry_for_which_nobody_waits_any_more_is_never_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let (_thread, journal) = open(folder.path());
    let (release, held) = mpsc::channel::<()>();
    let mut slow = Box::pin(journal.query(move |_| Ok(held.recv())));
    assert!(futures::poll!(&mut slow).is_pending());
    let patience = Duration::from_millis(200);
    timeout(patience, journal.append(entry()))
        .await
        .unwrap_err();
    release.send(()).unwrap();
    slow.await.unwrap().unwrap();
    assert_eq!(journal.append(installed(1)).await.unwrap(), 1);
    assert_eq!(all(&journal).await.len(), 1);
}

#[tokio::test]
async fn a_clip_that_nobody_films_since_its_commit_came_too_late_is_recorded_as_unfilmed() {
    let folder = tempfile::tempdir().unwrap();
    let (_thread, journal) = open(folder.path());
    let clip = ClipId::from_entropy([5; 16]);
    let event = Event::Denied {
        reason: DenyReason::Revoked,
        class: None,
        grant: None,
        link: LinkKind::Stream,
        clip: Some(clip),
    };
    let draft = Draft::new(7, event).with(Alongside::ClipBegins { clip, denied: true });
    let other = rusqlite::Connection::open(folder.path().join("records.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let patience = Duration::from_millis(500);
    timeout(patience, journal.append(draft)).await.unwrap_err();
    other.execute_batch("COMMIT").unwrap();
    assert_eq!(journal.append(installed(1)).await.unwrap(), 3);
    let second = all(&journal).await[1].verify(&key().public()).unwrap();
    let unfilmed = Event::Unfilmed {
        entry_seq: 1,
        why: "not_begun".into(),
    };
    assert_eq!(second.event, unfilmed);
    let recording = journal.query(|store| store.clips(ClipState::Recording));
    assert!(recording.await.unwrap().is_empty());
}

#[test]
fn records_of_another_door_are_not_continued() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(&folder.path().join("records.db")).unwrap();
    let mut chain = DoorChain::start(START.building, DoorId::from_entropy([9; 16]));
    let foreign = sign_one(&mut chain, &key(), 1, Event::BundleInstalled { version: 1 });
    store.append(&[foreign.unwrap()]).unwrap();
    let refused = resume(&store, START, &key().public())
        .unwrap_err()
        .to_string();
    assert!(refused.contains("another door"), "{refused}");
}
