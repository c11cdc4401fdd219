use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use access::{DenyReason, HolderClass};
use audit::Event;
use door_protocol::Answer;
use rand::RngCore as _;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

use crate::{
    building::{Holder, expired_guest, guest, resident, stranger},
    harness::{Site, TestDoor},
};

/// The door's side closes the connection within `patience`.
async fn is_closed(mut connection: TcpStream, patience: Duration) -> bool {
    let mut bytes = Vec::new();
    timeout(patience, connection.read_to_end(&mut bytes))
        .await
        .is_ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn silent_connections_make_room_for_an_honest_phone() {
    let site = Site::new();
    let door = site.serve().await;
    let mut silent = Vec::new();
    for _ in 0..40 {
        silent.push(TcpStream::connect(door.phone.address).await.unwrap());
    }
    let before = Instant::now();
    door.phone.enter(&resident()).await;
    assert!(before.elapsed() < Duration::from_secs(2));
    let oldest = silent.remove(0);
    assert!(is_closed(oldest, Duration::from_secs(2)).await);
    let newest = silent.pop().unwrap();
    assert!(!is_closed(newest, Duration::from_millis(300)).await);
}

/// Somebody with the guest's credential and a key of their own.
fn thief(number: u8) -> Holder {
    Holder {
        secret: stranger(number).secret,
        ..guest()
    }
}

async fn those_who_stay_after_a_denial_make_room(denied: impl Fn(u8) -> Holder) {
    let site = Site::new();
    let door = site.serve().await;
    let mut staying = Vec::new();
    for number in 0..20 {
        let mut link = door.phone.ask(&denied(100 + number)).await;
        link.incoming.recv().await.unwrap();
        staying.push(link);
    }
    let before = Instant::now();
    door.phone.enter(&resident()).await;
    assert!(before.elapsed() < Duration::from_secs(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_who_stay_after_a_denial_make_room_too() {
    those_who_stay_after_a_denial_make_room(stranger).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn those_with_a_credential_that_opens_nothing_make_room_too() {
    those_who_stay_after_a_denial_make_room(thief).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_connection_is_closed_after_a_while() {
    let site = Site::new();
    let door = site.serve().await;
    let silent = TcpStream::connect(door.phone.address).await.unwrap();
    assert!(is_closed(silent, Duration::from_secs(15)).await);
    door.phone.enter(&resident()).await;
}

async fn babble(address: SocketAddr, go_on: Arc<AtomicBool>) {
    while go_on.load(Ordering::Relaxed) {
        let Ok(mut connection) = TcpStream::connect(address).await else {
            continue;
        };
        let mut garbage = [0; 700];
        rand::thread_rng().fill_bytes(&mut garbage);
        // Sometimes a message that is announced and never comes.
        if garbage[0] & 1 == 0 {
            garbage[..2].copy_from_slice(&[0x0f, 0xff]);
        }
        let _ = connection.write_all(&garbage).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_honest_phone_is_served_in_a_flood_of_garbage() {
    let site = Site::new();
    let door = site.serve().await;
    let go_on = Arc::new(AtomicBool::new(true));
    let babblers: Vec<_> = (0..4)
        .map(|_| tokio::spawn(babble(door.phone.address, Arc::clone(&go_on))))
        .collect();
    tokio::time::sleep(Duration::from_millis(300)).await;
    let before = site.records().len();
    for _ in 0..5 {
        let resident = resident();
        let entered = timeout(Duration::from_secs(5), door.phone.enter(&resident));
        entered.await.unwrap();
    }
    go_on.store(false, Ordering::Relaxed);
    for babbler in babblers {
        babbler.await.unwrap();
    }
    assert_eq!(
        site.records().len(),
        before + 5,
        "garbage is not worth a record"
    );
}

/// The records of 100 denials are cut to the burst and what a second admits.
async fn flood(site: &Site, door: &TestDoor, denied: impl Fn(u8) -> Holder) {
    let before = site.records().len();
    let started = Instant::now();
    for number in 0..100 {
        let _ = door.phone.try_unlock(&denied(100 + number)).await;
    }
    let admitted = 60 + usize::try_from(started.elapsed().as_secs()).unwrap() + 1;
    let recorded = site.records().len() - before;
    assert!(
        (50..=admitted).contains(&recorded),
        "{recorded} of {admitted}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stolen_credential_cannot_fill_the_disk_with_denials() {
    let site = Site::new();
    let door = site.serve().await;
    flood(&site, &door, thief).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_cannot_fill_the_disk_with_denials() {
    let site = Site::new();
    let door = site.serve().await;
    flood(&site, &door, stranger).await;
    let reason = DenyReason::CredentialExpired;
    let answer = door.phone.unlock(&expired_guest()).await;
    assert_eq!(
        answer,
        Answer::Denied { reason },
        "whom the building knows is always recorded"
    );
    let last = site.records().pop().unwrap().event;
    assert!(matches!(
        last,
        Event::Denied {
            class: Some(HolderClass::Guest),
            ..
        }
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_hub_is_told_where_the_stream_link_is() {
    let site = Site::new();
    let door = site.serve().await;
    let told = || site.hub.stream_address() == Some(door.phone.address.to_string());
    crate::harness::until("the hub is told", told).await;
}
