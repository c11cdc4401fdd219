//! One adapter and the devices that were connected to on it.
//!
//! Event streams are opened once and kept. On Linux that is a must: BlueZ subscribes again by itself to what this
//! program once subscribed to, as soon as the device is back, so a door may speak before connecting has returned.
//! It also spares the bus from match rules that come and go.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use btleplug::{
    api::{Central as _, CentralEvent, Peripheral as _},
    platform::{Adapter, Peripheral, PeripheralId},
};
use bytes::Bytes;
use door_protocol::FROM_DOOR_UUID;
use tokio::sync::{self, broadcast};
use uuid::Uuid;

use super::scanning::MANNER;
use crate::{
    LinkError,
    fault::fault,
    pump::{BACKLOG, Pump},
    scanning::Scanning,
};

/// An adapter in use.
#[derive(Debug)]
pub(super) struct Radio {
    pub(super) adapter: Adapter,
    pub(super) events: broadcast::Sender<CentralEvent>,
    pub(super) scanning: Scanning<Adapter>,
    name: String,
    known: Mutex<HashMap<PeripheralId, Arc<Known>>>,
    pump: Pump,
}

impl Radio {
    pub(super) async fn open(adapter: Adapter, name: String) -> Result<Arc<Self>, LinkError> {
        let stream = adapter.events().await.map_err(fault)?;
        let (events, _) = broadcast::channel(BACKLOG);
        Ok(Arc::new(Self {
            scanning: Scanning::of(adapter.clone(), MANNER),
            pump: Pump::start(stream, events.clone(), Some),
            adapter,
            events,
            name,
            known: Mutex::default(),
        }))
    }

    /// Whether it is the adapter of this description, and still tells what happens.
    pub(super) fn is(&self, name: &str) -> bool {
        self.name == name && !self.pump.is_finished()
    }

    /// The device of this id, and what it says from now on.
    pub(super) async fn known(&self, id: &PeripheralId) -> Result<Arc<Known>, LinkError> {
        let kept = self.lock().get(id).cloned();
        if let Some(known) = kept {
            return Ok(known);
        }
        let device = self.adapter.peripheral(id).await.map_err(fault)?;
        let known = Arc::new(Known::listen(device).await?);
        Ok(Arc::clone(self.lock().entry(id.clone()).or_insert(known)))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<PeripheralId, Arc<Known>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A device that was connected to, or is about to be.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) device: Peripheral,
    /// What the door says.
    pub(super) said: broadcast::Sender<Bytes>,
    /// Held while connected: one connection after another.
    pub(super) turn: Arc<sync::Mutex<()>>,
    _pump: Pump,
}

impl Known {
    async fn listen(device: Peripheral) -> Result<Self, LinkError> {
        let stream = device.notifications().await.map_err(fault)?;
        let (said, _) = broadcast::channel(BACKLOG);
        let from_door = Uuid::from_u128(FROM_DOOR_UUID);
        let pump = Pump::start(stream, said.clone(), move |notification| {
            (notification.uuid == from_door).then(|| Bytes::from(notification.value))
        });
        Ok(Self {
            device,
            said,
            turn: Arc::default(),
            _pump: pump,
        })
    }
}
