//! What every store must do, whatever database is behind it.

use std::sync::Arc;

use access::{
    BuildingId, BuildingPublicKey, ClipId, DoorId, DoorKind, ResidentRecords, SignedBundle, UnitId,
};
use audit::log::Leaf;
use audit::{Hash32, SignedRecord};
use hub::store::{
    Append, Audience, Building, Bundled, Door, DoorRules, FragmentRow, LogGrowth, NewEntry,
    NewFragment, NewRecord, Notice, Placed, Projection, Sqlite, Store, StoreError, Unit,
};
use hub_api::{Outcome, Topic};
use tempfile::TempDir;

use crate::support::{random16, random32};

struct Case {
    store: Arc<dyn Store>,
    building: BuildingId,
    door: DoorId,
    _dir: TempDir,
}

/// One line here for each store.
async fn case() -> Case {
    let dir = TempDir::new().unwrap();
    let store: Arc<dyn Store> = Arc::new(Sqlite::open(&dir.path().join("store")).unwrap());
    let building = add_building(&*store, "Elm").await;
    let door = DoorId::from_entropy(random16());
    store
        .add_door(&a_door(building, door, "Lobby"))
        .await
        .unwrap();
    Case {
        store,
        building,
        door,
        _dir: dir,
    }
}

async fn add_building(store: &dyn Store, name: &str) -> BuildingId {
    let id = BuildingId::from_entropy(random16());
    let building = Building {
        id,
        name: name.into(),
        key: BuildingPublicKey(random32()),
        resident_records: ResidentRecords::Named,
        time_zone: "UTC".into(),
    };
    store.add_building(&building).await.unwrap();
    assert!(store.buildings().await.unwrap().contains(&building));
    id
}

fn a_door(building: BuildingId, id: DoorId, name: &str) -> Door {
    Door {
        id,
        building,
        name: name.into(),
        kind: DoorKind::Common,
        unit: None,
        unlock_s: 5,
        rules: DoorRules::default(),
        keys: None,
        stream_address: None,
        camera: false,
        keypad: false,
        live_addresses: Vec::new(),
    }
}

impl Case {
    async fn append(&self, entries: u64) -> Append {
        let after = self.store.tip(self.door).await.unwrap();
        let log = self.store.log(self.building).await.unwrap();
        let record = |n: u64| NewRecord {
            seq: after.seq + 1 + n,
            hash: Hash32(random32()),
            salt: random32(),
            leaf: Leaf(random32()),
            body: SignedRecord(vec![7; 40]),
        };
        let growth = LogGrowth {
            from_size: log.size,
            to_size: log.size + entries,
            first_position: log.size * 2,
            hashes: vec![random32(); usize::try_from(entries * 2).unwrap()],
            checkpoint: format!("checkpoint of {}", log.size + entries),
        };
        Append {
            door: self.door,
            records: (0..entries).map(record).collect(),
            growth,
            projections: (0..entries).map(|n| entry(after.seq + 1 + n)).collect(),
            at: 1000,
            after,
        }
    }

    fn fragment(&self, clip: ClipId, n: u32, len: u64) -> NewFragment {
        let fragment = FragmentRow {
            n,
            len,
            digest: random32(),
        };
        let (building, door) = (self.building, self.door);
        NewFragment {
            clip,
            building,
            door,
            fragment,
            at: 1000,
            quota_bytes: 100,
        }
    }
}

fn entry(seq: u64) -> Projection {
    Projection::Entry(NewEntry {
        seq,
        at_ms: seq * 1000,
        class: None,
        grant: None,
        carrier: None,
        driver: None,
        link: None,
        outcome: Outcome::Entered,
        clip: None,
    })
}

#[tokio::test]
async fn names_are_unique_where_they_must_be_and_references_must_exist() {
    let case = case().await;
    let again = a_door(case.building, DoorId::from_entropy(random16()), "Lobby");
    let error = case.store.add_door(&again).await.unwrap_err();
    assert!(matches!(error, StoreError::NameTaken), "{error:?}");
    let nowhere = BuildingId::from_entropy(random16());
    let unit = Unit {
        id: UnitId::from_entropy(random16()),
        building: nowhere,
        name: "1".into(),
    };
    let error = case.store.add_unit(&unit).await.unwrap_err();
    assert!(matches!(error, StoreError::Unknown), "{error:?}");
    let other = add_building(&*case.store, "Oak").await;
    let same_name = a_door(other, DoorId::from_entropy(random16()), "Lobby");
    case.store.add_door(&same_name).await.unwrap();
    assert_eq!(case.store.doors_of(other).await.unwrap(), [same_name]);
}

