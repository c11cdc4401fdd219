use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use access::ShortDoorId;
use async_trait::async_trait;
use bluetooth::{Central, LinkError, LoopbackCentral};
use bytes::Bytes;
use hub_api::{LiveReceiver, LiveSender, LocalAddress, live_connection};
use keyring_core::{CredentialStore, Error};
use resident::keys::{FileKeys, KeyStores, Keychain};
use resident::links::Links;
use resident::ui::{AppError, KeyStorage, Snapshot, UiEvent, UnlockState};
use resident::{Authenticator, Config, Controller, NotConfirmed, Notification, Outside, Shell};
use tempfile::TempDir;
use tokio::sync::{mpsc, watch};
use tokio::time::timeout;

use crate::hub::{FakeHub, FakeHubs};

pub(crate) const INVITE: &str = "vestibule://enrol?hub=https://hub.example:7410\
    &key=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA&code=once";

/// Longer than anything takes; time is virtual.
const PATIENCE: Duration = Duration::from_secs(120);

/// A device and all that surrounds it.
pub(crate) struct World {
    pub(crate) folder: TempDir,
    pub(crate) hub: Arc<FakeHub>,
    pub(crate) links: Arc<FakeLinks>,
    pub(crate) has_keychain: bool,
    pub(crate) person: Arc<Person>,
}

impl World {
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            hub: FakeHub::new(),
            links: Arc::default(),
            has_keychain: true,
            person: Arc::default(),
        }
    }

    /// Starts the app.
    pub(crate) fn open(&self) -> App {
        let seen = Seen::default();
        App {
            controller: self.open_in(seen.clone()),
            seen,
        }
    }

    /// Starts the app in this shell.
    pub(crate) fn open_in<S: Shell>(&self, shell: S) -> Controller<S> {
        let data_dir = self.folder.path().join("app");
        let outside = Outside {
            hubs: Arc::new(FakeHubs(self.hub.clone())),
            links: self.links.clone(),
            keys: KeyStores {
                keychain: Arc::new(Keychain::connected_by(if self.has_keychain {
                    mock_keychain
                } else {
                    no_keychain
                })),
                file: Arc::new(FileKeys::in_folder(data_dir.join("keys"))),
            },
            authenticator: self.person.clone(),
        };
        let config = Config {
            data_dir,
            device_name: "laptop".to_owned(),
            version: "0.0.0".to_owned(),
        };
        Controller::open(config, outside, shell).unwrap()
    }

    /// Starts the app and enrols it, with its keys in a file.
    pub(crate) async fn enrolled(&self) -> App {
        let app = self.open();
        app.controller
            .enrol(INVITE, KeyStorage::File)
            .await
            .unwrap();
        app
    }
}

/// Who sits before the device, as its system sees it: nobody that it could ask, until a test says otherwise.
#[derive(Default)]
pub(crate) struct Person {
    answer: Mutex<Option<Result<(), NotConfirmed>>>,
    asked: Mutex<Vec<String>>,
}

impl Person {
    pub(crate) fn proves_it(&self) {
        *self.answer.lock().unwrap() = Some(Ok(()));
    }

    pub(crate) fn declines(&self) {
        *self.answer.lock().unwrap() = Some(Err(NotConfirmed::Refused));
    }

    pub(crate) fn is_gone(&self) {
        *self.answer.lock().unwrap() = None;
    }

    /// For which doors the system asked.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

#[async_trait]
impl Authenticator for Person {
    async fn confirm(&self, door: &str) -> Result<(), NotConfirmed> {
        self.asked.lock().unwrap().push(door.to_owned());
        let answer = *self.answer.lock().unwrap();
        answer.unwrap_or(Err(NotConfirmed::Unavailable))
    }
}

fn mock_keychain() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(keyring_core::mock::Store::new()?)
}

fn no_keychain() -> keyring_core::Result<Arc<CredentialStore>> {
    Err(Error::NoDefaultStore)
}

/// A running app.
pub(crate) struct App {
    pub(crate) controller: Controller<Seen>,
    pub(crate) seen: Seen,
}

impl App {
    pub(crate) fn snapshot(&self) -> Snapshot {
        self.controller.snapshot().unwrap()
    }

