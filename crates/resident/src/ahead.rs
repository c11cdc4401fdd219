//! A connection to the door that somebody stands before, made when the app comes to the front.
//!
//! Connecting takes longer than all that follows. But a door may serve one phone at a time, so it is
//! made once each time the app comes to the front, and held for seconds.

use std::sync::Arc;
use std::time::Duration;

use access::{DoorId, ShortDoorId};
use bluetooth::{Central, Link, Sighting};
use tokio::time::{Instant, sleep, timeout};
use tracing::debug;

use crate::Shell;
use crate::core::Core;
use crate::presence::Via;

/// How long it is held; a door waits longer for its first message.
const HELD: Duration = Duration::from_secs(3);

/// How long making it may take: a tap waits for it.
const CONNECT: Duration = Duration::from_secs(4);

/// The one connection that is held, and to which door.
pub(crate) type Held = Option<(ShortDoorId, Link)>;

/// Makes connections ahead for as long as it is polled.
pub(crate) async fn connect_ahead<S: Shell>(core: &Core<S>) {
    let mut in_front = core.in_front.subscribe();
    while in_front.wait_for(|in_front| *in_front).await.is_ok() {
        tokio::select! {
            () = connect_once(core) => {}
            _ = in_front.wait_for(|in_front| !in_front) => {}
        }
        *core.ahead.lock().await = None;
        if in_front.wait_for(|in_front| !in_front).await.is_err() {
            return;
        }
    }
}

async fn connect_once<S: Shell>(core: &Core<S>) {
    let mut heard = core.heard.subscribe();
    loop {
        heard.borrow_and_update();
        if stood_before(core).is_some() {
            break;
        }
        if heard.changed().await.is_err() {
            return;
        }
    }
    {
        let mut held = core.ahead.lock().await;
        // Again, now that a tap would wait.
        let Some((door, central)) = stood_before(core) else {
            return;
        };
        match timeout(CONNECT, central.connect(&door)).await {
            Ok(Ok(link)) => *held = Some((door.door, link)),
            Ok(Err(error)) => return debug!(%error, "no connection was made ahead"),
            Err(_) => return debug!("no connection was made ahead in time"),
        }
    }
    sleep(HELD).await;
}

/// The door right here that this device has a credential for, while no door is being asked.
fn stood_before<S: Shell>(core: &Core<S>) -> Option<(Sighting, Arc<dyn Central>)> {
    let held = core.store.credentials().ok()?;
    let doors = held.into_iter().flat_map(|held| held.doors);
    let own: Vec<_> = doors.map(DoorId::short).collect();
    let live = core.live();
    if live
        .attempts
        .values()
        .any(|attempt| attempt.state.is_busy())
    {
        return None;
    }
    let central = live.centrals.get(&Via::Bluetooth)?.central.clone();
    let nearest = live.presence.right_here(&own, Instant::now())?;
    Some((nearest, central))
}

/// The connection to this door, if one is held. One to another door is given up: a phone that wants
/// one door keeps no other one busy.
pub(crate) async fn take<S: Shell>(core: &Core<S>, door: DoorId) -> Option<Link> {
    let (held_door, link) = core.ahead.lock().await.take()?;
    (held_door == door.short() && link.is_open()).then_some(link)
}
