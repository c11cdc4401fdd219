//! The ways to a door.

use std::io;
use std::sync::Arc;

use access::ShortDoorId;
use async_trait::async_trait;
#[cfg(not(target_os = "android"))]
use bluetooth::BluetoothCentral as Radio;
#[cfg(target_os = "android")]
use bluetooth::PhoneCentral as Radio;
use bluetooth::{Central, LinkError, StreamCentral};
use hub_api::{LiveReceiver, LiveSender, LocalAddress, live_connection};
use tokio::net::{TcpStream, lookup_host};

/// What this machine can reach doors with: its radio and network, or a test's own.
#[async_trait]
pub trait Links: Send + Sync {
    /// This machine's Bluetooth; says why when there is none to use.
    async fn bluetooth(&self) -> Result<Arc<dyn Central>, LinkError>;

    /// Doors on the network, at these `host:port` addresses.
    async fn stream(&self, doors: &[(ShortDoorId, String)]) -> Arc<dyn Central>;

    /// What listens at an address of the local network: a door to be watched live, or something else.
    async fn live(&self, address: LocalAddress) -> io::Result<(LiveSender, LiveReceiver)>;
}

/// The real radio and network.
#[derive(Clone, Debug, Default)]
pub struct LiveLinks {
    bluetooth: Arc<Radio>,
}

#[async_trait]
impl Links for LiveLinks {
    async fn bluetooth(&self) -> Result<Arc<dyn Central>, LinkError> {
        self.bluetooth.availability().await?;
        Ok(self.bluetooth.clone())
    }

    async fn stream(&self, doors: &[(ShortDoorId, String)]) -> Arc<dyn Central> {
        let mut addresses = Vec::new();
        for (door, address) in doors {
            // A name that does not resolve now may do so at the next look.
            let resolved = lookup_host(address).await.into_iter().flatten();
            addresses.extend(resolved.map(|address| (*door, address)).next());
        }
        Arc::new(StreamCentral::new(addresses))
    }

    async fn live(&self, address: LocalAddress) -> io::Result<(LiveSender, LiveReceiver)> {
        let stream = TcpStream::connect(address.socket()).await?;
        stream.set_nodelay(true)?;
        Ok(live_connection(stream))
    }
}
