//! Somebody looks through the camera: who may, what the record says, and when it ends.

use std::time::Duration;

use access::DeviceId;
use audit::Event;
use clip::ViewerKey;
use clip::live::{Ended, LiveError, News};
use hub_api::LiveFrame;
use rand::rngs::OsRng;
use tokio::time::timeout;

use crate::{
    building::{DEVICE, bundle_with, viewer},
    harness::Site,
    live_stage::{Stage, ended, filming, watchings},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_viewer_sees_live_from_a_keyframe_on_and_the_record_says_who() {
    let site = Site::new().with_camera();
    let _door = filming(&site).await;
    let mut stage = Stage::set(&site).await;
    assert!(watchings(&site).is_empty());
    let mut watch = stage.begin(7).await;
    assert_eq!(
        watchings(&site),
        [Event::LiveStarted { device: DEVICE }],
        "before any picture"
    );
    let first = stage.shown(&mut watch).await.unwrap();
    assert!(first.meta.keyframe && first.meta.n == 1);
    for n in 2..20 {
        let fragment = stage.shown(&mut watch).await.unwrap();
        assert_eq!(fragment.meta.n, n);
        assert_eq!(&fragment.plain[4..8], b"moof");
    }
    stage
        .sender
        .send(&LiveFrame::Left { watcher: 7 })
        .await
        .unwrap();
    ended(&site).await;
    let started_seq = site.records().last().unwrap().seq - 1;
    assert_eq!(watchings(&site)[1], Event::LiveEnded { started_seq });
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_sent_while_nobody_watches_and_soon_the_door_goes() {
    let site = Site::new().with_camera();
    let _door = filming(&site).await;
    let mut stage = Stage::set(&site).await;
    let left = timeout(Duration::from_secs(10), stage.receiver.next())
        .await
        .unwrap();
    assert!(left.is_err(), "the door sends {left:?} to nobody");
    // It comes again when it is asked again.
    let mut stage = Stage::set(&site).await;
    let mut watch = stage.begin(0).await;
    stage.shown(&mut watch).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_watcher_joins_the_same_pictures_at_once() {
    let site = Site::new().with_camera();
    let _door = filming(&site).await;
    let mut stage = Stage::set(&site).await;
    let mut first = stage.begin(0).await;
    stage.shown(&mut first).await.unwrap();
    let mut second = stage.watch(DEVICE, viewer());
    stage.ask(1, &mut second).await;
    stage.news(1, &mut second).await;
    loop {
        let fragment = stage.fragment().await;
        let Ok(seen) = second.take_fragment(&fragment) else {
            continue;
        };
        assert!(seen.meta.keyframe);
        break;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn when_somebody_goes_what_follows_is_under_another_key() {
    let site = Site::new().with_camera();
    let _door = filming(&site).await;
    let mut stage = Stage::set(&site).await;
    let mut stays = stage.begin(0).await;
    let mut goes = stage.begin(1).await;
    let mut last = None;
    for _ in 0..20 {
        last = goes.take_fragment(&stage.fragment().await).ok().or(last);
    }
    assert!(last.is_some(), "the second watcher saw nothing");
    stage
        .sender
        .send(&LiveFrame::Left { watcher: 1 })
        .await
        .unwrap();
    let granted = stage.news(0, &mut stays).await;
    assert!(matches!(granted, News::Granted(_)));
    let fragment = stage.fragment().await;
    assert_eq!(goes.take_fragment(&fragment), Err(LiveError::OtherSession));
    assert!(stays.take_fragment(&fragment).unwrap().meta.keyframe);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_no_viewer_any_more_sees_nothing_more() {
    let site = Site::new().with_camera();
    let _door = filming(&site).await;
    let mut stage = Stage::set(&site).await;
    let mut watch = stage.begin(0).await;
    stage.shown(&mut watch).await.unwrap();
    site.hub
        .publish(2, bundle_with(2, |bundle| bundle.viewers.clear()));
    assert_eq!(
        stage.news(0, &mut watch).await,
        News::Ended(Ended::NotAViewer)
    );
    ended(&site).await;
    let mut again = stage.watch(DEVICE, viewer());
    stage.ask(0, &mut again).await;
    assert_eq!(
        stage.news(0, &mut again).await,
        News::Ended(Ended::NobodyMay)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_hub_can_neither_invent_a_watcher_nor_repeat_one() {
    let site = Site::new().with_camera();
    let _door = filming(&site).await;
    let mut stage = Stage::set(&site).await;
    let mut watch = stage.watch(DEVICE, viewer());
    let ask = watch.ask(&mut OsRng).unwrap();
    for watcher in 0..4 {
        let ask = ask.clone().into();
        let frame = LiveFrame::Ask { watcher, ask };
        stage.sender.send(&frame).await.unwrap();
    }
    let mut forged = stage.watch(DEVICE, ViewerKey::from_bytes([99; 32]));
    stage.ask(5, &mut forged).await;
    let mut stranger = stage.watch(DeviceId::from_entropy([98; 16]), viewer());
    stage.ask(6, &mut stranger).await;
    assert_eq!(
        stage.news(6, &mut stranger).await,
        News::Ended(Ended::NotAViewer)
    );
    assert_eq!(watchings(&site), [Event::LiveStarted { device: DEVICE }]);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_picture_there_is_nothing_to_watch_and_nothing_to_record() {
    for site in [Site::new(), Site::new().with_dead_camera()] {
        let _door = site.serve().await;
        let mut stage = Stage::set(&site).await;
        let mut watch = stage.watch(DEVICE, viewer());
        stage.ask(0, &mut watch).await;
        assert_eq!(
            stage.news(0, &mut watch).await,
            News::Ended(Ended::CameraOff)
        );
        assert!(watchings(&site).is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_connection_ends_every_watch_on_record() {
    let site = Site::new().with_camera();
    let _door = filming(&site).await;
    let mut stage = Stage::set(&site).await;
    let mut watch = stage.begin(0).await;
    stage.shown(&mut watch).await.unwrap();
    drop(stage);
    ended(&site).await;
}
