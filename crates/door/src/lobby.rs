//! Who may be at the door at the same time.
//!
//! Each link has its own number of places. When they are taken, the peer that has waited longest
//! without having been let in makes room: silent or babbling connections cannot shut out an honest
//! phone.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use access::{RelayId, ShortDoorId};
use audit::LinkKind;
use bluetooth::{Link, LinkError, Listener, Peripheral};
use tokio::{sync::Semaphore, time::timeout};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    hub_link::HubLink,
    retry::Pauses,
    session::{Doorway, Known, SessionEnd, serve},
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
    guests: Arc<Mutex<Vec<Guest>>>,
    arrivals: Arc<AtomicU64>,
    joins: Arc<Semaphore>,
    sessions: TaskTracker,
    stop: CancellationToken,
}

/// A peer that is being served; in order of arrival.
#[derive(Debug)]
struct Guest {
    number: u64,
    known: Known,
    leave: CancellationToken,
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
            guests: Arc::default(),
            arrivals: Arc::default(),
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
        let number = self.arrivals.fetch_add(1, Ordering::Relaxed);
        let (known, leave) = (Known::default(), self.stop.child_token());
        let guest = Guest {
            number,
            known: Arc::clone(&known),
            leave: leave.clone(),
        };
        if !self.seat(guest) {
            tracing::warn!(link = ?self.kind, "too many connections: one was refused");
            return;
        }
        let lobby = self.clone();
        self.sessions.spawn(async move {
            let served = serve(&lobby.doorway, link, lobby.kind, &known, &leave).await;
            lobby.dismiss(number);
            if let Err(end) = served {
                tell(lobby.kind, &known, &end);
            }
        });
    }

    /// Finds a place, if need be that of the longest-waiting stranger.
    fn seat(&self, guest: Guest) -> bool {
        let mut guests = self.guests.lock().unwrap_or_else(PoisonError::into_inner);
        if access::off!(MakeRoom) && guests.len() >= PLACES {
            return false;
        }
        if guests.len() >= PLACES {
            let stranger = guests
                .iter()
                .position(|guest| !guest.known.load(Ordering::Relaxed));
            let Some(stranger) = stranger else {
                return false;
            };
            guests.remove(stranger).leave.cancel();
        }
        guests.push(guest);
        true
    }

    fn dismiss(&self, number: u64) {
        let mut guests = self.guests.lock().unwrap_or_else(PoisonError::into_inner);
        guests.retain(|guest| guest.number != number);
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
