//! The phone's radio on blec's mocked one: what is compiled here for Linux is what runs on Android.

#[path = "../../../tests/it/doors.rs"]
mod doors;
mod stage;

use std::{sync::Arc, time::Duration};

use blec::mock::{ConnectBehaviour, FailKind, Op, OpBehaviour};
use btleplug::api::{CentralState, WriteType};
use door_protocol::Answer;
use futures::StreamExt;
use tokio::time::timeout;

use super::PhoneCentral;
use crate::{Central, LinkError, Listener, Sighting, UnlockError, find, unlock};
use doors::{Site, UNLOCK_S};
use stage::{DOOR, Stage};

const PATIENCE: Duration = Duration::from_secs(5);

async fn seen(stage: &Stage) -> Sighting {
    find(&stage.phone, DOOR, PATIENCE).await.unwrap()
}

/// Lets whatever was started go as far as it can.
async fn settle() {
    tokio::time::sleep(Duration::from_millis(50)).await;
}

#[tokio::test(start_paused = true)]
async fn a_scan_finds_the_door_that_advertises_and_nothing_else() {
    let stage = Stage::set();
    stage.headphones();
    let mut sightings = stage.phone.scan().await.unwrap();
    let first = sightings.next().await.unwrap();
    assert_eq!((first.door, first.rssi_dbm), (DOOR, Some(-60)));
    let next = timeout(Duration::from_secs(5), sightings.next()).await;
    assert!(next.is_err(), "heard again without news: {next:?}");
}

#[tokio::test(start_paused = true)]
async fn a_door_that_stays_is_seen_again_and_one_that_left_is_not() {
    let stage = Stage::set();
    let mut sightings = stage.phone.scan().await.unwrap();
    sightings.next().await.unwrap();
    let again = timeout(Duration::from_secs(10), sightings.next()).await;
    assert!(again.is_ok(), "not seen again in the next round");
    stage.door.set_in_range(false);
    let gone = timeout(Duration::from_secs(30), sightings.next()).await;
    assert!(gone.is_err(), "seen after it left: {gone:?}");
}

#[tokio::test(start_paused = true)]
async fn scanning_ends_with_whoever_wanted_to_know() {
    let stage = Stage::set();
    let sightings = stage.phone.scan().await.unwrap();
    settle().await;
    assert!(stage.world.is_scanning());
    drop(sightings);
    settle().await;
    assert!(!stage.world.is_scanning());
}

#[tokio::test(start_paused = true)]
async fn half_a_minute_has_no_more_scans_than_android_allows() {
    let stage = Stage::set();
    let mut events = stage.world.subscribe_events();
    let _sightings = stage.phone.scan().await.unwrap();
    tokio::time::sleep(Duration::from_secs(30)).await;
    let starts = std::iter::from_fn(|| events.try_recv().ok()).count();
    assert!((2..=4).contains(&starts), "{starts} scans began");
}

#[tokio::test(start_paused = true)]
async fn a_resident_unlocks_with_one_write() {
    let stage = Stage::of_site(Site::new(), 517);
    let listener = stage.listener();
    let (site, phone) = (&stage.site, &stage.phone);
    let serving = Arc::clone(site);
    tokio::spawn(async move { serving.serve(listener).await });
    let sighting = find(phone, site.identity.door().short(), PATIENCE)
        .await
        .unwrap();
    let credential = site.credential(site.identity.door());
    let session = || site.session(&credential);
    let answer = unlock(phone, &sighting, session, || site.now(), |_| {}).await;
    let unlocked = Answer::Unlocked {
        unlock_s: UNLOCK_S,
        seq: 1,
    };
    assert_eq!(answer.unwrap(), unlocked);
    assert_eq!(stage.writes().len(), 1);
    settle().await;
    assert!(!stage.door.is_connected(), "the connection stayed open");
}

#[tokio::test(start_paused = true)]
async fn a_small_mtu_takes_more_writes_none_longer_than_it() {
    let stage = Stage::with_mtu(185);
    let link = stage.phone.connect(&seen(&stage).await).await.unwrap();
    assert_eq!(link.chunk_len(), 182);
    link.send(&[7; 400]).await.unwrap();
    settle().await;
    let lengths: Vec<_> = stage.writes().iter().map(|(data, _)| data.len()).collect();
    assert_eq!(lengths, [182, 182, 36]);
    let kinds = stage.writes().into_iter().map(|(_, kind)| kind);
    assert!(kinds.eq([WriteType::WithoutResponse; 3]));
}

