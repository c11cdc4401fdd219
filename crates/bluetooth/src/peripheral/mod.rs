//! The door's Bluetooth radio, on BlueZ (bluer; Linux).
//!
//! BlueZ up to 5.66 has one notification socket per characteristic, whichever phone subscribed: a second phone
//! that comes while another is served is not announced. Such a phone is disconnected once the first has gone,
//! and tries again. From 5.67 on every phone has a socket of its own and they are served at the same time.

mod application;
mod upkeep;
mod visitor;

use std::thread;

use access::ShortDoorId;
use async_trait::async_trait;
use tokio::sync::{mpsc, oneshot};

use crate::{Link, LinkError, Listener};

/// Phones that have subscribed and wait to be taken.
const WAITING: usize = 8;

/// A door that advertises and serves phones until it is dropped.
#[derive(Debug)]
pub struct Peripheral {
    phones: mpsc::Receiver<Result<Link, LinkError>>,
    _stop: oneshot::Sender<()>,
}

impl Peripheral {
    /// Switches the adapter on, serves the door's two characteristics and advertises its short id.
    ///
    /// `adapter` is a name such as `hci0`; BlueZ's default one when absent.
    pub async fn advertise(adapter: Option<&str>, door: ShortDoorId) -> Result<Self, LinkError> {
        let adapter = adapter.map(str::to_owned);
        let (phones_in, phones) = mpsc::channel(WAITING);
        let (ready_in, ready) = oneshot::channel();
        let (stop, stopped) = oneshot::channel();
        // BlueZ delivers writes as calls that bluer handles in a task each. On one thread of their own these
        // run in the order in which they came; on many they would overtake each other.
        thread::Builder::new()
            .name("bluetooth".into())
            .spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build();
                match runtime {
                    Ok(runtime) => {
                        runtime.block_on(serve(adapter, door, phones_in, ready_in, stopped));
                    }
                    // The receiver waits for exactly this; nobody else could be told.
                    Err(error) => drop(ready_in.send(Err(error.into()))),
                }
            })?;
        ready
            .await
            .map_err(|_| LinkError::Io("the Bluetooth thread ended".into()))??;
        Ok(Self {
            phones,
            _stop: stop,
        })
    }
}

#[async_trait]
impl Listener for Peripheral {
    /// Fails when the adapter is gone or switched off, or when BlueZ has been restarted.
    async fn accept(&mut self) -> Result<Link, LinkError> {
        self.phones.recv().await.unwrap_or(Err(LinkError::Lost))
    }
}

async fn serve(
    adapter: Option<String>,
    door: ShortDoorId,
    phones: mpsc::Sender<Result<Link, LinkError>>,
    ready: oneshot::Sender<Result<(), LinkError>>,
    stopped: oneshot::Receiver<()>,
) {
    let served = match application::publish(adapter.as_deref(), door).await {
        Ok(served) => served,
        Err(error) => return drop(ready.send(Err(error))),
    };
    if ready.send(Ok(())).is_err() {
        return;
    }
    tokio::select! {
        error = served.run(&phones) => drop(phones.send(Err(error)).await),
        _ = stopped => {}
    }
}
