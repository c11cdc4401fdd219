//! Events: pushed at once, missed by nobody.

use std::time::Duration;

use futures::StreamExt as _;
use hub_api::{DoorUpdate, Event, Topic};

use crate::support::{TestHub, next_event as next, next_news, open_events_after as open};

#[tokio::test]
async fn a_resident_hears_of_an_entry_and_then_of_its_clip() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    let mut door = hub.enrol_door(&elm, elm.lobby).await;
    let maya = hub.enrol_resident(&elm).await;
    let mut events = open(&maya.client, None).await;
    let clip = door.filmed_courier(&elm).await;
    let Event::Entry(entry) = next_news(&mut events).await else {
        panic!("not an entry")
    };
    assert_eq!(
        (entry.door, entry.driver.as_deref()),
        (elm.lobby, Some("driver-17"))
    );
    let Event::Clip(ready) = next_news(&mut events).await else {
        panic!("not a clip")
    };
    assert_eq!((ready.clip, ready.entry), (clip.id, entry.id));
}

#[tokio::test]
async fn a_door_hears_of_a_revocation_within_a_second_even_from_another_process() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    let door = hub.enrol_door(&elm, elm.lobby).await;
    let known = door.client().bundle(None).await.unwrap().unwrap();
    let known = known.verify(&elm.building.key).unwrap().version;
    let mut events = open(door.client(), None).await;

    // Nothing of this process is left to publish, so that only the other one's change is.
    tokio::time::sleep(Duration::from_millis(500)).await;
    let other_process = hub.folder().open_store().unwrap();
    let now = hub.clock.now_s();
    hub::store::Directory::revoke(&other_process, elm.carrier_grant, now)
        .await
        .unwrap();
    let event = tokio::time::timeout(Duration::from_secs(1), next(&mut events))
        .await
        .unwrap();
    assert_eq!(event.event, Event::Bundle { version: known + 1 });
    let bundle = door.client().bundle(Some(known)).await.unwrap().unwrap();
    let bundle = bundle.verify(&elm.building.key).unwrap();
    assert_eq!(bundle.revoked, [elm.carrier_grant]);
}

#[tokio::test]
async fn nothing_is_missed_between_two_streams_not_even_over_a_restart() {
    let mut hub = TestHub::start().await;
    let elm = hub.elm().await;
    let mut door = hub.enrol_door(&elm, elm.lobby).await;
    let maya = hub.enrol_resident(&elm).await;
    let mut events = open(&maya.client, None).await;
    let first = door.courier(&elm, None);
    door.put(&[first]).await.unwrap();
    let seen = next(&mut events).await;
    hub.stop().await;
    assert!(
        events.next().await.is_none_or(|end| end.is_err()),
        "the stream ends with the hub"
    );
    hub.resume().await;
    let missed = [door.courier(&elm, None), door.courier(&elm, None)];
    door.put(&missed).await.unwrap();
    let mut events = open(&maya.client, Some(seen.id)).await;
    for seq in [2, 3] {
        let Event::Entry(entry) = next(&mut events).await.event else {
            panic!("not an entry")
        };
        assert_eq!(entry.seq, seq);
    }
}

#[tokio::test]
async fn who_was_away_for_longer_than_events_are_kept_is_told_to_fetch_everything() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    let mut door = hub.enrol_door(&elm, elm.lobby).await;
    let maya = hub.enrol_resident(&elm).await;
    let mut events = open(&maya.client, None).await;
    let entries = [door.courier(&elm, None), door.courier(&elm, None)];
    door.put(&entries).await.unwrap();
    let seen = next(&mut events).await;
    drop(events);
    hub.clock.advance(8 * 24 * 3600);
    hub.hub().enforce_retention().await.unwrap();
    let mut events = open(&maya.client, Some(seen.id)).await;
    let mut topics = Vec::new();
    for _ in 0..3 {
        let Event::Refresh(refresh) = next(&mut events).await.event else {
            panic!("not stale")
        };
        topics.push(refresh.what);
    }
    assert_eq!(topics, [Topic::Doors, Topic::Credentials, Topic::Entries]);
}

#[tokio::test]
async fn a_resident_hears_when_a_door_is_added_and_when_it_moves() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    let door = hub.enrol_door(&elm, elm.lobby).await;
    let maya = hub.enrol_resident(&elm).await;
    let mut events = open(&maya.client, None).await;
    door.client()
        .put_door(&DoorUpdate {
            stream_address: Some("127.0.0.1:9".into()),
            ..DoorUpdate::default()
        })
        .await
        .unwrap();
    let Event::Refresh(refresh) = next_news(&mut events).await else {
        panic!("not stale")
    };
    assert_eq!(refresh.what, Topic::Doors);
    hub.add_door(elm.building.id, "Garage", None).await;
    for what in [Topic::Doors, Topic::Credentials] {
        let Event::Refresh(refresh) = next_news(&mut events).await else {
            panic!("not stale")
        };
        assert_eq!(refresh.what, what);
    }
}

#[tokio::test]
async fn a_revoked_devices_stream_ends() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    let maya = hub.enrol_resident(&elm).await;
    let grant = maya.client.credentials().await.unwrap()[0].grant;
    let mut events = open(&maya.client, None).await;
    hub.store().revoke(grant, hub.clock.now_s()).await.unwrap();
    let end = async { while events.next().await.is_some() {} };
    tokio::time::timeout(Duration::from_secs(5), end)
        .await
        .expect("the stream ends");
}