#[tokio::test(start_paused = true)]
async fn an_mtu_beyond_what_bluez_takes_whole_is_not_used_up() {
    let stage = Stage::with_mtu(517);
    let link = stage.phone.connect(&seen(&stage).await).await.unwrap();
    assert_eq!(link.chunk_len(), 510);
}

#[tokio::test(start_paused = true)]
async fn a_door_that_speaks_as_soon_as_it_is_heard_is_heard() {
    let stage = Stage::set();
    let mut listener = stage.listener();
    let sighting = seen(&stage).await;
    let (phone, door) = tokio::join!(stage.phone.connect(&sighting), async {
        let door = listener.accept().await.unwrap();
        door.send(b"first word").await.unwrap();
        door
    });
    let heard = phone.unwrap().incoming.recv().await;
    assert_eq!(heard.as_deref(), Some(b"first word".as_slice()));
    drop(door);
}

#[tokio::test(start_paused = true)]
async fn a_link_ends_when_the_door_goes() {
    let stage = Stage::set();
    let mut link = stage.phone.connect(&seen(&stage).await).await.unwrap();
    stage.door.drop_link();
    assert_eq!(link.incoming.recv().await, None);
    settle().await;
    assert!(matches!(link.send(b"anybody?").await, Err(LinkError::Lost)));
}

