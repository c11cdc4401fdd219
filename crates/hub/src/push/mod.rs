//! Wakes devices that sleep, by Web Push (RFC 8030), whose servers `UnifiedPush` distributors have too.
//!
//! A push says that there is something to fetch and never what; the hub's own interface stays the only place for that.

mod address;
mod retry;
mod sender;
mod vapid;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use access::DeviceId;
use futures::StreamExt as _;
use tracing::{debug, error, info, warn};

pub(crate) use address::{Reach, checked_endpoint};
pub(crate) use vapid::VapidKey;

use crate::domain::{Hub, HubError};
use crate::store::{Audience, Notice, Posted, PushTarget};
pub(crate) use sender::SenderError;
use sender::{Outcome, Sender};

/// What happens within this time wakes a device once.
const TOGETHER: Duration = Duration::from_secs(2);

/// How many events are looked through at once.
const BATCH: u32 = 200;

/// How many push servers are spoken to at once.
const AT_ONCE: usize = 8;

/// Wakes devices for what happens, until it is dropped; nobody, unless the operator turned it on.
pub(crate) async fn wake_devices(hub: Arc<Hub>, sender: Sender) {
    let sender = Arc::new(sender);
    let mut changes = hub.store.changes();
    loop {
        if let Err(error) = catch_up(&hub, &sender).await {
            error!(%error, "devices were not woken");
        }
        if changes.changed().await.is_err() {
            return;
        }
        tokio::time::sleep(TOGETHER).await;
        changes.mark_unchanged();
    }
}

/// What sends pushes, where the settings turn it on.
pub(crate) fn sender(hub: &Hub) -> Result<Option<Sender>, SenderError> {
    let Some(settings) = &hub.settings().push else {
        return Ok(None);
    };
    Sender::new(settings, hub.vapid_key()?).map(Some)
}

async fn catch_up(hub: &Hub, sender: &Arc<Sender>) -> Result<(), HubError> {
    let store = &hub.store;
    let Some(mut after) = store.pushed().await? else {
        // What happened before the operator turned it on is no news.
        return Ok(store.set_pushed(store.newest_event().await?).await?);
    };
    let mut audiences = HashSet::new();
    loop {
        let posted = store.posted(after, BATCH).await?;
        let Some(last) = posted.last() else { break };
        after = last.id;
        audiences.extend(posted.iter().filter(|it| is_news(it)).map(|it| it.audience));
        store.set_pushed(after).await?;
    }
    let audiences: Vec<_> = audiences.into_iter().collect();
    wake(hub, sender, &audiences).await
}

/// What residents are notified of: somebody came, or something happened to a door.
fn is_news(posted: &Posted) -> bool {
    matches!(posted.notice, Notice::Entry { .. }) && !matches!(posted.audience, Audience::Doors(_))
}

async fn wake(hub: &Hub, sender: &Arc<Sender>, audiences: &[Audience]) -> Result<(), HubError> {
    let targets = hub.store.push_targets(audiences).await?;
    let now = hub.clock.now_s();
    let outcomes = futures::stream::iter(targets)
        .map(|(device, target)| wake_one(sender.clone(), device, target, now));
    let mut outcomes = std::pin::pin!(outcomes.buffer_unordered(AT_ONCE));
    while let Some((device, target, outcome)) = outcomes.next().await {
        match outcome {
            Outcome::Taken => debug!(%device, "woken"),
            Outcome::Gone => {
                info!(%device, "its endpoint is gone: it is woken no more");
                hub.store.drop_push_at(device, &target.endpoint).await?;
            }
            Outcome::Refused(status) => warn!(%device, status, "a push server refused"),
            Outcome::Failed => warn!(%device, "a push server cannot be reached"),
        }
    }
    Ok(())
}

async fn wake_one(
    sender: Arc<Sender>,
    device: DeviceId,
    target: PushTarget,
    now: u64,
) -> (DeviceId, PushTarget, Outcome) {
    let outcome = retry::wake(&sender, &target, now).await;
    (device, target, outcome)
}
