//! A camera that is pulled out and put back in the middle of a film.

use std::time::Duration;

use audit::{Event, Shortfall};
use simulation::NetworkCamera;

use crate::{
    building::courier,
    clips::{clip_at, closed, delivered, filmed_door, verify, watch},
    harness::{Site, until},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_camera_that_shows_nothing_is_on_record_and_goes_on_filming() {
    let site = Site::new().with_covered_camera();
    let door = site.serve().await;
    let impaired = Event::CameraImpaired {
        why: "camera_black".into(),
    };
    let times = || {
        site.events()
            .iter()
            .filter(|event| **event == impaired)
            .count()
    };
    until("the black picture is on record", || times() == 1).await;
    let seq = door.phone.enter(&courier()).await;
    let clip = clip_at(&site, seq).expect("it is filmed all the same");
    until("the clip is closed", || closed(&site, clip).is_some()).await;
    assert_eq!(times(), 1, "it is told once");
}

const POST_ROLL_S: u16 = 12;

#[tokio::test(flavor = "multi_thread")]
async fn a_clip_goes_on_when_the_camera_comes_back_within_its_post_roll() {
    let folder = tempfile::tempdir().unwrap();
    let mut camera = NetworkCamera::plug_in(folder.path(), 1).unwrap();
    let site = Site::new()
        .with_network_camera(&camera)
        .with_post_roll_s(POST_ROLL_S);
    let door = filmed_door(&site).await;
    let seq = door.phone.enter(&courier()).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    camera.pull_out().unwrap();
    camera.plug_in_again().unwrap();

    let clip = clip_at(&site, seq).unwrap();
    until("the clip is closed", || closed(&site, clip).is_some()).await;
    let Some(Event::ClipClosed {
        shortfall,
        post_roll_ms,
        ..
    }) = closed(&site, clip)
    else {
        unreachable!();
    };
    assert_eq!(shortfall, Some(Shortfall::CameraStopped), "it has a gap");
    assert!(
        post_roll_ms >= u32::from(POST_ROLL_S) * 1000,
        "{post_roll_ms}"
    );
    let film = delivered(&site, clip).await;
    watch(&site, &film);
    let index = verify(&site, &film);
    let pairs = index.fragments()[1..].windows(2);
    let gaps: Vec<_> = pairs
        .filter(|pair| pair[1].meta.start_ms - pair[0].meta.end_ms() > 2)
        .collect();
    let [gap] = gaps[..] else {
        panic!("one gap: {gaps:?}");
    };
    assert!(gap[1].meta.keyframe, "it cannot be decoded from there");
    assert!(gap[1].meta.start_ms > 1000, "{gap:?}");
}
