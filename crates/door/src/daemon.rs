//! Puts a door together, and takes it apart in the right order.

mod start;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use audit::{Event, LinkKind};
use bluetooth::StreamListener;
use camera::Camera;
use hub_api::{ClientError, DoorUpdate};
use tokio::{task::JoinSet, time::timeout};
use tokio_util::{
    sync::{CancellationToken, DropGuard},
    task::TaskTracker,
};

pub use self::start::StartError;
use self::start::{Foundation, listen, listen_live};
use crate::{
    attendant::Attendant,
    camera_watch::{CameraWatch, GRACE},
    code_desk::CodeDesk,
    config::Config,
    enrolment::Enrolment,
    files::DataDir,
    hub_link::HubLink,
    inputs::Inputs,
    journal::{Draft, JournalThread},
    keys::Keys,
    live::{LiveAddresses, LiveCalls, LiveListener, LiveView},
    lobby::Lobby,
    outbox::{ClipOutbox, RecordOutbox},
    recorder::{Rolls, Studio},
    session::Doorway,
    storage::ClipStorage,
    store::ClipRow,
    strike::{self, StrikeThread},
    sync::BundleSync,
    timekeeping::Timekeeper,
};

/// How long each step of stopping may take.
const FAREWELL: Duration = Duration::from_secs(5);

/// A running door. When it is dropped it locks and ends without taking leave.
#[derive(Debug)]
pub struct Daemon {
    // Dropped first, and locks by that.
    strike: StrikeThread,
    stop: CancellationToken,
    _stop_when_dropped: DropGuard,
    sessions: TaskTracker,
    tasks: JoinSet<()>,
    doorway: Arc<Doorway>,
    journal: JournalThread,
    stream: Option<SocketAddr>,
    live: Option<SocketAddr>,
    _data: DataDir,
}

impl Daemon {
    /// Starts the door that `config` describes; `connect` makes its connection to the hub.
    ///
    /// Returns once it serves. Must be called inside a multi-threaded Tokio runtime.
    pub async fn start(
        config: &Config,
        connect: impl FnOnce(&Enrolment, &Keys) -> Result<Arc<dyn HubLink>, ClientError>,
    ) -> Result<Self, StartError> {
        let data = DataDir::take(&config.data_dir)?;
        let strike = StrikeThread::start(strike::open(&config.strike)?)?;
        let enrolment = Enrolment::load(data.path())?;
        let keys = enrolment.keys(data.path())?;
        let hub = connect(&enrolment, &keys)?;
        let listener = listen(config).await?;
        let live_listener = listen_live(config).await?;
        let inputs = Inputs::open(&config.inputs, data.path())?;
        let (journal, foundation) =
            Foundation::lay(&enrolment.folder(data.path()), &enrolment, &keys)?;
        let studio = foundation.studio(config, &enrolment, &keys);
        let interrupted = studio.interrupted().await?;
        let doorway = foundation.doorway(config, &enrolment, &keys, &strike, &studio);
        let stop = CancellationToken::new();
        let mut daemon = Self {
            strike,
            _stop_when_dropped: stop.clone().drop_guard(),
            stop,
            sessions: TaskTracker::new(),
            tasks: JoinSet::new(),
            doorway: Arc::new(doorway),
            journal,
            stream: listener
                .as_ref()
                .and_then(|listener| listener.local_addr().ok()),
            live: live_listener
                .as_ref()
                .and_then(|listener| listener.local_addr().ok()),
            _data: data,
        };
        strike::warn_of_simulated(&config.strike);
        daemon.say_started().await;
        daemon.keep_time().await;
        daemon.attend(inputs);
        daemon.open_links(config, listener);
        let view = LiveView::new(Arc::clone(&daemon.doorway), studio.clone());
        daemon.show_directly(live_listener, view.clone());
        daemon.follow_hub(config, hub, &studio, view);
        daemon.tend_clips(config, studio, interrupted);
        Ok(daemon)
    }

    /// The address of the stream link, if there is one.
    pub fn stream_address(&self) -> Option<SocketAddr> {
        self.stream
    }

    /// The address at which it is watched directly, if there is one.
    pub fn live_address(&self) -> Option<SocketAddr> {
        self.live
    }

    /// Waits until a part has failed without which nobody can be let in.
    pub async fn broken(&self) {
        let mut last_seq = self.doorway.journal.last_seq();
        let journal_ended = async { while last_seq.changed().await.is_ok() {} };
        tokio::select! {
            () = journal_ended => {}
            () = self.strike.ended() => {}
        }
    }

    /// Takes leave: ends the connections, locks, closes clips and records.
    pub async fn stop(mut self) {
        self.stop.cancel();
        self.sessions.close();
        within("connections did not end", self.sessions.wait()).await;
        drop(self.strike);
        within("clips were not closed", self.doorway.recorder.stop()).await;
        let tasks = async { while self.tasks.join_next().await.is_some() {} };
        within("background work did not end", tasks).await;
        self.tasks.shutdown().await;
        drop(self.doorway);
        let closed = tokio::task::spawn_blocking(|| self.journal.join());
        within("the records were not closed", closed).await;
    }

