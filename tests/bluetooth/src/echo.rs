//! A GATT server that sends back what is written to it, and its client: what the stack itself costs.
//!
//! Both ends use the same libraries in the same way as doors and phones do: a write without response
//! that arrives as a call, a notification through a socket. The server greets whoever subscribes, as
//! a door does, so that a whole exchange can be timed without keys, decision, record or strike.

use std::{
    collections::BTreeSet,
    fmt,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use bluer::{
    adv::{Advertisement, AdvertisementHandle},
    gatt::{
        CharacteristicWriter,
        local::{
            Application, ApplicationHandle, Characteristic, CharacteristicControl,
            CharacteristicControlEvent, CharacteristicNotify, CharacteristicNotifyMethod,
            CharacteristicWrite, CharacteristicWriteMethod, Service, characteristic_control,
        },
    },
};
use btleplug::{
    api::{Central as _, CentralEvent, Peripheral as _, ScanFilter, ValueNotification, WriteType},
    platform::{Adapter, Peripheral},
};
use futures::{FutureExt, StreamExt, stream::BoxStream};
use tokio::{
    io::AsyncWriteExt,
    sync::{mpsc, watch},
    time::timeout,
};
use uuid::Uuid;

use crate::{air::Companion, radio::adapter_called};

const SERVICE: Uuid = Uuid::from_u128(0x6d3f_1c52_9a0b_4f7e_8a55_0e41_bb70_c001);
const WRITTEN: Uuid = Uuid::from_u128(0x6d3f_1c52_9a0b_4f7e_8a55_0e41_bb70_c002);
const NOTIFIED: Uuid = Uuid::from_u128(0x6d3f_1c52_9a0b_4f7e_8a55_0e41_bb70_c003);

/// The longest that any single step may take on an emulated machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// What the server says to whoever subscribes: as long as a door's first message with its frame.
const GREETING: [u8; 34] = [5; 34];

/// An advertised echo; withdrawn when dropped.
#[derive(Debug)]
pub struct EchoServer {
    task: tokio::task::JoinHandle<()>,
    arrival: watch::Receiver<Instant>,
}

impl EchoServer {
    /// Advertises the echo on the controller `adapter`, as `hci0`.
    pub async fn serve(adapter: &str) -> Result<Self> {
        let session = bluer::Session::new().await?;
        let adapter = session.adapter(adapter)?;
        adapter.set_powered(true).await?;
        let (written, arrived) = mpsc::channel(8);
        let (arrival_in, arrival) = watch::channel(Instant::now());
        let (control, control_handle) = characteristic_control();
        let service = Service {
            uuid: SERVICE,
            primary: true,
            characteristics: vec![written_to(written, arrival_in), notified_by(control_handle)],
            ..Service::default()
        };
        let application = Application {
            services: vec![service],
            ..Application::default()
        };
        let application = adapter.serve_gatt_application(application).await?;
        let advertisement = Advertisement {
            service_uuids: BTreeSet::from([SERVICE]),
            discoverable: Some(true),
            ..Advertisement::default()
        };
        let advertisement = adapter.advertise(advertisement).await?;
        let companion = Companion::of(adapter.name()).await?;
        let published = (advertisement, companion, application, session);
        Ok(Self {
            task: tokio::spawn(echo(published, control, arrived)),
            arrival,
        })
    }

    /// When a value last arrived.
    pub fn last_arrival(&self) -> Instant {
        *self.arrival.borrow()
    }
}

impl Drop for EchoServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn written_to(written: mpsc::Sender<Vec<u8>>, arrival: watch::Sender<Instant>) -> Characteristic {
    let arrived = Box::new(move |value, _request| {
        arrival.send_replace(Instant::now());
        let written = written.clone();
        // A value that nobody waits for any more needs no echo.
        async move { drop(written.send(value).await) }
            .map(Ok)
            .boxed()
    });
    Characteristic {
        uuid: WRITTEN,
        write: Some(CharacteristicWrite {
            write_without_response: true,
            method: CharacteristicWriteMethod::Fun(arrived),
            ..CharacteristicWrite::default()
        }),
        ..Characteristic::default()
    }
}

fn notified_by(control_handle: bluer::gatt::local::CharacteristicControlHandle) -> Characteristic {
    Characteristic {
        uuid: NOTIFIED,
        notify: Some(CharacteristicNotify {
            notify: true,
            method: CharacteristicNotifyMethod::Io,
            ..CharacteristicNotify::default()
        }),
        control_handle,
        ..Characteristic::default()
    }
}

type Published = (
    AdvertisementHandle,
    Companion,
    ApplicationHandle,
    bluer::Session,
);

/// Greets whoever subscribes and sends every value back to them.
async fn echo(
    _published: Published,
    mut control: CharacteristicControl,
    mut arrived: mpsc::Receiver<Vec<u8>>,
) {
    let mut subscriber: Option<CharacteristicWriter> = None;
    loop {
        tokio::select! {
            event = control.next() => match event {
                Some(CharacteristicControlEvent::Notify(mut writer)) => {
                    subscriber = writer.write_all(&GREETING).await.is_ok().then_some(writer);
                }
                Some(CharacteristicControlEvent::Write(_)) => {}
                None => return,
            },
            value = arrived.recv() => {
                let (Some(value), Some(writer)) = (value, subscriber.as_mut()) else { continue };
                if writer.write_all(&value).await.is_err() {
                    subscriber = None;
                }
            }
        }
    }
}

/// A connected client of the echo.
pub struct EchoClient {
    device: Peripheral,
    written: btleplug::api::Characteristic,
    notified: btleplug::api::Characteristic,
    notifications: BoxStream<'static, ValueNotification>,
}

impl fmt::Debug for EchoClient {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("EchoClient").finish_non_exhaustive()
    }
}

