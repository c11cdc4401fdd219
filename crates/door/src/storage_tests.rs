use access::{BuildingId, ClipId, DoorId, SigningKey};
use audit::ChainPosition;

use super::*;
use crate::{
    clip_files::clip_folder,
    journal::{JournalThread, resume},
    store::Store,
};

const START: ChainPosition = ChainPosition::start(
    BuildingId::from_entropy([1; 16]),
    DoorId::from_entropy([2; 16]),
);

fn clip(number: u8) -> ClipId {
    ClipId::from_entropy([number; 16])
}

struct Disk {
    folder: tempfile::TempDir,
    _thread: JournalThread,
    storage: ClipStorage,
}

impl Disk {
    /// Three closed clips of 1 MiB each, of which the hub holds the second.
    async fn with_three_clips(limits: Storage) -> Self {
        Self::with_three_clips_one_of_a_denial(limits, None).await
    }

    async fn with_three_clips_one_of_a_denial(limits: Storage, denied: Option<u8>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("records.db")).unwrap();
        let key = SigningKey::from_seed([3; 32]);
        let chain = resume(&store, START, &key.public()).unwrap();
        let (thread, journal) = JournalThread::start(store, chain, key).unwrap();
        for number in 1..=3 {
            std::fs::create_dir(clip_folder(folder.path(), clip(number))).unwrap();
            let started = || Draft::new(1, Event::BundleInstalled { version: 1 });
            let begins = Alongside::ClipBegins {
                clip: clip(number),
                denied: denied == Some(number),
            };
            journal.append(started().with(begins)).await.unwrap();
            let closes = Alongside::ClipCloses {
                clip: clip(number),
                bytes: MIB,
            };
            journal.append(started().with(closes)).await.unwrap();
        }
        journal
            .query(|store| store.set_clip_uploaded(clip(2)))
            .await
            .unwrap();
        let storage = ClipStorage {
            journal,
            folder: folder.path().to_owned(),
            limits,
            clock: Clock::start(),
            room: Room::default(),
        };
        Self {
            folder,
            _thread: thread,
            storage,
        }
    }

    fn left(&self) -> Vec<u8> {
        let is_left = |number: &u8| clip_folder(self.folder.path(), clip(*number)).exists();
        (1..=3).filter(is_left).collect()
    }
}

fn limits(clip_quota_mb: u64, keep_free_mb: u64) -> Storage {
    Storage {
        clip_quota_mb,
        keep_free_mb,
    }
}

#[tokio::test]
async fn clips_that_fit_stay() {
    let disk = Disk::with_three_clips(limits(3, 0)).await;
    disk.storage.make_room().await.unwrap();
    assert_eq!(disk.left(), [1, 2, 3]);
    assert!(disk.storage.room.is_left());
}

#[tokio::test]
async fn the_clip_that_the_hub_holds_gives_way_first_and_then_the_oldest() {
    let disk = Disk::with_three_clips(limits(2, 0)).await;
    disk.storage.make_room().await.unwrap();
    assert_eq!(disk.left(), [1, 3]);
    let disk = Disk::with_three_clips(limits(1, 0)).await;
    disk.storage.make_room().await.unwrap();
    assert_eq!(disk.left(), [3]);
}

#[tokio::test]
async fn the_clip_of_a_denial_gives_way_before_the_older_clip_of_an_entry() {
    let disk = Disk::with_three_clips_one_of_a_denial(limits(1, 0), Some(3)).await;
    disk.storage.make_room().await.unwrap();
    assert_eq!(disk.left(), [1]);
}

#[tokio::test]
async fn a_full_disk_takes_no_more_clips() {
    let disk = Disk::with_three_clips(limits(100, u64::MAX / MIB)).await;
    disk.storage.make_room().await.unwrap();
    assert!(disk.left().is_empty());
    assert!(!disk.storage.room.is_left());
    let gave_way = disk.storage.journal.last_seq();
    assert_eq!(
        *gave_way.borrow(),
        6 + 2,
        "one record for each that the hub does not have"
    );
}

#[tokio::test]
async fn a_clip_gives_way_on_record_before_its_files_go() {
    let disk = Disk::with_three_clips(limits(0, 0)).await;
    let database = rusqlite::Connection::open(disk.folder.path().join("records.db")).unwrap();
    let trigger = "CREATE TRIGGER full BEFORE INSERT ON records \
                   BEGIN SELECT RAISE(ABORT, 'full'); END";
    database.execute_batch(trigger).unwrap();
    disk.storage.make_room().await.unwrap_err();
    assert_eq!(disk.left(), [1, 3]);
    let closed = |store: &mut Store| store.clips(ClipState::Closed);
    assert_eq!(disk.storage.journal.query(closed).await.unwrap().len(), 2);
}

#[tokio::test]
async fn files_that_no_row_names_are_swept() {
    let disk = Disk::with_three_clips(limits(3, 0)).await;
    let journal = &disk.storage.journal;
    let forget = journal.query(|store| store.forget_clip(clip(3)));
    forget.await.unwrap();
    disk.storage.sweep().await.unwrap();
    assert_eq!(disk.left(), [1, 2]);
    assert!(disk.folder.path().join("records.db").exists());
}
