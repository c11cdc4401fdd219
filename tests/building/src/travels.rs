use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use access::ShortDoorId;
use async_trait::async_trait;
use bluetooth::{Central, LinkError};
use hub_api::{LiveReceiver, LiveSender, LocalAddress};
use resident::links::{Links, LiveLinks};

/// This machine's radio and network, with doors' live view out of reach until the device is at home.
#[derive(Clone, Debug, Default)]
pub struct Travels {
    links: LiveLinks,
    is_home: Arc<AtomicBool>,
}

impl Travels {
    /// Comes into the building's network.
    pub fn come_home(&self) {
        self.is_home.store(true, Ordering::SeqCst);
    }
}

#[async_trait]
impl Links for Travels {
    async fn bluetooth(&self) -> Result<Arc<dyn Central>, LinkError> {
        self.links.bluetooth().await
    }

    async fn stream(&self, doors: &[(ShortDoorId, String)]) -> Arc<dyn Central> {
        self.links.stream(doors).await
    }

    async fn live(&self, address: LocalAddress) -> io::Result<(LiveSender, LiveReceiver)> {
        if self.is_home.load(Ordering::SeqCst) {
            self.links.live(address).await
        } else {
            Err(io::ErrorKind::NetworkUnreachable.into())
        }
    }
}