#[tokio::test(start_paused = true)]
async fn dropping_a_link_ends_the_subscription_and_disconnects() {
    let stage = Stage::set();
    let link = stage.phone.connect(&seen(&stage).await).await.unwrap();
    assert!(stage.door.is_connected());
    drop(link);
    settle().await;
    assert!(!stage.door.is_connected());
    let last = stage.door.ops().split_off(stage.door.ops().len() - 2);
    assert!(
        matches!(last[..], [Op::Unsubscribe(_), Op::Disconnect]),
        "{last:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_second_connection_waits_for_the_end_of_the_first() {
    let stage = Stage::set();
    let sighting = seen(&stage).await;
    let first = stage.phone.connect(&sighting).await.unwrap();
    let second = stage.phone.connect(&sighting);
    let (second, ()) = tokio::join!(second, async {
        settle().await;
        drop(first);
    });
    let second = second.unwrap();
    settle().await;
    assert!(second.is_open(), "the end of the first ended the second");
    assert_eq!(stage.door.count_ops(&Op::Connect), 2);
}

#[tokio::test(start_paused = true)]
async fn a_door_that_the_system_forgot_meanwhile_is_connected_to_all_the_same() {
    let stage = Stage::set();
    let sighting = seen(&stage).await;
    stage.door.forget();
    assert!(stage.phone.connect(&sighting).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn no_scan_disturbs_a_connection_in_the_making() {
    let stage = Stage::set();
    let sighting = seen(&stage).await;
    let _sightings = stage.phone.scan().await.unwrap();
    stage
        .door
        .set_connect_behaviour(ConnectBehaviour::OkAfter(Duration::from_secs(3)));
    let connecting = stage.phone.connect(&sighting);
    let (link, while_connecting) = tokio::join!(connecting, async {
        settle().await;
        stage.world.is_scanning()
    });
    assert!(link.is_ok() && !while_connecting);
    settle().await;
    assert!(stage.world.is_scanning(), "the scan did not go on");
}

#[tokio::test(start_paused = true)]
async fn what_fails_is_told_by_its_kind() {
    let stage = Stage::set();
    let sighting = seen(&stage).await;
    let connect = || stage.phone.connect(&sighting);

    let broke = FailKind::Runtime("android: connect failed: Connection failed. Status: 133".into());
    stage.door.fail_next_connects(1, broke);
    assert!(matches!(connect().await, Err(LinkError::Lost)));

    stage.door.set_discover_behaviour(OpBehaviour::Hang);
    assert!(matches!(connect().await, Err(LinkError::Timeout)));
    assert!(!stage.door.is_connected(), "left half open");
    stage.door.set_discover_behaviour(OpBehaviour::Ok);

    stage.door.set_in_range(false);
    assert!(matches!(connect().await, Err(LinkError::NotFound)));
    let found = find(&stage.phone, DOOR, Duration::from_secs(1)).await;
    assert!(matches!(found, Err(LinkError::NotFound)));
}

#[tokio::test(start_paused = true)]
async fn bluetooth_that_is_off_is_said_to_be_off_and_is_used_again_when_on() {
    let stage = Stage::set();
    let sighting = seen(&stage).await;
    let mut sightings = stage.phone.scan().await.unwrap();
    sightings.next().await.unwrap();

    stage.world.set_adapter_state(CentralState::PoweredOff);
    let ending = async { while sightings.next().await.is_some() {} };
    timeout(PATIENCE, ending).await.unwrap();
    let off = |error| matches!(error, Some(LinkError::BluetoothOff));
    assert!(off(stage.phone.availability().await.err()));
    assert!(off(stage.phone.scan().await.err()));
    assert!(off(stage.phone.connect(&sighting).await.err()));
    stage.world.set_adapter_state(CentralState::Unknown);
    assert!(matches!(
        stage.phone.availability().await,
        Err(LinkError::NoAdapter)
    ));

    stage.world.set_adapter_state(CentralState::PoweredOn);
    drop(sightings);
    assert!(stage.phone.connect(&seen(&stage).await).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_link_ends_when_bluetooth_is_switched_off() {
    let stage = Stage::set();
    let mut link = stage.phone.connect(&seen(&stage).await).await.unwrap();
    stage.world.set_adapter_state(CentralState::PoweredOff);
    assert_eq!(link.incoming.recv().await, None);
}

#[tokio::test(start_paused = true)]
async fn who_refuses_is_asked_once_and_may_think_better_of_it() {
    let stage = Stage::set();
    stage.person.refuses();
    for _ in 0..3 {
        let refused = stage.phone.availability().await;
        assert!(matches!(refused, Err(LinkError::PermissionDenied)));
    }
    assert_eq!(stage.person.was_asked(), 1);
    assert!(!stage.world.is_scanning());

    stage.person.allows_in_the_settings();
    stage.phone.availability().await.unwrap();
    assert!(!stage.world.is_scanning(), "a trial went on");
    assert_eq!(seen(&stage).await.door, DOOR);
    assert_eq!(stage.person.was_asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_question_outlives_whoever_put_it() {
    let stage = Stage::set();
    stage.person.takes(Duration::from_secs(30));
    let impatient = timeout(Duration::from_secs(1), stage.phone.availability()).await;
    assert!(impatient.is_err());
    stage.phone.availability().await.unwrap();
    assert_eq!(stage.person.was_asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_permission_that_is_taken_away_is_noticed() {
    let stage = Stage::set();
    stage.phone.availability().await.unwrap();
    stage.person.refuses();
    let scan = stage.phone.scan().await.err();
    assert!(
        matches!(scan, Some(LinkError::PermissionDenied)),
        "{scan:?}"
    );
    let after = stage.phone.availability().await;
    assert!(matches!(after, Err(LinkError::PermissionDenied)));
    assert_eq!(stage.person.was_asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_link_lost_before_the_door_spoke_is_tried_once_more() {
    let stage = Stage::of_site(Site::new(), 247);
    let mut listener = stage.listener();
    let (site, phone) = (&stage.site, &stage.phone);
    let (serving, door) = (Arc::clone(site), stage.door.clone());
    tokio::spawn(async move {
        let first = listener.accept().await;
        door.drop_link();
        drop(first);
        serving.serve(listener).await;
    });
    let id = site.identity.door();
    let sighting = find(phone, id.short(), PATIENCE).await.unwrap();
    let credential = site.credential(id);
    let session = || site.session(&credential);
    let answer = unlock(phone, &sighting, session, || site.now(), |_| {}).await;
    assert!(matches!(answer, Ok(Answer::Unlocked { .. })), "{answer:?}");
}

#[tokio::test(start_paused = true)]
async fn a_door_out_of_reach_is_no_answer() {
    let stage = Stage::of_site(Site::new(), 247);
    let (site, phone) = (&stage.site, &stage.phone);
    let id = site.identity.door();
    let sighting = find(phone, id.short(), PATIENCE).await.unwrap();
    stage.door.set_in_range(false);
    let credential = site.credential(id);
    let session = || site.session(&credential);
    let answer = unlock(phone, &sighting, session, || site.now(), |_| {}).await;
    assert!(
        matches!(answer, Err(UnlockError::Link(LinkError::NotFound))),
        "{answer:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn the_app_waits_for_blec_to_start_and_then_uses_its_radio() {
    let central = PhoneCentral::default();
    let mut starting = std::pin::pin!(central.availability());
    let early = timeout(Duration::from_secs(1), &mut starting).await;
    assert!(early.is_err(), "used before it was there: {early:?}");
    blec::init().await.unwrap();
    starting.await.unwrap();
}
