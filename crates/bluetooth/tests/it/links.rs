//! What every link promises, whatever carries it.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use access::ShortDoorId;
use async_trait::async_trait;
use bluetooth::{
    Central, CompositeCentral, Link, LinkError, Listener, LoopbackCentral, LoopbackPair, Sighting,
    StreamCentral, StreamListener, Transport, find,
};
use futures::{StreamExt, stream::BoxStream};

const DOOR: ShortDoorId = ShortDoorId([1, 2, 3, 4, 5, 6]);
const OTHER: ShortDoorId = ShortDoorId([6, 5, 4, 3, 2, 1]);
const PATIENCE: Duration = Duration::from_secs(5);

async fn over_tcp() -> (Link, Link) {
    let mut listener = StreamListener::bind(([127, 0, 0, 1], 0).into())
        .await
        .unwrap();
    let central = StreamCentral::new(vec![(DOOR, listener.local_addr().unwrap())]);
    let seen = find(&central, DOOR, PATIENCE).await.unwrap();
    // The scan's own connection came first.
    drop(listener.accept().await);
    let phone = central.connect(&seen).await.unwrap();
    (phone, listener.accept().await.unwrap())
}

#[expect(clippy::unused_async, reason = "called as the two that have to wait")]
async fn in_memory() -> (Link, Link) {
    let LoopbackPair { phone, door } = LoopbackPair::new(20);
    (phone, door)
}

async fn read(link: &mut Link, len: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while bytes.len() < len {
        bytes.extend_from_slice(&link.incoming.recv().await.unwrap());
    }
    bytes
}

#[tokio::test]
async fn bytes_arrive_in_order_both_ways_and_in_chunks_that_fit() {
    for (mut phone, mut door) in [in_memory().await, over_tcp().await] {
        let message: Vec<u8> = (0..4098_u16).map(|n| n.to_le_bytes()[0]).collect();
        let (sent, received) = tokio::join!(phone.send(&message), read(&mut door, message.len()));
        sent.unwrap();
        assert_eq!(received, message);
        let (sent, received) = tokio::join!(door.send(&message), read(&mut phone, message.len()));
        sent.unwrap();
        assert_eq!(received, message);
    }
}

#[tokio::test]
async fn what_was_sent_before_the_link_was_dropped_still_arrives() {
    for (phone, mut door) in [in_memory().await, over_tcp().await] {
        phone.send(b"the last words").await.unwrap();
        drop(phone);
        assert_eq!(read(&mut door, 14).await, b"the last words");
        assert_eq!(door.incoming.recv().await, None);
    }
}

#[tokio::test]
async fn a_link_whose_other_end_is_gone_cannot_be_sent_on() {
    for (phone, door) in [in_memory().await, over_tcp().await] {
        drop(door);
        let lost = async { while phone.send(b"anybody?").await.is_ok() {} };
        tokio::time::timeout(PATIENCE, lost).await.unwrap();
    }
}

#[tokio::test]
async fn a_door_that_does_not_listen_is_not_seen_and_not_connected_to() {
    let listener = StreamListener::bind(([127, 0, 0, 1], 0).into())
        .await
        .unwrap();
    let central = StreamCentral::new(vec![(DOOR, listener.local_addr().unwrap())]);
    let seen = find(&central, DOOR, PATIENCE).await.unwrap();
    drop(listener);
    assert!(matches!(
        central.connect(&seen).await,
        Err(LinkError::NotFound)
    ));
    let again = find(&central, DOOR, Duration::from_millis(300)).await;
    assert!(matches!(again, Err(LinkError::NotFound)));
}

/// A radio that is switched off.
struct Off;

#[async_trait]
impl Central for Off {
    async fn availability(&self) -> Result<(), LinkError> {
        Err(LinkError::BluetoothOff)
    }

    async fn scan(&self) -> Result<BoxStream<'static, Sighting>, LinkError> {
        Err(LinkError::BluetoothOff)
    }

    async fn connect(&self, _: &Sighting) -> Result<Link, LinkError> {
        Err(LinkError::BluetoothOff)
    }
}

#[tokio::test]
async fn several_centrals_are_one_and_each_sighting_leads_back_to_its_own() {
    let memory = LoopbackCentral::default();
    let mut near = memory.door(DOOR, -40, 20);
    let mut far = StreamListener::bind(([127, 0, 0, 1], 0).into())
        .await
        .unwrap();
    let addresses: Vec<(ShortDoorId, SocketAddr)> = vec![(OTHER, far.local_addr().unwrap())];
    let both = CompositeCentral::default()
        .with(Transport::Bluetooth, Arc::new(Off))
        .with(Transport::Loopback, Arc::new(memory))
        .with(Transport::Stream, Arc::new(StreamCentral::new(addresses)));
    both.availability().await.unwrap();
    let by_memory = both
        .connect(&find(&both, DOOR, PATIENCE).await.unwrap())
        .await
        .unwrap();
    near.accept().await.unwrap();
    assert_eq!(by_memory.transport(), Transport::Loopback);
    let by_stream = both
        .connect(&find(&both, OTHER, PATIENCE).await.unwrap())
        .await
        .unwrap();
    far.accept().await.unwrap();
    assert_eq!(by_stream.transport(), Transport::Stream);
}

#[tokio::test]
async fn centrals_that_are_all_off_say_why() {
    let off = CompositeCentral::default().with(Transport::Bluetooth, Arc::new(Off));
    assert!(matches!(
        off.availability().await,
        Err(LinkError::BluetoothOff)
    ));
    let scan = off
        .scan()
        .await
        .map(|mut sightings| async move { sightings.next().await });
    assert!(matches!(scan, Err(LinkError::BluetoothOff)));
}
