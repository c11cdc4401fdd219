//! What a scan on the operating system's own radio tells of doors.

use std::{sync::Arc, time::Duration};

use btleplug::{
    api::{Central as _, CentralEvent, CentralState, Peripheral as _},
    platform::{Adapter, Peripheral, PeripheralId},
};
use futures::{
    StreamExt,
    stream::{self, BoxStream},
};
use tokio_stream::wrappers::BroadcastStream;

use super::adapter::Radio;
use crate::{LinkError, Sighting, fault::fault, scanning::Manner, sighting::sighting};

/// Only BlueZ wants to be asked again and again.
pub(super) const MANNER: Manner = Manner {
    round: if cfg!(target_os = "linux") {
        Some(Duration::from_secs(4))
    } else {
        None
    },
    stops_first: false,
};

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
            async move { sighting(&radio.adapter.peripheral(&id).await.ok()?).await }
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
