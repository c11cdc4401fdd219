//! Records: once, in order, from the right door, into the log.

use access::{DenyReason, GrantId, HolderClass, SigningKey};
use audit::log::SignedCheckpoint;
use audit::{DoorChain, Event, Person, SignedRecord};
use hub_api::{ClientError, ErrorCode, Outcome, RecordRun};

use crate::support::{TestHub, random16, random32};

fn code<T: std::fmt::Debug>(result: Result<T, ClientError>) -> ErrorCode {
    result.unwrap_err().code().unwrap()
}

#[tokio::test]
async fn a_run_is_taken_once_however_often_it_is_sent() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    let mut door = hub.enrol_door(&elm, elm.lobby).await;
    assert_eq!(door.put(&[]).await.unwrap(), 0);
    let run: Vec<_> = (0..3).map(|_| door.started()).collect();
    assert_eq!(door.put(&run).await.unwrap(), 3);
    assert_eq!(door.put(&run).await.unwrap(), 3);
    let more = [run[2].clone(), door.started(), door.started()];
    assert_eq!(door.put(&more).await.unwrap(), 5);
    assert_eq!(hub.store().log(elm.building.id).await.unwrap().size, 5);
}

#[tokio::test]
async fn a_gap_is_refused_and_nothing_is_stored() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    let mut door = hub.enrol_door(&elm, elm.lobby).await;
    let run: Vec<_> = (0..4).map(|_| door.started()).collect();
    assert_eq!(code(door.put(&run[1..]).await), ErrorCode::RecordGap);
    let holed = [run[0].clone(), run[2].clone()];
    assert_eq!(code(door.put(&holed).await), ErrorCode::RecordGap);
    assert_eq!(door.put(&[]).await.unwrap(), 0);
    assert_eq!(hub.store().log(elm.building.id).await.unwrap().size, 0);
}

#[tokio::test]
async fn a_second_record_under_one_number_is_a_tamper_alarm() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    let mut door = hub.enrol_door(&elm, elm.lobby).await;
    let run: Vec<_> = (0..2).map(|_| door.started()).collect();
    door.put(&run).await.unwrap();

    let mut rolled_back = DoorChain::start(elm.building.id, door.id);
    let forged = rolled_back
        .append(
            &door.key,
            1,
            Event::Started {
                version: "x".into(),
            },
        )
        .unwrap();
    let refused = door.put(std::slice::from_ref(&forged)).await.unwrap_err();
    assert_eq!(refused.code(), Some(ErrorCode::RecordFork));
    assert!(!refused.retryable());
    let alarms = hub.store().alarms(elm.building.id).await.unwrap();
    assert_eq!(
        (alarms.len(), alarms[0].seq, alarms[0].door),
        (1, 1, door.id)
    );
    assert_eq!(
        (alarms[0].held, alarms[0].offered),
        (run[0].hash(), forged.hash())
    );

    // The same alarm again is not another one, and the door's true chain goes on.
    assert_eq!(code(door.put(&[forged]).await), ErrorCode::RecordFork);
    assert_eq!(hub.store().alarms(elm.building.id).await.unwrap().len(), 1);
    let next = door.started();
    assert_eq!(door.put(&[next]).await.unwrap(), 3);
}

#[tokio::test]
async fn a_record_that_follows_a_rewritten_past_is_a_tamper_alarm() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    let mut door = hub.enrol_door(&elm, elm.lobby).await;
    let first = door.started();
    door.put(&[first]).await.unwrap();
    let mut rewritten = DoorChain::start(elm.building.id, door.id);
    let event = || Event::Started {
        version: "x".into(),
    };
    rewritten.append(&door.key, 1, event()).unwrap();
    let second = rewritten.append(&door.key, 2, event()).unwrap();
    assert_eq!(code(door.put(&[second]).await), ErrorCode::RecordFork);
    assert_eq!(hub.store().alarms(elm.building.id).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_record_that_is_not_the_doors_own_is_refused_without_an_alarm() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    let mut door = hub.enrol_door(&elm, elm.lobby).await;
    let started = door.started();
    let mut other = hub.enrol_door(&elm, elm.apartment).await;
    assert_eq!(
        code(other.put(std::slice::from_ref(&started)).await),
        ErrorCode::RecordInvalid
    );
    let event = Event::Started {
        version: "x".into(),
    };
    let stranger = SigningKey::from_seed(random32());
    let forged = DoorChain::start(elm.building.id, door.id).append(&stranger, 1, event.clone());
    assert_eq!(
        code(door.put(&[forged.unwrap()]).await),
        ErrorCode::RecordInvalid
    );
    let elsewhere = DoorChain::start(elm.building.id, other.id).append(&door.key, 1, event);
    assert_eq!(
        code(door.put(&[elsewhere.unwrap()]).await),
        ErrorCode::RecordInvalid
    );
    let garbage = SignedRecord(vec![0xff; 50]);
    assert_eq!(code(door.put(&[garbage]).await), ErrorCode::RecordInvalid);
    let long = vec![started; RecordRun::MAX + 1];
    assert_eq!(code(door.put(&long).await), ErrorCode::PayloadTooLarge);
    assert_eq!(hub.store().alarms(elm.building.id).await.unwrap(), []);
    assert_eq!(other.put(&[]).await.unwrap(), 0);
    let own = other.started();
    assert_eq!(other.put(&[own]).await.unwrap(), 1);
}

