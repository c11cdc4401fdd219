//! Puts on record when the door loses the time and when it knows it again, and notes it now and then.

use std::time::Duration;

use audit::Event;
use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use crate::{
    clock::Clock,
    journal::{Draft, Journal},
};

/// How often the wall clock is held against the floor.
const LOOK: Duration = Duration::from_secs(1);

/// How often the time is noted: what a power cut can cost of it.
const NOTE: Duration = Duration::from_secs(5 * 60);

/// Watches a door's clock.
#[derive(Debug)]
pub struct Timekeeper {
    clock: Clock,
    journal: Journal,
    /// What is on record.
    known: bool,
    noted: Option<Instant>,
}

impl Timekeeper {
    /// A timekeeper of a door of whose clock nothing is on record since its start.
    pub fn new(clock: Clock, journal: Journal) -> Self {
        Self {
            clock,
            journal,
            known: true,
            noted: None,
        }
    }

    /// Runs until `stop`.
    pub async fn run(mut self, stop: CancellationToken) {
        let mut looks = interval(LOOK);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while stop.run_until_cancelled(looks.tick()).await.is_some() {
            self.look().await;
        }
    }

    /// Records a change, and notes the time when it is due.
    pub async fn look(&mut self) {
        let known = self.clock.is_known();
        if known != self.known {
            self.record(known).await;
        }
        if self.noted.is_none_or(|noted| noted.elapsed() >= NOTE) {
            self.note().await;
        }
    }

    async fn record(&mut self, known: bool) {
        let event = if known {
            tracing::info!("the time is known again");
            Event::ClockKnown
        } else {
            tracing::warn!(
                "the clock is before what must have passed: until it is right, only residents and staff pass"
            );
            Event::ClockUnknown
        };
        match self
            .journal
            .append(Draft::new(self.clock.utc_ms(), event))
            .await
        {
            Ok(_) => self.known = known,
            Err(error) => tracing::error!(%error, "a change of the clock could not be recorded"),
        }
    }

    async fn note(&mut self) {
        let utc_ms = self.clock.utc_ms();
        let note = self.journal.query(move |store| store.note_time_ms(utc_ms));
        match note.await {
            Ok(()) => self.noted = Some(Instant::now()),
            Err(error) => tracing::error!(%error, "the time could not be noted"),
        }
    }
}
