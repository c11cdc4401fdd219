//! Doors asked from afar: a connection of a resident's device and one of the door, joined.
//!
//! Both are upgrades (RFC 9110 section 7.8). What passes is a session of the two, end to end
//! encrypted: the hub cannot read it, and a door believes nothing that the hub says about it.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use access::{DoorId, GrantId, RelayId};
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::response::Response;
use hub_api::{ApiError, ErrorCode, Event, RELAY_PROTOCOL};
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _, copy, split};
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::callers::{DoorDevice, ResidentDevice};
use super::calls::{Calls, offline, within_reach};
use super::extract::Path;
use super::upgrade::{asked_for, switching};
use super::{App, Refused};
use crate::domain::entropy16;

/// How long a door may take to join.
const JOINING: Duration = Duration::from_secs(10);
/// How long a relay may last; a door ends its sessions after as long.
const LIFETIME: Duration = Duration::from_mins(2);
/// What one end still gets after the other has closed.
const FAREWELL: Duration = Duration::from_secs(1);
/// The most relays at the same time, waiting or joined: of the hub, of a door, of a device.
const MOST: usize = 256;
const MOST_OF_A_DOOR: usize = 8;
const MOST_OF_A_DEVICE: usize = 2;

/// The relays that there are, each from the call of a device until its end.
#[derive(Debug, Default)]
pub(super) struct Relays {
    all: Mutex<HashMap<RelayId, Relay>>,
}

#[derive(Debug)]
struct Relay {
    door: DoorId,
    device: GrantId,
    /// Whoever waits for the door; none once it has joined.
    joined: Option<oneshot::Sender<OnUpgrade>>,
}

impl Relays {
    /// Calls a door for a device and waits until it joins.
    async fn call(
        self: &Arc<Self>,
        calls: &Calls,
        door: DoorId,
        device: GrantId,
    ) -> Result<(OnUpgrade, Place), Refused> {
        let relay = RelayId::from_entropy(entropy16());
        let (joined, joins) = oneshot::channel();
        let waiting = Relay {
            door,
            device,
            joined: Some(joined),
        };
        let place = self.take_place(relay, waiting)?;
        calls.ring(door, Event::Relay { relay });
        match timeout(JOINING, joins).await {
            Ok(Ok(door_end)) => Ok((door_end, place)),
            _ => Err(offline()),
        }
    }

    fn take_place(self: &Arc<Self>, id: RelayId, relay: Relay) -> Result<Place, Refused> {
        let mut all = self.lock();
        let of_door = all.values().filter(|one| one.door == relay.door).count();
        let of_device = all
            .values()
            .filter(|one| one.device == relay.device)
            .count();
        if all.len() >= MOST || of_door >= MOST_OF_A_DOOR || of_device >= MOST_OF_A_DEVICE {
            let message = "This door is being asked from afar too often. Try again in a moment.";
            return Err(Refused::retryable(ErrorCode::Unavailable, message));
        }
        all.insert(id, relay);
        Ok(Place(Arc::clone(self), id))
    }

    /// Brings a door to the device that waits for it.
    fn join(&self, door: DoorId, relay: RelayId, door_end: OnUpgrade) -> Result<(), Refused> {
        let gone = || {
            let message = "Nobody waits for this door there any more.";
            Refused::new(ErrorCode::NotFound, message)
        };
        let mut all = self.lock();
        let called = all.get_mut(&relay).filter(|one| one.door == door);
        let joined = called.and_then(|one| one.joined.take()).ok_or_else(gone)?;
        joined.send(door_end).map_err(|_| gone())
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<RelayId, Relay>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A relay's place among all of them, given up when dropped.
struct Place(Arc<Relays>, RelayId);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.lock().remove(&self.1);
    }
}

/// A connection that asks to become one end of a relay.
pub(super) struct RelayEnd(OnUpgrade);

impl FromRequestParts<App> for RelayEnd {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _app: &App) -> Result<Self, Refused> {
        asked_for(parts, RELAY_PROTOCOL).map(Self)
    }
}

/// Asks a door from afar. Once it has joined, the connection carries the bytes of one door session.
#[utoipa::path(
    get, path = "/v1/doors/{door}/relay", tag = "resident", security(("dpop" = [])),
    params(
        ("door" = DoorId, Path, description = "the door"),
        ("Connection" = String, Header, description = "`upgrade`"),
        ("Upgrade" = String, Header, description = "`vestibule-door`"),
    ),
    responses(
        (status = 101, description = "the door has joined"),
        (status = "4XX", body = ApiError),
        (status = 503, body = ApiError, description = "the door has no connection to the hub"),
    ),
)]
pub(super) async fn call_door(
    State(app): State<App>,
    caller: ResidentDevice,
    Path(door): Path<DoorId>,
    RelayEnd(device_end): RelayEnd,
) -> Result<Response, Refused> {
    let unknown = "There is no such door, or none that this device may open.";
    within_reach(&app, &caller, door, unknown).await?;
    let (door_end, place) = app.relays.call(&app.calls, door, caller.grant).await?;
    let stopping = app.stopping.clone();
    tokio::spawn(async move {
        let carried = timeout(LIFETIME, carry(device_end, door_end));
        stopping.run_until_cancelled(carried).await;
        drop(place);
    });
    Ok(switching(RELAY_PROTOCOL))
}

/// Joins the relay that the event `relay` named. The connection then carries the bytes of one door
/// session.
#[utoipa::path(
    get, path = "/v1/relays/{relay}", tag = "door", security(("dpop" = [])),
    params(
        ("relay" = RelayId, Path, description = "the relay"),
        ("Connection" = String, Header, description = "`upgrade`"),
        ("Upgrade" = String, Header, description = "`vestibule-door`"),
    ),
    responses(
        (status = 101, description = "joined"),
        (status = "4XX", body = ApiError),
    ),
)]
pub(super) async fn join_relay(
    State(app): State<App>,
    caller: DoorDevice,
    Path(relay): Path<RelayId>,
    RelayEnd(door_end): RelayEnd,
) -> Result<Response, Refused> {
    app.relays.join(caller.door, relay, door_end)?;
    Ok(switching(RELAY_PROTOCOL))
}

/// Carries bytes both ways until either end closes.
async fn carry(device_end: OnUpgrade, door_end: OnUpgrade) {
    let Ok((device, door)) = tokio::try_join!(device_end, door_end) else {
        return;
    };
    let (from_device, to_device) = split(TokioIo::new(device));
    let (from_door, to_door) = split(TokioIo::new(door));
    let mut up = pin!(pour(from_device, to_door));
    let mut down = pin!(pour(from_door, to_device));
    // What has been said is still delivered.
    let _late = tokio::select! {
        () = &mut up => timeout(FAREWELL, down).await,
        () = &mut down => timeout(FAREWELL, up).await,
    };
}

async fn pour(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin) {
    // However it ends, it has ended.
    let _ = copy(&mut from, &mut to).await;
    let _ = to.shutdown().await;
}
