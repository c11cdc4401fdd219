//! One scan, shared by everybody who looks for doors and paused while somebody connects.

use std::sync::Arc;

use btleplug::{
    api::{Central as _, CentralEvent, CentralState, Peripheral as _, ScanFilter},
    platform::{Adapter, PeripheralId},
};
use door_protocol::SERVICE_UUID;
use futures::{StreamExt, stream::BoxStream};
use tokio::sync::Mutex;
use uuid::Uuid;

use super::fault::fault;
use crate::{LinkAddress, LinkError, Sighting, advertisement, central::Address};

/// What HCI reports for a signal strength that it does not know (Core Specification, vol. 4, part E, 7.7.65.2).
const RSSI_UNKNOWN: i16 = 127;

/// Whether the adapter scans, for how many, and how many hold it back. Clones share the state.
#[derive(Clone, Debug, Default)]
pub(super) struct Scanning {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    adapter: Option<Adapter>,
    watchers: usize,
    pauses: usize,
}

impl Scanning {
    /// Scans until the stream is dropped, or until the adapter is switched off.
    pub(super) async fn sightings(
        &self,
        adapter: Adapter,
    ) -> Result<BoxStream<'static, Sighting>, LinkError> {
        let events = adapter.events().await.map_err(fault)?;
        let watch = self.watch(adapter.clone()).await?;
        let seen = events
            .take_while(|event| std::future::ready(!is_off(event)))
            .filter_map(move |event| {
                let adapter = adapter.clone();
                async move { sighting(&adapter, subject(event)?).await }
            })
            .inspect(move |_| {
                let _scan_lives_as_long_as_the_stream = &watch;
            });
        Ok(seen.boxed())
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

    async fn watch(&self, adapter: Adapter) -> Result<Watch, LinkError> {
        let mut state = self.state.lock().await;
        state.adapter = Some(adapter);
        if state.watchers == 0 && state.pauses == 0 {
            state.start().await?;
        }
        state.watchers += 1;
        Ok(Watch(self.clone()))
    }
}

impl State {
    async fn start(&self) -> Result<(), LinkError> {
        let filter = ScanFilter {
            services: vec![Uuid::from_u128(SERVICE_UUID)],
        };
        match &self.adapter {
            Some(adapter) => adapter.start_scan(filter).await.map_err(fault),
            None => Ok(()),
        }
    }

    async fn stop(&self) {
        if let Some(adapter) = &self.adapter
            && let Err(error) = adapter.stop_scan().await
        {
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
pub(super) fn later(work: impl Future<Output = ()> + Send + 'static) {
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

async fn sighting(adapter: &Adapter, id: PeripheralId) -> Option<Sighting> {
    let device = adapter.peripheral(&id).await.ok()?;
    let properties = device.properties().await.ok()??;
    let service = Uuid::from_u128(SERVICE_UUID);
    if !properties.services.contains(&service) {
        return None;
    }
    // A device that was heard in an earlier scan, and not in this one, has no signal strength.
    let rssi = properties.rssi?;
    Some(Sighting {
        door: advertisement::door_of(&properties.manufacturer_data)?,
        rssi_dbm: (rssi != RSSI_UNKNOWN).then_some(rssi),
        address: LinkAddress(Address::Radio(id)),
    })
}
