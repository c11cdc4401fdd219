//! One connection to a door, from the first radio packet to the last.

use std::{pin::Pin, time::Duration};

use btleplug::{
    api::{
        Central as _, CentralEvent, Characteristic, Peripheral as _, ValueNotification, WriteType,
    },
    platform::{Adapter, Peripheral, PeripheralId},
};
use bytes::Bytes;
use door_protocol::{FROM_DOOR_UUID, TO_DOOR_UUID};
use futures::{Stream, StreamExt};
use tokio::time::timeout;
use uuid::Uuid;

use super::{fault::fault, scanning::later};
use crate::{
    Link, LinkError, Transport,
    link::{Wire, link},
};

/// How long connecting, discovery and subscription may take together.
const CONNECTING: Duration = Duration::from_secs(15);

/// What ATT adds to a write (Core Specification, vol. 3, part F, 3.4.5.3).
const ATT_HEADER: u16 = 3;

/// The longest value that a characteristic may have (vol. 3, part F, 3.2.9).
const LONGEST_VALUE: u16 = 512;

type Notifications = Pin<Box<dyn Stream<Item = ValueNotification> + Send>>;
type Events = Pin<Box<dyn Stream<Item = CentralEvent> + Send>>;

/// Connects to a device and subscribes, before anything else, to what the door says first.
pub(super) async fn connect(adapter: &Adapter, id: &PeripheralId) -> Result<Link, LinkError> {
    let device = adapter.peripheral(id).await.map_err(fault)?;
    let events = adapter.events().await.map_err(fault)?;
    let connected = Connected(device);
    let late = |_| LinkError::Timeout;
    let opened = timeout(CONNECTING, open(&connected.0))
        .await
        .map_err(late)??;
    let payload = connected
        .0
        .mtu()
        .saturating_sub(ATT_HEADER)
        .min(LONGEST_VALUE);
    let (link, wire) = link(Transport::Bluetooth, usize::from(payload));
    tokio::spawn(carry(connected, opened, events, wire));
    Ok(link)
}

/// A device that is disconnected when dropped.
struct Connected(Peripheral);

impl Drop for Connected {
    fn drop(&mut self) {
        let device = self.0.clone();
        later(async move {
            if let Err(error) = device.disconnect().await {
                tracing::debug!(%error, "the door had already gone");
            }
        });
    }
}

/// The two ways of a connection.
struct Opened {
    to_door: Characteristic,
    from_door: Notifications,
}

async fn open(device: &Peripheral) -> Result<Opened, LinkError> {
    device.connect().await.map_err(fault)?;
    device.discover_services().await.map_err(fault)?;
    let to_door = characteristic(device, TO_DOOR_UUID)?;
    let subscribed = characteristic(device, FROM_DOOR_UUID)?;
    let from_door = device.notifications().await.map_err(fault)?;
    device.subscribe(&subscribed).await.map_err(fault)?;
    Ok(Opened { to_door, from_door })
}

fn characteristic(device: &Peripheral, uuid: u128) -> Result<Characteristic, LinkError> {
    let wanted = Uuid::from_u128(uuid);
    let found = device
        .characteristics()
        .into_iter()
        .find(|known| known.uuid == wanted);
    found.ok_or(LinkError::NotFound)
}

/// Carries chunks both ways until either end closes, then disconnects.
async fn carry(connected: Connected, opened: Opened, mut events: Events, mut wire: Wire) {
    let device = &connected.0;
    let id = device.id();
    let Opened {
        to_door,
        mut from_door,
    } = opened;
    let said = Uuid::from_u128(FROM_DOOR_UUID);
    loop {
        tokio::select! {
            chunk = wire.departing.recv() => {
                let Some(chunk) = chunk else { break };
                let written = device.write(&to_door, &chunk, WriteType::WithoutResponse).await;
                if let Err(error) = written {
                    tracing::debug!(%error, "a write failed");
                    break;
                }
            }
            notification = from_door.next() => {
                let Some(notification) = notification else { break };
                let chunk = Bytes::from(notification.value);
                if notification.uuid == said && wire.arrived.send(chunk).await.is_err() {
                    break;
                }
            }
            event = events.next() => match event {
                Some(CentralEvent::DeviceDisconnected(gone)) if gone == id => break,
                Some(_) => {}
                None => break,
            },
        }
    }
}
