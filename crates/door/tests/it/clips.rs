use std::{collections::BTreeSet, fs, time::Duration};

use access::{ClipId, DeviceId, HolderClass};
use audit::{Event, Record, Shortfall};
use clip::{ClipIndex, ClipPrefix, Opener};
use door::store::{ClipState, Store};
use door_protocol::Answer;

use crate::{
    building::{DEVICE, bundle_with, code, courier, expired_guest, guest, resident, viewer},
    fake_hub::FakeClip,
    harness::{Site, TestDoor, until},
};

/// Until the test camera has run for longer than the pre-roll.
pub const WARM_UP: Duration = Duration::from_millis(4500);

pub async fn filmed_door(site: &Site) -> TestDoor {
    let door = site.serve().await;
    tokio::time::sleep(WARM_UP).await;
    door
}

fn clip_of(record: &Record) -> Option<ClipId> {
    match &record.event {
        Event::Entry(entry) => entry.clip,
        Event::Denied { clip, .. } => *clip,
        _ => None,
    }
}

/// The clip that the record `seq` names.
pub fn clip_at(site: &Site, seq: u64) -> Option<ClipId> {
    let records = site.records();
    records
        .iter()
        .find(|record| record.seq == seq)
        .and_then(clip_of)
}

pub fn closed(site: &Site, wanted: ClipId) -> Option<Event> {
    let events = site.records().into_iter().map(|record| record.event);
    let mut closings = events.filter(|event| matches!(event, Event::ClipClosed { .. }));
    closings.find(|event| matches!(event, Event::ClipClosed { clip, .. } if *clip == wanted))
}

pub async fn delivered(site: &Site, clip: ClipId) -> FakeClip {
    let arrived = || site.hub.clip(clip).is_some_and(|clip| clip.index.is_some());
    until("the clip is delivered", arrived).await;
    site.hub.clip(clip).unwrap()
}

pub fn verify(site: &Site, clip: &FakeClip) -> ClipIndex {
    let door = site.keys().signing_public();
    clip.index.as_ref().unwrap().verify(&door).unwrap()
}

