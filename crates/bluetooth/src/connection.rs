//! One connection to a door, from the first radio packet to the last.

use std::sync::Arc;

use btleplug::api::{CentralEvent, Characteristic, Peripheral, WriteType};
use bytes::Bytes;
use door_protocol::{FROM_DOOR_UUID, TO_DOOR_UUID};
use futures::{StreamExt, future::BoxFuture, stream::BoxStream};
use tokio::{
    sync::{Mutex, broadcast, oneshot},
    time::timeout,
};
use uuid::Uuid;

use crate::{
    Link, LinkError, Transport,
    fault::fault,
    link::{CONNECTING, LONGEST_VALUE, Wire, link},
};

/// What ATT adds to a write (Core Specification, vol. 3, part F, 3.4.5.3).
const ATT_HEADER: u16 = 3;

/// What a door says, as it comes; ends where some of it was missed.
pub(crate) type Words = BoxStream<'static, Bytes>;

/// Begins to listen when it is called, right before connecting, or when it is first awaited, right after.
pub(crate) type Listen = Box<dyn FnOnce() -> BoxFuture<'static, Result<Words, LinkError>> + Send>;

/// A device to connect to.
pub(crate) struct Visit<P> {
    pub(crate) device: P,
    /// Held while connected: one connection after another.
    pub(crate) turn: Arc<Mutex<()>>,
    pub(crate) events: broadcast::Receiver<CentralEvent>,
    pub(crate) listen: Listen,
}

/// Connects to a device. Nobody has to wait to the end: a connection that nobody takes is closed.
pub(crate) async fn connect<P: Peripheral + 'static>(visit: Visit<P>) -> Result<Link, LinkError> {
    let (give, take) = oneshot::channel();
    tokio::spawn(hold(visit, give));
    take.await.unwrap_or(Err(LinkError::Lost))
}

/// Opens a connection, gives its link away, carries it to its end and closes it.
async fn hold<P: Peripheral>(visit: Visit<P>, mut give: oneshot::Sender<Result<Link, LinkError>>) {
    let device = visit.device;
    let Ok(_turn) = timeout(CONNECTING, visit.turn.lock()).await else {
        return drop(give.send(Err(LinkError::Timeout)));
    };
    let words = (visit.listen)();
    let opened = tokio::select! {
        opened = timeout(CONNECTING, open(&device, words)) => opened.unwrap_or(Err(LinkError::Timeout)),
        () = give.closed() => Err(LinkError::Lost),
    };
    match opened {
        Ok((to_door, words)) => {
            let payload = device.mtu().saturating_sub(ATT_HEADER);
            let chunk_len = usize::from(payload).min(LONGEST_VALUE);
            let (link, wire) = link(Transport::Bluetooth, chunk_len);
            if give.send(Ok(link)).is_ok() {
                carry(&device, &to_door, words, visit.events, wire).await;
            }
        }
        Err(error) => drop(give.send(Err(error))),
    }
    close(&device).await;
}

/// Connects and subscribes to what the door says; gives the characteristic to write to.
async fn open(
    device: &impl Peripheral,
    words: BoxFuture<'static, Result<Words, LinkError>>,
) -> Result<(Characteristic, Words), LinkError> {
    device.connect().await.map_err(fault)?;
    let words = words.await?;
    device.discover_services().await.map_err(fault)?;
    let from_door = characteristic(device, FROM_DOOR_UUID)?;
    device.subscribe(&from_door).await.map_err(fault)?;
    Ok((characteristic(device, TO_DOOR_UUID)?, words))
}

fn characteristic(device: &impl Peripheral, uuid: u128) -> Result<Characteristic, LinkError> {
    let wanted = Uuid::from_u128(uuid);
    let found = device
        .characteristics()
        .into_iter()
        .find(|known| known.uuid == wanted);
    found.ok_or(LinkError::NotFound)
}

/// Carries chunks both ways until either end closes.
async fn carry(
    device: &impl Peripheral,
    to_door: &Characteristic,
    mut words: Words,
    mut events: broadcast::Receiver<CentralEvent>,
    mut wire: Wire,
) {
    loop {
        tokio::select! {
            chunk = wire.departing.recv() => {
                let Some(chunk) = chunk else { return };
                if let Err(error) = device.write(to_door, &chunk, WriteType::WithoutResponse).await {
                    return tracing::debug!(%error, "a write failed");
                }
            }
            chunk = words.next() => {
                let Some(chunk) = chunk else { return };
                if wire.arrived.send(chunk).await.is_err() {
                    return;
                }
            }
            event = events.recv() => {
                if is_end(event, device) && !device.is_connected().await.unwrap_or(false) {
                    return;
                }
            }
        }
    }
}

/// Whether an event may mean that the device has gone. One of an earlier connection can come late.
fn is_end(
    event: Result<CentralEvent, broadcast::error::RecvError>,
    device: &impl Peripheral,
) -> bool {
    match event {
        Ok(CentralEvent::DeviceDisconnected(id)) => id == device.id(),
        Ok(CentralEvent::StateUpdate(_)) | Err(_) => true,
        Ok(_) => false,
    }
}

/// Ends the subscription, which BlueZ would otherwise renew by itself at the next connection, and disconnects.
async fn close(device: &impl Peripheral) {
    if let Ok(from_door) = characteristic(device, FROM_DOOR_UUID)
        && let Err(error) = device.unsubscribe(&from_door).await
    {
        tracing::debug!(%error, "the subscription had already ended");
    }
    if let Err(error) = device.disconnect().await {
        tracing::debug!(%error, "the door had already gone");
    }
}
