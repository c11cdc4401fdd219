//! Links in memory, for tests.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use access::ShortDoorId;
use async_trait::async_trait;
use futures::{StreamExt, stream, stream::BoxStream};
use tokio::sync::mpsc;

use crate::{
    Central, Link, LinkAddress, LinkError, Listener, Sighting, central::Address, link::pair,
};

/// Both ends of one connection.
#[derive(Debug)]
pub struct LoopbackPair {
    /// The phone's end.
    pub phone: Link,
    /// The door's end.
    pub door: Link,
}

impl LoopbackPair {
    /// Joins two ends that take chunks of at most `chunk_len` bytes: 20 is the smallest that Bluetooth has.
    pub fn new(chunk_len: usize) -> Self {
        let (phone, door) = pair(chunk_len);
        Self { phone, door }
    }
}

/// A phone among doors in memory. Clones see the same doors.
#[derive(Clone, Debug, Default)]
pub struct LoopbackCentral {
    doors: Arc<Mutex<BTreeMap<ShortDoorId, Door>>>,
}

#[derive(Clone, Debug)]
struct Door {
    rssi_dbm: i16,
    chunk_len: usize,
    phones: mpsc::UnboundedSender<Link>,
}

impl LoopbackCentral {
    /// Puts up a door that is heard with `rssi_dbm` and takes chunks of `chunk_len` bytes; gone when dropped.
    pub fn door(&self, door: ShortDoorId, rssi_dbm: i16, chunk_len: usize) -> LoopbackListener {
        let (phones, accepted) = mpsc::unbounded_channel();
        self.doors().insert(
            door,
            Door {
                rssi_dbm,
                chunk_len,
                phones,
            },
        );
        LoopbackListener { accepted }
    }

    fn doors(&self) -> MutexGuard<'_, BTreeMap<ShortDoorId, Door>> {
        let mut doors = self.doors.lock().unwrap_or_else(PoisonError::into_inner);
        doors.retain(|_, door| !door.phones.is_closed());
        doors
    }

    fn sightings(&self) -> Vec<Sighting> {
        let sighting = |(id, door): (&ShortDoorId, &Door)| Sighting {
            door: *id,
            rssi_dbm: Some(door.rssi_dbm),
            address: LinkAddress(Address::Memory(*id)),
        };
        self.doors().iter().map(sighting).collect()
    }
}

#[async_trait]
impl Central for LoopbackCentral {
    async fn availability(&self) -> Result<(), LinkError> {
        Ok(())
    }

    async fn scan(&self) -> Result<BoxStream<'static, Sighting>, LinkError> {
        let central = self.clone();
        let rounds = tokio::time::interval(std::time::Duration::from_millis(100));
        let seen = tokio_stream::wrappers::IntervalStream::new(rounds)
            .flat_map(move |_| stream::iter(central.sightings()));
        Ok(seen.boxed())
    }

    async fn connect(&self, sighting: &Sighting) -> Result<Link, LinkError> {
        let Address::Memory(id) = sighting.address.0 else {
            return Err(LinkError::NotFound);
        };
        let door = self.doors().get(&id).cloned().ok_or(LinkError::NotFound)?;
        let LoopbackPair { phone, door: end } = LoopbackPair::new(door.chunk_len);
        door.phones.send(end).map_err(|_| LinkError::NotFound)?;
        Ok(phone)
    }
}

/// A door in memory.
#[derive(Debug)]
pub struct LoopbackListener {
    accepted: mpsc::UnboundedReceiver<Link>,
}

#[async_trait]
impl Listener for LoopbackListener {
    async fn accept(&mut self) -> Result<Link, LinkError> {
        self.accepted.recv().await.ok_or(LinkError::Lost)
    }
}
