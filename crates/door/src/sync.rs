//! Keeps the door's bundle the newest: told by the hub's events, and asked for in between. Fetches the code key.

use std::{sync::Arc, time::Duration};

use access::{CodeKey, SignedBundle};
use audit::Event as Recorded;
use futures::StreamExt as _;
use hub_api::{ClientError, DoorUpdate, ErrorCode, Event};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use crate::{
    clock::Clock,
    gate::{BundleRefused, SharedGate},
    hub_link::{Events, HubLink},
    journal::{Draft, Journal},
    live::{LiveAddresses, LiveCalls},
    lobby::Lobby,
    retry::Pauses,
    session::Doorway,
    store::{Alongside, StoreError},
};

/// How often a connected door asks without having been told.
const POLL: Duration = Duration::from_mins(1);

/// Why a bundle could not be brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// The hub did not answer.
    #[error(transparent)]
    Hub(#[from] ClientError),
    /// The hub sent something that this door must not use.
    #[error("the hub's bundle is refused: {0}")]
    Refused(#[from] BundleRefused),
    /// The bundle could not be kept.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The event stream ended.
    #[error("the hub closed the event stream")]
    Ended,
}

/// Follows the hub until `stop`.
#[derive(Debug)]
pub struct BundleSync {
    /// The hub.
    pub hub: Arc<dyn HubLink>,
    /// What the bundle is for.
    pub doorway: Arc<Doorway>,
    /// What the hub is told about this door.
    pub about: DoorUpdate,
    /// Where the door can be watched directly, which may change while it runs.
    pub live_addresses: Option<LiveAddresses>,
    /// Who asks from afar is received here.
    pub lobby: Lobby,
    /// Who comes to watch is met here.
    pub live: LiveCalls,
}

impl BundleSync {
    /// Runs until `stop`. Nothing here can delay a decision.
    pub async fn run(self, stop: CancellationToken) {
        stop.run_until_cancelled(self.follow_forever()).await;
    }

    async fn follow_forever(self) {
        let mut pauses = Pauses::new();
        let mut last_id = None;
        loop {
            let mut followed = false;
            let Err(error) = self.follow(&mut last_id, &mut followed).await;
            if followed {
                pauses.reset();
            }
            pauses.after("the bundle is not up to date", &error).await;
        }
    }

    /// Follows one event stream until it is lost.
    async fn follow(
        &self,
        last_id: &mut Option<u64>,
        followed: &mut bool,
    ) -> Result<std::convert::Infallible, SyncError> {
        self.refresh().await?;
        let mut told = None;
        let mut asked = false;
        self.tell_if_changed(&mut told).await;
        self.learn_code_key(&mut asked).await;
        let mut events: Events = self.hub.events(*last_id).await?;
        *followed = true;
        let mut poll = interval(POLL);
        poll.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = poll.tick() => {
                    self.refresh().await?;
                    self.tell_if_changed(&mut told).await;
                    self.learn_code_key(&mut asked).await;
                }
                event = events.next() => {
                    let event = event.ok_or(SyncError::Ended)??;
                    *last_id = Some(event.id);
                    match event.event {
                        Event::Relay { relay } => {
                            self.lobby.receive_relayed(Arc::clone(&self.hub), relay);
                        }
                        Event::Live {} => self.live.come(),
                        event if self.is_news(&event) => {
                            self.refresh().await?;
                            self.learn_code_key(&mut asked).await;
                        }
                        _ => {}
                    }
                }
            }
        }
    }

    fn about(&self) -> DoorUpdate {
        let addresses = self.live_addresses.as_ref().map(LiveAddresses::now);
        DoorUpdate {
            live_addresses: addresses.unwrap_or_default(),
            ..self.about.clone()
        }
    }

    /// A hub that does not take it, as an older one, still tells of bundles and calls.
    async fn tell_if_changed(&self, told: &mut Option<DoorUpdate>) {
        let about = self.about();
        if told.as_ref() == Some(&about) {
            return;
        }
        match self.hub.put_door(&about).await {
            Ok(()) => *told = Some(about),
            Err(error) => tracing::warn!(%error, "the hub does not know what this door has"),
        }
    }

    /// Asks for the code key once on each connection, before any code needs it: the first bundle that names
    /// it may come by a phone, with the hub away. Asks again where a code names one that the door does not have.
    async fn learn_code_key(&self, asked: &mut bool) {
        if *asked && !self.doorway.gate.lacks_code_key() {
            return;
        }
        match self.hub.code_key().await {
            Ok(key) => *asked = self.keep_code_key(key).await,
            // An older hub, which hashes without.
            Err(error) if error.code() == Some(ErrorCode::NotFound) => *asked = true,
            Err(error) => tracing::warn!(%error, "the code key could not be fetched"),
        }
    }

    /// Goes by it from now on. Also returns whether it is kept over a restart.
    async fn keep_code_key(&self, key: CodeKey) -> bool {
        let Doorway { gate, journal, .. } = &*self.doorway;
        let keep = key.clone();
        let kept = journal.query(move |store| store.keep_code_key(&keep)).await;
        if let Err(error) = &kept {
            tracing::error!(%error, "the code key could not be kept");
        }
        if !gate.learn_code_key(key) {
            tracing::info!("the code key is here");
        }
        kept.is_ok()
    }

    fn is_news(&self, event: &Event) -> bool {
        match event {
            Event::Ready {} => true,
            Event::Bundle { version } => Some(*version) > self.doorway.gate.version(),
            _ => false,
        }
    }

    async fn refresh(&self) -> Result<(), SyncError> {
        let current = self.doorway.gate.version();
        let accepted = match self.hub.bundle(current).await? {
            Some(signed) => accept(&self.doorway, signed).await.map(drop),
            None => Ok(()),
        };
        // The bundle may have shown that the wall clock is behind: the same hub knows by how much.
        if let Some(utc_ms) = self.hub.hub_time_ms() {
            self.doorway.clock.learn_from_hub(utc_ms);
        }
        accepted
    }
}

