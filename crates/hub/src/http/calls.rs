//! What doors are told at once or not at all, by their event streams.

use access::DoorId;
use hub_api::{ErrorCode, Event};
use tokio::sync::broadcast::{self, error::RecvError};

use super::callers::ResidentDevice;
use super::{App, Refused};

/// The most calls that a slow event stream may be behind.
const MOST: usize = 256;

/// A door that is called, and what it is told.
#[derive(Clone, Debug)]
struct Call {
    door: DoorId,
    event: Event,
}

/// Calls to all doors.
#[derive(Debug)]
pub(super) struct Calls(broadcast::Sender<Call>);

/// The calls to one door, or to none.
#[derive(Debug)]
pub(super) struct Called {
    calls: broadcast::Receiver<Call>,
    door: Option<DoorId>,
}

impl Default for Calls {
    fn default() -> Self {
        Self(broadcast::Sender::new(MOST))
    }
}

impl Calls {
    /// Tells a door that is connected; nobody else ever learns of it.
    pub(super) fn ring(&self, door: DoorId, event: Event) {
        // Without receivers no door is connected; whoever waits for it finds out.
        let _connected = self.0.send(Call { door, event });
    }

    /// A door's calls from now on; a caller that is no door has none.
    pub(super) fn of(&self, door: Option<DoorId>) -> Called {
        let calls = self.0.subscribe();
        Called { calls, door }
    }
}

impl Called {
    /// Waits for the next call.
    pub(super) async fn next(&mut self) -> Event {
        loop {
            match self.calls.recv().await {
                Ok(call) if Some(call.door) == self.door => return call.event,
                // Whoever was missed is told that the door did not come, and asks again.
                Ok(_) | Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return std::future::pending().await,
            }
        }
    }
}

/// Refuses a device that may not reach a door, with `unknown`, and a door that is not connected.
pub(super) async fn within_reach(
    app: &App,
    caller: &ResidentDevice,
    door: DoorId,
    unknown: &'static str,
) -> Result<(), Refused> {
    let doors = app.hub.door_ids_for(caller.building, caller.unit).await?;
    if !doors.contains(&door) {
        return Err(Refused::new(ErrorCode::NotFound, unknown));
    }
    if app.hub.presence.is_online(door) {
        Ok(())
    } else {
        Err(offline())
    }
}

/// A door that was called and did not come, or that nobody can call.
pub(super) fn offline() -> Refused {
    let message =
        "The door is not connected to the hub now. It still opens to who stands before it.";
    Refused::retryable(ErrorCode::DoorOffline, message)
}
