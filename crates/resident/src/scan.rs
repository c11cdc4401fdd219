//! Listening for doors, only while somebody wants to know.

use std::sync::Arc;
use std::time::Duration;

use bluetooth::{Central, LinkError};
use futures::StreamExt as _;
use tokio::sync::watch;
use tokio::time::{Instant, sleep};
use tracing::debug;

use crate::Shell;
use crate::ahead::connect_ahead;
use crate::core::{Core, Listening};
use crate::presence::Via;
use crate::ui::BluetoothState;

/// How long to leave a radio alone that cannot be used.
const RADIO_PAUSE: Duration = Duration::from_secs(5);

/// How long to wait after a scan that ended by itself.
const SCAN_PAUSE: Duration = Duration::from_secs(1);

/// How often to look whether a door has fallen silent.
const EXPIRY_TICK: Duration = Duration::from_secs(2);

/// Keeps presence true, until it is dropped.
pub(crate) async fn watch_doors<S: Shell>(core: Arc<Core<S>>) {
    tokio::join!(
        listen(&core, Via::Bluetooth),
        listen(&core, Via::Stream),
        connect_ahead(&core),
        expire(&core),
    );
}

async fn listen<S: Shell>(core: &Core<S>, via: Via) {
    let mut interest = core.interest.subscribe();
    let mut woken = core.woken.subscribe();
    while until(&mut interest, |count| count > 0).await {
        tokio::select! {
            pause = listen_once(core, via) => {
                core.live().centrals.remove(&via);
                sleep(pause).await;
            }
            _ = until(&mut interest, |count| count == 0) => {
                core.live().centrals.remove(&via);
            }
            // A radio forgets that it was scanning while the machine sleeps.
            _ = woken.changed() => {
                core.live().centrals.remove(&via);
            }
        }
    }
}

/// Waits for that much interest; `false` when there can be none any more.
async fn until(interest: &mut watch::Receiver<usize>, enough: impl Fn(usize) -> bool) -> bool {
    interest.wait_for(|count| enough(*count)).await.is_ok()
}

/// Listens until the link fails or ends; answers how long to wait before the next attempt.
async fn listen_once<S: Shell>(core: &Core<S>, via: Via) -> Duration {
    match via {
        Via::Bluetooth => {
            let central = core.outside.links.bluetooth().await;
            core.set_bluetooth(state_of(central.as_ref().err()));
            match central {
                Ok(central) => hear_all(core, via, central).await,
                Err(_) => RADIO_PAUSE,
            }
        }
        Via::Stream => {
            let mut doors = core.doors.subscribe();
            let addresses = stream_addresses(core);
            let central = core.outside.links.stream(&addresses).await;
            tokio::select! {
                pause = hear_all(core, via, central) => pause,
                _ = doors.changed() => Duration::ZERO,
            }
        }
    }
}

async fn hear_all<S: Shell>(core: &Core<S>, via: Via, central: Arc<dyn Central>) -> Duration {
    let mut sightings = match central.scan().await {
        Ok(sightings) => sightings,
        Err(error) => {
            debug!(?via, %error, "scan failed");
            if via == Via::Bluetooth {
                core.set_bluetooth(state_of(Some(&error)));
            }
            return RADIO_PAUSE;
        }
    };
    let listening = Listening {
        central,
        since: Instant::now(),
    };
    core.live().centrals.insert(via, listening);
    while let Some(sighting) = sightings.next().await {
        let moved = core.live().presence.hear(sighting, via, Instant::now());
        core.heard.send_modify(|count| *count += 1);
        if moved {
            core.changed.notify_one();
        }
    }
    SCAN_PAUSE
}

async fn expire<S: Shell>(core: &Core<S>) {
    let mut interest = core.interest.subscribe();
    // Nothing ticks while nobody looks and nothing is left to forget.
    while until(&mut interest, |count| count > 0).await {
        while *interest.borrow() > 0 || !core.live().presence.is_empty() {
            sleep(EXPIRY_TICK).await;
            if core.live().presence.expire(Instant::now()) {
                core.changed.notify_one();
            }
        }
    }
}

fn stream_addresses<S: Shell>(core: &Core<S>) -> Vec<(access::ShortDoorId, String)> {
    let doors = core.store.doors().unwrap_or_default();
    let with_address = doors
        .into_iter()
        .filter_map(|door| Some((door.id.short(), door.stream_address?)));
    with_address.collect()
}

fn state_of(error: Option<&LinkError>) -> BluetoothState {
    match error {
        None => BluetoothState::On,
        Some(LinkError::BluetoothOff) => BluetoothState::Off,
        Some(LinkError::PermissionDenied) => BluetoothState::PermissionDenied,
        Some(_) => BluetoothState::Unsupported,
    }
}
