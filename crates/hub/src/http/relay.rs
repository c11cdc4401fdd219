//! Doors asked from afar: a connection of a resident's device and one of the door, joined.
//!
//! Both are upgrades (RFC 9110 section 7.8). What passes is a session of the two, end to end
//! encrypted: the hub cannot read it, and a door believes nothing that the hub says about it.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use access::{DoorId, RelayId};
use axum::extract::{FromRequestParts, State};
use axum::http::header::{CONNECTION, UPGRADE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use hub_api::{ApiError, ErrorCode, RELAY_PROTOCOL};
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use tokio::io::copy_bidirectional;
use tokio::sync::{broadcast, oneshot};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::callers::{DoorDevice, ResidentDevice};
use super::extract::Path;
use super::{App, Refused};
use crate::domain::entropy16;

/// How long a door may take to join.
const JOINING: Duration = Duration::from_secs(10);
/// How long a relay may last; a door ends its sessions after as long.
const LIFETIME: Duration = Duration::from_mins(2);
/// The most devices that wait for doors at the same time.
const MOST_WAITING: usize = 64;

/// A door that is asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Call {
    pub(super) door: DoorId,
    pub(super) relay: RelayId,
}

/// Where devices wait for doors.
#[derive(Debug)]
pub(super) struct Relays {
    waiting: Mutex<HashMap<RelayId, Waiting>>,
    calls: broadcast::Sender<Call>,
}

#[derive(Debug)]
struct Waiting {
    door: DoorId,
    joined: oneshot::Sender<OnUpgrade>,
}

impl Default for Relays {
    fn default() -> Self {
        Self {
            waiting: Mutex::default(),
            calls: broadcast::Sender::new(MOST_WAITING),
        }
    }
}

impl Relays {
    /// Every door's calls, from now on.
    pub(super) fn calls(&self) -> broadcast::Receiver<Call> {
        self.calls.subscribe()
    }

    /// Calls a door and waits until it joins.
    async fn call(&self, door: DoorId) -> Result<OnUpgrade, Refused> {
        let relay = RelayId::from_entropy(entropy16());
        let (joined, joins) = oneshot::channel();
        let _place = self.wait(relay, Waiting { door, joined })?;
        // Without receivers no door is connected; the wait then ends like that for a silent door.
        let _connected = self.calls.send(Call { door, relay });
        match timeout(JOINING, joins).await {
            Ok(Ok(door_end)) => Ok(door_end),
            _ => Err(offline()),
        }
    }

    fn wait(&self, relay: RelayId, waiting: Waiting) -> Result<Place<'_>, Refused> {
        let mut all = self.lock();
        if all.len() >= MOST_WAITING {
            let message = "Too many doors are being asked from afar. Try again in a moment.";
            return Err(Refused::retryable(ErrorCode::Unavailable, message));
        }
        all.insert(relay, waiting);
        Ok(Place(self, relay))
    }

    /// Brings a door to the device that waits for it.
    fn join(&self, door: DoorId, relay: RelayId, door_end: OnUpgrade) -> Result<(), Refused> {
        let gone = || {
            let message = "Nobody waits for this door there any more.";
            Refused::new(ErrorCode::NotFound, message)
        };
        let mut all = self.lock();
        let is_for_it = all.get(&relay).is_some_and(|waiting| waiting.door == door);
        let waiting = is_for_it.then(|| all.remove(&relay)).flatten();
        let waiting = waiting.ok_or_else(gone)?;
        waiting.joined.send(door_end).map_err(|_| gone())
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<RelayId, Waiting>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A device's place among those that wait, given up when dropped.
struct Place<'a>(&'a Relays, RelayId);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.lock().remove(&self.1);
    }
}

/// A connection that asks to become one end of a relay.
pub(super) struct RelayEnd(OnUpgrade);

impl FromRequestParts<App> for RelayEnd {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _app: &App) -> Result<Self, Refused> {
        let asked = has_token(&parts.headers, &CONNECTION, "upgrade")
            && has_token(&parts.headers, &UPGRADE, RELAY_PROTOCOL);
        let upgrade = parts.extensions.remove::<OnUpgrade>();
        let message =
            "This needs an upgrade over HTTP/1.1: Connection: upgrade, Upgrade: vestibule-door.";
        upgrade
            .filter(|_| asked)
            .map(Self)
            .ok_or_else(|| Refused::new(ErrorCode::InvalidRequest, message))
    }
}

/// Whether a header's list (RFC 9110 section 5.6.1) has this token.
fn has_token(headers: &HeaderMap, name: &HeaderName, token: &str) -> bool {
    let values = headers.get_all(name).iter();
    let mut tokens = values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    tokens.any(|each| each.trim().eq_ignore_ascii_case(token))
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
    let doors = app.hub.door_ids_for(caller.building, caller.unit).await?;
    if !doors.contains(&door) {
        let message = "There is no such door, or none that this device may open.";
        return Err(Refused::new(ErrorCode::NotFound, message));
    }
    if !app.hub.presence.is_online(door) {
        return Err(offline());
    }
    let door_end = app.relays.call(door).await?;
    tokio::spawn(carry(device_end, door_end, app.stopping.clone()));
    Ok(switching())
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
    Ok(switching())
}

fn switching() -> Response {
    let headers = [(CONNECTION, "upgrade"), (UPGRADE, RELAY_PROTOCOL)];
    (StatusCode::SWITCHING_PROTOCOLS, headers).into_response()
}

fn offline() -> Refused {
    let message =
        "The door is not connected to the hub now. It still opens to who stands before it.";
    Refused::retryable(ErrorCode::DoorOffline, message)
}

/// Carries bytes both ways until either end closes.
async fn carry(device_end: OnUpgrade, door_end: OnUpgrade, stopping: CancellationToken) {
    let joined = async {
        let (device, door) = tokio::try_join!(device_end, door_end).ok()?;
        let (mut device, mut door) = (TokioIo::new(device), TokioIo::new(door));
        copy_bidirectional(&mut device, &mut door).await.ok()
    };
    tokio::select! {
        _ = timeout(LIFETIME, joined) => {}
        () = stopping.cancelled() => {}
    }
}
