//! An Android phone's radio: blec's stack behind the traits that btleplug has, and the same links over it.
//!
//! It differs from [`crate::BluetoothCentral`]'s in what the stack tells by itself. It does not say who was heard, nor that
//! Bluetooth was switched off: both are looked up. It hears a device only once it is connected, and may have forgotten
//! one that it saw a moment ago. And it asks the person for a permission, once.

mod sightings;
mod stack;
#[cfg(test)]
mod tests;

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use btleplug::{
    api::{
        Central as Adapter, CentralEvent, CentralState, Peripheral as _, RetrievePeripheralsOptions,
    },
    platform::PeripheralId,
};
use bytes::Bytes;
use door_protocol::FROM_DOOR_UUID;
use futures::{
    FutureExt, StreamExt,
    future::{self, BoxFuture, Shared},
    stream::BoxStream,
};
use tokio::sync::{self, broadcast};
use uuid::Uuid;

use crate::{
    Central, Link, LinkError, Sighting,
    central::Address,
    connection::{Listen, Visit, connect},
    fault::fault,
    pump::{BACKLOG, Pump},
    scanning::{Manner, Scanning},
};
use stack::{Blec, Stack};

/// Android lets an app begin five scans in half a minute; connecting interrupts one, too.
const MANNER: Manner = Manner {
    round: Some(Duration::from_secs(8)),
    stops_first: true,
};

/// A Bluetooth LE central on a phone's own radio.
///
/// Making one costs nothing and cannot fail. The person is asked for the permission when the radio is first used.
pub struct PhoneCentral {
    phone: Phone<Blec>,
}

impl Default for PhoneCentral {
    fn default() -> Self {
        Self {
            phone: Phone::over(Blec),
        }
    }
}

impl fmt::Debug for PhoneCentral {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PhoneCentral")
    }
}

#[async_trait]
impl Central for PhoneCentral {
    async fn availability(&self) -> Result<(), LinkError> {
        self.phone.availability().await
    }

    async fn scan(&self) -> Result<BoxStream<'static, Sighting>, LinkError> {
        self.phone.scan().await
    }

    async fn connect(&self, door: &Sighting) -> Result<Link, LinkError> {
        self.phone.connect(door).await
    }
}

/// The same, over any stack.
struct Phone<S: Stack> {
    stack: Arc<S>,
    kept: sync::Mutex<Kept<S::Adapter>>,
}

struct Kept<A: Adapter + 'static> {
    permission: Permission,
    radio: Option<Arc<Radio<A>>>,
}

#[derive(Clone)]
enum Permission {
    Unknown,
    /// The person is being asked. Whoever wanted to know may be gone by now: the question covers the app.
    Asked(Shared<BoxFuture<'static, Option<bool>>>),
    Given,
    Refused,
}

impl<S: Stack> Phone<S> {
    fn over(stack: S) -> Self {
        let kept = Kept {
            permission: Permission::Unknown,
            radio: None,
        };
        Self {
            stack: Arc::new(stack),
            kept: sync::Mutex::new(kept),
        }
    }

    /// The radio, while it may be used and is switched on.
    async fn radio(&self) -> Result<Arc<Radio<S::Adapter>>, LinkError> {
        let mut kept = self.kept.lock().await;
        self.stack.ready().await?;
        let adapter = match &kept.radio {
            Some(radio) => radio.adapter.clone(),
            None => self.stack.adapter().await.map_err(fault)?,
        };
        if !self.may_use(&mut kept.permission, &adapter).await {
            return Err(LinkError::PermissionDenied);
        }
        match adapter.adapter_state().await.map_err(fault)? {
            CentralState::PoweredOn => {}
            CentralState::PoweredOff => return Err(LinkError::BluetoothOff),
            CentralState::Unknown => return Err(LinkError::NoAdapter),
        }
        if let Some(radio) = &kept.radio
            && !radio.pump.is_finished()
        {
            return Ok(Arc::clone(radio));
        }
        let radio = Arc::new(Radio::open(adapter).await?);
        kept.radio = Some(Arc::clone(&radio));
        Ok(radio)
    }

