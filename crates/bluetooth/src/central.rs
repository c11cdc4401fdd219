//! The two ends' traits: who finds doors, and who waits for phones.

use std::{fmt, net::SocketAddr, time::Duration};

use access::ShortDoorId;
use async_trait::async_trait;
use futures::{StreamExt, stream::BoxStream};

use crate::{Link, LinkError, Transport};

/// Where a link leads: only good for the central that made it, while that lives.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct LinkAddress(pub(crate) Address);

#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) enum Address {
    Radio(btleplug::platform::PeripheralId),
    Socket(SocketAddr),
    Memory(ShortDoorId),
}

impl LinkAddress {
    /// What a link to it runs over.
    pub fn transport(&self) -> Transport {
        match self.0 {
            Address::Radio(_) => Transport::Bluetooth,
            Address::Socket(_) => Transport::Stream,
            Address::Memory(_) => Transport::Loopback,
        }
    }
}

/// Names the transport and nothing else: addresses stay out of logs.
impl fmt::Debug for LinkAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("LinkAddress")
            .field(&self.transport())
            .finish()
    }
}

/// A door within reach, as of now. Unproven: only the session shows which door it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// What the door says about itself.
    pub door: ShortDoorId,
    /// Signal strength in dBm, where the transport has one and the adapter reports it.
    pub rssi_dbm: Option<i16>,
    /// Where to connect.
    pub address: LinkAddress,
}

/// A phone's radio, or what stands in for it.
#[async_trait]
pub trait Central: Send + Sync {
    /// Says whether scanning and connecting can work at all right now.
    async fn availability(&self) -> Result<(), LinkError>;

    /// Looks for doors until the stream is dropped. A door within reach is seen again and again, with fresh
    /// signal strength; over Bluetooth every 5 s or so, and now and then a round is missed.
    /// The stream ends when the transport goes away: [`Self::availability`] then says why.
    async fn scan(&self) -> Result<BoxStream<'static, Sighting>, LinkError>;

    /// Connects. The door speaks first: its message may already wait in the link.
    async fn connect(&self, door: &Sighting) -> Result<Link, LinkError>;
}

/// A door's radio, or what stands in for it.
#[async_trait]
pub trait Listener: Send {
    /// Waits for the next phone. After an error the listener is of no more use: make a new one. Cancel safe.
    async fn accept(&mut self) -> Result<Link, LinkError>;
}

/// Looks for one door. [`LinkError::NotFound`] when it has not been seen within `patience`.
pub async fn find(
    central: &dyn Central,
    door: ShortDoorId,
    patience: Duration,
) -> Result<Sighting, LinkError> {
    let mut sightings = central.scan().await?;
    let seen = async {
        while let Some(sighting) = sightings.next().await {
            if sighting.door == door {
                return Ok(sighting);
            }
        }
        central.availability().await.and(Err(LinkError::Lost))
    };
    let late = |_elapsed| Err(LinkError::NotFound);
    tokio::time::timeout(patience, seen)
        .await
        .unwrap_or_else(late)
}
