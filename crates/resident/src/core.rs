use std::collections::HashMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use access::DoorId;
use bluetooth::Central;
use hub_api::ClientIdentity;
use tokio::sync::{Notify, watch};
use tracing::{info, warn};

use crate::Shell;
use crate::ahead::Held;
use crate::authenticator::{Authenticator, NoAuthenticator};
use crate::clips::Clips;
use crate::hub::{Hub, HubAddress, Hubs, LiveHubs};
use crate::illustrations::Illustrations;
use crate::keys::{DeviceKeys, FileKeys, KeyStores, Keychain};
use crate::links::{Links, LiveLinks};
use crate::live::Watches;
use crate::presence::{Presence, Via};
use crate::store::{Store, StoreError, StoredEnrolment};
use crate::ui::{AppError, BluetoothState, ErrorCode, HubState, Preferences, UnlockState};
use crate::words::Words;

/// What the program around knows.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where the database lies; made when it is not there.
    pub data_dir: PathBuf,
    /// What this device is called, for the resident and the manager.
    pub device_name: String,
    /// The app's version, for the about line.
    pub version: String,
}

/// The world outside: hubs, doors and keychains, or a test's own.
#[derive(Clone)]
pub struct Outside {
    pub hubs: Arc<dyn Hubs>,
    pub links: Arc<dyn Links>,
    pub keys: KeyStores,
    pub authenticator: Arc<dyn Authenticator>,
}

impl Outside {
    /// The real world. Key files lie in the data folder. How the system confirms who asks is the program's to say.
    pub fn live(config: &Config) -> Self {
        Self {
            hubs: Arc::new(LiveHubs),
            links: Arc::new(LiveLinks::default()),
            keys: KeyStores {
                keychain: Arc::new(Keychain::of_this_system()),
                file: Arc::new(FileKeys::in_folder(config.data_dir.join("keys"))),
            },
            authenticator: Arc::new(NoAuthenticator),
        }
    }
}

impl fmt::Debug for Outside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Outside(..)")
    }
}

/// What every task of a controller shares.
pub(crate) struct Core<S> {
    pub(crate) config: Config,
    pub(crate) outside: Outside,
    pub(crate) shell: S,
    pub(crate) store: Store,
    pub(crate) clips: Clips,
    pub(crate) watches: Watches,
    /// Something that a snapshot shows has changed.
    pub(crate) changed: Notify,
    /// Do not wait out the pause before the next attempt to reach the hub.
    pub(crate) hurry: Notify,
    /// A door found that this device's credentials have run out.
    pub(crate) expired: Notify,
    /// Counts how often the machine slept.
    pub(crate) woken: watch::Sender<u64>,
    /// Whether a window is in front.
    pub(crate) in_front: watch::Sender<bool>,
    /// The connection that is there before it is needed.
    pub(crate) ahead: tokio::sync::Mutex<Held>,
    /// How many reasons there are to look for doors.
    pub(crate) interest: watch::Sender<usize>,
    /// Counts sightings.
    pub(crate) heard: watch::Sender<u64>,
    /// Counts changes of the doors.
    pub(crate) doors: watch::Sender<u64>,
    /// Counts taps on doors.
    pub(crate) taps: watch::Sender<u64>,
    /// A door gave records to carry to the hub.
    pub(crate) brought: Notify,
    pub(crate) illustrations: Illustrations,
    live: Mutex<Live>,
}

/// What is true now and is not kept.
pub(crate) struct Live {
    pub(crate) hub: HubState,
    pub(crate) bluetooth: BluetoothState,
    pub(crate) presence: Presence,
    pub(crate) centrals: HashMap<Via, Listening>,
    pub(crate) attempts: HashMap<DoorId, Attempt>,
    pub(crate) last_attempt: u64,
    /// The pass that was asked for last, while nobody knows whether it was made.
    pub(crate) asked_pass: Option<(crate::ui::PassDraft, hub_api::NewPass)>,
    keys: Option<Arc<DeviceKeys>>,
    pub(crate) connection: Option<Arc<dyn Hub>>,
}

/// A link that sightings come from.
#[derive(Clone)]
pub(crate) struct Listening {
    pub(crate) central: Arc<dyn Central>,
    pub(crate) since: tokio::time::Instant,
}

/// One unlock, from the tap until its state has been shown long enough.
#[derive(Clone, Debug, Default)]
pub(crate) struct Attempt {
    pub(crate) number: u64,
    pub(crate) state: UnlockState,
}

