use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
};

use access::SignedBundle;
use audit::{ChainPosition, SignedRecord};
use bluetooth::{LinkError, StreamListener};
use camera::Camera;
use door_protocol::DoorIdentity;
use hub_api::ClientError;
use tokio::sync::Notify;

use crate::{
    clock::Clock,
    config::Config,
    enrolment::{EnrolError, Enrolment},
    files::{FilesError, make_private_folder},
    flood::FloodGuard,
    gate::SharedGate,
    inputs::InputError,
    journal::{Journal, JournalThread, resume},
    keys::{Keys, KeysError},
    live::LiveListener,
    recorder::{Recorder, Rolls, Studio},
    session::Doorway,
    storage::Room,
    store::{Store, StoreError},
    strike::{StrikeError, StrikeThread},
};

/// Why a door does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The data folder cannot be used.
    #[error(transparent)]
    Files(#[from] FilesError),
    /// The device is no door yet.
    #[error(transparent)]
    Enrolment(#[from] EnrolError),
    /// The keys cannot be used.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// The records cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The strike cannot be used.
    #[error(transparent)]
    Strike(#[from] StrikeError),
    /// An input cannot be used.
    #[error(transparent)]
    Input(#[from] InputError),
    /// The stream link cannot be used.
    #[error(
        "cannot listen on {address}: {source}. Check link.stream.listen, and that no other program uses the port"
    )]
    Stream {
        /// The address.
        address: SocketAddr,
        /// What the operating system said.
        source: LinkError,
    },
    /// Nobody could watch live over the door's own network.
    #[error(
        "cannot listen on {address}: {source}. Check live.listen, and that no other program uses the port"
    )]
    Live {
        /// The address.
        address: SocketAddr,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The hub's client cannot be made.
    #[error(transparent)]
    Hub(#[from] ClientError),
    /// A thread cannot be started.
    #[error("cannot start a thread: {0}")]
    Thread(std::io::Error),
    /// A door without a bundle cannot be made.
    #[error(transparent)]
    Bundle(#[from] access::BundleError),
}

/// Listens on the stream link, if there is to be one.
pub(super) async fn listen(config: &Config) -> Result<Option<StreamListener>, StartError> {
    let Some(stream) = &config.link.stream else {
        return Ok(None);
    };
    let address = stream.listen;
    let bound = StreamListener::bind(address).await;
    bound
        .map(Some)
        .map_err(|source| StartError::Stream { address, source })
}

/// Listens for those who watch directly, if there is to be that.
pub(super) async fn listen_live(config: &Config) -> Result<Option<LiveListener>, StartError> {
    let Some(live) = &config.live else {
        return Ok(None);
    };
    let address = live.listen;
    let bound = LiveListener::bind(address).await;
    bound
        .map(Some)
        .map_err(|source| StartError::Live { address, source })
}

/// What everything else of a door stands on.
pub(super) struct Foundation {
    clock: Clock,
    journal: Journal,
    gate: SharedGate,
    clips: PathBuf,
}

impl Foundation {
    /// Opens the records and takes the newest bundle from them.
    pub(super) fn lay(
        folder: &Path,
        enrolment: &Enrolment,
        keys: &Keys,
    ) -> Result<(JournalThread, Self), StartError> {
        let clips = folder.join("clips");
        make_private_folder(&clips)?;
        let store = Store::open(&folder.join("records.db"))?;
        let start = ChainPosition::start(enrolment.building, enrolment.door);
        let chain = resume(&store, start, &keys.signing_public())?;
        let clock = Clock::start();
        clock.raise_floor_ms(last_known_ms(&store)?);
        let gate = SharedGate::new(
            enrolment.building,
            enrolment.building_key,
            enrolment.door,
            clock.clone(),
        )?;
        take_stored_bundle(&store, &gate)?;
        for key in store.code_keys()? {
            gate.learn_code_key(key);
        }
        gate.restore(store.denied_attempts()?, store.used_codes()?);
        let started = JournalThread::start(store, chain, keys.signing().clone());
        let (thread, journal) = started.map_err(StartError::Thread)?;
        let foundation = Self {
            clock,
            journal,
            gate,
            clips,
        };
        Ok((thread, foundation))
    }

    pub(super) fn studio(&self, config: &Config, enrolment: &Enrolment, keys: &Keys) -> Studio {
        Studio {
            building: enrolment.building,
            door: enrolment.door,
            signing: keys.signing().clone(),
            lens: config.camera.as_ref().and_then(|camera| camera.lens),
            journal: self.journal.clone(),
            folder: self.clips.clone(),
            clock: self.clock.clone(),
            room: Room::default(),
            grown: Arc::new(Notify::new()),
        }
    }

    /// Joins it with the strike and the camera.
    pub(super) fn doorway(
        self,
        config: &Config,
        enrolment: &Enrolment,
        keys: &Keys,
        strike: &StrikeThread,
        studio: &Studio,
    ) -> Doorway {
        let Self {
            clock,
            journal,
            gate,
            ..
        } = self;
        let recorder = match &config.camera {
            None => Recorder::blind(),
            Some(table) => {
                let camera = Camera::open(table.camera(), table.pre_roll(), clock.origin());
                Recorder::new(camera, Rolls::from(table), studio.clone())
            }
        };
        Doorway {
            identity: DoorIdentity::new(enrolment.building, enrolment.door, **keys.channel()),
            gate,
            journal,
            strike: strike.handle(),
            recorder,
            clock,
            flood: FloodGuard::default(),
        }
    }
}

/// It is at least as late as this door's last record, and as what it noted.
fn last_known_ms(store: &Store) -> Result<u64, StartError> {
    let tail = store.tail()?.map(|tail| SignedRecord(tail.body));
    let recorded = tail.and_then(|tail| tail.read_unverified().ok());
    let recorded_ms = recorded.map_or(0, |record| record.at_ms);
    Ok(recorded_ms.max(store.noted_time_ms()?))
}

/// A bundle is checked again each time it is read: a disk is not the building.
fn take_stored_bundle(store: &Store, gate: &SharedGate) -> Result<(), StartError> {
    let Some(bytes) = store.bundle()? else {
        return Ok(());
    };
    let bundle = gate.check(&SignedBundle(bytes));
    match bundle.and_then(|bundle| bundle.map_or(Ok(()), |bundle| gate.install(bundle))) {
        Ok(()) => {}
        Err(error) => tracing::error!(%error, "the stored bundle is refused"),
    }
    Ok(())
}