    /// Waits until a snapshot is as wanted.
    pub(crate) async fn until(&self, what: &str, wanted: impl Fn(&Snapshot) -> bool) -> Snapshot {
        let poll = async {
            loop {
                let snapshot = self.snapshot();
                if wanted(&snapshot) {
                    return snapshot;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        timeout(PATIENCE, poll)
            .await
            .unwrap_or_else(|_| panic!("never {what}: {:?}", self.snapshot()))
    }

    /// Unlocks and answers all states until the door is idle again or the unlock has failed.
    pub(crate) async fn unlock(&self, door: access::DoorId) -> Vec<UnlockState> {
        self.states_of(door, |app| app.unlock(&door.to_string()))
            .await
    }

    /// The same through the hub.
    pub(crate) async fn unlock_remotely(&self, door: access::DoorId) -> Vec<UnlockState> {
        self.states_of(door, |app| app.unlock_remotely(&door.to_string()))
            .await
    }

    async fn states_of(
        &self,
        door: access::DoorId,
        begin: impl FnOnce(&Controller<Seen>) -> Result<(), AppError>,
    ) -> Vec<UnlockState> {
        let before = self.seen.unlocks(door).len();
        begin(&self.controller).unwrap();
        let is_over = |states: &[UnlockState]| {
            matches!(
                states.last(),
                Some(UnlockState::Idle | UnlockState::Failed { .. })
            )
        };
        self.seen
            .until("an unlock ended", |seen| {
                is_over(seen.unlocks(door).get(before..).unwrap_or(&[]))
            })
            .await;
        self.seen.unlocks(door).split_off(before)
    }

    pub(crate) async fn activity(&self) -> Vec<resident::ui::ActivityItem> {
        self.controller.activity(None, 100).await.unwrap().items
    }
}

/// What a window and the desktop were told.
#[derive(Clone, Default)]
pub(crate) struct Seen {
    events: Arc<Mutex<Vec<UiEvent>>>,
    notifications: Arc<Mutex<Vec<Notification>>>,
    renewed: Arc<Mutex<Vec<Notification>>>,
    withdrawn: Arc<Mutex<Vec<u64>>>,
    pictures: Arc<Mutex<Vec<(u64, Bytes)>>>,
    count: Arc<watch::Sender<u64>>,
}

impl Seen {
    pub(crate) fn events(&self) -> Vec<UiEvent> {
        self.events.lock().unwrap().clone()
    }

    pub(crate) fn notifications(&self) -> Vec<Notification> {
        self.notifications.lock().unwrap().clone()
    }

    pub(crate) fn renewed(&self) -> Vec<Notification> {
        self.renewed.lock().unwrap().clone()
    }

    /// The places whose notifications were taken back.
    pub(crate) fn withdrawn(&self) -> Vec<u64> {
        self.withdrawn.lock().unwrap().clone()
    }

    pub(crate) fn pictures(&self) -> Vec<(u64, Bytes)> {
        self.pictures.lock().unwrap().clone()
    }

    pub(crate) fn unlocks(&self, door: access::DoorId) -> Vec<UnlockState> {
        let door = door.to_string();
        let unlock = |event| match event {
            UiEvent::UnlockChanged { door_id, unlock } if door_id == door => Some(unlock),
            _ => None,
        };
        self.events().into_iter().filter_map(unlock).collect()
    }

    pub(crate) async fn until(&self, what: &str, wanted: impl Fn(&Self) -> bool) {
        let mut count = self.count.subscribe();
        let wait = async {
            while !wanted(self) {
                count.changed().await.unwrap();
            }
        };
        let seen = timeout(PATIENCE, wait).await;
        assert!(seen.is_ok(), "never {what}: {:#?}", self.events());
    }
}

impl Shell for Seen {
    fn emit(&self, event: UiEvent) {
        self.events.lock().unwrap().push(event);
        self.count.send_modify(|count| *count += 1);
    }

    fn notify(&self, notification: Notification) {
        self.notifications.lock().unwrap().push(notification);
        self.count.send_modify(|count| *count += 1);
    }

    fn renew(&self, notification: Notification) {
        self.renewed.lock().unwrap().push(notification);
        self.count.send_modify(|count| *count += 1);
    }

    fn withdraw(&self, place: u64) {
        self.withdrawn.lock().unwrap().push(place);
        self.count.send_modify(|count| *count += 1);
    }

    fn illustrate(&self, entry: u64, picture: Bytes) {
        self.pictures.lock().unwrap().push((entry, picture));
        self.count.send_modify(|count| *count += 1);
    }
}

/// Listeners on a network in memory, and who has come to each.
#[derive(Clone, Default)]
pub(crate) struct Nearby(Arc<Mutex<HashMap<LocalAddress, mpsc::UnboundedSender<LiveEnds>>>>);

/// One end of a live connection.
pub(crate) type LiveEnds = (LiveSender, LiveReceiver);

impl Nearby {
    /// Whoever connects to this address from now on.
    pub(crate) fn listen(&self, at: LocalAddress) -> mpsc::UnboundedReceiver<LiveEnds> {
        let (come, came) = mpsc::unbounded_channel();
        self.0.lock().unwrap().insert(at, come);
        came
    }

    fn connect(&self, at: LocalAddress) -> std::io::Result<LiveEnds> {
        let (app, door) = tokio::io::duplex(64 * 1024);
        let listeners = self.0.lock().unwrap();
        let listener = listeners.get(&at);
        let taken = listener.is_some_and(|come| come.send(live_connection(door)).is_ok());
        if taken {
            Ok(live_connection(app))
        } else {
            Err(std::io::ErrorKind::ConnectionRefused.into())
        }
    }
}

/// A radio and a network in memory.
#[derive(Default)]
pub(crate) struct FakeLinks {
    pub(crate) radio: LoopbackCentral,
    pub(crate) network: LoopbackCentral,
    /// What listens on the network for those who watch live.
    pub(crate) nearby: Nearby,
    pub(crate) radio_fault: Mutex<Option<fn() -> LinkError>>,
    pub(crate) radio_used: AtomicU32,
}

impl FakeLinks {
    pub(crate) fn break_radio(&self, fault: fn() -> LinkError) {
        *self.radio_fault.lock().unwrap() = Some(fault);
    }
}

#[async_trait]
impl Links for FakeLinks {
    async fn bluetooth(&self) -> Result<Arc<dyn Central>, LinkError> {
        self.radio_used.fetch_add(1, Ordering::SeqCst);
        match *self.radio_fault.lock().unwrap() {
            Some(fault) => Err(fault()),
            None => Ok(Arc::new(self.radio.clone())),
        }
    }

    async fn stream(&self, doors: &[(ShortDoorId, String)]) -> Arc<dyn Central> {
        let known = if doors.is_empty() {
            LoopbackCentral::default()
        } else {
            self.network.clone()
        };
        Arc::new(known)
    }

    async fn live(&self, at: LocalAddress) -> std::io::Result<(LiveSender, LiveReceiver)> {
        self.nearby.connect(at)
    }
}
