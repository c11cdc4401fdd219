//! A door without a network, and phones that were let in.

use std::time::{Duration, Instant};

use access::{DenyReason, SignedBundle};
use audit::{ChainPosition, Event, SealedRecords, SignedRecord, verify_run};
use bluetooth::Channel;
use door_protocol::{Answer, CarryAnswer, CarryRefusal, CarryRequest, DoorStatus, MAX_PART};

use crate::{
    building::{BUILDING, DOOR, bundle, courier, guest, key, records_key, resident},
    harness::{Site, TestDoor, until},
};

/// A door that has a bundle and reaches no hub any more.
async fn cut_off(site: &Site) -> TestDoor {
    site.serve().await.daemon.stop().await;
    site.hub.set_down(true);
    site.start().await
}

async fn status<C: Fn() -> Duration>(channel: &mut Channel<C>) -> DoorStatus {
    match channel.carry(&CarryRequest::Status).await.unwrap() {
        CarryAnswer::Status(status) => status,
        other => panic!("{other:?}"),
    }
}

async fn bring<C: Fn() -> Duration>(
    channel: &mut Channel<C>,
    signed: &SignedBundle,
) -> CarryAnswer {
    let mut offset = 0;
    loop {
        let part = CarryRequest::part_of(signed.as_bytes(), offset, 100).unwrap();
        match channel.carry(&part).await.unwrap() {
            CarryAnswer::PartTaken { next } => offset = next,
            other => return other,
        }
    }
}

