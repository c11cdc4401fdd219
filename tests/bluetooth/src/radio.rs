//! A phone's connection taken apart, to count its writes and to time its steps.

use std::{
    fmt,
    pin::Pin,
    time::{Duration, Instant, SystemTime},
};

use access::DoorId;
use anyhow::{Context, Result, bail};
use btleplug::{
    api::{
        Central as _, CentralEvent, Characteristic, Manager as _, Peripheral as _, ScanFilter,
        ValueNotification, WriteType,
    },
    platform::{Adapter, Manager, Peripheral},
};
use building_tests::keyring::Request;
use door_protocol::{
    Answer, Command, FROM_DOOR_UUID, KeyOutput, KeySession, SERVICE_UUID, TO_DOOR_UUID, chunks,
};
use futures::{Stream, StreamExt};
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
    /// How it came about.
    pub steps: Steps,
}

/// When each step towards a connection was done.
#[derive(Clone, Copy, Debug)]
pub struct Steps {
    /// The phone began to look for the door.
    pub scan: SystemTime,
    /// The door was seen.
    pub seen: SystemTime,
    /// The link was there.
    pub connected: SystemTime,
    /// Its characteristics were known.
    pub discovered: SystemTime,
}

/// A subscribed door that has spoken: one write away from being asked.
pub struct Heard<'a> {
    connection: &'a Connection,
    notifications: Pin<Box<dyn Stream<Item = ValueNotification> + Send>>,
    hello: Vec<u8>,
    subscribed_at: SystemTime,
}

/// A door that has answered, on a connection that it keeps open.
pub struct Answered<'a> {
    connection: &'a Connection,
    notifications: Pin<Box<dyn Stream<Item = ValueNotification> + Send>>,
    session: KeySession,
    started: Instant,
}

/// One unlock, as the phone saw it.
#[derive(Clone, Copy, Debug)]
pub struct Unlock {
    /// What the door answered.
    pub answer: Answer,
    /// When the phone began to subscribe; for a further unlock on the connection, when it asked.
    pub subscribed_at: SystemTime,
    /// When the phone began to make its request.
    pub asked_at: SystemTime,
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

impl fmt::Debug for Heard<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Heard").finish_non_exhaustive()
    }
}

impl fmt::Debug for Answered<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Answered").finish_non_exhaustive()
    }
}

impl Connection {
    /// Finds the advertised door from the controller `adapter`, connects and discovers.
    pub async fn open(adapter: &str, door: DoorId) -> Result<Self> {
        let adapter = adapter_called(adapter).await?;
        let scan = SystemTime::now();
        let device = timeout(PATIENCE, seen(&adapter, door))
            .await
            .context("no door was seen")??;
        let seen = SystemTime::now();
        timeout(PATIENCE, device.connect())
            .await
            .context("connecting took too long")??;
        let connected = SystemTime::now();
        timeout(PATIENCE, device.discover_services())
            .await
            .context("discovery took too long")??;
        let to_door = characteristic(&device, TO_DOOR_UUID)?;
        let from_door = characteristic(&device, FROM_DOOR_UUID)?;
        let steps = Steps {
            scan,
            seen,
            connected,
            discovered: SystemTime::now(),
        };
        Ok(Self {
            device,
            to_door,
            from_door,
            steps,
        })
    }

    /// Subscribes and unlocks.
    pub async fn unlock(&self, request: Request<'_>) -> Result<Unlock> {
        let (unlock, _) = self.hear().await?.unlock(request).await?;
        Ok(unlock)
    }

    /// Subscribes, and waits until the door has spoken.
    pub async fn hear(&self) -> Result<Heard<'_>> {
        let mut notifications = self.device.notifications().await?;
        let subscribed_at = SystemTime::now();
        self.device.subscribe(&self.from_door).await?;
        let said = timeout(PATIENCE, notifications.next())
            .await
            .context("the door is silent")?;
        Ok(Heard {
            connection: self,
            hello: said.context("the door disconnected")?.value,
            notifications,
            subscribed_at,
        })
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

impl<'a> Heard<'a> {
    /// Asks the door to unlock, in the way that a phone does when its button is pressed.
    pub async fn unlock(self, request: Request<'_>) -> Result<(Unlock, Answered<'a>)> {
        let asked_at = SystemTime::now();
        let started = Instant::now();
        let mut session = request.session(Duration::ZERO);
        session.handle_bytes(&self.hello, started.elapsed());
        let mut answered = Answered {
            connection: self.connection,
            notifications: self.notifications,
            session,
            started,
        };
        let unlock = answered.converse(self.subscribed_at, asked_at).await?;
        Ok((unlock, answered))
    }
}

impl Answered<'_> {
    /// Asks the door to unlock once more, on the same connection.
    pub async fn unlock_again(&mut self) -> Result<Unlock> {
        let asked_at = SystemTime::now();
        let now = self.started.elapsed();
        self.session.handle_command(Command::Unlock, now)?;
        self.converse(asked_at, asked_at).await
    }

    async fn converse(
        &mut self,
        subscribed_at: SystemTime,
        asked_at: SystemTime,
    ) -> Result<Unlock> {
        let (mut writes, mut request_len) = (0, 0);
        loop {
            while let Some(output) = self.session.poll_output() {
                match output {
                    KeyOutput::Send(framed) => {
                        writes += self.connection.write(&framed).await?;
                        request_len += framed.len();
                    }
                    KeyOutput::Answer(answer) => {
                        return Ok(Unlock {
                            answer,
                            subscribed_at,
                            asked_at,
                            writes,
                            request_len,
                        });
                    }
                    KeyOutput::Carried(_) | KeyOutput::Deadline(_) => {}
                    KeyOutput::Failed(error) => bail!(error),
                }
            }
            let said = timeout(PATIENCE, self.notifications.next())
                .await
                .context("the door is silent")?;
            let said = said.context("the door disconnected")?;
            self.session
                .handle_bytes(&said.value, self.started.elapsed());
        }
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
