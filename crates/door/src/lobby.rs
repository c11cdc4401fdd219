//! Who may be at the door at the same time.
//!
//! Each link has its own number of places.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use access::{RelayId, ShortDoorId};
use audit::LinkKind;
use bluetooth::{Link, LinkError, Listener, Peripheral};
use tokio::{sync::Semaphore, time::timeout};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    guests::Guests,
    hub_link::HubLink,
    retry::Pauses,
    session::{Doorway, SessionEnd, serve},
};

/// The most peers on one link.
const PLACES: usize = 16;

/// The most relays that are being joined at the same time.
const JOINS: usize = 4;

/// How long joining a relay may take.
const JOINING: Duration = Duration::from_secs(10);

/// Takes peers from one kind of link.
#[derive(Clone, Debug)]
pub struct Lobby {
    doorway: Arc<Doorway>,
    kind: LinkKind,
    guests: Guests,
    joins: Arc<Semaphore>,
    sessions: TaskTracker,
    stop: CancellationToken,
}

impl Lobby {
    /// An empty lobby. Its sessions run in `sessions` and leave at `stop`.
    pub fn new(
        doorway: Arc<Doorway>,
        kind: LinkKind,
        sessions: TaskTracker,
        stop: CancellationToken,
    ) -> Self {
        Self {
            doorway,
            kind,
            guests: Guests::new(PLACES),
            joins: Arc::new(Semaphore::new(JOINS)),
            sessions,
            stop,
        }
    }

    /// Serves every peer that `listener` takes, until it fails or the lobby is stopped.
    pub async fn receive(&self, listener: &mut dyn Listener) -> Result<(), LinkError> {
        while let Some(link) = self.stop.run_until_cancelled(listener.accept()).await {
            self.admit(link?);
        }
        Ok(())
    }

    /// Advertises over Bluetooth until the lobby is stopped, again whenever the radio was lost.
    pub async fn receive_bluetooth(self, adapter: Option<String>, door: ShortDoorId) {
        let mut pauses = Pauses::new();
        let stop = self.stop.clone();
        loop {
            let since = Instant::now();
            let lost = self.advertise(adapter.as_deref(), door);
            let Some(Err(error)) = stop.run_until_cancelled(lost).await else {
                return;
            };
            if since.elapsed() > Pauses::LONGEST {
                pauses.reset();
            }
            let pause = pauses.after("no phone can reach the door over Bluetooth", &error);
            if stop.run_until_cancelled(pause).await.is_none() {
                return;
            }
        }
    }

    /// Serves a resident who asks through the hub; nothing waits for that.
    pub fn receive_relayed(&self, hub: Arc<dyn HubLink>, relay: RelayId) {
        let Ok(permit) = Arc::clone(&self.joins).try_acquire_owned() else {
            return tracing::warn!("too many are asking from afar: one was not heard");
        };
        let lobby = self.clone();
        self.sessions.spawn(async move {
            let _permit = permit;
            let joining = timeout(JOINING, hub.join_relay(relay));
            match lobby.stop.run_until_cancelled(joining).await {
                Some(Ok(Ok(link))) => lobby.admit(link),
                Some(Ok(Err(error))) => tracing::warn!(%error, "a relay could not be joined"),
                Some(Err(_)) => tracing::warn!("a relay could not be joined in time"),
                None => {}
            }
        });
    }

    async fn advertise(&self, adapter: Option<&str>, door: ShortDoorId) -> Result<(), LinkError> {
        let mut peripheral = Peripheral::advertise(adapter, door).await?;
        tracing::info!(
            adapter = adapter.unwrap_or("default"),
            "advertising over Bluetooth"
        );
        self.receive(&mut peripheral).await
    }

    fn admit(&self, link: Link) {
        let Some(place) = self.guests.seat(&self.stop) else {
            tracing::warn!(link = ?self.kind, "too many connections: one was refused");
            return;
        };
        let lobby = self.clone();
        self.sessions.spawn(async move {
            let (known, leave) = (&place.known, &place.leave);
            if let Err(end) = serve(&lobby.doorway, link, lobby.kind, known, leave).await {
                tell(lobby.kind, known, &end);
            }
        });
    }
}

/// A stranger's noise is worth a line only to somebody who looks for it.
fn tell(kind: LinkKind, known: &AtomicBool, end: &SessionEnd) {
    if known.load(Ordering::Relaxed) || matches!(end, SessionEnd::Randomness(_)) {
        tracing::info!(link = ?kind, %end, "a connection ended");
    } else {
        tracing::debug!(link = ?kind, %end, "a stranger's connection ended");
    }
}
