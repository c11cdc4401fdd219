//! What residents' devices carry to and from doors without a network.

use access::{RecordsPublicKey, SigningKey};
use audit::{DoorChain, Event, RecordsKey, SealedRecords, SignedRecord};
use hub_api::{ClientError, ErrorCode};
use rand::rngs::OsRng;

use crate::support::{Elm, Enrolee, TestDoor, TestHub, random32};

fn code<T: std::fmt::Debug>(result: Result<T, ClientError>) -> ErrorCode {
    result.unwrap_err().code().unwrap()
}

async fn records_key(door: &TestDoor, elm: &Elm) -> RecordsPublicKey {
    let signed = door.client().bundle(None).await.unwrap().unwrap();
    let bundle = signed.verify(&elm.building.key).unwrap();
    bundle.records_key.expect("a building has a records key")
}

fn seal(run: &[SignedRecord], key: RecordsPublicKey) -> SealedRecords {
    SealedRecords::seal(run, &key, &mut OsRng).unwrap()
}

async fn durable(maya: &Enrolee, door: &TestDoor) -> Option<u64> {
    let carried = maya.client.carried(None).await.unwrap();
    let found = carried.doors.iter().find(|it| it.door == door.id);
    found.map(|it| it.durable_seq)
}

#[tokio::test]
async fn what_a_phone_brings_is_taken_once_and_not_again_from_the_door_itself() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    let mut door = hub.enrol_door(&elm, elm.lobby).await;
    let maya = hub.enrol_resident(&elm).await;
    let key = records_key(&door, &elm).await;
    let mut run: Vec<_> = (0..3).map(|_| door.courier(&elm, None)).collect();
    let batch = seal(&run, key);
    assert_eq!(durable(&maya, &door).await, Some(0));
    for _ in 0..2 {
        assert_eq!(maya.client.put_carried_records(&batch).await.unwrap(), 3);
    }
    assert_eq!(durable(&maya, &door).await, Some(3));
    run.push(door.started());
    assert_eq!(door.put(&run).await.unwrap(), 4);
    assert_eq!(hub.store().log(elm.building.id).await.unwrap().size, 4);
    let page = maya.client.entries(None, 50).await.unwrap();
    assert_eq!(page.entries.len(), 3);
    assert_eq!(hub.store().alarms(elm.building.id).await.unwrap(), []);
}

#[tokio::test]
async fn a_batch_that_cannot_follow_is_a_gap_and_stores_nothing() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    let mut door = hub.enrol_door(&elm, elm.lobby).await;
    let maya = hub.enrol_resident(&elm).await;
    let key = records_key(&door, &elm).await;
    let run: Vec<_> = (0..3).map(|_| door.started()).collect();
    let late = seal(&run[1..], key);
    assert_eq!(
        code(maya.client.put_carried_records(&late).await),
        ErrorCode::RecordGap
    );
    assert_eq!(durable(&maya, &door).await, Some(0));
}

#[tokio::test]
async fn what_the_hub_cannot_open_or_the_door_did_not_sign_is_refused() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    let mut door = hub.enrol_door(&elm, elm.lobby).await;
    let maya = hub.enrol_resident(&elm).await;
    let key = records_key(&door, &elm).await;
    let run = [door.started()];
    let elsewhere = RecordsKey::from_bytes(random32()).public();
    let mut renamed = seal(&run, key);
    renamed.door = elm.apartment;
    let stranger = SigningKey::from_seed(random32());
    let event = Event::Exit;
    let forged = DoorChain::start(elm.building.id, door.id).append(&stranger, 1, event);
    let forged = [forged.unwrap()];
    for batch in [seal(&run, elsewhere), renamed, seal(&forged, key)] {
        let refused = maya.client.put_carried_records(&batch).await;
        assert_eq!(code(refused), ErrorCode::RecordInvalid, "{batch:?}");
    }
    assert_eq!(hub.store().log(elm.building.id).await.unwrap().size, 0);
    assert_eq!(hub.store().alarms(elm.building.id).await.unwrap(), []);
}

#[tokio::test]
async fn another_buildings_door_is_not_there() {
    let hub = TestHub::start().await;
    let (elm, oak) = (hub.elm().await, hub.building("3 Oak Court").await);
    let mut lobby = hub.enrol_door(&oak, oak.lobby).await;
    let maya = hub.enrol_resident(&elm).await;
    let key = records_key(&lobby, &oak).await;
    let run = [lobby.started()];
    let refused = maya.client.put_carried_records(&seal(&run, key)).await;
    assert_eq!(code(refused), ErrorCode::NotFound);
    assert_eq!(durable(&maya, &lobby).await, None);
    assert_eq!(hub.store().log(oak.building.id).await.unwrap().size, 0);
}

#[tokio::test]
async fn every_building_has_a_records_key_of_its_own_that_survives_a_restart() {
    let mut hub = TestHub::start().await;
    let (elm, oak) = (hub.elm().await, hub.building("3 Oak Court").await);
    let lobby = hub.enrol_door(&elm, elm.lobby).await;
    let other = hub.enrol_door(&oak, oak.lobby).await;
    let key = records_key(&lobby, &elm).await;
    assert_ne!(key, records_key(&other, &oak).await);
    hub.stop().await;
    hub.resume().await;
    assert_eq!(key, records_key(&lobby, &elm).await);
}

#[tokio::test]
async fn a_device_fetches_the_bundle_that_its_doors_would_get() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    let door = hub.enrol_door(&elm, elm.lobby).await;
    let maya = hub.enrol_resident(&elm).await;
    let doors = door.client().bundle(None).await.unwrap();
    let carried = maya.client.carried(None).await.unwrap();
    assert_eq!(carried.bundle, doors);
    let version = doors.unwrap().verify(&elm.building.key).unwrap().version;
    let again = maya.client.carried(Some(version)).await.unwrap();
    assert_eq!(again.bundle, None);
    hub.store()
        .revoke(elm.carrier_grant, hub.clock.now_s())
        .await
        .unwrap();
    hub.hub().refresh_bundles().await.unwrap();
    let newer = maya.client.carried(Some(version)).await.unwrap();
    let newer = newer.bundle.unwrap().verify(&elm.building.key).unwrap();
    assert_eq!(newer.revoked, [elm.carrier_grant]);
}

#[tokio::test]
async fn a_revoked_device_neither_fetches_nor_brings() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    let mut door = hub.enrol_door(&elm, elm.lobby).await;
    let maya = hub.enrol_resident(&elm).await;
    let key = records_key(&door, &elm).await;
    let batch = seal(&[door.started()], key);
    let grant = maya.client.credentials().await.unwrap()[0].grant;
    hub.store().revoke(grant, hub.clock.now_s()).await.unwrap();
    assert_eq!(code(maya.client.carried(None).await), ErrorCode::Revoked);
    let refused = maya.client.put_carried_records(&batch).await;
    assert_eq!(code(refused), ErrorCode::Revoked);
}
