//! Server-sent events, resumable with `Last-Event-ID`.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::HeaderName;
use axum::response::IntoResponse;
use axum::response::sse::{Event as SseEvent, KeepAlive, Sse};
use futures::{Stream, stream};
use hub_api::{ApiError, ClipReady, ErrorCode, Event, Refresh, ServerEvent, Topic};
use tokio::sync::watch;

use super::callers::Member;
use super::calls::Called;
use super::{App, Refused};
use crate::domain::Present;
use crate::store::{Notice, StoredEvent};

const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// How many events are read at once.
const BATCH: u32 = 100;

/// What happens, as it happens: to residents `entry`, `clip` and `refresh`, to doors `bundle`, `relay` and `live`.
///
/// The stream begins with `ready`. With `Last-Event-ID` it continues after that event; events are
/// kept for 7 days, and who was away for longer is told to fetch everything again.
#[utoipa::path(
    get, path = "/v1/events", tag = "events", security(("dpop" = [])),
    params(("Last-Event-ID" = Option<u64>, Header, description = "continue after this event")),
    responses(
        (status = 200, body = Event, content_type = "text/event-stream"),
        (status = "4XX", body = ApiError),
    ),
)]
pub(super) async fn events(
    State(app): State<App>,
    caller: Member,
    headers: HeaderMap,
) -> Result<impl IntoResponse, Refused> {
    let last = last_event_id(&headers)?;
    let feed = Feed::open(app, caller, last).await?;
    let keep_alive = KeepAlive::new().interval(KEEP_ALIVE);
    Ok(Sse::new(feed.into_stream()).keep_alive(keep_alive))
}

fn last_event_id(headers: &HeaderMap) -> Result<Option<u64>, Refused> {
    let Some(value) = headers.get(HeaderName::from_static("last-event-id")) else {
        return Ok(None);
    };
    let number = value.to_str().ok().and_then(|text| text.parse().ok());
    let message = "Last-Event-ID is the number of an event of this hub.";
    number
        .map(Some)
        .ok_or_else(|| Refused::new(ErrorCode::InvalidRequest, message))
}

/// One caller's event stream.
struct Feed {
    app: App,
    caller: Member,
    changes: watch::Receiver<u64>,
    calls: Called,
    /// The last event that was sent or passed over.
    after: u64,
    pending: VecDeque<ServerEvent>,
    _present: Option<Present>,
}

impl Feed {
    async fn open(app: App, caller: Member, last: Option<u64>) -> Result<Self, Refused> {
        // Subscribed before reading, so that no change falls in between.
        let changes = app.hub.store.changes();
        let calls = app.calls.of(caller.door);
        let newest = app.hub.store.newest_event().await?;
        let pruned = app.hub.store.pruned_events().await?;
        let missed = last.is_some_and(|last| last < pruned || last > newest);
        let after = last.filter(|_| !missed).unwrap_or(newest);
        let mut pending = VecDeque::from([ServerEvent {
            id: after,
            event: Event::Ready {},
        }]);
        if missed {
            let refresh = |what| ServerEvent {
                id: after,
                event: Event::Refresh(Refresh { what }),
            };
            pending.extend([Topic::Doors, Topic::Credentials, Topic::Entries].map(refresh));
        }
        let present = caller.door.map(|door| app.hub.presence.enter(door));
        Ok(Self {
            app,
            caller,
            changes,
            calls,
            after,
            pending,
            _present: present,
        })
    }

    fn into_stream(self) -> impl Stream<Item = Result<SseEvent, Infallible>> {
        stream::unfold(self, |mut feed| async move {
            let event = feed.next().await?;
            Some((Ok(event), feed))
        })
    }

    /// The next event; none when the hub stops, fails, or no longer knows the caller.
    async fn next(&mut self) -> Option<SseEvent> {
        loop {
            if let Some(event) = self.pending.pop_front() {
                return to_sse(&event);
            }
            self.changes.mark_unchanged();
            match self.fetch().await {
                Ok(true) => {}
                Ok(false) => self.wait().await?,
                Err(_) => return None,
            }
        }
    }

    /// Reads what is new; whether there may be more.
    async fn fetch(&mut self) -> Result<bool, Refused> {
        let store = &self.app.hub.store;
        let events = store
            .events(&self.caller.audiences, self.after, BATCH)
            .await?;
        let more = !events.is_empty();
        for stored in events {
            self.after = stored.id;
            self.pending.extend(self.render(stored).await?);
        }
        Ok(more)
    }

    async fn wait(&mut self) -> Option<()> {
        tokio::select! {
            () = self.app.stopping.cancelled() => return None,
            changed = self.changes.changed() => changed.ok()?,
            event = self.calls.next() => {
                self.pending.push_back(ServerEvent { id: self.after, event });
            }
        }
        let client = self
            .app
            .hub
            .store
            .client(&self.caller.client_id)
            .await
            .ok()??;
        (!client.revoked).then_some(())
    }

    /// What an event says now; nothing when what it speaks of is gone.
    async fn render(&self, stored: StoredEvent) -> Result<Option<ServerEvent>, Refused> {
        let event = match stored.notice {
            Notice::Entry { entry } => self
                .app
                .hub
                .store
                .entry(entry)
                .await?
                .map(|row| Event::Entry(row.shown_to(self.caller.unit))),
            Notice::Clip { clip, entry } => Some(Event::Clip(ClipReady { clip, entry })),
            Notice::Thumbnail { clip, entry } => Some(Event::Thumbnail(ClipReady { clip, entry })),
            Notice::Refresh { what } => Some(Event::Refresh(Refresh { what })),
            Notice::Bundle { version } => Some(Event::Bundle { version }),
        };
        Ok(event.map(|event| ServerEvent {
            id: stored.id,
            event,
        }))
    }
}

fn to_sse(event: &ServerEvent) -> Option<SseEvent> {
    let data = event.event.data().ok()?;
    Some(
        SseEvent::default()
            .id(event.id.to_string())
            .event(event.event.name())
            .data(data),
    )
}
