use access::{BuildingId, Denial, DenyReason, DoorId, Entrant, GrantId};

use audit::{ChainPosition, Event};

use super::*;
use crate::{
    clip_files::clip_folder,
    journal::{Draft, JournalThread, resume},
    store::{Alongside, ClipState, Store},
};

fn entrant(class: HolderClass) -> Decision {
    Decision::Allow(Entrant {
        class,
        grant: GrantId::from_entropy([1; 16]),
        unlock_s: 5,
        courier: None,
    })
}

fn denied(class: Option<HolderClass>) -> Decision {
    Decision::Deny(Denial {
        reason: DenyReason::CredentialExpired,
        class,
        grant: None,
    })
}

#[test]
fn everybody_but_residents_and_strangers_is_filmed() {
    use HolderClass::{Courier, Guest, Resident, Staff};
    for class in [Courier, Guest, Staff] {
        assert!(is_meant(&entrant(class), LinkKind::Bluetooth));
        assert!(is_meant(&denied(Some(class)), LinkKind::Bluetooth));
    }
    assert!(!is_meant(&entrant(Resident), LinkKind::Bluetooth));
    assert!(!is_meant(&denied(Some(Resident)), LinkKind::Bluetooth));
    assert!(!is_meant(&denied(None), LinkKind::Bluetooth));
    assert!(
        !is_meant(&denied(Some(Courier)), LinkKind::Remote),
        "nobody is there"
    );
}

#[test]
fn a_door_without_a_camera_films_nobody_and_owes_nothing() {
    let at = Moment {
        monotonic: Duration::from_mins(1),
        utc_ms: 0,
    };
    let blind = Recorder::blind();
    assert!(!blind.is_filming());
    let filming = blind.prepare(&entrant(HolderClass::Courier), LinkKind::Bluetooth, at);
    assert!(matches!(filming, Filming::NotMeant));
    assert_eq!((filming.clip(), filming.unfilmed()), (None, None));
}

#[tokio::test]
async fn a_clip_that_cannot_be_read_back_now_is_left_for_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let (building, door) = (
        BuildingId::from_entropy([1; 16]),
        DoorId::from_entropy([2; 16]),
    );
    let signing = SigningKey::from_seed([3; 32]);
    let store = Store::open(&folder.path().join("records.db")).unwrap();
    let chain = resume(
        &store,
        ChainPosition::start(building, door),
        &signing.public(),
    )
    .unwrap();
    let (_thread, journal) = JournalThread::start(store, chain, signing.clone()).unwrap();
    let studio = Studio {
        building,
        door,
        signing,
        lens: None,
        journal: journal.clone(),
        folder: folder.path().to_owned(),
        clock: Clock::start(),
        room: Room::default(),
        grown: Arc::default(),
    };
    let clips = [4, 5].map(|number| ClipId::from_entropy([number; 16]));
    for clip in clips {
        let draft = Draft::new(1, Event::BundleInstalled { version: 1 });
        let denied = false;
        let begins = Alongside::ClipBegins { clip, denied };
        journal.append(draft.with(begins)).await.unwrap();
    }
    // Opening it is an error, as reading a bad sector is; the other clip has no film at all.
    let unreadable = clip_folder(folder.path(), clips[0]).join("film");
    std::fs::create_dir_all(&unreadable).unwrap();

    let interrupted = studio.interrupted().await.unwrap();
    let stop = CancellationToken::new();
    studio.recover(interrupted, Rolls::NONE, &stop).await;

    assert!(unreadable.exists());
    let recording = journal.query(|store| store.clips(ClipState::Recording));
    let left: Vec<ClipId> = recording
        .await
        .unwrap()
        .iter()
        .map(|row| row.clip)
        .collect();
    assert_eq!(left, clips[..1]);
}