/// Opens every fragment as the resident's device would.
pub fn watch(site: &Site, clip: &FakeClip) -> Vec<Vec<u8>> {
    let index = verify(site, clip);
    let opener = Opener::for_viewer(&index, DEVICE, &viewer()).unwrap();
    let fragments = clip.fragments.iter();
    let pictures = fragments.map(|(n, sealed)| opener.open(*n, sealed));
    pictures.collect::<Result<_, _>>().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resident_makes_no_clip() {
    let site = Site::new().with_camera();
    let door = filmed_door(&site).await;
    let seq = door.phone.enter(&resident()).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(clip_at(&site, seq), None);
    assert_eq!(
        site.records().last().unwrap().seq,
        seq,
        "nothing follows the entry"
    );
    assert_eq!(fs::read_dir(site.state().join("clips")).unwrap().count(), 0);
    assert_eq!(site.hub.clips(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guest_with_a_code_is_filmed_and_a_resident_with_one_is_not() {
    let site = Site::without_bundle().with_camera().with_inputs();
    let codes = vec![
        code(HolderClass::Resident, "1111", 30),
        code(HolderClass::Guest, "2222", 31),
    ];
    site.hub
        .publish(1, bundle_with(1, |bundle| bundle.codes = codes));
    let _door = filmed_door(&site).await;
    site.has_code_key().await;
    let entries = || {
        let records = site.records().into_iter();
        let entries = records.filter(|record| matches!(record.event, Event::Entry(_)));
        entries.collect::<Vec<_>>()
    };
    site.play("keypad 1111").await;
    until("the resident enters", || entries().len() == 1).await;
    site.play("keypad 2222").await;
    until("the guest enters", || entries().len() == 2).await;
    let [resident, guest] = &entries()[..] else {
        panic!("two");
    };
    assert_eq!(clip_of(resident), None);
    let film = delivered(&site, clip_of(guest).unwrap()).await;
    assert_eq!(&watch(&site, &film)[0][4..8], b"ftyp");
    assert_eq!(site.hub.clips(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_courier_makes_a_clip_that_begins_before_the_entry() {
    let site = Site::new().with_camera().with_lens("wide-180");
    let door = filmed_door(&site).await;
    let seq = door.phone.enter(&courier()).await;
    let clip = clip_at(&site, seq).unwrap();
    let film = delivered(&site, clip).await;
    let index = verify(&site, &film);
    let Some(Event::ClipClosed {
        entry_seq,
        final_hash,
        fragments,
        pre_roll_ms,
        post_roll_ms,
        shortfall,
        ..
    }) = closed(&site, clip)
    else {
        panic!("closed on record");
    };
    assert_eq!((entry_seq, shortfall), (seq, None));
    assert_eq!(final_hash.as_bytes(), index.final_hash().as_bytes());
    assert_eq!(fragments as usize, film.fragments.len());
    assert!((2000..4000).contains(&pre_roll_ms), "{pre_roll_ms}");
    assert!((1000..2000).contains(&post_roll_ms), "{post_roll_ms}");
    assert_eq!(index.header().clip, clip);
    let lens = index.header().lens.unwrap();
    assert_eq!(
        (lens.width, lens.height, lens.max_theta_deg),
        (320, 240, 90.0)
    );
    let plain = watch(&site, &film);
    assert_eq!(&plain[0][4..8], b"ftyp");
    assert!(plain[1..].iter().all(|fragment| fragment[4..8] == *b"moof"));
    let gone = || fs::read_dir(site.state().join("clips")).unwrap().count() == 0;
    until("the delivered clip is removed", gone).await;
    let store = Store::open(&site.database()).unwrap();
    let rows = || [ClipState::Recording, ClipState::Closed, ClipState::Uploaded];
    until("its row is removed", || {
        rows()
            .iter()
            .all(|state| store.clips(*state).unwrap().is_empty())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guest_who_is_denied_is_filmed_too() {
    let site = Site::new().with_camera();
    let door = filmed_door(&site).await;
    let answer = door.phone.unlock(&expired_guest()).await;
    assert!(matches!(answer, Answer::Denied { .. }));
    let clip = site.records().last().and_then(clip_of).unwrap();
    delivered(&site, clip).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn overlapping_entries_get_a_clip_each_of_the_same_film() {
    let site = Site::new().with_camera();
    let door = filmed_door(&site).await;
    let first = door.phone.enter(&courier()).await;
    tokio::time::sleep(Duration::from_millis(400)).await;
    let second = door.phone.enter(&guest()).await;
    let clips = [first, second].map(|seq| clip_at(&site, seq).unwrap());
    assert_ne!(clips[0], clips[1]);
    let mut films = Vec::new();
    for clip in clips {
        let film = delivered(&site, clip).await;
        assert!(verify(&site, &film).post_roll_ms() >= 1000);
        films.push(pictures(&watch(&site, &film)));
    }
    // Pre-roll and post-roll last for three seconds; the second courier came half a second later.
    let shared = films[0].intersection(&films[1]).count();
    assert!(shared >= 20, "only {shared} fragments are in both");
    for film in films {
        assert!(film.len() - shared <= 20, "the clips drifted apart");
    }
}

/// What fragments show, whatever the time at which a clip shows it.
fn pictures(film: &[Vec<u8>]) -> BTreeSet<Vec<u8>> {
    let media = film[1..].iter().map(|fragment| {
        let moof = u32::from_be_bytes(fragment[..4].try_into().unwrap());
        fragment[moof as usize..].to_vec()
    });
    media.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clip_can_be_watched_as_far_as_it_is_signed_while_it_is_filmed() {
    let site = Site::new().with_camera();
    let door = filmed_door(&site).await;
    let seq = door.phone.enter(&courier()).await;
    let clip = clip_at(&site, seq).unwrap();
    let begun = || {
        let so_far = site.hub.clip(clip);
        so_far.is_some_and(|clip| !clip.prefixes.is_empty())
    };
    until("its beginning is there", begun).await;
    assert!(closed(&site, clip).is_none(), "it is still filmed");
    let film = delivered(&site, clip).await;
    let whole = ClipPrefix::from(&verify(&site, &film));
    let key = site.keys().signing_public();
    assert!(
        film.prefixes.len() > 1,
        "it grew {} times",
        film.prefixes.len()
    );
    for (prefix, held) in &film.prefixes {
        let prefix = prefix.verify(&key).unwrap();
        assert!(prefix.fragments().len() <= *held, "fragments come first");
        assert!(prefix.is_continued_by(&whole));
    }
    let (first, _) = &film.prefixes[0];
    let first = first.verify(&key).unwrap();
    let opener = Opener::so_far(&first, DEVICE, &viewer()).unwrap();
    let opened = opener.open(1, &film.fragments[&1]).unwrap();
    assert_eq!(&opened[4..8], b"moof");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clip_has_a_small_picture_of_the_attempt_that_only_viewers_open() {
    let site = Site::new().with_camera();
    let door = filmed_door(&site).await;
    let seq = door.phone.enter(&courier()).await;
    let clip = clip_at(&site, seq).unwrap();
    let film = delivered(&site, clip).await;
    let thumbnail = film.thumbnail.unwrap();
    let verified = thumbnail.verify(&site.keys().signing_public()).unwrap();
    assert_eq!(verified.header().clip, clip);
    let picture = verified.open(DEVICE, &viewer()).unwrap();
    assert_eq!(&picture[..3], b"\xff\xd8\xff");
    assert!(
        thumbnail
            .as_bytes()
            .windows(32)
            .all(|window| window != &picture[20..52])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_device_sees_what_is_filmed_from_then_on_and_a_removed_one_nothing_new() {
    const NEW: DeviceId = DeviceId::from_entropy([44; 16]);
    let site = Site::new().with_camera();
    let door = filmed_door(&site).await;
    let film = async |bundle: u64| {
        let installed = Event::BundleInstalled { version: bundle };
        let in_force = || {
            site.records()
                .iter()
                .any(|record| record.event == installed)
        };
        until("the bundle is in force", in_force).await;
        let seq = door.phone.enter(&courier()).await;
        let film = delivered(&site, clip_at(&site, seq).unwrap()).await;
        verify(&site, &film)
    };
    let opens = |index: &ClipIndex, device| Opener::for_viewer(index, device, &viewer()).is_ok();
    let before = film(1).await;
    let moved = bundle_with(2, |bundle| bundle.viewers[0].device = NEW);
    site.hub.publish(2, moved);
    let after = film(2).await;
    assert_eq!((opens(&before, DEVICE), opens(&before, NEW)), (true, false));
    assert_eq!((opens(&after, DEVICE), opens(&after, NEW)), (false, true));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hub_that_was_away_during_the_film_catches_up() {
    let site = Site::new().with_camera();
    let door = filmed_door(&site).await;
    let seq = door.phone.enter(&courier()).await;
    let clip = clip_at(&site, seq).unwrap();
    site.hub.fail_after_fragments(Some(3));
    until("the clip is closed", || closed(&site, clip).is_some()).await;
    site.hub.fail_after_fragments(None);
    let film = delivered(&site, clip).await;
    assert!(film.thumbnail.is_some());
    watch(&site, &film);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_was_cut_is_resumed_and_nothing_is_sent_twice() {
    let site = Site::new().with_camera();
    let door = filmed_door(&site).await;
    site.hub.fail_after_fragments(Some(7));
    let seq = door.phone.enter(&courier()).await;
    let clip = clip_at(&site, seq).unwrap();
    let half = || {
        site.hub
            .clip(clip)
            .is_some_and(|clip| clip.fragments.len() == 7)
    };
    until("the upload is cut", half).await;
    until("the clip is closed", || closed(&site, clip).is_some()).await;
    drop(door);
    site.hub.fail_after_fragments(None);
    let _door = site.start().await;
    let film = delivered(&site, clip).await;
    assert!(film.fragments.len() > 20, "{}", film.fragments.len());
    assert!(film.puts.values().all(|puts| *puts == 1), "{:?}", film.puts);
    watch(&site, &film);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clip_arrives_whole_although_answers_are_lost() {
    let site = Site::new().with_camera();
    site.hub.lose_answers();
    let door = filmed_door(&site).await;
    let seq = door.phone.enter(&courier()).await;
    let film = delivered(&site, clip_at(&site, seq).unwrap()).await;
    watch(&site, &film);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_door_that_is_stopped_closes_its_clip_as_far_as_it_came() {
    let site = Site::new().with_camera();
    let door = filmed_door(&site).await;
    let seq = door.phone.enter(&courier()).await;
    let clip = clip_at(&site, seq).unwrap();
    door.daemon.stop().await;
    let Some(Event::ClipClosed {
        shortfall,
        pre_roll_ms,
        post_roll_ms,
        ..
    }) = closed(&site, clip)
    else {
        panic!("closed on record");
    };
    assert_eq!(shortfall, Some(Shortfall::Interrupted));
    assert!(
        pre_roll_ms >= 2000 && post_roll_ms < 1000,
        "{pre_roll_ms} {post_roll_ms}"
    );
    let _door = site.start().await;
    watch(&site, &delivered(&site, clip).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_courier_gets_in_on_record_as_unfilmed_while_the_camera_is_dead() {
    let site = Site::new().with_dead_camera();
    let door = site.serve().await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let seq = door.phone.enter(&courier()).await;
    assert_eq!(clip_at(&site, seq), None);
    let records = site.records();
    let after = records.iter().find(|record| record.seq == seq + 1).unwrap();
    let Event::Unfilmed { entry_seq, why } = &after.event else {
        panic!("{:?}", after.event);
    };
    assert_eq!(*entry_seq, seq);
    assert!(why.starts_with("camera_"), "{why}");
}

#[tokio::test(flavor = "multi_thread")]
async fn clips_give_way_when_their_share_of_the_disk_is_used_up() {
    let site = Site::new().with_camera().with_clip_quota_mb(0);
    let door = filmed_door(&site).await;
    site.hub.fail_after_fragments(Some(0));
    let seq = door.phone.enter(&courier()).await;
    let clip = clip_at(&site, seq).unwrap();
    let gave_way = Event::Unfilmed {
        entry_seq: seq,
        why: "gave_way".into(),
    };
    let recorded = || site.records().iter().any(|record| record.event == gave_way);
    until("the clip gives way", recorded).await;
    let folder = site.state().join("clips").join(clip.to_string());
    until("its files are removed", || !folder.exists()).await;
    door.phone.enter(&resident()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clip_whose_files_are_missing_is_recorded_as_unfilmed() {
    let site = Site::new().with_camera();
    let door = filmed_door(&site).await;
    site.hub.set_down(true);
    let seq = door.phone.enter(&courier()).await;
    let clip = clip_at(&site, seq).unwrap();
    until("the clip is closed", || closed(&site, clip).is_some()).await;
    fs::remove_dir_all(site.state().join("clips").join(clip.to_string())).unwrap();
    site.hub.set_down(false);
    let missing = Event::Unfilmed {
        entry_seq: seq,
        why: "files_missing".into(),
    };
    let recorded = || site.records().iter().any(|record| record.event == missing);
    until("the loss is recorded", recorded).await;
    let store = Store::open(&site.database()).unwrap();
    assert!(store.clips(ClipState::Closed).unwrap().is_empty());
}
