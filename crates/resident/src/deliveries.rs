//! Deliveries: which wait to be collected, and which came shortly after one another. What a person says of them stays on
//! this device.

use hub_api::EntryInfo;
use tracing::warn;

use crate::Shell;
use crate::clock;
use crate::core::Core;
use crate::store::deliveries::is_delivery;
use crate::store::{DeliveryAt, StoredDelivery, entry_item, entry_of_item};
use crate::ui::{AppError, Delivery, WaitingDeliveries};

/// For so long it is asked whether a delivery was collected.
const ASKED_AFTER_MS: u64 = 7 * 24 * 3600 * 1000;

/// Deliveries at one door that are at most this far apart share a notification.
const APART_MS: u64 = 15 * 60 * 1000;

/// The most that one notification counts.
const MOST: u32 = 50;

/// Deliveries at one door, each shortly after the one before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    /// The entry of the first.
    pub(crate) first: u64,
    /// The entry of the last.
    pub(crate) newest: u64,
    /// The entries of those that nobody has said to be collected, newest first.
    waiting: Vec<u64>,
}

impl Run {
    /// How many of them wait.
    pub(crate) fn count(&self) -> usize {
        self.waiting.len()
    }

    /// The entry of the newest of them.
    pub(crate) fn newest_waiting(&self) -> Option<u64> {
        self.waiting.first().copied()
    }

    /// Their ids in the activity list.
    pub(crate) fn waiting_items(&self) -> Vec<String> {
        self.waiting
            .iter()
            .map(|&entry| entry_item(entry))
            .collect()
    }

    /// The run that the newest of these, which are newest first, ends.
    fn ending(newest_first: &[DeliveryAt]) -> Option<Self> {
        let newest = newest_first.first()?;
        let pairs = newest_first.windows(2);
        let is_near = |pair: &&[DeliveryAt]| pair[0].at_ms - pair[1].at_ms <= APART_MS;
        let length = 1 + pairs.take_while(is_near).count();
        let run = newest_first.get(..length)?;
        let waiting = run.iter().filter(|delivery| !delivery.collected);
        Some(Self {
            first: run.last().unwrap_or(newest).entry,
            newest: newest.entry,
            waiting: waiting.map(|delivery| delivery.entry).collect(),
        })
    }
}

impl<S: Shell> Core<S> {
    /// The deliveries that this entry is the newest of, if it is one.
    pub(crate) fn run_of(&self, entry: &EntryInfo) -> Option<Run> {
        if !is_delivery(entry) {
            return None;
        }
        let deliveries = self.store.deliveries_at(entry.door, entry.at_ms, MOST);
        let deliveries =
            deliveries.inspect_err(|error| warn!(%error, "deliveries are not counted"));
        Run::ending(&deliveries.ok()?)
    }

    /// The whole run of deliveries that this entry is one of, those after it too.
    pub(crate) fn run_with(&self, entry: &EntryInfo) -> Option<Run> {
        let after = self
            .store
            .deliveries_from(entry.door, entry.at_ms, MOST)
            .inspect_err(|error| warn!(%error, "deliveries are not counted"))
            .ok()?;
        let mut pairs = after.windows(2);
        let last = pairs.find(|pair| pair[1].at_ms - pair[0].at_ms > APART_MS);
        let last = last.map_or(after.last(), <[_]>::first)?;
        let deliveries = self.store.deliveries_at(entry.door, last.at_ms, MOST);
        Run::ending(&deliveries.ok()?)
    }

    /// Those that wait to be collected.
    pub(crate) fn waiting(&self) -> Result<WaitingDeliveries, AppError> {
        let waiting = self.store.waiting(asked_since_ms())?;
        let newest = waiting
            .newest
            .map(|record| self.item(&record))
            .transpose()?;
        Ok(WaitingDeliveries {
            count: waiting.count,
            newest: newest.flatten().map(Box::new),
        })
    }

    /// Keeps that deliveries were collected, or that they were not, and tells the windows.
    pub(crate) fn set_collected(&self, items: &[String], collected: bool) -> Result<(), AppError> {
        let entries: Vec<_> = items.iter().filter_map(|id| entry_of_item(id)).collect();
        let at_ms = collected.then(clock::now_ms);
        let changed = self.store.set_collected(&entries, at_ms)?;
        for record in &changed {
            self.tell_changed(record);
        }
        self.follow_collected(&changed);
        self.changed.notify_one();
        Ok(())
    }

    /// Keeps that all that wait were collected; answers which, so that it can be taken back.
    pub(crate) fn collect_all(&self) -> Result<Vec<String>, AppError> {
        let entries = self.store.waiting_entries(asked_since_ms())?;
        let items: Vec<_> = entries.into_iter().map(entry_item).collect();
        self.set_collected(&items, true)?;
        Ok(items)
    }
}

/// What is shown of a delivery that came at `at_ms`.
pub(crate) fn shown(kept: StoredDelivery, at_ms: u64) -> Delivery {
    match kept.collected_ms {
        Some(at_ms) => Delivery::Collected { at_ms },
        None if at_ms >= asked_since_ms() => Delivery::Waiting,
        None => Delivery::Lapsed,
    }
}

fn asked_since_ms() -> u64 {
    clock::now_ms().saturating_sub(ASKED_AFTER_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: u64 = 60_000;

    fn at(entry: u64, minutes: u64) -> DeliveryAt {
        DeliveryAt {
            entry,
            at_ms: 1_000_000_000 + minutes * MINUTE,
            collected: false,
        }
    }

    #[test]
    fn deliveries_run_on_while_each_comes_shortly_after_the_one_before() {
        let newest_first = [at(5, 60), at(4, 50), at(3, 35), at(2, 10), at(1, 9)];
        let run = Run::ending(&newest_first).unwrap();
        assert_eq!((run.first, run.waiting), (3, vec![5, 4, 3]));
        let alone = Run::ending(&newest_first[3..4]).unwrap();
        assert_eq!((alone.first, alone.count()), (2, 1));
        assert_eq!(Run::ending(&[]), None);
    }

    #[test]
    fn what_was_collected_is_counted_no_more_and_the_run_keeps_its_place() {
        let collected = DeliveryAt {
            collected: true,
            ..at(1, 0)
        };
        let run = Run::ending(&[at(2, 5), collected]).unwrap();
        assert_eq!((run.first, run.waiting), (1, vec![2]));
    }
}
