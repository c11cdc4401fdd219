//! The phones that are being served.

use std::{
    collections::{HashMap, HashSet},
    pin::pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use bluer::{Adapter, Address, Device, DeviceEvent, DeviceProperty, gatt::CharacteristicWriter};
use bytes::Bytes;
use futures::StreamExt;
use tokio::{
    sync::mpsc,
    time::{Instant, sleep, sleep_until, timeout},
};

use crate::{
    Link, Transport,
    link::{LONGEST_VALUE, Wire, link},
};

/// How long the phone has to read the last notification before it is disconnected.
const LINGER: Duration = Duration::from_secs(1);

/// Between two notifications. BlueZ collects those of 10 ms for phones that take several at once, and up to 5.66
/// cuts off what does not fit.
const PACE: Duration = Duration::from_millis(15);

/// How long a phone may be served before BlueZ is asked whether it is still there. A phone that is quicker has its
/// answer by then: the questions would stand in the queue before its request.
const SETTLING: Duration = Duration::from_secs(1);

/// How long BlueZ may take to accept a notification.
const SENDING: Duration = Duration::from_secs(5);

/// Every phone that is being served, by its address. Clones share the same.
#[derive(Clone, Default)]
pub(super) struct Visitors {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Default)]
struct Inner {
    served: HashMap<Address, Visitor>,
    strangers: HashSet<Address>,
    admitted: u64,
}

struct Visitor {
    ticket: u64,
    arrived: mpsc::Sender<Bytes>,
}

impl Visitors {
    /// Takes what a phone wrote. A phone that writes faster than it is read loses its link.
    pub(super) fn arrived(&self, phone: Address, value: Vec<u8>) {
        let mut inner = self.lock();
        let Some(visitor) = inner.served.get(&phone) else {
            inner.strangers.insert(phone);
            return;
        };
        if visitor.arrived.try_send(value.into()).is_err() {
            inner.served.remove(&phone);
        }
    }

    /// Whether a phone has a link.
    pub(super) fn serves(&self, phone: Address) -> bool {
        self.lock().served.contains_key(&phone)
    }

    /// Whether any phone has a link.
    pub(super) fn serves_any(&self) -> bool {
        !self.lock().served.is_empty()
    }

    /// Phones that wrote although nobody had spoken to them, since the last call.
    pub(super) fn take_strangers(&self) -> HashSet<Address> {
        std::mem::take(&mut self.lock().strangers)
    }

    /// Gives a phone that has subscribed its link, in place of an earlier one.
    pub(super) fn admit(&self, writer: CharacteristicWriter, adapter: &Adapter) -> Link {
        let phone = writer.device_address();
        let (link, wire) = link(Transport::Bluetooth, writer.mtu().min(LONGEST_VALUE));
        let Wire { arrived, departing } = wire;
        let mut inner = self.lock();
        inner.admitted += 1;
        let ticket = inner.admitted;
        inner.served.insert(phone, Visitor { ticket, arrived });
        let (visitors, adapter) = (self.clone(), adapter.clone());
        tokio::spawn(async move {
            serve(&writer, departing, &adapter).await;
            if visitors.dismiss(phone, ticket) {
                drop(writer);
                part(&adapter, phone).await;
            }
        });
        link
    }

    /// Forgets a phone; `false` where it has a newer link by now.
    fn dismiss(&self, phone: Address, ticket: u64) -> bool {
        let mut inner = self.lock();
        let current = inner
            .served
            .get(&phone)
            .is_none_or(|visitor| visitor.ticket == ticket);
        if current {
            inner.served.remove(&phone);
        }
        current
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Sends notifications until the link is dropped or the phone has gone.
async fn serve(
    writer: &CharacteristicWriter,
    mut departing: mpsc::Receiver<Bytes>,
    adapter: &Adapter,
) {
    let mut gone = pin!(gone(adapter, writer.device_address()));
    let mut unsubscribed = pin!(unsubscribed(writer));
    let mut settling = pin!(sleep(SETTLING));
    let (mut next, mut sent_any, mut settled) = (Instant::now(), false, false);
    loop {
        tokio::select! {
            biased;
            chunk = departing.recv() => {
                let Some(chunk) = chunk else { break };
                sleep_until(next).await;
                next = Instant::now() + PACE;
                let sent = timeout(SENDING, writer.send(&chunk)).await;
                if !matches!(sent, Ok(Ok(()))) {
                    break;
                }
                settled |= std::mem::replace(&mut sent_any, true);
            }
            () = &mut settling, if !settled => settled = true,
            () = &mut unsubscribed => return,
            () = &mut gone, if settled => return,
        }
    }
    // The link was dropped: the phone gets time to read, and to go by itself.
    let _ = timeout(LINGER, gone).await;
}

async fn unsubscribed(writer: &CharacteristicWriter) {
    while writer.closed().await.is_ok() {
        if writer.is_closed().unwrap_or(true) {
            return;
        }
    }
}

async fn gone(adapter: &Adapter, phone: Address) {
    let Ok(device) = adapter.device(phone) else {
        return;
    };
    let Ok(events) = device.events().await else {
        return;
    };
    let mut events = pin!(events);
    // The phone may have gone before anybody listened.
    if !is_connected(&device).await {
        return;
    }
    while let Some(DeviceEvent::PropertyChanged(change)) = events.next().await {
        if matches!(change, DeviceProperty::Connected(false)) {
            return;
        }
    }
}

async fn is_connected(device: &Device) -> bool {
    device.is_connected().await.unwrap_or(false)
}

/// Disconnects a phone that is still there.
pub(super) async fn part(adapter: &Adapter, phone: Address) {
    let Ok(device) = adapter.device(phone) else {
        return;
    };
    if is_connected(&device).await
        && let Err(error) = device.disconnect().await
    {
        tracing::debug!(%error, "a phone had already gone");
    }
}
