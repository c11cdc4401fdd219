//! Doors watched live: the hub brings words both ways and pictures to everybody.

use std::time::Duration;

use access::DoorId;
use bytes::Bytes;
use hub_api::{
    Client, ClientError, ErrorCode, Event, LIVE_WINDOW, LiveFrame, LiveReceiver, LiveSender,
};
use tokio::time::timeout;

use crate::support::{Events, TestHub, next_news, open_events as open};

type End = (LiveSender, LiveReceiver);

/// A door that has joined, and the first who came to watch it.
async fn watched(events: &mut Events, device: &Client, door: &Client, id: DoorId) -> (End, End) {
    let joins = async {
        assert_eq!(next_news(events).await, Event::Live {});
        let mut end = door.join_live().await.unwrap();
        end.0.send(&hello()).await.unwrap();
        end
    };
    let (watcher, door_end) = tokio::join!(device.watch_door(id), joins);
    let mut watcher = watcher.unwrap();
    assert_eq!(next(&mut watcher).await, hello());
    (watcher, door_end)
}

fn hello() -> LiveFrame {
    LiveFrame::Hello("hello".into())
}

fn ask(watcher: u32, words: &'static str) -> LiveFrame {
    let ask = words.into();
    LiveFrame::Ask { watcher, ask }
}

fn answer(watcher: u32, words: &'static str) -> LiveFrame {
    let answer = words.into();
    LiveFrame::Answer { watcher, answer }
}

/// The `n`th picture, ten to a group.
fn picture(n: u32, len: usize) -> LiveFrame {
    let mut fragment = n.to_be_bytes().to_vec();
    fragment.resize(len, 0);
    LiveFrame::Fragment {
        keyframe: n.is_multiple_of(10),
        fragment: fragment.into(),
    }
}

async fn next(end: &mut End) -> LiveFrame {
    let frame = timeout(Duration::from_secs(5), end.1.next()).await;
    frame.expect("a frame within 5 s").unwrap()
}

/// Asks, and is answered: what the door and this watcher do before there are pictures.
async fn greet(watcher: &mut End, door: &mut End, number: u32) {
    watcher.0.send(&ask(0, "may I?")).await.unwrap();
    assert_eq!(next(door).await, ask(number, "may I?"));
    door.0.send(&answer(number, "you may")).await.unwrap();
    assert_eq!(next(watcher).await, answer(0, "you may"));
}

fn code(refused: Result<End, ClientError>) -> Option<ErrorCode> {
    refused.err().and_then(|error| error.code())
}

#[tokio::test]
async fn two_watchers_share_one_upload_and_the_late_one_begins_at_the_keyframe() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    let door = hub.enrol_door(&elm, elm.lobby).await;
    let maya = hub.enrol_resident(&elm).await;
    let noor = hub.enrol_neighbour(&elm).await;
    let mut events = open(door.client()).await;
    let (mut first, mut end) = watched(&mut events, &maya.client, door.client(), elm.lobby).await;
    greet(&mut first, &mut end, 0).await;
    for n in 0..14 {
        end.0.send(&picture(n, 40)).await.unwrap();
        assert_eq!(next(&mut first).await, picture(n, 40));
        first.0.send(&LiveFrame::Taken).await.unwrap();
    }

    let mut late = noor.client.watch_door(elm.lobby).await.unwrap();
    assert_eq!(next(&mut late).await, hello());
    greet(&mut late, &mut end, 1).await;
    for n in 10..14 {
        assert_eq!(next(&mut late).await, picture(n, 40));
    }
    end.0.send(&picture(14, 40)).await.unwrap();
    assert_eq!(next(&mut late).await, picture(14, 40));
    assert_eq!(next(&mut first).await, picture(14, 40));
    drop(first);
    assert_eq!(next(&mut end).await, LiveFrame::Left { watcher: 0 });
}

#[tokio::test]
async fn who_was_not_answered_is_shown_nothing_and_hears_no_other_answer() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    let door = hub.enrol_door(&elm, elm.lobby).await;
    let maya = hub.enrol_resident(&elm).await;
    let mut events = open(door.client()).await;
    let (mut first, mut end) = watched(&mut events, &maya.client, door.client(), elm.lobby).await;
    greet(&mut first, &mut end, 0).await;
    let mut second = maya.client.watch_door(elm.lobby).await.unwrap();
    assert_eq!(next(&mut second).await, hello());
    end.0.send(&picture(0, 40)).await.unwrap();
    end.0.send(&answer(0, "for the first")).await.unwrap();
    assert_eq!(next(&mut first).await, picture(0, 40));
    assert_eq!(next(&mut first).await, answer(0, "for the first"));
    let shown = timeout(Duration::from_millis(200), second.1.next()).await;
    assert!(shown.is_err(), "{shown:?}");
}