impl EchoClient {
    /// Finds the echo from the controller `adapter`, connects and discovers.
    pub async fn connect(adapter: &str) -> Result<Self> {
        let adapter = adapter_called(adapter).await?;
        let device = timeout(PATIENCE, find(&adapter))
            .await
            .context("no echo was seen")??;
        timeout(PATIENCE, device.connect())
            .await
            .context("connecting took too long")??;
        timeout(PATIENCE, device.discover_services())
            .await
            .context("discovery took too long")??;
        let characteristic = |uuid| {
            let found = device
                .characteristics()
                .into_iter()
                .find(|one| one.uuid == uuid);
            found.with_context(|| format!("the echo has no characteristic {uuid}"))
        };
        let (written, notified) = (characteristic(WRITTEN)?, characteristic(NOTIFIED)?);
        let notifications = device.notifications().await?;
        Ok(Self {
            device,
            written,
            notified,
            notifications,
        })
    }

    /// The time from subscribing, over the greeting, to the arrival of `value` at the server: what an
    /// unlock is made of, with nothing to be thought about at either end. Once a connection.
    pub async fn exchange(&mut self, server: &EchoServer, value: &[u8]) -> Result<Duration> {
        let started = Instant::now();
        self.subscribe().await?;
        self.round_trip(value).await?;
        Ok(server.last_arrival().duration_since(started))
    }

    async fn subscribe(&mut self) -> Result<()> {
        self.device.subscribe(&self.notified).await?;
        let greeting = self.next().await?;
        anyhow::ensure!(greeting == GREETING, "the echo greeted with something else");
        Ok(())
    }

    async fn next(&mut self) -> Result<Vec<u8>> {
        let said = timeout(PATIENCE, self.notifications.next())
            .await
            .context("the echo is silent")?;
        Ok(said.context("the echo disconnected")?.value)
    }

    /// Writes `value` without response and waits for the notification; the time between. After an
    /// [`exchange`](Self::exchange), which subscribes.
    pub async fn round_trip(&mut self, value: &[u8]) -> Result<Duration> {
        let started = Instant::now();
        self.device
            .write(&self.written, value, WriteType::WithoutResponse)
            .await?;
        let answer = self.next().await?;
        let took = started.elapsed();
        anyhow::ensure!(answer == value, "the echo came back changed");
        Ok(took)
    }

    /// Ends the subscription, which BlueZ would otherwise renew by itself, and the connection.
    pub async fn disconnect(self) -> Result<()> {
        self.device.unsubscribe(&self.notified).await?;
        self.device.disconnect().await?;
        while self.device.is_connected().await? {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }
}

async fn find(adapter: &Adapter) -> Result<Peripheral> {
    let mut events = adapter.events().await?;
    adapter
        .start_scan(ScanFilter {
            services: vec![SERVICE],
        })
        .await?;
    while let Some(event) = events.next().await {
        let (CentralEvent::DeviceDiscovered(id)
        | CentralEvent::DeviceUpdated(id)
        | CentralEvent::ServicesAdvertisement { id, .. }) = event
        else {
            continue;
        };
        let device = adapter.peripheral(&id).await?;
        let seen = device.properties().await?;
        if seen.is_some_and(|seen| seen.services.contains(&SERVICE)) {
            adapter.stop_scan().await?;
            return Ok(device);
        }
    }
    anyhow::bail!("the controller was taken away")
}