    /// Asks the person once. Who refused is not asked again: a scan that begins shows that they thought better of it.
    async fn may_use(&self, permission: &mut Permission, adapter: &S::Adapter) -> bool {
        if matches!(permission, Permission::Unknown) {
            *permission = Permission::Asked(self.ask());
        }
        let answer = match permission.clone() {
            Permission::Asked(answer) => answer.await,
            Permission::Refused => Some(may_scan(adapter).await),
            Permission::Given => Some(true),
            Permission::Unknown => None,
        };
        *permission = match answer {
            Some(true) => Permission::Given,
            Some(false) => Permission::Refused,
            None => Permission::Unknown,
        };
        answer == Some(true)
    }

    /// The answer, or none where the question could not be put.
    fn ask(&self) -> Shared<BoxFuture<'static, Option<bool>>> {
        let stack = Arc::clone(&self.stack);
        let asking = tokio::spawn(async move { stack.ask().await });
        asking.map(|answer| answer.ok()?.ok()).boxed().shared()
    }

    /// Notes that the permission was taken away while the app runs.
    async fn note<T>(&self, result: Result<T, LinkError>) -> Result<T, LinkError> {
        if matches!(result, Err(LinkError::PermissionDenied)) {
            self.kept.lock().await.permission = Permission::Refused;
        }
        result
    }
}

async fn may_scan(adapter: &impl Adapter) -> bool {
    let began = adapter
        .start_scan(btleplug::api::ScanFilter::default())
        .await;
    if began.is_ok()
        && let Err(error) = adapter.stop_scan().await
    {
        tracing::debug!(%error, "the scan had already stopped");
    }
    !matches!(began.map_err(fault), Err(LinkError::PermissionDenied))
}

#[async_trait]
impl<S: Stack> Central for Phone<S> {
    async fn availability(&self) -> Result<(), LinkError> {
        self.radio().await.map(drop)
    }

    async fn scan(&self) -> Result<BoxStream<'static, Sighting>, LinkError> {
        let radio = self.radio().await?;
        self.note(sightings::sightings(radio).await).await
    }

    async fn connect(&self, door: &Sighting) -> Result<Link, LinkError> {
        let Address::Radio(id) = &door.address.0 else {
            return Err(LinkError::NotFound);
        };
        let radio = self.radio().await?;
        let _paused = radio.scanning.pause().await;
        let device = radio.device(id).await?;
        let visit = Visit {
            turn: radio.turn(id),
            events: radio.events.subscribe(),
            listen: listen(device.clone()),
            device,
        };
        self.note(connect(visit).await).await
    }
}

/// Listens once the device is connected, before it can have been asked to speak.
fn listen(device: impl btleplug::api::Peripheral + 'static) -> Listen {
    let from_door = Uuid::from_u128(FROM_DOOR_UUID);
    let listening = async move {
        let said = device.notifications().await.map_err(fault)?;
        let words = said.filter(move |said| future::ready(said.uuid == from_door));
        Ok(words.map(|said| Bytes::from(said.value)).boxed())
    };
    Box::new(move || listening.boxed())
}

/// The adapter in use.
struct Radio<A: Adapter + 'static> {
    adapter: A,
    events: broadcast::Sender<CentralEvent>,
    scanning: Scanning<A>,
    turns: Mutex<HashMap<PeripheralId, Arc<sync::Mutex<()>>>>,
    pump: Pump,
}

impl<A: Adapter + 'static> Radio<A> {
    async fn open(adapter: A) -> Result<Self, LinkError> {
        let stream = adapter.events().await.map_err(fault)?;
        let (events, _) = broadcast::channel(BACKLOG);
        Ok(Self {
            scanning: Scanning::of(adapter.clone(), MANNER),
            pump: Pump::start(stream, events.clone(), Some),
            adapter,
            events,
            turns: Mutex::default(),
        })
    }

    /// The device of this id. Each scan forgets those of the one before; they are still there by their address.
    async fn device(&self, id: &PeripheralId) -> Result<A::Peripheral, LinkError> {
        let options = RetrievePeripheralsOptions {
            identifiers: Some(vec![id.clone()]),
            services: None,
        };
        let devices = self.adapter.retrieve_peripherals(options).await;
        let mut devices = devices.map_err(fault)?.into_iter();
        devices
            .find(|device| device.id() == *id)
            .ok_or(LinkError::NotFound)
    }

    fn turn(&self, id: &PeripheralId) -> Arc<sync::Mutex<()>> {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(turns.entry(id.clone()).or_default())
    }
}