#[tokio::test]
async fn a_slow_watcher_goes_on_with_the_newest_group_and_holds_nobody_up() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    let door = hub.enrol_door(&elm, elm.lobby).await;
    let maya = hub.enrol_resident(&elm).await;
    let mut events = open(door.client()).await;
    let (mut slow, mut end) = watched(&mut events, &maya.client, door.client(), elm.lobby).await;
    greet(&mut slow, &mut end, 0).await;
    let mut fast = maya.client.watch_door(elm.lobby).await.unwrap();
    assert_eq!(next(&mut fast).await, hello());
    greet(&mut fast, &mut end, 1).await;
    // The slow one reads what comes but has no time to take it.
    let last = 203;
    for n in 0..=last {
        end.0.send(&picture(n, 20_000)).await.unwrap();
        assert_eq!(next(&mut fast).await, picture(n, 20_000));
        fast.0.send(&LiveFrame::Taken).await.unwrap();
    }
    let window = u32::try_from(LIVE_WINDOW).unwrap();
    for n in 0..window {
        assert_eq!(next(&mut slow).await, picture(n, 20_000));
    }
    let more = timeout(Duration::from_millis(200), slow.1.next()).await;
    assert!(more.is_err(), "more than a window is under way: {more:?}");
    slow.0.send(&LiveFrame::Taken).await.unwrap();
    assert_eq!(next(&mut slow).await, picture(200, 20_000));
}

#[tokio::test]
async fn when_the_door_goes_everybody_goes_and_it_is_called_again() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    let door = hub.enrol_door(&elm, elm.lobby).await;
    let maya = hub.enrol_resident(&elm).await;
    let mut events = open(door.client()).await;
    let (mut watcher, end) = watched(&mut events, &maya.client, door.client(), elm.lobby).await;
    drop(end);
    assert!(watcher.1.next().await.is_err());
    drop(watcher);
    watched(&mut events, &maya.client, door.client(), elm.lobby).await;
}

#[tokio::test]
async fn a_door_that_comes_again_takes_the_place_of_its_old_connection() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    let door = hub.enrol_door(&elm, elm.lobby).await;
    let maya = hub.enrol_resident(&elm).await;
    let mut events = open(door.client()).await;
    let (mut watcher, mut old) = watched(&mut events, &maya.client, door.client(), elm.lobby).await;
    let mut new = door.client().join_live().await.unwrap();
    new.0.send(&hello()).await.unwrap();
    assert!(watcher.1.next().await.is_err());
    assert!(
        timeout(Duration::from_secs(5), old.1.next())
            .await
            .unwrap()
            .is_err()
    );
    assert_eq!(next(&mut new).await, LiveFrame::Left { watcher: 0 });
    let mut watcher = maya.client.watch_door(elm.lobby).await.unwrap();
    assert_eq!(next(&mut watcher).await, hello());
    greet(&mut watcher, &mut new, 1).await;
}

#[tokio::test]
async fn only_residents_watch_and_only_their_doors_and_only_doors_join() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    let lobby = hub.enrol_door(&elm, elm.lobby).await;
    let apartment = hub.enrol_door(&elm, elm.apartment).await;
    let maya = hub.enrol_resident(&elm).await;
    let neighbour = hub.enrol_neighbour(&elm).await;
    let carrier = hub.enrol_carrier(&elm).await;
    let _connected = (open(lobby.client()).await, open(apartment.client()).await);
    for caller in [lobby.client(), &carrier.client] {
        let refused = caller.watch_door(elm.lobby).await;
        assert_eq!(code(refused), Some(ErrorCode::Forbidden));
    }
    for caller in [&maya.client, &carrier.client] {
        assert_eq!(code(caller.join_live().await), Some(ErrorCode::Forbidden));
    }
    let refused = neighbour.client.watch_door(elm.apartment).await;
    assert_eq!(code(refused), Some(ErrorCode::NotFound));
}

#[tokio::test]
async fn a_door_that_is_not_connected_is_offline_and_no_device_takes_all_places() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    let door = hub.enrol_door(&elm, elm.lobby).await;
    let maya = hub.enrol_resident(&elm).await;
    let refused = maya.client.watch_door(elm.lobby).await;
    assert_eq!(code(refused), Some(ErrorCode::DoorOffline));
    let mut events = open(door.client()).await;
    let (first, _end) = watched(&mut events, &maya.client, door.client(), elm.lobby).await;
    let mut held = vec![first];
    for _ in 1..4 {
        held.push(maya.client.watch_door(elm.lobby).await.unwrap());
    }
    let refused = maya.client.watch_door(elm.lobby).await;
    assert_eq!(code(refused), Some(ErrorCode::Unavailable));
}

#[tokio::test]
async fn words_that_are_no_frames_end_only_who_says_them() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    let door = hub.enrol_door(&elm, elm.lobby).await;
    let maya = hub.enrol_resident(&elm).await;
    let mut events = open(door.client()).await;
    let (mut watcher, mut end) = watched(&mut events, &maya.client, door.client(), elm.lobby).await;
    let mut forger = maya.client.watch_door(elm.lobby).await.unwrap();
    let keyframe = true;
    let fragment = Bytes::from_static(b"not the door's");
    let forged = LiveFrame::Fragment { keyframe, fragment };
    forger.0.send(&forged).await.unwrap();
    assert_eq!(next(&mut end).await, LiveFrame::Left { watcher: 1 });
    greet(&mut watcher, &mut end, 0).await;
}
