//! Doors asked from afar: the hub brings the two ends together and carries bytes.

use std::time::Duration;

use access::{DoorId, RelayId};
use hub_api::{Client, ClientError, ErrorCode, Event, RelayStream};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::support::{TestHub, next_news, open_events as open, random16};

/// What a door is told while a device calls it, and what the device gets.
async fn call_and_join(device: &Client, door: &Client, id: DoorId) -> (RelayStream, RelayStream) {
    let mut events = open(door).await;
    let joins = async {
        let Event::Relay { relay } = next_news(&mut events).await else {
            panic!("not a call")
        };
        door.join_relay(relay).await.unwrap()
    };
    let (device_end, door_end) = tokio::join!(device.call_door(id), joins);
    (device_end.unwrap(), door_end)
}

fn code(refused: Result<RelayStream, ClientError>) -> Option<ErrorCode> {
    refused.err().and_then(|error| error.code())
}

#[tokio::test]
async fn bytes_pass_both_ways_until_one_end_closes() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    let door = hub.enrol_door(&elm, elm.lobby).await;
    let maya = hub.enrol_resident(&elm).await;
    let (mut phone, mut end) = call_and_join(&maya.client, door.client(), elm.lobby).await;
    end.write_all(b"from the door").await.unwrap();
    let mut heard = [0; 13];
    phone.read_exact(&mut heard).await.unwrap();
    assert_eq!(&heard, b"from the door");
    phone.write_all(b"from the phone").await.unwrap();
    let mut heard = [0; 14];
    end.read_exact(&mut heard).await.unwrap();
    assert_eq!(&heard, b"from the phone");
    drop(phone);
    assert_eq!(end.read(&mut heard).await.unwrap_or(0), 0);
}

#[tokio::test]
async fn a_relay_ends_when_the_door_closes_first() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    let door = hub.enrol_door(&elm, elm.lobby).await;
    let maya = hub.enrol_resident(&elm).await;
    let (mut phone, mut end) = call_and_join(&maya.client, door.client(), elm.lobby).await;
    end.write_all(b"last words").await.unwrap();
    drop(end);
    let mut heard = Vec::new();
    phone.read_to_end(&mut heard).await.unwrap();
    assert_eq!(heard, b"last words");
}

#[tokio::test]
async fn one_device_asks_from_afar_twice_at_a_time_and_keeps_nobody_else_out() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    let door = hub.enrol_door(&elm, elm.lobby).await;
    let maya = hub.enrol_resident(&elm).await;
    let noor = hub.enrol_neighbour(&elm).await;
    let first = call_and_join(&maya.client, door.client(), elm.lobby).await;
    let _second = call_and_join(&maya.client, door.client(), elm.lobby).await;
    let _connected = open(door.client()).await;
    let refused = maya.client.call_door(elm.lobby).await;
    assert_eq!(code(refused), Some(ErrorCode::Unavailable));

    let _neighbours = call_and_join(&noor.client, door.client(), elm.lobby).await;
    drop(first);
    eventually_joined(&maya.client, door.client(), elm.lobby).await;
}

#[tokio::test]
async fn a_door_is_asked_from_afar_by_eight_at_a_time() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    let door = hub.enrol_door(&elm, elm.lobby).await;
    let mut joined = Vec::new();
    for _ in 0..4 {
        let device = hub.enrol_resident(&elm).await.client;
        for _ in 0..2 {
            joined.push(call_and_join(&device, door.client(), elm.lobby).await);
        }
    }
    let ninth = hub.enrol_resident(&elm).await.client;
    let _connected = open(door.client()).await;
    let refused = ninth.call_door(elm.lobby).await;
    assert_eq!(code(refused), Some(ErrorCode::Unavailable));
}

/// Calls again until a relay that has just been given up has left its place.
async fn eventually_joined(device: &Client, door: &Client, id: DoorId) {
    let mut events = open(door).await;
    let joins = async {
        loop {
            if let Event::Relay { relay } = next_news(&mut events).await {
                return door.join_relay(relay).await.unwrap();
            }
        }
    };
    let calls = async {
        loop {
            match device.call_door(id).await {
                Ok(joined) => return joined,
                Err(refused) => assert_eq!(refused.code(), Some(ErrorCode::Unavailable)),
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let _relay = tokio::join!(calls, joins);
}

#[tokio::test]
async fn a_door_without_a_connection_is_offline() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    hub.enrol_door(&elm, elm.lobby).await;
    let maya = hub.enrol_resident(&elm).await;
    let refused = maya.client.call_door(elm.lobby).await;
    assert_eq!(code(refused), Some(ErrorCode::DoorOffline));
}

#[tokio::test]
async fn a_resident_calls_no_door_that_is_not_theirs() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    let door = hub.enrol_door(&elm, elm.apartment).await;
    let neighbour = hub.enrol_neighbour(&elm).await;
    let _connected = open(door.client()).await;
    let refused = neighbour.client.call_door(elm.apartment).await;
    assert_eq!(code(refused), Some(ErrorCode::NotFound));
}

#[tokio::test]
async fn a_door_joins_only_what_it_was_called_to() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    let lobby = hub.enrol_door(&elm, elm.lobby).await;
    let apartment = hub.enrol_door(&elm, elm.apartment).await;
    let maya = hub.enrol_resident(&elm).await;
    let unknown = RelayId::from_entropy(random16());
    let refused = lobby.client().join_relay(unknown).await;
    assert_eq!(code(refused), Some(ErrorCode::NotFound));

    let mut events = open(lobby.client()).await;
    let joins = async {
        let Event::Relay { relay } = next_news(&mut events).await else {
            panic!("not a call")
        };
        let refused = apartment.client().join_relay(relay).await;
        assert_eq!(code(refused), Some(ErrorCode::NotFound));
        lobby.client().join_relay(relay).await.unwrap()
    };
    let (called, _door_end) = tokio::join!(maya.client.call_door(elm.lobby), joins);
    called.unwrap();
}

#[tokio::test]
async fn only_residents_call_and_only_doors_join() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    let door = hub.enrol_door(&elm, elm.lobby).await;
    let maya = hub.enrol_resident(&elm).await;
    let carrier = hub.enrol_carrier(&elm).await;
    let relay = RelayId::from_entropy(random16());
    for caller in [door.client(), &carrier.client] {
        let refused = caller.call_door(elm.lobby).await;
        assert_eq!(code(refused), Some(ErrorCode::Forbidden));
    }
    for caller in [&maya.client, &carrier.client] {
        let refused = caller.join_relay(relay).await;
        assert_eq!(code(refused), Some(ErrorCode::Forbidden));
    }
}