/// Keeps a bundle, with a record of it, and then decides by it, whoever brought it. Gives the version
/// in force, which is the one that was in use if the bundle is that one.
pub(crate) async fn accept(doorway: &Doorway, signed: SignedBundle) -> Result<u64, SyncError> {
    let Doorway {
        gate,
        journal,
        clock,
        ..
    } = doorway;
    keep_and_install(gate, journal, clock, signed).await
}

async fn keep_and_install(
    gate: &SharedGate,
    journal: &Journal,
    clock: &Clock,
    signed: SignedBundle,
) -> Result<u64, SyncError> {
    let _one_at_a_time = gate.installing.lock().await;
    let Some(bundle) = gate.check(&signed)? else {
        return Ok(gate.version().unwrap_or_default());
    };
    let version = bundle.version;
    let kept = Alongside::Bundle {
        version,
        body: signed.as_bytes().to_vec(),
    };
    let mut draft = Draft::new(clock.utc_ms(), Recorded::BundleInstalled { version }).with(kept);
    let changes = gate.rule_changes(&bundle);
    draft.also.clone_from(&changes);
    journal.append(draft).await?;
    gate.install(bundle)?;
    tracing::info!(version, "bundle installed");
    changes.iter().for_each(log_change);
    Ok(version)
}

fn log_change(change: &Recorded) {
    match change {
        Recorded::Lockdown { lockdown } => {
            tracing::info!(lockdown = lockdown.as_str(), "who is kept out has changed");
        }
        Recorded::FilmingRule { unfilmed } => {
            let unfilmed = unfilmed.as_str();
            tracing::info!(unfilmed, "what becomes of unfilmed couriers has changed");
        }
        _ => {}
    }
}
