use std::time::{Duration, Instant};

use access::{DenyReason, HolderClass};
use audit::{Event, LinkKind, Person};
use door_protocol::{Answer, FailureCode};

use crate::{
    building::{UNLOCK_S, bundle, courier, expired_guest, guest, resident, stranger},
    harness::{Site, until},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_resident_is_let_in_and_the_door_relocks() {
    let site = Site::new();
    let door = site.serve().await;
    let answer = door.phone.unlock(&resident()).await;
    let Answer::Unlocked { unlock_s, seq } = answer else {
        panic!("{answer:?}");
    };
    assert_eq!(unlock_s, UNLOCK_S);
    assert_eq!(site.strike(), [Some(seq)]);
    until("the strike relocks", || site.strike() == [Some(seq), None]).await;
    let entry = site.records().into_iter().find(|record| record.seq == seq);
    let Event::Entry(entry) = entry.unwrap().event else {
        panic!("an entry");
    };
    assert!(entry.person == Person::Resident, "no resident is named");
    assert_eq!(entry.link, LinkKind::Stream);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_guest_is_denied_on_record_and_the_strike_stays() {
    let site = Site::new();
    let door = site.serve().await;
    let late = expired_guest();
    let reason = DenyReason::CredentialExpired;
    assert_eq!(door.phone.unlock(&late).await, Answer::Denied { reason });
    let last = site.records().pop().unwrap();
    let denied = Event::Denied {
        reason,
        class: Some(HolderClass::Guest),
        grant: Some(late.grant),
        link: LinkKind::Stream,
        clip: None,
    };
    assert_eq!(last.event, denied);
    assert!(site.strike().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_courier_is_denied_even_when_the_hub_is_down() {
    let site = Site::new();
    let door = site.serve().await;
    door.phone.enter(&courier()).await;
    site.hub.publish(2, bundle(2, &[courier().grant]));
    let installed = || {
        let newest = Event::BundleInstalled { version: 2 };
        site.records().iter().any(|record| record.event == newest)
    };
    until("the newer bundle is installed", installed).await;
    site.hub.set_down(true);
    door.daemon.stop().await;
    let door = site.start().await;
    let reason = DenyReason::Revoked;
    assert_eq!(
        door.phone.unlock(&courier()).await,
        Answer::Denied { reason }
    );
    door.phone.enter(&resident()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_bundle_from_the_hub_is_not_taken() {
    let site = Site::new();
    site.hub.publish(5, bundle(5, &[guest().grant]));
    let door = site.serve().await;
    // A hub that lies about the version of what it hands out.
    site.hub.publish(6, bundle(4, &[]));
    tokio::time::sleep(Duration::from_millis(500)).await;
    let reason = DenyReason::Revoked;
    assert_eq!(door.phone.unlock(&guest()).await, Answer::Denied { reason });
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_passes_before_the_first_bundle() {
    let site = Site::without_bundle();
    let door = site.start().await;
    let not_ready = Answer::Failed {
        code: FailureCode::NotReady,
    };
    for _ in 0..5 {
        assert_eq!(door.phone.unlock(&resident()).await, not_ready);
    }
    assert!(site.strike().is_empty());
    site.hub.publish(1, bundle(1, &[]));
    let has_bundle = || site.records().len() > 1;
    until("the first bundle is installed", has_bundle).await;
    door.phone.enter(&resident()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stored_bundle_that_the_building_did_not_sign_lets_nobody_in() {
    let site = Site::new();
    site.serve().await.daemon.stop().await;
    site.hub.set_down(true);
    let database = rusqlite::Connection::open(site.database()).unwrap();
    let mut body: Vec<u8> = database
        .query_row("SELECT body FROM bundle", [], |row| row.get(0))
        .unwrap();
    *body.last_mut().unwrap() ^= 1;
    database
        .execute("UPDATE bundle SET body = ?1", [body])
        .unwrap();
    let door = site.start().await;
    let answer = door.phone.unlock(&resident()).await;
    assert!(matches!(answer, Answer::Failed { .. }), "{answer:?}");
    assert!(site.strike().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_door_opens_and_relocks_although_the_phone_vanished_after_asking() {
    let site = Site::new();
    let door = site.serve().await;
    let link = door.phone.ask(&resident()).await;
    drop(link);
    until("the strike moves and relocks", || site.strike().len() == 2).await;
    assert!(site.strike()[0].is_some() && site.strike()[1].is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn stopping_the_door_relocks_it_at_once() {
    let site = Site::new();
    let door = site.serve().await;
    let seq = door.phone.enter(&resident()).await;
    let before = Instant::now();
    door.daemon.stop().await;
    assert!(before.elapsed() < Duration::from_secs(UNLOCK_S.into()));
    assert_eq!(site.strike(), [Some(seq), None]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_holder_that_keeps_being_denied_has_to_wait() {
    let site = Site::new();
    let door = site.serve().await;
    let mut reasons = Vec::new();
    for _ in 0..20 {
        match door.phone.unlock(&stranger(90)).await {
            Answer::Denied { reason } => reasons.push(reason),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(reasons[0], DenyReason::Malformed);
    assert_eq!(*reasons.last().unwrap(), DenyReason::TooManyAttempts);
    door.phone.enter(&resident()).await;
}