#[tokio::test]
async fn an_append_happens_as_a_whole() {
    let case = case().await;
    case.store.append(&case.append(3).await).await.unwrap();
    let tip = case.store.tip(case.door).await.unwrap();
    let log = case.store.log(case.building).await.unwrap();
    assert_eq!((tip.seq, log.size), (3, 3));
    assert_eq!(log.checkpoint.as_deref(), Some("checkpoint of 3"));
    assert_eq!(
        case.store.record_hash(case.door, 3).await.unwrap(),
        Some(tip.hash)
    );
    assert_eq!(case.store.record_hash(case.door, 4).await.unwrap(), None);
    assert_eq!(
        case.store
            .log_hashes(case.building, &[0, 5])
            .await
            .unwrap()
            .len(),
        2
    );
    assert_eq!(
        case.store
            .records(case.building, 1, 10)
            .await
            .unwrap()
            .len(),
        2
    );
    assert_eq!(
        case.store.leaves(case.building, 0, 2).await.unwrap().len(),
        2
    );
    assert_eq!(
        case.store
            .entries(&[case.door], None, 10)
            .await
            .unwrap()
            .len(),
        3
    );
}

#[tokio::test]
async fn an_append_to_a_chain_or_log_that_moved_changes_nothing() {
    let case = case().await;
    let stale = case.append(1).await;
    case.store.append(&case.append(1).await).await.unwrap();
    let mut wrong_log = case.append(1).await;
    wrong_log.growth.from_size = 0;
    let mut wrong_chain = case.append(1).await;
    wrong_chain.after.hash = Hash32(random32());
    // The entry of a number that is taken fails after records and log were written.
    let mut late = case.append(1).await;
    late.projections.push(entry(1));
    for (append, conflict) in [
        (stale, true),
        (wrong_log, true),
        (wrong_chain, true),
        (late, false),
    ] {
        let error = case.store.append(&append).await.unwrap_err();
        assert_eq!(matches!(error, StoreError::Conflict), conflict, "{error:?}");
        assert_eq!(case.store.tip(case.door).await.unwrap().seq, 1);
        assert_eq!(case.store.log(case.building).await.unwrap().size, 1);
        assert_eq!(case.store.newest_event().await.unwrap(), 1);
    }
}

#[tokio::test]
async fn a_bundle_replaces_only_the_one_it_was_made_from() {
    let case = case().await;
    let bundle = |version| Bundled {
        version,
        content: random32(),
        signed: SignedBundle(vec![1]),
    };
    let notices = [(
        Audience::Doors(case.building),
        Notice::Bundle { version: 1 },
    )];
    let publish = |after, version| {
        let bundle = bundle(version);
        let (store, notices) = (&case.store, &notices);
        async move {
            store
                .publish_bundle(case.building, after, &bundle, 1, notices)
                .await
        }
    };
    publish(None, 1).await.unwrap();
    assert!(matches!(publish(None, 1).await, Err(StoreError::Conflict)));
    assert!(matches!(
        publish(Some(7), 8).await,
        Err(StoreError::Conflict)
    ));
    publish(Some(1), 2).await.unwrap();
    assert_eq!(
        case.store
            .bundle(case.building)
            .await
            .unwrap()
            .unwrap()
            .version,
        2
    );
    assert_eq!(case.store.newest_event().await.unwrap(), 2);
}

