//! Residents' own keypad codes: made on request, for doors with a keypad, and gone with their device.

use access::{Bundle, DoorCode, HolderClass, hash_code};
use hub_api::{DoorUpdate, ErrorCode};

use crate::support::{Elm, TestDoor, TestHub};

const DAY_S: u64 = 24 * 3600;

async fn bundle(hub: &TestHub, elm: &Elm) -> Bundle {
    hub.hub().refresh_bundles().await.unwrap();
    let newest = hub.store().bundle(elm.building.id).await.unwrap().unwrap();
    newest.signed.verify(&elm.building.key).unwrap()
}

async fn codes(hub: &TestHub, elm: &Elm) -> Vec<DoorCode> {
    bundle(hub, elm).await.codes
}

pub(crate) async fn has_keypad(
    hub: &TestHub,
    elm: &Elm,
    door: access::DoorId,
    keypad: bool,
) -> TestDoor {
    let door = hub.enrol_door(elm, door).await;
    tells_of_keypad(&door, keypad).await;
    door
}

async fn tells_of_keypad(door: &TestDoor, keypad: bool) {
    let about = DoorUpdate {
        keypad,
        ..DoorUpdate::default()
    };
    door.client().put_door(&about).await.unwrap();
}

#[tokio::test]
async fn an_own_code_is_at_the_doors_with_a_keypad_when_the_answer_comes() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    has_keypad(&hub, &elm, elm.lobby, true).await;
    has_keypad(&hub, &elm, elm.apartment, false).await;
    let maya = hub.enrol_resident(&elm).await;
    let before = hub.clock.now_s();
    let made = maya.client.make_own_code().await.unwrap();
    let bundle = bundle(&hub, &elm).await;
    let [code] = bundle.codes.as_slice() else {
        panic!("one code")
    };
    assert_eq!(made.code.len(), 8);
    let key = hub.hub().code_key(elm.building.id).unwrap();
    let hash = hash_code(&made.code, &bundle.code_salt, Some(&key));
    assert_eq!((code.key, hash), (Some(key.id()), Ok(*code.hash)));
    assert_eq!(
        (code.grant, code.class),
        (made.own.id, HolderClass::Resident)
    );
    assert_eq!(code.doors, [elm.lobby]);
    assert_eq!(made.own.doors, [elm.lobby]);
    let made_at = made.own.not_after - 90 * DAY_S;
    assert!((before..=hub.clock.now_s()).contains(&made_at));
    assert_eq!(maya.client.own_code().await.unwrap(), made.own);
    assert!(!format!("{made:?}").contains(&made.code));
    let doors = maya.client.doors().await.unwrap();
    let with_keypad: Vec<_> = doors
        .iter()
        .filter(|it| it.keypad)
        .map(|it| it.id)
        .collect();
    assert_eq!(with_keypad, [elm.lobby]);
}

#[tokio::test]
async fn where_no_door_has_a_keypad_there_is_no_code() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    has_keypad(&hub, &elm, elm.lobby, false).await;
    let maya = hub.enrol_resident(&elm).await;
    let refused = maya.client.make_own_code().await.unwrap_err();
    assert_eq!(refused.code(), Some(ErrorCode::NotFound));
    assert_eq!(codes(&hub, &elm).await, []);
}

#[tokio::test]
async fn a_neighbours_apartment_is_not_opened_by_it() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    has_keypad(&hub, &elm, elm.lobby, true).await;
    has_keypad(&hub, &elm, elm.apartment, true).await;
    let noor = hub.enrol_neighbour(&elm).await;
    assert_eq!(
        noor.client.make_own_code().await.unwrap().own.doors,
        [elm.lobby]
    );
    let maya = hub.enrol_resident(&elm).await;
    let own = maya.client.make_own_code().await.unwrap().own;
    assert_eq!(own.doors.len(), 2);
    for code in codes(&hub, &elm).await {
        let opens_apartment = code.doors.contains(&elm.apartment);
        assert_eq!(opens_apartment, code.grant == own.id);
    }
}

#[tokio::test]
async fn a_door_that_gets_a_keypad_later_knows_it_too_and_one_that_loses_it_forgets() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    let lobby = has_keypad(&hub, &elm, elm.lobby, true).await;
    let maya = hub.enrol_resident(&elm).await;
    maya.client.make_own_code().await.unwrap();
    has_keypad(&hub, &elm, elm.apartment, true).await;
    assert_eq!(codes(&hub, &elm).await[0].doors.len(), 2);
    assert_eq!(maya.client.own_code().await.unwrap().doors.len(), 2);
    tells_of_keypad(&lobby, false).await;
    assert_eq!(codes(&hub, &elm).await[0].doors, [elm.apartment]);
}

#[tokio::test]
async fn a_new_one_ends_the_one_before_and_another_device_keeps_its_own() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    has_keypad(&hub, &elm, elm.lobby, true).await;
    let (phone, laptop) = (
        hub.enrol_resident(&elm).await,
        hub.enrol_resident(&elm).await,
    );
    let first = phone.client.make_own_code().await.unwrap().own;
    let other = laptop.client.make_own_code().await.unwrap().own;
    let second = phone.client.make_own_code().await.unwrap().own;
    let mut listed: Vec<_> = codes(&hub, &elm).await.iter().map(|it| it.grant).collect();
    let mut expected = [other.id, second.id];
    listed.sort_unstable();
    expected.sort_unstable();
    assert_eq!(listed, expected);
    assert_ne!(first.id, second.id);
    assert_eq!(phone.client.own_code().await.unwrap(), second);
}

#[tokio::test]
async fn it_ends_when_the_resident_wants_after_90_days_and_with_its_device() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    has_keypad(&hub, &elm, elm.lobby, true).await;
    let maya = hub.enrol_resident(&elm).await;
    maya.client.make_own_code().await.unwrap();
    maya.client.end_own_code().await.unwrap();
    maya.client.end_own_code().await.unwrap();
    assert_eq!(codes(&hub, &elm).await, []);
    let none = maya.client.own_code().await.unwrap_err();
    assert_eq!(none.code(), Some(ErrorCode::NotFound));

    maya.client.make_own_code().await.unwrap();
    assert_eq!(codes(&hub, &elm).await.len(), 1);
    let now = hub.clock.now_s();
    hub.store().revoke_resident(elm.maya, now).await.unwrap();
    assert_eq!(codes(&hub, &elm).await, []);
}
