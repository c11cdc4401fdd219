//! A phone's connection taken apart, to count its writes and to time its steps.

use std::{
    fmt,
    time::{Duration, Instant},
};

use access::DoorId;
use anyhow::{Context, Result, bail};
use btleplug::{
    api::{
        Central as _, CentralEvent, Characteristic, Manager as _, Peripheral as _, ScanFilter,
        WriteType,
    },
    platform::{Adapter, Manager, Peripheral},
};
use building_tests::keyring::Request;
use door_protocol::{Answer, FROM_DOOR_UUID, KeyOutput, SERVICE_UUID, TO_DOOR_UUID, chunks};
use futures::StreamExt;
use tokio::time::timeout;
use uuid::Uuid;

/// The longest that any single step may take on an emulated machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// What ATT adds to a write (Core Specification, vol. 3, part F, 3.4.5.3).
const ATT_HEADER: u16 = 3;

/// The longest value that BlueZ up to 5.66 delivers whole.
const LONGEST_VALUE: u16 = 510;

/// A connected door whose characteristics are known, not yet subscribed to.
pub struct Connection {
    device: Peripheral,
    to_door: Characteristic,
    from_door: Characteristic,
}

/// One unlock, as the phone saw it.
#[derive(Clone, Copy, Debug)]
pub struct Unlock {
    /// What the door answered.
    pub answer: Answer,
    /// When the phone began to subscribe.
    pub subscribed_at: std::time::SystemTime,
    /// How many ATT writes carried the request.
    pub writes: u32,
    /// How long the request was, in bytes.
    pub request_len: usize,
}

impl fmt::Debug for Connection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Connection").finish_non_exhaustive()
    }
}

impl Connection {
    /// Finds the advertised door from the controller `adapter`, connects and discovers.
    pub async fn open(adapter: &str, door: DoorId) -> Result<Self> {
        let adapter = adapter_called(adapter).await?;
        let device = timeout(PATIENCE, seen(&adapter, door))
            .await
            .context("no door was seen")??;
        timeout(PATIENCE, device.connect())
            .await
            .context("connecting took too long")??;
        timeout(PATIENCE, device.discover_services())
            .await
            .context("discovery took too long")??;
        let to_door = characteristic(&device, TO_DOOR_UUID)?;
        let from_door = characteristic(&device, FROM_DOOR_UUID)?;
        Ok(Self {
            device,
            to_door,
            from_door,
        })
    }

    /// Subscribes and unlocks.
    pub async fn unlock(&self, request: Request<'_>) -> Result<Unlock> {
        let mut notifications = self.device.notifications().await?;
        let started = Instant::now();
        let subscribed_at = std::time::SystemTime::now();
        let mut session = request.session(started.elapsed());
        self.device.subscribe(&self.from_door).await?;
        let (mut writes, mut request_len) = (0, 0);
        loop {
            while let Some(output) = session.poll_output() {
                match output {
                    KeyOutput::Send(framed) => {
                        writes += self.write(&framed).await?;
                        request_len += framed.len();
                    }
                    KeyOutput::Answer(answer) => {
                        return Ok(Unlock {
                            answer,
                            subscribed_at,
                            writes,
                            request_len,
                        });
                    }
                    KeyOutput::Carried(_) | KeyOutput::Deadline(_) => {}
                    KeyOutput::Failed(error) => bail!(error),
                }
            }
            let said = timeout(PATIENCE, notifications.next())
                .await
                .context("the door is silent")?;
            let said = said.context("the door disconnected")?;
            session.handle_bytes(&said.value, started.elapsed());
        }
    }

    /// Ends the subscription, which BlueZ would otherwise renew by itself at the next connection, and the
    /// connection, and waits until it has ended.
    pub async fn close(self) -> Result<()> {
        self.device.unsubscribe(&self.from_door).await?;
        self.device.disconnect().await?;
        while self.device.is_connected().await? {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    async fn write(&self, framed: &[u8]) -> Result<u32> {
        let longest = self
            .device
            .mtu()
            .saturating_sub(ATT_HEADER)
            .min(LONGEST_VALUE);
        let mut writes = 0;
        for chunk in chunks(framed, longest.into()) {
            self.device
                .write(&self.to_door, chunk, WriteType::WithoutResponse)
                .await?;
            writes += 1;
        }
        Ok(writes)
    }
}

/// The controller of this name.
pub(crate) async fn adapter_called(name: &str) -> Result<Adapter> {
    for adapter in Manager::new().await?.adapters().await? {
        // On Linux the description starts with the name: `hci1 (usb:…)`.
        if adapter.adapter_info().await?.split_whitespace().next() == Some(name) {
            return Ok(adapter);
        }
    }
    bail!("there is no controller called {name}")
}

fn characteristic(device: &Peripheral, uuid: u128) -> Result<Characteristic> {
    let uuid = Uuid::from_u128(uuid);
    let found = device
        .characteristics()
        .into_iter()
        .find(|one| one.uuid == uuid);
    found.with_context(|| format!("the door has no characteristic {uuid}"))
}

/// Scans until the door is seen.
async fn seen(adapter: &Adapter, door: DoorId) -> Result<Peripheral> {
    let mut events = adapter.events().await?;
    adapter
        .start_scan(ScanFilter {
            services: vec![Uuid::from_u128(SERVICE_UUID)],
        })
        .await?;
    while let Some(event) = events.next().await {
        let (CentralEvent::DeviceDiscovered(id)
        | CentralEvent::DeviceUpdated(id)
        | CentralEvent::ManufacturerDataAdvertisement { id, .. }) = event
        else {
            continue;
        };
        let device = adapter.peripheral(&id).await?;
        let known = device.properties().await?.unwrap_or_default();
        if bluetooth::door_of(&known.manufacturer_data) == Some(door.short()) {
            adapter.stop_scan().await?;
            return Ok(device);
        }
    }
    bail!("the controller was taken away")
}
