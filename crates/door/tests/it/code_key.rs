//! The secret that codes are hashed with: fetched from the hub, kept, and needed.

use access::{DenyReason, DoorCode, GrantId, HolderClass};
use audit::{Event, Person};
use door_protocol::{CarryAnswer, CarryRequest};

use crate::{
    building::{bundle, bundle_with, code, code_key, old_code, resident},
    codes::{denied, entry, typed},
    harness::{Site, until},
    logs::Log,
};

fn guest(number: u8) -> Event {
    let grant = GrantId::from_entropy([number; 16]);
    entry(Person::Guest { grant })
}

fn wrong() -> Event {
    denied(DenyReason::WrongCode, None, None)
}

/// Publishes a bundle with these codes.
fn publish(site: &Site, version: u64, codes: &[DoorCode]) {
    let codes = codes.to_vec();
    let bundle = bundle_with(version, |bundle| bundle.codes = codes);
    site.hub.publish(version, bundle);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_with_a_key_opens_while_the_hub_is_down_also_after_a_restart() {
    let site = Site::without_bundle().with_inputs();
    publish(&site, 1, &[code(HolderClass::Guest, "120034", 31)]);
    let door = site.serve().await;
    site.has_code_key().await;
    assert_eq!(site.code_keys(), [code_key().id()]);
    site.hub.set_down(true);
    typed(&site, "120034", &guest(31)).await;
    door.daemon.stop().await;
    let _door = site.start().await;
    typed(&site, "120034", &guest(31)).await;
    typed(&site, "120035", &wrong()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_code_may_come_by_a_phone_to_a_door_that_is_cut_off() {
    let site = Site::without_bundle().with_inputs();
    site.hub.publish(1, bundle(1, &[]));
    let door = site.serve().await;
    site.has_code_key().await;
    site.hub.set_down(true);
    let codes = vec![code(HolderClass::Guest, "120034", 31)];
    let newer = bundle_with(2, |bundle| bundle.codes = codes);
    let (_, mut channel) = door.phone.visit(&resident()).await;
    let mut offset = 0;
    while let Some(part) = CarryRequest::part_of(newer.as_bytes(), offset, 1000) {
        match channel.carry(&part).await.unwrap() {
            CarryAnswer::PartTaken { next } => offset = next,
            CarryAnswer::InForce { version: 2 } => break,
            other => panic!("{other:?}"),
        }
    }
    typed(&site, "120034", &guest(31)).await;
    until("the strike moves", || site.strike().len() > 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_key_a_right_code_is_a_wrong_one_until_the_hub_gives_it() {
    let site = Site::without_bundle().with_inputs();
    site.hub.keep_code_key(true);
    let codes = [
        code(HolderClass::Guest, "120034", 31),
        old_code(HolderClass::Guest, "0000", 32),
    ];
    publish(&site, 1, &codes);
    let door = site.serve().await;
    typed(&site, "120034", &wrong()).await;
    assert!(site.strike().is_empty() && site.code_keys().is_empty());
    typed(&site, "0000", &guest(32)).await;
    door.phone.enter(&resident()).await;
    site.hub.keep_code_key(false);
    publish(&site, 2, &codes);
    site.has_code_key().await;
    typed(&site, "120034", &guest(31)).await;
    typed(&site, "0000", &guest(32)).await;
}

/// On one thread, so that the log is this test's alone.
#[tokio::test]
async fn that_the_key_is_missing_is_logged_once_and_without_the_code() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .without_time()
        .with_writer(move || writer.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let site = Site::without_bundle().with_inputs();
    site.hub.keep_code_key(true);
    publish(&site, 1, &[code(HolderClass::Guest, "8046172935", 31)]);
    let _door = site.serve().await;
    for _ in 0..2 {
        typed(&site, "8046172935", &wrong()).await;
    }
    let written = log.written();
    let told = written.matches("the code key is missing");
    assert_eq!(told.count(), 1, "{written}");
    assert!(!written.contains("8046172935"), "{written}");
}