impl<S: Shell> Core<S> {
    pub(crate) fn new(config: Config, outside: Outside, shell: S, store: Store) -> Self {
        let live = Live {
            hub: HubState::Connecting,
            bluetooth: BluetoothState::On,
            presence: Presence::default(),
            centrals: HashMap::new(),
            attempts: HashMap::new(),
            last_attempt: 0,
            asked_pass: None,
            keys: None,
            connection: None,
        };
        Self {
            config,
            outside,
            shell,
            store,
            clips: Clips::default(),
            watches: Watches::default(),
            changed: Notify::new(),
            hurry: Notify::new(),
            expired: Notify::new(),
            woken: watch::Sender::new(0),
            in_front: watch::Sender::new(false),
            ahead: tokio::sync::Mutex::default(),
            interest: watch::Sender::new(0),
            heard: watch::Sender::new(0),
            doors: watch::Sender::new(0),
            taps: watch::Sender::new(0),
            brought: Notify::new(),
            illustrations: Illustrations::default(),
            live: Mutex::new(live),
        }
    }

    pub(crate) fn live(&self) -> MutexGuard<'_, Live> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn enrolment(&self) -> Result<StoredEnrolment, AppError> {
        self.store.enrolment()?.ok_or(ErrorCode::NotEnrolled.into())
    }

    /// What to say it with now.
    pub(crate) fn words(&self) -> Words {
        Words::of(self.preferences().language)
    }

    /// What the person chose; what holds by itself where that cannot be read.
    pub(crate) fn preferences(&self) -> Preferences {
        let chosen = self.store.preferences();
        chosen.unwrap_or_else(|error| {
            warn!(%error, "what the person chose cannot be read");
            Preferences::default()
        })
    }

    /// This device's keys: read once, then held while the app runs.
    pub(crate) async fn keys(&self) -> Result<Arc<DeviceKeys>, AppError> {
        if let Some(keys) = &self.live().keys {
            return Ok(keys.clone());
        }
        let enrolment = self.enrolment()?;
        let store = self.outside.keys.of(enrolment.key_storage);
        let loaded = blocking(move || store.load(&enrolment.key_name)).await?;
        let keys = Arc::new(loaded.map_err(|error| {
            warn!(%error, "the device's keys cannot be read");
            AppError::from(&error)
        })?);
        self.live().keys = Some(keys.clone());
        Ok(keys)
    }

    /// Whether a door is being unlocked, or is open, or a pass was asked for of which nobody knows whether it was made.
    pub(crate) fn is_at_work(&self) -> bool {
        let live = self.live();
        let rests = |attempt: &Attempt| {
            matches!(
                attempt.state,
                UnlockState::Idle | UnlockState::Failed { .. }
            )
        };
        live.asked_pass.is_some() || !live.attempts.values().all(rests)
    }

    pub(crate) fn set_keys(&self, keys: Arc<DeviceKeys>) {
        self.live().keys = Some(keys);
    }

    /// The connection to the hub; nothing is sent to make it.
    pub(crate) async fn hub(&self) -> Result<Arc<dyn Hub>, AppError> {
        if let Some(hub) = &self.live().connection {
            return Ok(hub.clone());
        }
        let enrolment = self.enrolment()?;
        let identity = ClientIdentity::new(enrolment.client_id, self.keys().await?.auth);
        let address = HubAddress {
            url: enrolment.hub,
            key: enrolment.hub_key,
        };
        let hub = self.outside.hubs.connect(&address, &identity)?;
        self.live().connection = Some(hub.clone());
        Ok(hub)
    }

    pub(crate) fn set_hub_state(&self, state: HubState) {
        let before = std::mem::replace(&mut self.live().hub, state);
        if before != state {
            info!(?state, "hub");
            self.changed.notify_one();
        }
    }

    pub(crate) fn set_bluetooth(&self, state: BluetoothState) {
        let before = std::mem::replace(&mut self.live().bluetooth, state);
        if before != state {
            info!(?state, "Bluetooth");
            self.changed.notify_one();
            self.heard.send_modify(|count| *count += 1);
        }
    }

    /// Forgets everything about the building that is not on disk.
    pub(crate) fn clear_live(&self) {
        let mut live = self.live();
        live.hub = HubState::Connecting;
        live.presence = Presence::default();
        live.centrals.clear();
        live.attempts.clear();
        live.asked_pass = None;
        live.keys = None;
        live.connection = None;
        drop(live);
        self.clips.clear();
        self.watches.clear();
        self.changed.notify_one();
    }

    /// Looks for doors for as long as the answer lives.
    pub(crate) fn look_for_doors(self: &Arc<Self>) -> Interest<S> {
        self.interest.send_modify(|count| *count += 1);
        Interest(self.clone())
    }
}

/// A reason to look for doors.
pub(crate) struct Interest<S: Shell>(Arc<Core<S>>);

impl<S: Shell> Drop for Interest<S> {
    fn drop(&mut self) {
        self.0.interest.send_modify(|count| *count -= 1);
    }
}

/// Runs what may block for long, such as a keychain that asks for a password.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, AppError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|_| ErrorCode::Internal.into())
}

impl From<StoreError> for AppError {
    fn from(error: StoreError) -> Self {
        warn!(%error, "the app's database failed");
        ErrorCode::Internal.into()
    }
}