#[tokio::test]
async fn residents_see_couriers_and_strangers_but_never_a_resident() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    let mut door = hub.enrol_door(&elm, elm.lobby).await;
    let maya = hub.enrol_resident(&elm).await;
    let grant = GrantId::from_entropy(random16());
    let run = [
        door.started(),
        door.entry(Person::Resident, None),
        door.entry(Person::NamedResident { grant }, None),
        door.denied(
            DenyReason::CredentialExpired,
            Some(HolderClass::Resident),
            None,
        ),
        door.courier(&elm, None),
        door.denied(DenyReason::WrongBuilding, None, None),
        door.denied(
            DenyReason::Revoked,
            Some(HolderClass::Courier),
            Some(elm.carrier_grant),
        ),
    ];
    door.put(&run).await.unwrap();
    let page = maya.client.entries(None, 50).await.unwrap();
    let seen: Vec<_> = page
        .entries
        .iter()
        .map(|it| {
            let what = match it.outcome {
                Outcome::Entered => "entered",
                Outcome::Denied { reason } => reason.as_str(),
                Outcome::Alert { .. } => "alert",
            };
            format!(
                "#{} {:?} {:?} {:?} {what}",
                it.seq, it.class, it.carrier_name, it.driver
            )
        })
        .collect();
    insta::assert_snapshot!(seen.join("\n"), @r#"
    #7 Some(Courier) Some("Northline for 12 Elm Street") None Revoked
    #6 None None None WrongBuilding
    #5 Some(Courier) Some("Northline for 12 Elm Street") Some("driver-17") entered
    "#);
    assert_eq!(page.next, None);
}

#[tokio::test]
async fn a_page_ends_where_the_next_one_begins() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    let mut door = hub.enrol_door(&elm, elm.lobby).await;
    let maya = hub.enrol_resident(&elm).await;
    let run: Vec<_> = (0..5).map(|_| door.courier(&elm, None)).collect();
    door.put(&run).await.unwrap();
    let (mut before, mut seen) = (None, Vec::new());
    loop {
        let page = maya.client.entries(before, 2).await.unwrap();
        seen.extend(page.entries.iter().map(|entry| entry.seq));
        before = page.next;
        if before.is_none() {
            break;
        }
    }
    assert_eq!(seen, [5, 4, 3, 2, 1]);
    assert_eq!(
        code(maya.client.entries(None, 0).await),
        ErrorCode::InvalidRequest
    );
    assert_eq!(
        code(maya.client.entries(None, 101).await),
        ErrorCode::InvalidRequest
    );
}

#[tokio::test]
async fn a_neighbours_door_and_another_building_stay_out_of_sight() {
    let hub = TestHub::start().await;
    let (elm, oak) = (hub.elm().await, hub.building("3 Oak Court").await);
    let mut apartment = hub.enrol_door(&elm, elm.apartment).await;
    let mut lobby = hub.enrol_door(&oak, oak.lobby).await;
    let maya = hub.enrol_resident(&elm).await;
    let ruben = hub.enrol_resident(&oak).await;
    let (at_home, at_oak) = (apartment.courier(&elm, None), lobby.courier(&oak, None));
    apartment.put(&[at_home]).await.unwrap();
    lobby.put(&[at_oak]).await.unwrap();
    let doors = async |who: &crate::support::Enrolee| {
        let page = who.client.entries(None, 50).await.unwrap();
        page.entries
            .iter()
            .map(|entry| entry.door)
            .collect::<Vec<_>>()
    };
    assert_eq!(doors(&maya).await, [elm.apartment]);
    assert_eq!(doors(&ruben).await, [oak.lobby]);
}

#[tokio::test]
async fn the_log_of_all_doors_is_signed_and_served_as_tiles() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    let mut lobby = hub.enrol_door(&elm, elm.lobby).await;
    let mut apartment = hub.enrol_door(&elm, elm.apartment).await;
    let maya = hub.enrol_resident(&elm).await;
    assert_eq!(code(maya.client.checkpoint().await), ErrorCode::NotFound);
    for _ in 0..3 {
        let (one, two) = ([lobby.started()], [apartment.started()]);
        let (first, second) = tokio::join!(lobby.put(&one), apartment.put(&two));
        assert_eq!(first.unwrap(), second.unwrap());
    }
    let note = SignedCheckpoint(maya.client.checkpoint().await.unwrap());
    let log_key = maya.enrolled.building.log_key;
    let checkpoint = note.verify(elm.building.id, log_key).unwrap();
    assert_eq!(checkpoint.size, 6);
    let tile = maya.client.log_tile("0/000.p/6").await.unwrap();
    assert_eq!(tile.len(), 6 * 32);
    let entries = maya.client.log_tile("entries/000.p/6").await.unwrap();
    assert_eq!(entries.len(), 6 * 34);
    for path in [
        "0/000",
        "0/000.p/7",
        "0/../../hub.sqlite3",
        "9/000",
        "..%2f..%2fhub.toml",
    ] {
        assert_eq!(
            code(maya.client.log_tile(path).await),
            ErrorCode::NotFound,
            "{path}"
        );
    }
    let report = hub.hub().check_log(elm.building.id, |_| {}).await.unwrap();
    assert_eq!(
        (report.faults, report.size, report.root),
        (vec![], 6, checkpoint.root)
    );
}
