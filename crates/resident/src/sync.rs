//! Following the hub: doors, credentials, entries, and what it pushes.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBuilder};
use futures::StreamExt as _;
use hub_api::{ErrorCode as HubCode, Event, ServerEvent, Topic};
use tokio::time::{sleep, timeout};
use tracing::{info, warn};

use crate::Shell;
use crate::carry;
use crate::clock;
use crate::core::Core;
use crate::hub::{Hub, HubError};
use crate::store::{Change, Happening, StoreError};
use crate::ui::{AppError, ErrorCode, HubState};

/// Credentials live for 7 days; asking daily leaves 6 days for a hub that is down.
const RENEW_AFTER_S: u64 = 24 * 3600;

/// Renew at once what ends sooner than this.
const RENEW_BEFORE_S: u64 = 3 * 24 * 3600;

/// How often to look whether credentials need renewing.
const RENEWAL_TICK: Duration = Duration::from_secs(15 * 60);

/// How long an opened stream may stay without its first event.
const FIRST_EVENT: Duration = Duration::from_secs(20);

const PAGE: u32 = 50;

/// How many pages are looked through at most for what was missed.
const MOST_PAGES: usize = 20;

/// Why following the hub stopped.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Stopped {
    #[error(transparent)]
    Hub(#[from] HubError),
    #[error("this device's keys or database cannot be used: {0}")]
    Device(#[from] AppError),
    #[error("the event stream ended")]
    Ended,
}

impl From<StoreError> for Stopped {
    fn from(error: StoreError) -> Self {
        Self::Device(error.into())
    }
}

/// Follows the hub until it is dropped.
pub(crate) async fn follow<S: Shell>(core: Arc<Core<S>>) {
    let pauses = ExponentialBuilder::default()
        .with_min_delay(Duration::from_secs(1))
        .with_max_delay(Duration::from_secs(60))
        .with_jitter()
        .without_max_times();
    let mut pause = pauses.build();
    let mut woken = core.woken.subscribe();
    let mut renew = false;
    loop {
        let was_ready = &mut false;
        let stopped = tokio::select! {
            Err(error) = follow_once(&core, was_ready, renew) => Some(error),
            // The connection did not outlive the sleep, but would seem to for long.
            _ = woken.changed() => None,
        };
        if *was_ready {
            pause = pauses.build();
        }
        let Some(error) = stopped else {
            (pause, renew) = (pauses.build(), true);
            continue;
        };
        renew &= !*was_ready;
        info!(%error, "not following the hub");
        let state = state_after(&error);
        core.set_hub_state(state);
        if state == HubState::Revoked {
            drop_credentials(&core);
        }
        tokio::select! {
            () = sleep(pause.next().unwrap_or(Duration::from_secs(60))) => {}
            () = core.hurry.notified() => {}
            _ = woken.changed() => (pause, renew) = (pauses.build(), true),
        }
    }
}

async fn follow_once<S: Shell>(
    core: &Core<S>,
    was_ready: &mut bool,
    renew: bool,
) -> Result<Infallible, Stopped> {
    let hub = core.hub().await?;
    let mut events = hub.events(core.store.last_event_id()?).await?;
    let first = timeout(FIRST_EVENT, events.next())
        .await
        .map_err(|_| HubError::Unreachable)?;
    let mut next = Some(first.ok_or(Stopped::Ended)??);
    refresh(core, hub.as_ref(), renew).await?;
    core.set_hub_state(HubState::Online);
    *was_ready = true;
    carry::exchange(core, hub.as_ref()).await;
    loop {
        if let Some(event) = next.take() {
            take(core, hub.as_ref(), event).await?;
        }
        tokio::select! {
            event = events.next() => next = Some(event.ok_or(Stopped::Ended)??),
            () = core.brought.notified() => carry::exchange(core, hub.as_ref()).await,
            () = core.expired.notified() => renew_credentials(core, hub.as_ref(), true).await?,
            () = sleep(RENEWAL_TICK) => {
                renew_credentials(core, hub.as_ref(), false).await?;
                carry::exchange(core, hub.as_ref()).await;
            }
        }
    }
}

/// Fetches what happened while this device slept, and tells of it.
pub(crate) async fn catch_up<S: Shell>(core: &Core<S>) -> Result<(), AppError> {
    let hub = core.hub().await?;
    match refresh(core, hub.as_ref(), false).await {
        Ok(()) => Ok(()),
        Err(Stopped::Hub(error)) => Err(error.into()),
        Err(Stopped::Device(error)) => Err(error),
        Err(Stopped::Ended) => Err(ErrorCode::HubUnreachable.into()),
    }
}

/// Fetches what may have changed while nobody listened; with `renew`, new credentials in any case.
async fn refresh<S: Shell>(core: &Core<S>, hub: &dyn Hub, renew: bool) -> Result<(), Stopped> {
    refresh_doors(core, hub).await?;
    renew_credentials(core, hub, renew).await?;
    follow_own_code(core, hub).await;
    fetch_entries(core, hub, oldest_open(core)?).await
}

async fn take<S: Shell>(core: &Core<S>, hub: &dyn Hub, event: ServerEvent) -> Result<(), Stopped> {
    let ServerEvent { id, event } = event;
    match event {
        Event::Entry(entry) => {
            core.learn_passes(hub, std::slice::from_ref(&entry)).await;
            let change = core.store.take_entry(id, &entry)?;
            announce(core, change.as_slice(), true);
        }
        Event::Clip(ready) => {
            let change = core.store.take_clip_ready(id, ready.clip)?;
            announce(core, change.as_slice(), false);
        }
        Event::Thumbnail(ready) => {
            let change = core.store.take_thumbnail(id, ready.clip)?;
            announce(core, change.as_slice(), false);
        }
        Event::Refresh(refresh) => {
            match refresh.what {
                Topic::Doors => {
                    refresh_doors(core, hub).await?;
                    follow_own_code(core, hub).await;
                }
                Topic::Credentials => renew_credentials(core, hub, true).await?,
                Topic::Entries => fetch_entries(core, hub, oldest_open(core)?).await?,
            }
            core.store.take_event(id)?;
        }
        Event::Bundle { .. } => {
            carry::exchange(core, hub).await;
            core.store.take_event(id)?;
        }
        // The stream's first event: everything up to its id has just been fetched, but replayed events may follow it.
        Event::Ready {} => {
            if core.store.last_event_id()?.is_none() {
                core.store.take_event(id)?;
            }
        }
        _ => core.store.take_event(id)?,
    }
    Ok(())
}

async fn refresh_doors<S: Shell>(core: &Core<S>, hub: &dyn Hub) -> Result<(), Stopped> {
    let doors = hub.doors().await?;
    if core.store.replace_doors(&doors)? {
        core.doors.send_modify(|count| *count += 1);
        core.changed.notify_one();
    }
    Ok(())
}

/// An older hub knows no codes of residents: that holds nothing else up.
async fn follow_own_code<S: Shell>(core: &Core<S>, hub: &dyn Hub) {
    if let Err(error) = core.follow_own_code(hub).await {
        warn!(%error, "it is not known what the own code is good for");
    }
}

async fn renew_credentials<S: Shell>(
    core: &Core<S>,
    hub: &dyn Hub,
    now: bool,
) -> Result<(), Stopped> {
    if now || renewal_is_due(core)? {
        let credentials = hub.credentials().await?;
        core.store
            .replace_credentials(&credentials, clock::now_s())?;
        core.changed.notify_one();
    }
    Ok(())
}

fn renewal_is_due<S: Shell>(core: &Core<S>) -> Result<bool, StoreError> {
    let now_s = clock::now_s();
    let first_end = core
        .store
        .credentials()?
        .iter()
        .map(|held| held.not_after)
        .min();
    let ends_soon = first_end.is_none_or(|end| end < now_s + RENEW_BEFORE_S);
    Ok(ends_soon || core.store.credentials_at_s()? + RENEW_AFTER_S < now_s)
}

/// Fetches entries from the newest down to `known`; the first time, one page, and remembers where it ended.
async fn fetch_entries<S: Shell>(
    core: &Core<S>,
    hub: &dyn Hub,
    known: Option<u64>,
) -> Result<(), Stopped> {
    let Some(known) = known else {
        return fetch_first_entries(core, hub).await;
    };
    let mut missed = Vec::new();
    let mut before = None;
    for _ in 0..MOST_PAGES {
        let page = hub.entries(before, PAGE).await?;
        let reached = page.entries.iter().any(|entry| entry.id <= known);
        missed.extend(page.entries);
        before = page.next.filter(|_| !reached);
        if before.is_none() {
            break;
        }
    }
    // Oldest first, so that the list grows upwards as it would have.
    missed.sort_unstable_by_key(|entry| entry.id);
    let newest = missed.last().map(|entry| entry.id);
    core.learn_passes(hub, &missed).await;
    let changes = core.store.put_entries(&missed, newest)?;
    if before.is_some() {
        // Too much was missed to fetch it all now: scrolling fetches the rest.
        core.store.put_older_entries(&[], before)?;
    }
    announce(core, &changes, true);
    Ok(())
}

async fn fetch_first_entries<S: Shell>(core: &Core<S>, hub: &dyn Hub) -> Result<(), Stopped> {
    let page = hub.entries(None, PAGE).await?;
    let newest = page.entries.iter().map(|entry| entry.id).max().unwrap_or(0);
    let changes = core.store.put_older_entries(&page.entries, page.next)?;
    core.store.put_entries(&[], Some(newest))?;
    announce(core, &changes, false);
    Ok(())
}

fn oldest_open<S: Shell>(core: &Core<S>) -> Result<Option<u64>, StoreError> {
    let newest = core.store.newest_entry()?;
    Ok(newest.min(core.store.oldest_recording()?.or(newest)))
}

/// Tells the windows, and for what is new and recent also the person. The store has it by now, so nothing is told
/// twice, not even after a crash.
fn announce<S: Shell>(core: &Core<S>, changes: &[Change], news_too: bool) {
    for change in changes {
        let (record, is_new) = match change {
            Change::Added(record) => (record, true),
            Change::Changed(record) => (record, false),
        };
        if let Happening::Entry(entry) = &record.happening {
            match (is_new, news_too) {
                (true, true) => core.notify(entry),
                (true, false) => {}
                (false, _) => core.renew(entry),
            }
            if news_too || !is_new {
                // The picture may have been there first.
                core.illustrations.ask(entry);
            }
        }
        if is_new {
            core.tell_added(record);
        } else {
            core.tell_changed(record);
        }
        if record.delivery.is_some() {
            core.changed.notify_one();
        }
    }
}

fn state_after(error: &Stopped) -> HubState {
    match error {
        Stopped::Hub(HubError::NotTrusted) => HubState::NotTrusted,
        Stopped::Hub(error) if error.code() == Some(HubCode::Revoked) => HubState::Revoked,
        _ => HubState::Offline,
    }
}

/// The building has taken this device's access away: doors will say so too.
fn drop_credentials<S: Shell>(core: &Core<S>) {
    warn!("this device's access was revoked");
    if let Err(error) = core.store.replace_credentials(&[], clock::now_s()) {
        warn!(%error, "revoked credentials could not be dropped");
    }
    core.changed.notify_one();
}

/// Fetches one page of entries older than those known. `false` when there are none.
pub(crate) async fn fetch_older<S: Shell>(core: &Core<S>) -> Result<bool, AppError> {
    let Some(before) = core.store.older_than()? else {
        return Ok(false);
    };
    let page = core.hub().await?.entries(Some(before), PAGE).await?;
    core.store.put_older_entries(&page.entries, page.next)?;
    Ok(true)
}

/// Gets ready to open doors right after enrolment. What happened until now is history; what follows is news.
pub(crate) async fn fetch_essentials<S: Shell>(core: &Core<S>) -> Result<(), Stopped> {
    let hub = core.hub().await?;
    let doors = hub.doors().await?;
    let credentials = hub.credentials().await?;
    core.store.replace_doors(&doors)?;
    core.store
        .replace_credentials(&credentials, clock::now_s())?;
    core.doors.send_modify(|count| *count += 1);
    core.changed.notify_one();
    fetch_first_entries(core, hub.as_ref()).await
}
