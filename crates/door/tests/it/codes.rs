//! Codes at the keypad.

use std::time::Duration;

use access::{DenyReason, DoorCode, GrantId, HolderClass};
use audit::{Entry, Event, LinkKind, Person};
use door::store::Store;
use door_protocol::Answer;
use rusqlite::Connection;

use crate::{
    building::{bundle_with, code, resident, stranger},
    harness::{Site, TestDoor, until},
};

const GUEST: GrantId = GrantId::from_entropy([31; 16]);

pub fn entry(person: Person) -> Event {
    Event::Entry(Entry {
        person,
        link: LinkKind::Keypad,
        clip: None,
    })
}

pub fn denied(reason: DenyReason, class: Option<HolderClass>, grant: Option<GrantId>) -> Event {
    Event::Denied {
        reason,
        class,
        grant,
        link: LinkKind::Keypad,
        clip: None,
    }
}

async fn door_with(codes: Vec<DoorCode>) -> (Site, TestDoor) {
    let site = Site::without_bundle().with_inputs();
    site.hub
        .publish(1, bundle_with(1, |bundle| bundle.codes = codes));
    let door = site.serve().await;
    site.has_code_key().await;
    (site, door)
}

/// Types a code and waits until the door's records end with what comes of it.
pub async fn typed(site: &Site, digits: &str, event: &Event) -> u64 {
    let before = site.records().len();
    site.play(&format!("keypad {digits}")).await;
    until("what was typed is recorded", || {
        site.records().len() > before
    })
    .await;
    site.records_end_with(event).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_opens_and_its_entry_says_that_it_came_by_keypad() {
    let (site, _door) = door_with(vec![
        code(HolderClass::Guest, "120034", 31),
        code(HolderClass::Resident, "0000", 32),
    ])
    .await;
    // A real hub need not be there.
    site.hub.set_down(true);
    let guest = Person::Guest { grant: GUEST };
    let seq = typed(&site, "120034", &entry(guest)).await;
    until("the strike moves", || site.strike().contains(&Some(seq))).await;
    let seq = typed(&site, "0000", &entry(Person::Resident)).await;
    until("the strike moves", || site.strike().contains(&Some(seq))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_is_not_known_is_denied_on_record_and_nothing_moves() {
    let (site, _door) = door_with(vec![code(HolderClass::Guest, "120034", 31)]).await;
    let wrong = denied(DenyReason::WrongCode, None, None);
    typed(&site, "999999", &wrong).await;
    assert!(site.strike().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_single_use_code_opens_once_also_after_a_restart() {
    let once = DoorCode {
        single_use: true,
        ..code(HolderClass::Guest, "120034", 31)
    };
    let (site, door) = door_with(vec![once]).await;
    let guest = HolderClass::Guest;
    let again = denied(DenyReason::WrongCode, Some(guest), Some(GUEST));
    typed(&site, "120034", &entry(Person::Guest { grant: GUEST })).await;
    typed(&site, "120034", &again).await;
    door.daemon.stop().await;
    let _door = site.start().await;
    typed(&site, "120034", &again).await;
    let unlocks = site.strike().into_iter().flatten();
    assert_eq!(unlocks.count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_single_use_code_that_could_not_be_recorded_is_not_used_up() {
    let once = DoorCode {
        single_use: true,
        ..code(HolderClass::Guest, "120034", 31)
    };
    let (site, door) = door_with(vec![once]).await;
    let database = Connection::open(site.database()).unwrap();
    let trigger = "CREATE TRIGGER full BEFORE INSERT ON records \
                   BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END";
    database.execute_batch(trigger).unwrap();
    site.play("keypad 120034").await;
    // Long enough for the hash; nothing tells that a code was not recorded.
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert!(site.strike().is_empty());
    database.execute_batch("DROP TRIGGER full").unwrap();
    typed(&site, "120034", &entry(Person::Guest { grant: GUEST })).await;
    drop(door);
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_codes_make_the_keypad_wait_and_no_phone() {
    let (site, door) = door_with(vec![code(HolderClass::Guest, "120034", 31)]).await;
    let wrong = denied(DenyReason::WrongCode, None, None);
    let waits = denied(DenyReason::TooManyAttempts, None, None);
    for _ in 0..3 {
        typed(&site, "999999", &wrong).await;
    }
    let store = Store::open(&site.database()).unwrap();
    assert_eq!(store.denied_attempts().unwrap().keypad, Some(3));
    // As if there had been many more of them, so that the wait is long.
    let database = Connection::open(site.database()).unwrap();
    door.daemon.stop().await;
    database
        .execute("UPDATE keypad SET denied = 12", [])
        .unwrap();
    let door = site.start().await;
    typed(&site, "120034", &waits).await;
    assert!(site.strike().is_empty());
    door.phone.enter(&resident()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_holder_that_was_denied_too_often_waits_after_a_restart_too() {
    let (site, door) = door_with(Vec::new()).await;
    for _ in 0..3 {
        let _denied = door.phone.unlock(&stranger(90)).await;
    }
    let store = Store::open(&site.database()).unwrap();
    let kept = store.denied_attempts().unwrap().holders;
    assert_eq!(kept, [(stranger(90).secret.public(), 3)]);
    door.daemon.stop().await;
    let database = Connection::open(site.database()).unwrap();
    database
        .execute("UPDATE denied_holders SET times = 12", [])
        .unwrap();
    let door = site.start().await;
    let reason = DenyReason::TooManyAttempts;
    let answer = door.phone.unlock(&stranger(90)).await;
    assert_eq!(answer, Answer::Denied { reason });
    door.phone.enter(&resident()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_holder_that_is_let_in_is_forgotten_with_the_record_of_it() {
    let (site, door) = door_with(Vec::new()).await;
    let resident = resident();
    let mut forged = resident.clone();
    *forged.credential.0.last_mut().unwrap() ^= 1;
    let _denied = door.phone.unlock(&forged).await;
    let store = Store::open(&site.database()).unwrap();
    assert_eq!(store.denied_attempts().unwrap().holders.len(), 1);
    door.phone.enter(&resident).await;
    assert!(store.denied_attempts().unwrap().holders.is_empty());
}
