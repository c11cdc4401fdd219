//! One scan, shared by everybody who looks for doors and paused while somebody connects.

use std::{sync::Arc, time::Duration};

use btleplug::{
    api::{Central as _, CentralEvent, CentralState, Peripheral as _, ScanFilter},
    platform::{Adapter, Peripheral, PeripheralId},
};
use door_protocol::SERVICE_UUID;
use futures::{
    StreamExt,
    stream::{self, BoxStream},
};
use tokio::{sync::Mutex, task::JoinHandle};
use tokio_stream::wrappers::BroadcastStream;
use uuid::Uuid;

use super::{adapter::Radio, fault::fault};
use crate::{LinkAddress, LinkError, Sighting, advertisement, central::Address};

/// What HCI reports for a signal strength that it does not know (Core Specification, vol. 4, part E, 7.7.65.2).
const RSSI_UNKNOWN: i16 = 127;

/// Between two scans in a row.
const ROUND: Duration = Duration::from_secs(4);

/// Scans until the stream is dropped, or until the adapter is switched off.
pub(super) async fn sightings(
    radio: Arc<Radio>,
) -> Result<BoxStream<'static, Sighting>, LinkError> {
    let events = BroadcastStream::new(radio.events.subscribe());
    let watch = radio.scanning.watch().await?;
    let here = here(&radio.adapter).await?;
    let news = events
        .filter_map(|event| std::future::ready(event.ok()))
        .take_while(|event| std::future::ready(!is_off(event)))
        .filter_map(|event| std::future::ready(subject(event)));
    let seen = stream::iter(here)
        .chain(news)
        .filter_map(move |id| {
            let radio = Arc::clone(&radio);
            async move { sighting(&radio.adapter, id).await }
        })
        .inspect(move |_| {
            let _scan_lives_as_long_as_the_stream = &watch;
        });
    Ok(seen.boxed())
}

/// Devices that are already being heard. Only BlueZ tells them from those heard at some time.
async fn here(adapter: &Adapter) -> Result<Vec<PeripheralId>, LinkError> {
    if cfg!(not(target_os = "linux")) {
        return Ok(Vec::new());
    }
    let devices = adapter.peripherals().await.map_err(fault)?;
    Ok(devices.iter().map(Peripheral::id).collect())
}

/// Whether an adapter scans, for how many, and how many hold it back. Clones share the state.
#[derive(Clone, Debug)]
pub(super) struct Scanning {
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    adapter: Adapter,
    watchers: usize,
    pauses: usize,
    refresh: Option<AbortOnDrop>,
}

impl Scanning {
    pub(super) fn of(adapter: Adapter) -> Self {
        let state = State {
            adapter,
            watchers: 0,
            pauses: 0,
            refresh: None,
        };
        Self {
            state: Arc::new(Mutex::new(state)),
        }
    }

    /// Stops scanning until the guard is dropped.
    pub(super) async fn pause(&self) -> Paused {
        let mut state = self.state.lock().await;
        if state.pauses == 0 && state.watchers > 0 {
            state.stop().await;
        }
        state.pauses += 1;
        Paused(self.clone())
    }

    async fn watch(&self) -> Result<Watch, LinkError> {
        let mut state = self.state.lock().await;
        if state.watchers == 0 && state.pauses == 0 {
            state.start().await?;
        }
        if state.watchers == 0 && cfg!(target_os = "linux") {
            state.refresh = Some(AbortOnDrop(tokio::spawn(refresh(self.clone()))));
        }
        state.watchers += 1;
        Ok(Watch(self.clone()))
    }
}

/// Begins anew from time to time: within one scan the kernel reports a device once.
async fn refresh(scanning: Scanning) {
    loop {
        tokio::time::sleep(ROUND).await;
        let state = scanning.state.lock().await;
        if state.watchers > 0 && state.pauses == 0 {
            state.stop().await;
            if let Err(error) = state.start().await {
                tracing::debug!(%error, "the scan did not begin anew");
            }
        }
    }
}

/// A task that ends with its owner.
#[derive(Debug)]
struct AbortOnDrop(JoinHandle<()>);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl State {
    async fn start(&self) -> Result<(), LinkError> {
        let filter = ScanFilter {
            services: vec![Uuid::from_u128(SERVICE_UUID)],
        };
        self.adapter.start_scan(filter).await.map_err(fault)
    }

    async fn stop(&self) {
        if let Err(error) = self.adapter.stop_scan().await {
            tracing::debug!(%error, "the scan had already stopped");
        }
    }
}

/// Keeps the scan going.
#[derive(Debug)]
struct Watch(Scanning);

impl Drop for Watch {
    fn drop(&mut self) {
        let state = Arc::clone(&self.0.state);
        later(async move {
            let mut state = state.lock().await;
            state.watchers -= 1;
            if state.watchers == 0 {
                state.refresh = None;
            }
            if state.watchers == 0 && state.pauses == 0 {
                state.stop().await;
            }
        });
    }
}

/// Keeps the scan stopped.
#[derive(Debug)]
pub(super) struct Paused(Scanning);

impl Drop for Paused {
    fn drop(&mut self) {
        let state = Arc::clone(&self.0.state);
        later(async move {
            let mut state = state.lock().await;
            state.pauses -= 1;
            if state.pauses == 0
                && state.watchers > 0
                && let Err(error) = state.start().await
            {
                tracing::warn!(%error, "the scan did not go on");
            }
        });
    }
}

/// Runs what a drop cannot wait for; nothing is left to do once the runtime is gone.
fn later(work: impl Future<Output = ()> + Send + 'static) {
    if let Ok(runtime) = tokio::runtime::Handle::try_current() {
        runtime.spawn(work);
    }
}

fn is_off(event: &CentralEvent) -> bool {
    matches!(event, CentralEvent::StateUpdate(CentralState::PoweredOff))
}

/// The device that an event tells something new about.
fn subject(event: CentralEvent) -> Option<PeripheralId> {
    match event {
        CentralEvent::DeviceDiscovered(id)
        | CentralEvent::DeviceUpdated(id)
        | CentralEvent::ManufacturerDataAdvertisement { id, .. }
        | CentralEvent::ServicesAdvertisement { id, .. }
        | CentralEvent::RssiUpdate { id, .. } => Some(id),
        _ => None,
    }
}

/// What a device broadcasts decides, and not its services: BlueZ takes the door's from the list when the door stops
/// while it is connected, and does not add it again when the door advertises anew.
async fn sighting(adapter: &Adapter, id: PeripheralId) -> Option<Sighting> {
    let device = adapter.peripheral(&id).await.ok()?;
    let properties = device.properties().await.ok()??;
    // A device that was heard in an earlier scan, and not in this one, has no signal strength.
    let rssi = properties.rssi?;
    Some(Sighting {
        door: advertisement::door_of(&properties.manufacturer_data)?,
        rssi_dbm: (rssi != RSSI_UNKNOWN).then_some(rssi),
        address: LinkAddress(Address::Radio(id)),
    })
}
