//! The phone's Bluetooth radio, on whatever the operating system has (btleplug).

mod connection;
mod fault;
mod scanning;

use async_trait::async_trait;
use btleplug::{
    api::{Central as _, CentralState, Manager as _},
    platform::{Adapter, Manager},
};
use futures::stream::BoxStream;
use tokio::sync::Mutex;

use crate::{Central, Link, LinkError, Sighting, central::Address};
use fault::fault;
use scanning::Scanning;

/// A Bluetooth LE central on one adapter.
///
/// Making one costs nothing and cannot fail: the adapter is looked up whenever it is needed, so one that is
/// plugged in or switched on later is found.
#[derive(Debug, Default)]
pub struct BluetoothCentral {
    name: Option<String>,
    manager: Mutex<Option<Manager>>,
    scanning: Scanning,
}

impl BluetoothCentral {
    /// Uses the adapter of this name (`hci1`; Linux), or the first that is switched on.
    pub fn new(adapter: Option<String>) -> Self {
        Self {
            name: adapter,
            ..Self::default()
        }
    }

    async fn adapter(&self) -> Result<Adapter, LinkError> {
        let mut adapters = Vec::new();
        for adapter in self.adapters().await? {
            if self.is_wanted(&adapter).await {
                adapters.push(adapter);
            }
        }
        let mut off = None;
        for adapter in adapters {
            match adapter.adapter_state().await.map_err(fault)? {
                CentralState::PoweredOff => off = Some(LinkError::BluetoothOff),
                CentralState::PoweredOn | CentralState::Unknown => return Ok(adapter),
            }
        }
        Err(off.unwrap_or(LinkError::NoAdapter))
    }

    async fn adapters(&self) -> Result<Vec<Adapter>, LinkError> {
        let mut kept = self.manager.lock().await;
        let manager = match kept.take() {
            Some(manager) => manager,
            None => Manager::new().await.map_err(fault)?,
        };
        let adapters = manager.adapters().await.map_err(fault)?;
        *kept = Some(manager);
        Ok(adapters)
    }

    /// On Linux the description starts with the name: `hci1 (usb:…)`.
    async fn is_wanted(&self, adapter: &Adapter) -> bool {
        let Some(wanted) = &self.name else {
            return true;
        };
        let info = adapter.adapter_info().await;
        info.is_ok_and(|info| info.split_whitespace().next() == Some(wanted))
    }
}

#[async_trait]
impl Central for BluetoothCentral {
    async fn availability(&self) -> Result<(), LinkError> {
        self.adapter().await.map(drop)
    }

    async fn scan(&self) -> Result<BoxStream<'static, Sighting>, LinkError> {
        let adapter = self.adapter().await?;
        self.scanning.sightings(adapter).await
    }

    async fn connect(&self, door: &Sighting) -> Result<Link, LinkError> {
        let Address::Radio(id) = &door.address.0 else {
            return Err(LinkError::NotFound);
        };
        let adapter = self.adapter().await?;
        // Many adapters cannot connect and scan at the same time.
        let _paused = self.scanning.pause().await;
        connection::connect(&adapter, id).await
    }
}
