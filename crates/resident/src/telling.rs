//! Notifications over time: told once, changed while they stand, and taken back.

use std::collections::HashSet;

use hub_api::EntryInfo;
use tracing::warn;

use crate::Shell;
use crate::clock;
use crate::core::Core;
use crate::deliveries::Run;
use crate::news::{self, News};
use crate::noise;
use crate::shell::Notification;
use crate::store::{Happening, Record};
use crate::words::Words;

/// How far back a lockdown of other doors is looked for.
const RECENT: u32 = 200;

impl<S: Shell> Core<S> {
    /// Tells of what is new.
    pub(crate) fn notify(&self, entry: &EntryInfo) {
        if news::is_lockdown(entry) && self.was_told_of_lockdown(entry) {
            return;
        }
        if let Some(notification) = self.notification(entry) {
            self.shell.notify(notification);
        }
    }

    /// Changes what stands about an entry.
    pub(crate) fn renew(&self, entry: &EntryInfo) {
        if let Some(notification) = self.notification(entry) {
            self.shell.renew(notification);
        }
    }

    /// Takes back what stands about deliveries that were all collected; where some still wait, it tells of those.
    pub(crate) fn follow_collected(&self, changed: &[Record]) {
        let mut followed = HashSet::new();
        for record in changed {
            let run = match &record.happening {
                Happening::Entry(entry) => self.run_with(entry),
                Happening::OwnUnlock { .. } => None,
            };
            let Some(run) = run.filter(|run| followed.insert(run.first)) else {
                continue;
            };
            if run.count() == 0 {
                self.shell.withdraw(run.first);
            } else if let Some(newest) = self.stored(run.newest) {
                self.renew(&newest);
            }
        }
    }

    fn notification(&self, entry: &EntryInfo) -> Option<Notification> {
        let chosen = self.preferences();
        if !noise::may_tell(entry, &chosen.notifications, clock::now_ms()) {
            return None;
        }
        let run = self.run_of(entry);
        let waiting = run.as_ref().and_then(Run::newest_waiting);
        let other = waiting.filter(|&waiting| waiting != entry.id);
        let told = other.and_then(|other| self.stored(other));
        let news = News {
            entry: &self.named(told.as_ref().unwrap_or(entry)),
            place: &self.place_or_former(entry.door),
            run: run.as_ref(),
            words: Words::of(chosen.language),
        };
        // It stays the one about this entry, also where it tells of another that still waits.
        let entry = entry.id;
        news.told().map(|told| Notification { entry, ..told })
    }

    fn stored(&self, entry: u64) -> Option<EntryInfo> {
        let stored = self.store.entry(entry);
        let stored = stored.inspect_err(|error| warn!(%error, "an entry cannot be read"));
        stored.ok().flatten()
    }

    /// Whether another door has told of the same lockdown just before: a whole building's is one piece of news.
    fn was_told_of_lockdown(&self, entry: &EntryInfo) -> bool {
        let recent = self.store.activity(None, RECENT).unwrap_or_default();
        let mut earlier = recent.iter().filter_map(|record| match &record.happening {
            Happening::Entry(other) => (other.id < entry.id).then_some(other),
            Happening::OwnUnlock { .. } => None,
        });
        earlier.any(|other| news::is_same_lockdown(entry, other))
    }
}
