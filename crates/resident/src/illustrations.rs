//! Pictures of entries, put into their notifications. They are fetched aside: what the hub tells next does not wait.

use std::collections::VecDeque;
use std::sync::Arc;

use hub_api::EntryInfo;
use tokio::sync::{Mutex, mpsc};
use tracing::warn;

use crate::Shell;
use crate::clock;
use crate::core::Core;
use crate::feed::has_thumbnail;
use crate::news;
use crate::store::Happening;

/// As many entries are remembered to have their picture; an entry changes a few times while it is filmed.
const REMEMBERED: usize = 64;

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
    /// Asks for the picture of what happened, if it is an entry that has one.
    pub(crate) fn ask(&self, happening: &Happening) {
        if let Happening::Entry(entry) = happening
            && entry.clip.is_some_and(has_thumbnail)
        {
            // The other end lives as long.
            let _ = self.asked.send(entry.clone());
        }
    }
}

/// Illustrates what is asked for, one after the other and each once, until it is dropped.
pub(crate) async fn illustrate<S: Shell>(core: Arc<Core<S>>) {
    let mut waiting = core.illustrations.waiting.lock().await;
    let mut done = VecDeque::with_capacity(REMEMBERED);
    while let Some(entry) = waiting.recv().await {
        let door = core.door_name(entry.door);
        let is_news = news::of_entry(&entry, &door, clock::now_ms()).is_some();
        if !is_news || done.contains(&entry.id) {
            continue;
        }
        let Some(clip) = entry.clip else { continue };
        match core.clip_thumbnail(clip.id).await {
            Ok(picture) => {
                done.truncate(REMEMBERED - 1);
                done.push_front(entry.id);
                core.shell.illustrate(entry.id, picture);
            }
            Err(error) => warn!(%error, "a notification goes without its picture"),
        }
    }
}
