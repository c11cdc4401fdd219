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
use tokio::task::JoinSet;
use tracing::{debug, error, info, warn};

pub(crate) use address::{Reach, checked_endpoint};
pub(crate) use vapid::VapidKey;

use crate::domain::{Hub, HubError};
use crate::store::{Audience, Notice, Posted, PushTarget};
pub(crate) use sender::SenderError;
use sender::{Attempt, Outcome, Sender};

/// What happens within this time wakes a device once.
const TOGETHER: Duration = Duration::from_secs(2);

/// How many events are looked through at once.
const BATCH: u32 = 200;

/// How many push servers are spoken to at once.
const AT_ONCE: usize = 8;

/// Wakes devices for what happens, until it is dropped.
pub(crate) async fn wake_devices(hub: Arc<Hub>, sender: Sender) {
    let mut changes = hub.store.changes();
    let mut waking = Waking {
        hub,
        sender: Arc::new(sender),
        later: JoinSet::new(),
    };
    loop {
        if let Err(error) = waking.catch_up().await {
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

struct Waking {
    hub: Arc<Hub>,
    sender: Arc<Sender>,
    /// The devices that are tried again: nobody else waits for them.
    later: JoinSet<()>,
}

impl Waking {
    async fn catch_up(&mut self) -> Result<(), HubError> {
        let store = &self.hub.store;
        let Some(before) = store.pushed().await? else {
            // What happened before the operator turned it on is no news.
            return Ok(store.set_pushed(store.newest_event().await?).await?);
        };
        let mut after = before;
        let mut audiences = HashSet::new();
        loop {
            let posted = store.posted(after, BATCH).await?;
            let Some(last) = posted.last() else { break };
            after = last.id;
            audiences.extend(posted.iter().filter(|it| is_news(it)).map(|it| it.audience));
        }
        if after == before {
            // What is written wakes this again: nothing is written for nothing.
            return Ok(());
        }
        let audiences: Vec<_> = audiences.into_iter().collect();
        self.wake(&audiences).await?;
        // Only now: a hub that goes down meanwhile wakes them twice rather than never.
        Ok(self.hub.store.set_pushed(after).await?)
    }

    async fn wake(&mut self, audiences: &[Audience]) -> Result<(), HubError> {
        while self.later.try_join_next().is_some() {}
        let targets = self.hub.store.push_targets(audiences).await?;
        let now = self.hub.clock.now_s();
        let sender = &self.sender;
        let attempts = futures::stream::iter(targets).map(|(device, target)| async move {
            let attempt = sender.wake(&target, now).await;
            (device, target, attempt)
        });
        let mut attempts = std::pin::pin!(attempts.buffer_unordered(AT_ONCE));
        while let Some((device, target, attempt)) = attempts.next().await {
            match attempt {
                Attempt::Over(outcome) => settle(&self.hub, device, &target, outcome).await?,
                Attempt::Again(_) => {
                    let (hub, sender) = (self.hub.clone(), sender.clone());
                    self.later.spawn(try_again(hub, sender, device, target));
                }
            }
        }
        Ok(())
    }
}

/// What residents are notified of: somebody came, or something happened to a door.
fn is_news(posted: &Posted) -> bool {
    matches!(posted.notice, Notice::Entry { .. }) && !matches!(posted.audience, Audience::Doors(_))
}

async fn try_again(hub: Arc<Hub>, sender: Arc<Sender>, device: DeviceId, target: PushTarget) {
    let outcome = retry::wake(&sender, &target, &hub.clock).await;
    if let Err(error) = settle(&hub, device, &target, outcome).await {
        error!(%error, "an endpoint that is gone was not forgotten");
    }
}

async fn settle(
    hub: &Hub,
    device: DeviceId,
    target: &PushTarget,
    outcome: Outcome,
) -> Result<(), HubError> {
    match outcome {
        Outcome::Taken => debug!(%device, "woken"),
        Outcome::Gone => {
            info!(%device, "its endpoint is gone: it is woken no more");
            hub.store.drop_push_at(device, &target.endpoint).await?;
        }
        Outcome::Refused(status) => warn!(%device, status, "a push server refused"),
        Outcome::Failed => warn!(%device, "a push server cannot be reached"),
    }
    Ok(())
}
