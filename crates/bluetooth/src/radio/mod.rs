//! The phone's Bluetooth radio, on whatever the operating system has (btleplug).

mod adapter;
mod scanning;

use std::sync::Arc;

use async_trait::async_trait;
use btleplug::{
    api::{Central as _, CentralState, Manager as _},
    platform::{Adapter, Manager},
};
use futures::{FutureExt, StreamExt, future, stream::BoxStream};
use tokio::sync::Mutex;
use tokio_stream::wrappers::BroadcastStream;

use crate::{
    Central, Link, LinkError, Sighting,
    central::Address,
    connection::{Listen, Visit, connect},
    fault::fault,
};
use adapter::{Known, Radio};

/// A Bluetooth LE central on one adapter.
///
/// Making one costs nothing and cannot fail: the adapter is looked up whenever it is needed, so one that is
/// plugged in or switched on later is found.
#[derive(Debug, Default)]
pub struct BluetoothCentral {
    name: Option<String>,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    manager: Option<Manager>,
    radio: Option<Arc<Radio>>,
}

impl BluetoothCentral {
    /// Uses the adapter of this name (`hci1`; Linux), or the first that is switched on.
    pub fn new(adapter: Option<String>) -> Self {
        Self {
            name: adapter,
            ..Self::default()
        }
    }

    /// The adapter that is to be used now: the same as before where that is still there.
    async fn radio(&self) -> Result<Arc<Radio>, LinkError> {
        let mut kept = self.kept.lock().await;
        let manager = match kept.manager.take() {
            Some(manager) => manager,
            None => Manager::new().await.map_err(fault)?,
        };
        let (adapter, name) = self.choose(&manager).await?;
        kept.manager = Some(manager);
        match &kept.radio {
            Some(radio) if radio.is(&name) => Ok(Arc::clone(radio)),
            _ => {
                let radio = Radio::open(adapter, name).await?;
                kept.radio = Some(Arc::clone(&radio));
                Ok(radio)
            }
        }
    }

    async fn choose(&self, manager: &Manager) -> Result<(Adapter, String), LinkError> {
        let mut off = None;
        for adapter in manager.adapters().await.map_err(fault)? {
            let name = adapter.adapter_info().await.map_err(fault)?;
            if !self.is_wanted(&name) {
                continue;
            }
            match adapter.adapter_state().await.map_err(fault)? {
                CentralState::PoweredOff => off = Some(LinkError::BluetoothOff),
                CentralState::PoweredOn | CentralState::Unknown => return Ok((adapter, name)),
            }
        }
        Err(off.unwrap_or(LinkError::NoAdapter))
    }

    /// On Linux an adapter describes itself by its name first: `hci1 (usb:…)`.
    fn is_wanted(&self, info: &str) -> bool {
        let name = info.split_whitespace().next();
        self.name.is_none() || self.name.as_deref() == name
    }
}

#[async_trait]
impl Central for BluetoothCentral {
    async fn availability(&self) -> Result<(), LinkError> {
        self.radio().await.map(drop)
    }

    async fn scan(&self) -> Result<BoxStream<'static, Sighting>, LinkError> {
        scanning::sightings(self.radio().await?).await
    }

    async fn connect(&self, door: &Sighting) -> Result<Link, LinkError> {
        let Address::Radio(id) = &door.address.0 else {
            return Err(LinkError::NotFound);
        };
        let radio = self.radio().await?;
        let known = radio.known(id).await?;
        // Many adapters cannot connect and scan at the same time.
        let _paused = radio.scanning.pause().await;
        let visit = Visit {
            device: known.device.clone(),
            turn: Arc::clone(&known.turn),
            events: radio.events.subscribe(),
            listen: listen(known),
        };
        connect(visit).await
    }
}

/// Listens from before the connection on. Whoever missed a chunk can make nothing of the rest.
fn listen(known: Arc<Known>) -> Listen {
    Box::new(move || {
        let said = BroadcastStream::new(known.said.subscribe());
        let words = said.scan(known, |_known, chunk| future::ready(chunk.ok()));
        future::ready(Ok(words.boxed())).boxed()
    })
}