#[tokio::test]
async fn a_fragment_is_placed_once_within_the_quota() {
    let case = case().await;
    let clip = ClipId::from_entropy(random16());
    let first = case.fragment(clip, 0, 60);
    assert_eq!(
        case.store.probe_fragment(&first).await.unwrap(),
        Placed::Held
    );
    assert_eq!(case.store.fragment(clip, 0).await.unwrap(), None);
    assert_eq!(
        case.store.place_fragment(&first).await.unwrap(),
        Placed::Held
    );
    assert_eq!(
        case.store.place_fragment(&first).await.unwrap(),
        Placed::Held
    );
    assert_eq!(
        case.store.fragment(clip, 0).await.unwrap(),
        Some(first.fragment)
    );
    let other = case.fragment(clip, 0, 60);
    assert_eq!(
        case.store.place_fragment(&other).await.unwrap(),
        Placed::Conflict
    );
    let too_much = case.fragment(clip, 1, 41);
    assert_eq!(
        case.store.place_fragment(&too_much).await.unwrap(),
        Placed::Full
    );
    let fits = case.fragment(clip, 1, 40);
    assert_eq!(
        case.store.place_fragment(&fits).await.unwrap(),
        Placed::Held
    );
    let door = DoorId::from_entropy(random16());
    let foreign = NewFragment {
        door,
        ..case.fragment(clip, 2, 0)
    };
    assert_eq!(
        case.store.place_fragment(&foreign).await.unwrap(),
        Placed::NotYours
    );
}

#[tokio::test]
async fn an_expired_clip_gives_its_space_back_and_stays_gone() {
    let case = case().await;
    let clip = ClipId::from_entropy(random16());
    case.store
        .place_fragment(&case.fragment(clip, 0, 100))
        .await
        .unwrap();
    assert_eq!(case.store.expire_clips(1000).await.unwrap(), 0);
    assert_eq!(case.store.expire_clips(1001).await.unwrap(), 1);
    assert_eq!(case.store.expiring_clips().await.unwrap()[0].id, clip);
    case.store.forget_clip(clip).await.unwrap();
    assert_eq!(case.store.expiring_clips().await.unwrap(), []);
    assert_eq!(case.store.fragments(clip).await.unwrap(), []);
    let late = case.fragment(clip, 0, 1);
    assert_eq!(
        case.store.place_fragment(&late).await.unwrap(),
        Placed::Closed
    );
    let next = case.fragment(ClipId::from_entropy(random16()), 0, 100);
    assert_eq!(
        case.store.place_fragment(&next).await.unwrap(),
        Placed::Held
    );
}

#[tokio::test]
async fn events_reach_their_audiences_in_order_and_are_forgotten_in_time() {
    let case = case().await;
    let everybody = Audience::Residents(case.building);
    let unit = Audience::Unit(UnitId::from_entropy(random16()));
    let refresh = Notice::Refresh { what: Topic::Doors };
    for (at, audience) in [(10, everybody), (20, unit), (30, everybody)] {
        case.store.post(audience, refresh, at).await.unwrap();
    }
    let ids = async |audiences: &[Audience], after, limit| {
        let events = case.store.events(audiences, after, limit).await.unwrap();
        events.iter().map(|event| event.id).collect::<Vec<_>>()
    };
    assert_eq!(ids(&[everybody], 0, 10).await, [1, 3]);
    assert_eq!(ids(&[unit, everybody], 0, 10).await, [1, 2, 3]);
    assert_eq!(ids(&[unit, everybody], 1, 1).await, [2]);
    assert_eq!(case.store.pruned_events().await.unwrap(), 0);
    case.store.prune_events(20).await.unwrap();
    assert_eq!(case.store.pruned_events().await.unwrap(), 1);
    case.store.prune_events(100).await.unwrap();
    assert_eq!(case.store.pruned_events().await.unwrap(), 3);
    assert_eq!(case.store.newest_event().await.unwrap(), 3);
    case.store.post(everybody, refresh, 40).await.unwrap();
    assert_eq!(ids(&[everybody], 0, 10).await, [4]);
}

#[tokio::test]
async fn a_change_is_told_to_those_who_wait_for_it() {
    let case = case().await;
    let mut changes = case.store.changes();
    changes.mark_unchanged();
    let refresh = Notice::Refresh { what: Topic::Doors };
    case.store
        .post(Audience::Residents(case.building), refresh, 1)
        .await
        .unwrap();
    assert!(changes.has_changed().unwrap());
}