    async fn say_started(&self) {
        let Doorway {
            gate,
            journal,
            clock,
            ..
        } = &*self.doorway;
        let version = env!("CARGO_PKG_VERSION");
        let event = Event::Started {
            version: version.to_owned(),
        };
        if let Err(error) = journal.append(Draft::new(clock.utc_ms(), event)).await {
            tracing::error!(%error, "the start could not be recorded: nobody may pass");
        }
        let door = self.doorway.identity.door();
        tracing::info!(%door, version, bundle = gate.version(), "the door serves");
        if !gate.is_ready() {
            tracing::warn!("nobody may pass before the first bundle: the hub must be reached once");
        }
    }

    /// Before anybody is served: whether the clock is lost is on record first.
    async fn keep_time(&mut self) {
        let clock = self.doorway.clock.clone();
        let mut timekeeper = Timekeeper::new(clock, self.doorway.journal.clone());
        timekeeper.look().await;
        self.tasks.spawn(timekeeper.run(self.stop.clone()));
    }

    fn attend(&mut self, inputs: Inputs) {
        let stop = self.stop.clone();
        let signals = inputs.read(&stop, |reading| {
            self.tasks.spawn(reading);
        });
        let attendant = Attendant::new(Arc::clone(&self.doorway));
        let desk = CodeDesk::new(Arc::clone(&self.doorway));
        self.tasks
            .spawn(attendant.run(signals.door, self.stop.clone()));
        self.tasks.spawn(desk.run(signals.keys, stop));
    }

    fn open_links(&mut self, config: &Config, listener: Option<StreamListener>) {
        if let Some(mut listener) = listener {
            let lobby = self.lobby(LinkKind::Stream);
            self.tasks.spawn(async move {
                if let Err(error) = lobby.receive(&mut listener).await {
                    tracing::error!(%error, "the stream link is lost");
                }
            });
        }
        if let Some(bluetooth) = &config.link.bluetooth {
            let lobby = self.lobby(LinkKind::Bluetooth);
            let door = self.doorway.identity.door().short();
            let adapter = bluetooth.adapter.clone();
            self.tasks.spawn(lobby.receive_bluetooth(adapter, door));
        }
    }

    fn lobby(&self, kind: LinkKind) -> Lobby {
        let doorway = Arc::clone(&self.doorway);
        Lobby::new(doorway, kind, self.sessions.clone(), self.stop.clone())
    }

    fn show_directly(&mut self, listener: Option<LiveListener>, view: LiveView) {
        if let Some(listener) = listener {
            let (tasks, stop) = (self.sessions.clone(), self.stop.clone());
            self.tasks.spawn(listener.receive(view, tasks, stop));
        }
    }

    fn follow_hub(
        &mut self,
        config: &Config,
        hub: Arc<dyn HubLink>,
        studio: &Studio,
        view: LiveView,
    ) {
        let journal = self.doorway.journal.clone();
        let records = RecordOutbox::new(Arc::clone(&hub), journal.clone());
        let clips = ClipOutbox {
            hub: Arc::clone(&hub),
            journal,
            folder: studio.folder.clone(),
            clock: studio.clock.clone(),
            signing: studio.signing.clone(),
            grown: Arc::clone(&studio.grown),
            durable: records.durable(),
        };
        let stream = config.link.stream.as_ref().zip(self.stream);
        let live_addresses = config.live.as_ref().zip(self.live);
        let live = LiveCalls::new(Arc::clone(&hub), view, &self.sessions, self.stop.clone());
        let sync = BundleSync {
            hub,
            doorway: Arc::clone(&self.doorway),
            about: DoorUpdate {
                stream_address: stream.map(|(stream, bound)| stream.advertised(bound)),
                camera: config.camera.is_some(),
                keypad: config.inputs.keypad.is_some(),
                live_addresses: Vec::new(),
            },
            live_addresses: live_addresses.map(|(live, bound)| LiveAddresses::new(live, bound)),
            lobby: self.lobby(LinkKind::Remote),
            live,
        };
        self.tasks.spawn(records.run(self.stop.clone()));
        self.tasks.spawn(clips.run(self.stop.clone()));
        self.tasks.spawn(sync.run(self.stop.clone()));
    }

    fn tend_clips(&mut self, config: &Config, studio: Studio, interrupted: Vec<ClipRow>) {
        let storage = ClipStorage {
            journal: studio.journal.clone(),
            folder: studio.folder.clone(),
            limits: config.storage,
            clock: studio.clock.clone(),
            room: studio.room.clone(),
        };
        self.tasks.spawn(storage.run(self.stop.clone()));
        if let Some(state) = self.doorway.recorder.camera().map(Camera::state) {
            let (clock, journal) = (studio.clock.clone(), studio.journal.clone());
            let watch = CameraWatch::new(state, clock, journal, GRACE);
            self.tasks.spawn(watch.run(self.stop.clone()));
        }
        let rolls = config.camera.as_ref().map_or(Rolls::NONE, Rolls::from);
        let stop = self.stop.clone();
        self.tasks
            .spawn(async move { studio.recover(interrupted, rolls, &stop).await });
    }
}

async fn within(otherwise: &str, step: impl Future) {
    if timeout(FAREWELL, step).await.is_err() {
        tracing::warn!("{otherwise} in time");
    }
}
