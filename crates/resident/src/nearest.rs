//! The door before which somebody stands, for who has pressed keys and looked at no list.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use crate::Shell;
use crate::core::Core;
use crate::presence::Via;
use crate::ui::{AppError, BluetoothState, CredentialState, DoorCard, ErrorCode};

/// How long doors are listened to before one of them is the nearest.
const LISTEN: Duration = Duration::from_millis(1500);

/// How long to wait for any door.
const SEARCH: Duration = Duration::from_secs(6);

impl<S: Shell> Core<S> {
    /// Looks for the nearest door that this device has a key for. Which one that is shows only when all of them
    /// could be heard, so it waits a moment where nobody has listened yet.
    pub(crate) async fn nearest_door(self: &Arc<Self>) -> Result<DoorCard, AppError> {
        self.enrolment()?;
        let _looking = self.look_for_doors();
        let mut heard = self.heard.subscribe();
        let started = Instant::now();
        loop {
            heard.borrow_and_update();
            let now = Instant::now();
            let decides_at = self.listened_enough_at(started);
            if now >= decides_at {
                if let Some(door) = self.nearest_now()? {
                    return Ok(door);
                }
                if now >= started + SEARCH {
                    return Err(self.why_nothing_is_near().into());
                }
            }
            let wake = if now < decides_at {
                decides_at
            } else {
                started + SEARCH
            };
            tokio::select! {
                _ = heard.changed() => {}
                () = sleep_until(wake) => {}
            }
        }
    }

    fn listened_enough_at(&self, started: Instant) -> Instant {
        let live = self.live();
        let radio = live.centrals.get(&Via::Bluetooth);
        let listens_since = radio.map_or(started, |radio| radio.since);
        listens_since + LISTEN
    }

    fn nearest_now(&self) -> Result<Option<DoorCard>, AppError> {
        let mut doors = self.snapshot()?.doors.into_iter();
        Ok(doors.find(|door| door.nearby && door.credential != CredentialState::None))
    }

    fn why_nothing_is_near(&self) -> ErrorCode {
        match self.live().bluetooth {
            BluetoothState::On => ErrorCode::DoorNotFound,
            BluetoothState::Off => ErrorCode::BluetoothOff,
            BluetoothState::Unsupported => ErrorCode::BluetoothUnsupported,
            BluetoothState::PermissionDenied => ErrorCode::PermissionDenied,
        }
    }
}
