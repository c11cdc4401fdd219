//! Watching live over the door's own network: the same rules, with strangers at the other end.

use std::{net::SocketAddr, time::Duration};

use access::DeviceId;
use audit::Event;
use clip::{ViewerKey, live::Ended, live::News};
use hub_api::{LIVE_WINDOW, LiveFrame};
use rand::rngs::OsRng;
use tokio::{net::TcpStream, time::timeout};

use crate::{
    building::{DEVICE, bundle_with, viewer},
    harness::{Site, TestDoor, until},
    live_stage::{Stage, ended, filming, watchings},
};

const STARTED: Event = Event::LiveStarted { device: DEVICE };

/// A door that films and listens, and where.
async fn listening() -> (Site, TestDoor, SocketAddr) {
    let site = Site::new().with_camera().with_direct_view();
    let door = filming(&site).await;
    let address = door.daemon.live_address().unwrap();
    (site, door, address)
}

/// The door closes the connection, whatever it still says, because of what was said.
async fn is_closed_at_once(stage: Stage) {
    is_closed_within(Duration::from_secs(2), stage).await;
}

/// The door closes it in time, because nobody watches.
async fn is_closed(stage: Stage) {
    is_closed_within(Duration::from_secs(8), stage).await;
}

async fn is_closed_within(time: Duration, mut stage: Stage) {
    let closing = async { while stage.receiver.next().await.is_ok() {} };
    let closed = timeout(time, closing).await;
    closed.expect("the door closes the connection");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_devices_watch_directly_while_others_watch_through_the_hub() {
    let (site, _door, address) = listening().await;
    let mut through_hub = Stage::set(&site).await;
    let mut one = Stage::directly(&site, address).await;
    let mut other = Stage::directly(&site, address).await;
    let mut watches = Vec::new();
    for stage in [&mut through_hub, &mut one, &mut other] {
        watches.push(stage.begin(0).await);
    }
    assert_eq!(watchings(&site), [STARTED, STARTED, STARTED]);
    for (stage, watch) in [&mut through_hub, &mut one, &mut other]
        .into_iter()
        .zip(&mut watches)
    {
        let first = stage.shown(watch).await.unwrap();
        assert!(first.meta.keyframe && first.meta.n == 1);
        for n in 2..15 {
            let fragment = stage.shown(watch).await.unwrap();
            assert_eq!((fragment.meta.n, &fragment.plain[4..8]), (n, &b"moof"[..]));
        }
    }
    drop(one);
    ended(&site).await;
    assert_eq!(watchings(&site).len(), 4, "the others watch on");
    through_hub.shown(&mut watches[0]).await.unwrap();
    other.shown(&mut watches[2]).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_hub_is_told_where_and_a_door_that_was_not_told_to_listens_nowhere() {
    let (site, _door, address) = listening().await;
    let told = vec![address.try_into().unwrap()];
    until("the hub knows where", || site.hub.live_addresses() == told).await;

    let site = Site::new().with_camera();
    let door = site.serve().await;
    assert_eq!(door.daemon.live_address(), None);
    assert_eq!(site.hub.live_addresses(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_hub_a_door_is_still_watched() {
    let (site, _door, address) = listening().await;
    site.hub.set_down(true);
    let mut stage = Stage::directly(&site, address).await;
    let mut watch = stage.begin(0).await;
    stage.shown(&mut watch).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_gets_nothing_and_is_on_no_record() {
    let (site, _door, address) = listening().await;
    let first = Stage::directly(&site, address).await;
    let replayed = first.watch(DEVICE, viewer()).ask(&mut OsRng).unwrap();

    let mut forged = Stage::directly(&site, address).await;
    let mut watch = forged.watch(DEVICE, ViewerKey::from_bytes([99; 32]));
    forged.ask(0, &mut watch).await;
    is_closed_at_once(forged).await;

    let ask = vec![0; 64 * 1024].into();
    for said in [
        LiveFrame::Ask {
            watcher: 0,
            ask: replayed.into(),
        },
        LiveFrame::Left { watcher: 0 },
        LiveFrame::Taken,
        LiveFrame::Ask { watcher: 0, ask },
    ] {
        let mut wrong = Stage::directly(&site, address).await;
        wrong.say(said).await;
        is_closed_at_once(wrong).await;
    }

    let mut unknown = Stage::directly(&site, address).await;
    let mut watch = unknown.watch(DeviceId::from_entropy([98; 16]), viewer());
    unknown.ask(0, &mut watch).await;
    let refused = unknown.news(0, &mut watch).await;
    assert_eq!(refused, News::Ended(Ended::NotAViewer));
    is_closed_at_once(unknown).await;

    let silent = Stage::directly(&site, address).await;
    is_closed(silent).await;
    assert!(watchings(&site).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn one_connection_is_for_one_watch() {
    let (site, _door, address) = listening().await;
    let mut stage = Stage::directly(&site, address).await;
    stage.begin(0).await;
    let mut second = stage.watch(DEVICE, viewer());
    stage.ask(0, &mut second).await;
    is_closed_at_once(stage).await;
    ended(&site).await;
    assert_eq!(watchings(&site).len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_connections_keeps_out_neither_who_watches_nor_who_comes() {
    let (site, _door, address) = listening().await;
    let mut watching = Stage::directly(&site, address).await;
    let mut watch = watching.begin(0).await;
    let mut flood = Vec::new();
    for _ in 0..300 {
        flood.push(TcpStream::connect(address).await.unwrap());
    }
    let mut coming = Stage::directly(&site, address).await;
    let mut second = coming.begin(0).await;
    coming.shown(&mut second).await.unwrap();
    watching.shown(&mut watch).await.unwrap();
    assert_eq!(watchings(&site), [STARTED, STARTED]);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_device_cannot_fill_the_log_by_coming_and_going() {
    let (site, _door, address) = listening().await;
    let mut refused = 0;
    for _ in 0..20 {
        let mut stage = Stage::directly(&site, address).await;
        let mut watch = stage.watch(DEVICE, viewer());
        stage.ask(0, &mut watch).await;
        match stage.news(0, &mut watch).await {
            News::Ended(Ended::Busy) => refused += 1,
            news => assert!(matches!(news, News::Granted(_)), "{news:?}"),
        }
    }
    assert!(refused >= 10, "only {refused} were refused");
    let begun = watchings(&site)
        .iter()
        .filter(|one| **one == STARTED)
        .count();
    assert_eq!(begun, 20 - refused);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_no_viewer_any_more_sees_nothing_more() {
    let (site, _door, address) = listening().await;
    let mut stage = Stage::directly(&site, address).await;
    let mut watch = stage.begin(0).await;
    stage.shown(&mut watch).await.unwrap();
    let nobody = bundle_with(2, |bundle| bundle.viewers.clear());
    site.hub.publish(2, nobody);
    let news = stage.news(0, &mut watch).await;
    assert_eq!(news, News::Ended(Ended::NotAViewer));
    is_closed_at_once(stage).await;
    ended(&site).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_slow_goes_on_with_the_newest_pictures() {
    let (site, _door, address) = listening().await;
    let mut stage = Stage::directly(&site, address).await;
    let mut watch = stage.begin(0).await;
    let mut last = None;
    for _ in 0..LIVE_WINDOW {
        last = Some(stage.shown(&mut watch).await.unwrap().meta);
    }
    let more = timeout(Duration::from_secs(4), stage.fragment()).await;
    assert!(more.is_err(), "more than a window is under way");
    for _ in 0..LIVE_WINDOW {
        stage.say(LiveFrame::Taken).await;
    }
    let next = stage.shown(&mut watch).await.unwrap().meta;
    let skipped_ms = next.start_ms - last.unwrap().end_ms();
    assert!(
        next.keyframe && skipped_ms > 2_000,
        "skipped {skipped_ms} ms"
    );
}
