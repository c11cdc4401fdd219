//! Watches the door itself: its contact, and the button with which people leave.
//!
//! An exit is recorded before the strike moves, as an entry is. A door whose records fail lets
//! nobody in and nobody out by its button: the way out must not depend on this program.

use std::{sync::Arc, time::Duration};

use access::BundleDoor;
use audit::Event;
use door_protocol::COMPLETION_TIMEOUT;
use tokio::{
    sync::mpsc,
    time::{Instant, sleep_until, timeout},
};
use tokio_util::sync::CancellationToken;

use crate::{
    flood::FloodGuard,
    inputs::Signal,
    journal::Draft,
    leaf::{Leaf, LeafOutput},
    session::Doorway,
};

/// How long the strike stays unlocked for an exit before the first bundle says it, in seconds.
const EXIT_UNLOCK_S: u16 = 5;

/// A button that is pressed again within this time asks for nothing new.
const BETWEEN_EXITS: Duration = Duration::from_secs(1);

/// Acts on what the contact and the exit button tell.
#[derive(Debug)]
pub struct Attendant {
    doorway: Arc<Doorway>,
    leaf: Leaf,
    last_exit: Option<Duration>,
    /// Keeps a loose contact from filling the disk.
    flood: FloodGuard,
}

impl Attendant {
    /// Attends a door whose leaf is shut until a signal says otherwise.
    pub fn new(doorway: Arc<Doorway>) -> Self {
        Self {
            doorway,
            leaf: Leaf::default(),
            last_exit: None,
            flood: FloodGuard::default(),
        }
    }

    /// Runs until `stop`, or until no input is left.
    pub async fn run(mut self, mut signals: mpsc::Receiver<Signal>, stop: CancellationToken) {
        loop {
            let deadline = self.leaf.deadline();
            let held_open = async {
                match deadline {
                    Some(at) => {
                        sleep_until(Instant::from_std(self.doorway.clock.instant(at))).await;
                    }
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = stop.cancelled() => return,
                () = held_open => self.leaf.handle_timeout(self.now()),
                signal = signals.recv() => match signal {
                    Some(signal) => self.take(signal).await,
                    None => return,
                }
            }
            while let Some(output) = self.leaf.poll_output() {
                match output {
                    LeafOutput::Relock => self.doorway.strike.relock(),
                    LeafOutput::Record(event) => self.report(event).await,
                }
            }
        }
    }

    async fn take(&mut self, signal: Signal) {
        let now = self.now();
        match signal {
            Signal::Found { is_open } => {
                let held_open_s = self.held_open_s();
                self.leaf.handle_found(is_open, held_open_s, now);
            }
            Signal::Contact { is_open: true } => {
                let until = self.doorway.strike.passage_until();
                let origin = self.doorway.clock.origin();
                let passage = until.map(|until| until.saturating_duration_since(origin));
                let held_open_s = self.held_open_s();
                self.leaf.handle_opened(passage, held_open_s, now);
            }
            Signal::Contact { is_open: false } => self.leaf.handle_shut(),
            Signal::Exit => self.let_out(now).await,
        }
    }

    async fn report(&self, event: Event) {
        match &event {
            Event::Forced => tracing::warn!("the door was opened although nobody was let through"),
            Event::HeldOpen { after_s } => tracing::warn!(after_s, "the door is held open"),
            _ => tracing::info!("the door is shut again"),
        }
        if !self.flood.admits(self.now()) {
            tracing::warn!("the contact tells too much to be recorded: look for a loose wire");
            return;
        }
        let draft = Draft::new(self.doorway.clock.utc_ms(), event);
        if let Err(error) = self.doorway.journal.append(draft).await {
            tracing::error!(%error, "what the door's contact told could not be recorded");
        }
    }

    async fn let_out(&mut self, now: Duration) {
        let rested = |last: Duration| now.saturating_sub(last) >= BETWEEN_EXITS;
        if !self.last_exit.is_none_or(rested) {
            return;
        }
        self.last_exit = Some(now);
        let Doorway {
            gate,
            journal,
            strike,
            clock,
            ..
        } = &*self.doorway;
        let draft = Draft::new(clock.utc_ms(), Event::Exit);
        let seq = match timeout(COMPLETION_TIMEOUT, journal.append(draft)).await {
            Ok(Ok(seq)) => seq,
            Ok(Err(error)) => {
                tracing::error!(%error, "the exit button moves nothing: the exit could not be recorded");
                return;
            }
            Err(_) => {
                tracing::error!("the exit button moves nothing: recording the exit took too long");
                return;
            }
        };
        let unlock_s = gate.of_this_door(|door| door.unlock_s);
        let unlock_s = unlock_s.unwrap_or(EXIT_UNLOCK_S);
        match strike
            .unlock(seq, Duration::from_secs(unlock_s.into()))
            .await
        {
            Ok(()) => tracing::info!(seq, unlock_s, "unlocked to leave"),
            Err(error) => {
                tracing::error!(%error, seq, "the exit was recorded, but the strike did not move");
            }
        }
    }

    fn held_open_s(&self) -> u16 {
        let told = self.doorway.gate.of_this_door(|door| door.held_open_s);
        told.unwrap_or(BundleDoor::HELD_OPEN_S)
    }

    fn now(&self) -> Duration {
        self.doorway.clock.now().monotonic
    }
}
