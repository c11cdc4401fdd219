use std::time::Duration;

use access::Viewer;
use audit::Event;
use clip::live::{Asked, Ended};
use tokio::time::Instant;

use super::seats::{Seat, Seats};
use crate::{
    clock::Clock,
    journal::{Draft, Journal},
};

/// How long a device is believed to watch that has not said so again. It says so every 10 s.
const LEASE: Duration = Duration::from_secs(30);

/// Everybody who watches, each on record.
#[derive(Debug)]
pub(super) struct Audience {
    watchers: Vec<Watcher>,
    seats: Seats,
    journal: Journal,
    clock: Clock,
    /// Since when nobody watches.
    alone_since: Instant,
}

/// A device that watches.
#[derive(Debug)]
pub(super) struct Watcher {
    pub(super) asked: Asked,
    /// The hub's number for its connection.
    pub(super) number: u32,
    /// The record with which it began.
    started_seq: u64,
    until: Instant,
    _seat: Seat,
}

impl Audience {
    pub(super) fn new(seats: Seats, journal: Journal, clock: Clock) -> Self {
        Self {
            watchers: Vec::new(),
            seats,
            journal,
            clock,
            alone_since: Instant::now(),
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Watcher> {
        self.watchers.iter()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.watchers.is_empty()
    }

    /// For how long nobody has watched.
    pub(super) fn idle_for(&self) -> Duration {
        if self.watchers.is_empty() {
            self.alone_since.elapsed()
        } else {
            Duration::ZERO
        }
    }

    /// Lets a device watch once that is on record.
    pub(super) async fn admit(&mut self, asked: Asked, number: u32) -> Result<(), Ended> {
        let device = asked.device;
        let seat = self.seats.take(device).ok_or(Ended::Busy)?;
        let event = Event::LiveStarted { device };
        let draft = Draft::new(self.clock.utc_ms(), event);
        let started_seq = self.journal.append(draft).await.map_err(|error| {
            tracing::error!(%error, "live view cannot be recorded: it does not begin");
            Ended::NoRecord
        })?;
        self.watchers.push(Watcher {
            asked,
            number,
            started_seq,
            until: Instant::now() + LEASE,
            _seat: seat,
        });
        Ok(())
    }

    /// A device says that it still watches.
    pub(super) fn renew(&mut self, asked: &Asked) {
        let same = |watcher: &&mut Watcher| {
            (watcher.asked.watch, watcher.asked.device) == (asked.watch, asked.device)
        };
        if let Some(watcher) = self.watchers.iter_mut().find(same) {
            watcher.until = Instant::now() + LEASE;
        }
    }

    /// Lets those go whose connection this was.
    pub(super) async fn leave(&mut self, number: u32) -> Vec<Watcher> {
        self.dismiss(|watcher| watcher.number == number).await
    }

    /// Lets those go that did not say in time that they still watch.
    pub(super) async fn lapse(&mut self) -> Vec<Watcher> {
        let now = Instant::now();
        self.dismiss(|watcher| watcher.until <= now).await
    }

    /// Lets those go that are no viewers any more.
    pub(super) async fn exclude(&mut self, viewers: &[Viewer]) -> Vec<Watcher> {
        let is_one = |asked: &Asked| {
            let mut same = viewers.iter().filter(|one| one.device == asked.device);
            same.any(|one| one.key == asked.key)
        };
        self.dismiss(|watcher| !is_one(&watcher.asked)).await
    }

    /// Lets everybody go.
    pub(super) async fn close(&mut self) -> Vec<Watcher> {
        self.dismiss(|_| true).await
    }

    async fn dismiss(&mut self, is_over: impl Fn(&Watcher) -> bool) -> Vec<Watcher> {
        let (gone, stay): (Vec<_>, _) = self.watchers.drain(..).partition(is_over);
        self.watchers = stay;
        if !gone.is_empty() {
            self.alone_since = Instant::now();
        }
        for watcher in &gone {
            let started_seq = watcher.started_seq;
            let event = Event::LiveEnded { started_seq };
            let draft = Draft::new(self.clock.utc_ms(), event);
            if let Err(error) = self.journal.append(draft).await {
                tracing::error!(%error, "the end of live view cannot be recorded");
            }
        }
        gone
    }
}