async fn take<C: Fn() -> Duration>(channel: &mut Channel<C>) -> Vec<SignedRecord> {
    let mut run = Vec::new();
    loop {
        let after = run.len() as u64;
        match channel
            .carry(&CarryRequest::Records { after })
            .await
            .unwrap()
        {
            CarryAnswer::Records { sealed, last_seq } => {
                let batch = SealedRecords::from_bytes(&sealed).unwrap();
                assert_eq!(batch.last_seq, last_seq);
                run.extend(records_key().open(&batch).unwrap());
            }
            CarryAnswer::NoRecords => return run,
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_brings_the_bundle_that_revokes_and_the_door_keeps_it_over_a_restart() {
    let site = Site::new();
    let door = cut_off(&site).await;
    door.phone.enter(&guest()).await;
    let (_, mut channel) = door.phone.visit(&resident()).await;
    assert_eq!(status(&mut channel).await.bundle_version, 1);
    let newer = bundle(2, &[guest().grant]);
    let in_force = CarryAnswer::InForce { version: 2 };
    assert_eq!(bring(&mut channel, &newer).await, in_force);
    assert_eq!(status(&mut channel).await.bundle_version, 2);
    let denied = Answer::Denied {
        reason: DenyReason::Revoked,
    };
    assert_eq!(door.phone.unlock(&guest()).await, denied);
    door.daemon.stop().await;
    let door = site.start().await;
    assert_eq!(door.phone.unlock(&guest()).await, denied);
    let installed = |event: &Event| matches!(event, Event::BundleInstalled { version: 2 });
    let records = site.records();
    let times = records.iter().filter(|record| installed(&record.event));
    assert_eq!(times.count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_or_foreign_bundle_changes_nothing_whoever_brings_it() {
    let site = Site::new();
    let door = cut_off(&site).await;
    let forged = access::BuildingKey::from_seed([9; 32]);
    let forged = bundle(7, &[])
        .verify(&key().public())
        .map(|bundle| SignedBundle::sign(&bundle, &forged).unwrap());
    let cases = [
        (bundle(0, &[]), CarryRefusal::NotNewer),
        (bundle(1, &[guest().grant]), CarryRefusal::NotNewer),
        (forged.unwrap(), CarryRefusal::NotTheBuildings),
        (SignedBundle(vec![7; 300]), CarryRefusal::NotTheBuildings),
    ];
    let before = site.records().len();
    for (signed, code) in cases {
        let (_, mut channel) = door.phone.visit(&resident()).await;
        let refused = CarryAnswer::Refused { code };
        assert_eq!(bring(&mut channel, &signed).await, refused);
        assert_eq!(status(&mut channel).await.bundle_version, 1);
    }
    assert_eq!(
        site.records().len(),
        before + 4,
        "four entries and nothing else"
    );
    door.phone.enter(&guest()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_bundles_that_come_at_once_the_newer_one_stays_also_on_the_disk() {
    let site = Site::new();
    let door = cut_off(&site).await;
    let bringing = (2..10).map(|version| {
        let phone = door.phone.clone();
        tokio::spawn(async move {
            let (_, mut channel) = phone.visit(&resident()).await;
            bring(&mut channel, &bundle(version, &[])).await
        })
    });
    for one in bringing.collect::<Vec<_>>() {
        one.await.unwrap();
    }
    door.daemon.stop().await;
    let door = site.start().await;
    let (_, mut channel) = door.phone.visit(&resident()).await;
    assert_eq!(status(&mut channel).await.bundle_version, 9);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_takes_the_whole_chain_but_the_record_of_its_own_entry() {
    let site = Site::new();
    let door = cut_off(&site).await;
    for _ in 0..15 {
        door.phone.enter(&courier()).await;
        door.phone.enter(&resident()).await;
    }
    let (seq, mut channel) = door.phone.visit(&resident()).await;
    let told = status(&mut channel).await;
    assert_eq!((told.last_seq, told.clock_known), (seq, true));
    assert!(told.durable_seq < 4, "the hub has been away: {told:?}");
    let run = take(&mut channel).await;
    assert_eq!(run.len() as u64, seq - 1);
    let start = ChainPosition::start(BUILDING, DOOR);
    verify_run(&run, &site.keys().signing_public(), start).unwrap();

    let next_seq = door.phone.enter(&guest()).await;
    let again = channel
        .carry(&CarryRequest::Records { after: seq - 1 })
        .await;
    assert_eq!(
        again.unwrap(),
        CarryAnswer::NoRecords,
        "{next_seq} came later"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_phone_took_is_not_taken_by_the_hub_again_as_something_else() {
    let site = Site::new();
    let door = cut_off(&site).await;
    let (seq, mut channel) = door.phone.visit(&resident()).await;
    let run = take(&mut channel).await;
    site.hub.brought(run);
    site.hub.set_down(false);
    until("the rest arrives", || {
        site.hub.records().len() as u64 >= seq
    })
    .await;
    let numbers: Vec<u64> = site.hub.records().iter().map(|record| record.seq).collect();
    let expected: Vec<u64> = (1..=numbers.len() as u64).collect();
    assert_eq!(numbers, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unlock_is_answered_while_another_phone_carries() {
    let site = Site::new();
    let door = cut_off(&site).await;
    let (_, mut channel) = door.phone.visit(&resident()).await;
    let large = vec![7; 1024 * 1024];
    let carrying = tokio::spawn(async move {
        let mut offset = 0;
        while let Some(part) = CarryRequest::part_of(&large, offset, MAX_PART) {
            match channel.carry(&part).await.unwrap() {
                CarryAnswer::PartTaken { next } => offset = next,
                other => return other,
            }
        }
        CarryAnswer::NoRecords
    });
    let started = Instant::now();
    for _ in 0..5 {
        door.phone.enter(&resident()).await;
    }
    assert!(started.elapsed() < Duration::from_secs(10));
    let code = CarryRefusal::NotTheBuildings;
    assert_eq!(carrying.await.unwrap(), CarryAnswer::Refused { code });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_is_given_nothing() {
    let site = Site::new();
    let door = cut_off(&site).await;
    let before = site.records().len();
    let link = door.phone.connect().await.unwrap();
    let started = Instant::now();
    let clock = move || started.elapsed();
    let stranger = crate::building::stranger(40);
    let session = door.phone.session(&stranger, clock());
    let (answer, mut channel) = bluetooth::ask_door(link, session, clock, |_| ())
        .await
        .unwrap();
    assert!(matches!(answer, Answer::Denied { .. }));
    let code = CarryRefusal::NotLetIn;
    let refused = channel.carry(&CarryRequest::Status).await.unwrap();
    assert_eq!(refused, CarryAnswer::Refused { code });
    assert!(channel.carry(&CarryRequest::Status).await.is_err());
    assert_eq!(site.records().len(), before + 1, "the denial alone");
}
