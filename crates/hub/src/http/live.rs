//! Doors watched live: one connection of a door, passed on to everybody who watches it.
//!
//! The hub reads nothing of it. It numbers those who come, brings each one's words to the door and the
//! door's answer to each, and gives the pictures to all who were answered. It holds the newest group
//! of pictures, so that who comes late begins at once, and for a slow watcher never more than that.

mod backlog;
mod stream;

use std::time::Duration;

use access::DoorId;
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::response::Response;
use hub_api::{
    ApiError, ErrorCode, Event, LIVE_PROTOCOL, LIVE_WINDOW, LiveFrame, LiveReceiver, LiveSender,
    live_connection,
};
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use tokio::time::timeout;

use super::callers::{DoorDevice, ResidentDevice};
use super::calls::{offline, within_reach};
use super::extract::Path;
use super::upgrade::{asked_for, switching};
use super::{App, Refused};
pub(super) use stream::Streams;
use stream::{Seat, Uplink};

/// How long a door may take to come.
const JOINING: Duration = Duration::from_secs(10);
/// How long a door may be silent: one that nobody watches goes sooner by itself.
const SILENCE: Duration = Duration::from_secs(20);
/// How long a frame may take to be sent.
const SENDING: Duration = Duration::from_secs(10);

/// A connection that asks to become a live one.
pub(super) struct LiveEnd(OnUpgrade);

impl FromRequestParts<App> for LiveEnd {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _app: &App) -> Result<Self, Refused> {
        asked_for(parts, LIVE_PROTOCOL).map(Self)
    }
}

impl LiveEnd {
    async fn connect(self) -> Option<(LiveSender, LiveReceiver)> {
        let upgraded = self.0.await.ok()?;
        Some(live_connection(TokioIo::new(upgraded)))
    }
}

/// Comes to watch a door live. Once the door is there, the connection carries live frames; the door
/// itself decides who is shown anything.
#[utoipa::path(
    get, path = "/v1/doors/{door}/live", tag = "resident", security(("dpop" = [])),
    params(
        ("door" = DoorId, Path, description = "the door"),
        ("Connection" = String, Header, description = "`upgrade`"),
        ("Upgrade" = String, Header, description = "`vestibule-live`"),
    ),
    responses(
        (status = 101, description = "the door is there"),
        (status = "4XX", body = ApiError),
        (status = 503, body = ApiError, description = "the door has no connection to the hub"),
    ),
)]
pub(super) async fn watch_door(
    State(app): State<App>,
    caller: ResidentDevice,
    Path(door): Path<DoorId>,
    end: LiveEnd,
) -> Result<Response, Refused> {
    let unknown = "There is no such door, or none that this device may watch.";
    within_reach(&app, &caller, door, unknown).await?;
    let seat = app.streams.enter(door, caller.grant).ok_or_else(busy)?;
    if !seat.is_door_there() {
        app.calls.ring(door, Event::Live {});
    }
    let joined = timeout(JOINING, seat.door_comes()).await;
    joined.map_err(|_| offline())?;
    let stopping = app.stopping.clone();
    tokio::spawn(async move {
        if let Some(connection) = end.connect().await {
            stopping.run_until_cancelled(show(seat, connection)).await;
        }
    });
    Ok(switching(LIVE_PROTOCOL))
}

/// Joins those who came to watch the door, as the event `live` told. The connection then carries live
/// frames, the door's hello first.
#[utoipa::path(
    get, path = "/v1/live", tag = "door", security(("dpop" = [])),
    params(
        ("Connection" = String, Header, description = "`upgrade`"),
        ("Upgrade" = String, Header, description = "`vestibule-live`"),
    ),
    responses(
        (status = 101, description = "joined"),
        (status = "4XX", body = ApiError),
    ),
)]
pub(super) async fn join_live(
    State(app): State<App>,
    caller: DoorDevice,
    end: LiveEnd,
) -> Result<Response, Refused> {
    let (streams, stopping) = (app.streams.clone(), app.stopping.clone());
    tokio::spawn(async move {
        let Some((sender, mut receiver)) = end.connect().await else {
            return;
        };
        let Ok(Ok(LiveFrame::Hello(hello))) = timeout(SENDING, receiver.next()).await else {
            return;
        };
        let uplink = streams.join(caller.door, hello);
        let carried = take_from_door(uplink, sender, receiver);
        stopping.run_until_cancelled(carried).await;
    });
    Ok(switching(LIVE_PROTOCOL))
}

fn busy() -> Refused {
    let message = "Too many watch this door now. Try again in a moment.";
    Refused::retryable(ErrorCode::Unavailable, message)
}

/// Passes on what a door says, and tells it what watchers say, until either end is done.
async fn take_from_door(mut uplink: Uplink, mut sender: LiveSender, mut receiver: LiveReceiver) {
    loop {
        tokio::select! {
            frame = timeout(SILENCE, receiver.next()) => match frame {
                Ok(Ok(LiveFrame::Answer { watcher, answer })) => uplink.answer(watcher, answer),
                Ok(Ok(fragment @ LiveFrame::Fragment { .. })) => uplink.show(&fragment),
                _ => return,
            },
            said = uplink.said() => {
                let Some(said) = said else { return };
                let sent = timeout(SENDING, sender.send(&said)).await;
                if !matches!(sent, Ok(Ok(()))) {
                    return;
                }
            }
        }
    }
}

/// Shows a watcher what there is, at most a window ahead of what it has taken.
async fn show(seat: Seat, (mut sender, mut receiver): (LiveSender, LiveReceiver)) {
    let mut untaken = 0;
    loop {
        tokio::select! {
            frame = seat.next(), if untaken < LIVE_WINDOW => {
                let Some(frame) = frame else { return };
                untaken += usize::from(matches!(frame, LiveFrame::Fragment { .. }));
                let sent = timeout(SENDING, sender.send(&frame)).await;
                if !matches!(sent, Ok(Ok(()))) {
                    return;
                }
            }
            said = receiver.next() => match said {
                Ok(LiveFrame::Taken) => untaken = untaken.saturating_sub(1),
                Ok(LiveFrame::Ask { ask, .. }) => seat.ask(ask),
                _ => return,
            }
        }
    }
}
