//! Pictures of entries, put into their notifications. They are fetched aside: what the hub tells next does not wait.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use access::ClipId;
use backon::{BackoffBuilder as _, ExponentialBackoff, ExponentialBuilder};
use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use hub_api::EntryInfo;
use tokio::sync::{Mutex, mpsc};
use tokio::time::sleep;
use tracing::warn;

use crate::Shell;
use crate::clock;
use crate::core::Core;
use crate::feed::has_thumbnail;
use crate::noise;

/// As many entries are remembered to have their picture; an entry changes a few times while it is filmed.
const REMEMBERED: usize = 64;

/// How often a picture is tried again: for some seven minutes. Later nobody looks at its notification any more.
const RETRIES: usize = 12;

/// Entries whose notification may lack its picture.
#[derive(Debug)]
pub(crate) struct Illustrations {
    asked: mpsc::UnboundedSender<EntryInfo>,
    waiting: Mutex<mpsc::UnboundedReceiver<EntryInfo>>,
}

impl Default for Illustrations {
    fn default() -> Self {
        let (asked, waiting) = mpsc::unbounded_channel();
        Self {
            asked,
            waiting: Mutex::new(waiting),
        }
    }
}

impl Illustrations {
    /// Asks for the picture of an entry, if it has one.
    pub(crate) fn ask(&self, entry: &EntryInfo) {
        if entry.clip.is_some_and(has_thumbnail) {
            // The other end lives as long.
            let _ = self.asked.send(entry.clone());
        }
    }
}

/// A picture that is to be fetched, with the pauses before further attempts.
struct Wanted {
    entry: EntryInfo,
    clip: ClipId,
    pauses: ExponentialBackoff,
}

impl Wanted {
    fn of(entry: EntryInfo) -> Option<Self> {
        let pauses = ExponentialBuilder::default()
            .with_min_delay(Duration::from_secs(1))
            .with_max_delay(Duration::from_secs(60))
            .with_jitter()
            .with_max_times(RETRIES);
        Some(Self {
            clip: entry.clip?.id,
            entry,
            pauses: pauses.build(),
        })
    }
}

/// Illustrates what is asked for, one after the other and each once, until it is dropped. What could not be fetched is
/// tried again while the others go on.
pub(crate) async fn illustrate<S: Shell>(core: Arc<Core<S>>) {
    let mut waiting = core.illustrations.waiting.lock().await;
    let mut later = FuturesUnordered::new();
    let mut done = VecDeque::with_capacity(REMEMBERED);
    loop {
        let wanted = tokio::select! {
            Some(entry) = waiting.recv() => Wanted::of(entry),
            Some(wanted) = later.next() => Some(wanted),
            else => return,
        };
        let Some(mut wanted) = wanted else { continue };
        if done.contains(&wanted.entry.id) || !is_shown(&core, &wanted.entry) {
            continue;
        }
        match core.clip_thumbnail(wanted.clip).await {
            Ok(picture) => {
                done.truncate(REMEMBERED - 1);
                done.push_front(wanted.entry.id);
                core.shell.illustrate(wanted.entry.id, picture);
            }
            Err(error) => {
                if let Some(pause) = wanted.pauses.next().filter(|_| error.retryable) {
                    later.push(async move {
                        sleep(pause).await;
                        wanted
                    });
                } else {
                    warn!(%error, "a notification goes without its picture");
                }
            }
        }
    }
}

fn is_shown<S: Shell>(core: &Core<S>, entry: &EntryInfo) -> bool {
    let chosen = core.preferences().notifications;
    chosen.pictures && noise::may_tell(entry, &chosen, clock::now_ms())
}
