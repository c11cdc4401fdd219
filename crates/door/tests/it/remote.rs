//! Somebody asks from afar: the hub carries the session, and the door decides.

use std::time::Instant;

use access::{DenyReason, RelayId};
use audit::{Event, LinkKind, Record};
use bluetooth::run_key;
use door_protocol::Answer;

use crate::{
    building::{Holder, bundle, courier, guest, resident},
    harness::{Site, TestDoor},
};

async fn ask(site: &Site, door: &TestDoor, holder: &Holder) -> Answer {
    let link = site.hub.call(RelayId::from_entropy(rand::random()));
    let started = Instant::now();
    let clock = move || started.elapsed();
    let session = door.phone.session(holder, clock());
    run_key(link, session, clock, |_| ()).await.unwrap()
}

fn link(record: &Record) -> Option<LinkKind> {
    match &record.event {
        Event::Entry(entry) => Some(entry.link),
        Event::Denied { link, .. } => Some(*link),
        _ => None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resident_opens_the_door_from_afar_and_the_record_says_so() {
    let site = Site::new();
    let door = site.serve().await;
    let Answer::Unlocked { seq, .. } = ask(&site, &door, &resident()).await else {
        panic!("the resident is refused");
    };
    assert_eq!(site.strike().first(), Some(&Some(seq)));
    assert_eq!(link(site.records().last().unwrap()), Some(LinkKind::Remote));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_but_residents_opens_it_from_afar_and_at_the_door_they_still_do() {
    let site = Site::new();
    let door = site.serve().await;
    let reason = DenyReason::OnlyAtTheDoor;
    for visitor in [courier(), guest()] {
        assert_eq!(ask(&site, &door, &visitor).await, Answer::Denied { reason });
        assert_eq!(link(site.records().last().unwrap()), Some(LinkKind::Remote));
        door.phone.enter(&visitor).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_resident_is_refused_from_afar_too() {
    let site = Site::new();
    site.hub.publish(2, bundle(2, &[resident().grant]));
    let door = site.serve().await;
    let reason = DenyReason::Revoked;
    assert_eq!(
        ask(&site, &door, &resident()).await,
        Answer::Denied { reason }
    );
    assert!(site.strike().is_empty());
}
