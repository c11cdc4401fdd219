use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use access::{
    ClipId, DeviceId, DoorId, GrantId, HolderPublicKey, ResidentId, SignedBundle, SigningPublicKey,
    ViewerPublicKey,
};
use async_trait::async_trait;
use audit::{SealedRecords, SignedRecord};
use bluetooth::{Central as _, Link, LoopbackCentral};
use bytes::Bytes;
use clip::{SignedClipIndex, SignedClipPrefix, SignedThumbnail};
use futures::StreamExt as _;
use futures::stream;
use hub_api::{
    Carried, CarriedDoor, ClientIdentity, DeviceInfo, DoorInfo, Enrolled, EnrolledSubject,
    EntryInfo, EntryPage, ErrorCode, Event, Forgotten, Invite, IssuedCredential, LiveReceiver,
    LiveSender, MadeCode, MadePass, MyData, NewPass, OwnCode, PassChange, PassInfo, PassState,
    PassToken, Policy, PushOffer, PushSubscription, ServerEvent, Subject, WatchPage,
    live_connection,
};
use resident::hub::{Events, Hub, HubAddress, HubError, Hubs};
use tokio::sync::{mpsc, watch};

use crate::building::{
    DEVICE, GARAGE, LOBBY, RESIDENT, building_info, credential, door_info, now_s, records_key,
};
use crate::own_data::{devices, my_data, policy, watches};

/// The code that the hub makes.
pub(crate) const CODE: &str = "40718263";

/// A hub in memory.
pub(crate) struct FakeHub {
    state: Mutex<State>,
    log: watch::Sender<Log>,
    /// The doors that are connected to it.
    pub(crate) behind: LoopbackCentral,
    /// The hub's ends of the connections of those who come to watch live.
    watched: mpsc::UnboundedSender<(LiveSender, LiveReceiver)>,
    pub(crate) watchers: tokio::sync::Mutex<mpsc::UnboundedReceiver<(LiveSender, LiveReceiver)>>,
}

/// What the hub has pushed so far.
#[derive(Clone, Debug, Default)]
struct Log {
    down: Option<HubError>,
    events: Vec<ServerEvent>,
}

#[derive(Default)]
pub(crate) struct State {
    /// What enrolling is refused with.
    pub(crate) refusal: Option<HubError>,
    /// The answer to the next enrolment is lost on its way.
    pub(crate) loses_answer: bool,
    pub(crate) registered: Option<(SigningPublicKey, HolderPublicKey, ViewerPublicKey)>,
    pub(crate) doors: Vec<DoorInfo>,
    pub(crate) entries: Vec<EntryInfo>,
    pub(crate) clips: HashMap<ClipId, (SignedClipIndex, Vec<Vec<u8>>)>,
    /// How far clips are signed that are still recorded.
    pub(crate) prefixes: HashMap<ClipId, SignedClipPrefix>,
    pub(crate) thumbnails: HashMap<ClipId, SignedThumbnail>,
    /// How often a picture was asked for.
    pub(crate) thumbnails_asked: u32,
    /// How many of the next answers with a picture are lost on their way.
    pub(crate) loses_thumbnails: u32,
    /// The time for which clips are kept is over.
    pub(crate) clips_are_gone: bool,
    pub(crate) credentials_issued: u32,
    /// Newest first.
    pub(crate) passes: Vec<PassInfo>,
    /// The token of each request for a pass.
    pub(crate) pass_tokens: Vec<PassToken>,
    /// Every request for a pass, also those whose answer was lost.
    pub(crate) asked_passes: Vec<NewPass>,
    /// What making a pass is refused with.
    pub(crate) refuses_passes: Option<HubError>,
    /// The newest bundle, with its version.
    pub(crate) bundle: Option<(u64, SignedBundle)>,
    /// What devices brought of the lobby, opened.
    pub(crate) brought: Vec<SignedRecord>,
    /// How many batches came.
    pub(crate) batches: u32,
    /// What batches are refused with.
    pub(crate) refuses_records: Option<HubError>,
    /// The device's own code, while it stands.
    pub(crate) own_code: Option<OwnCode>,
    /// What making a code is refused with.
    pub(crate) refuses_code: Option<ErrorCode>,
    /// The devices that were taken off its list.
    pub(crate) removed: Vec<DeviceId>,
    /// Who asked to be forgotten.
    pub(crate) forgot: Option<ResidentId>,
    /// How often an app prepared its connection anew.
    pub(crate) clients: u32,
    /// Its key for push servers, where it wakes devices.
    pub(crate) vapid_key: Option<String>,
    /// Where the device is woken.
    pub(crate) push: Option<PushSubscription>,
    /// What each event stream was opened after.
    pub(crate) resumed_after: Vec<Option<u64>>,
}

impl FakeHub {
    pub(crate) fn new() -> Arc<Self> {
        let doors = vec![door_info(LOBBY, "Lobby"), door_info(GARAGE, "Garage")];
        let state = State {
            doors,
            ..State::default()
        };
        let (watched, watchers) = mpsc::unbounded_channel();
        Arc::new(Self {
            watched,
            watchers: watchers.into(),
            state: Mutex::new(state),
            log: watch::Sender::default(),
            behind: LoopbackCentral::default(),
        })
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    pub(crate) fn stop(&self) {
        self.refuse_all(HubError::Unreachable);
    }

    pub(crate) fn refuse_all(&self, why: HubError) {
        self.log.send_modify(|log| log.down = Some(why));
    }

    pub(crate) fn resume(&self) {
        self.log.send_modify(|log| log.down = None);
    }

    /// Adds an entry and pushes it.
    pub(crate) fn push_entry(&self, entry: EntryInfo) {
        self.add_entry(entry.clone());
        self.push(Event::Entry(entry));
    }

    /// Adds or replaces an entry without a push.
    pub(crate) fn add_entry(&self, entry: EntryInfo) {
        let mut state = self.state();
        state.entries.retain(|known| known.id != entry.id);
        state.entries.push(entry);
        state.entries.sort_by_key(|entry| entry.id);
    }

    pub(crate) fn push(&self, event: Event) {
        self.log.send_modify(|log| {
            let id = log.events.len() as u64 + 1;
            log.events.push(ServerEvent { id, event });
        });
    }

    fn is_up(&self) -> Result<(), HubError> {
        self.log.borrow().down.map_or(Ok(()), Err)
    }
}

/// The way to the one hub.
pub(crate) struct FakeHubs(pub(crate) Arc<FakeHub>);

#[async_trait]
impl Hubs for FakeHubs {
    async fn enrol(
        &self,
        _invite: &Invite,
        subject: Subject,
        _seed: &[u8; 32],
    ) -> Result<Enrolled, HubError> {
        self.0.is_up()?;
        let Subject::ResidentDevice {
            auth_key,
            holder_key,
            viewer_key,
            ..
        } = subject
        else {
            panic!("a resident's app enrols as something else");
        };
        let mut state = self.0.state();
        if let Some(refusal) = state.refusal {
            return Err(refusal);
        }
        let keys = (auth_key, holder_key, viewer_key);
        if state.registered.is_some_and(|known| known != keys) {
            return Err(HubError::Refused {
                code: ErrorCode::InviteUsed,
                retryable: false,
            });
        }
        state.registered = Some(keys);
        if std::mem::take(&mut state.loses_answer) {
            return Err(HubError::Unreachable);
        }
        Ok(Enrolled {
            client_id: "client".to_owned(),
            building: building_info(),
            hub_name: "Elm".to_owned(),
            subject: EnrolledSubject::ResidentDevice {
                resident: RESIDENT,
                device: DEVICE,
                resident_name: "Robin".to_owned(),
            },
        })
    }

    fn connect(&self, _: &HubAddress, _: &ClientIdentity) -> Result<Arc<dyn Hub>, HubError> {
        self.0.state().clients += 1;
        Ok(Arc::new(Connection(self.0.clone())))
    }
}

struct Connection(Arc<FakeHub>);

const NOT_READY: HubError = HubError::Refused {
    code: ErrorCode::ClipNotReady,
    retryable: true,
};

#[async_trait]
impl Hub for Connection {
    async fn doors(&self) -> Result<Vec<DoorInfo>, HubError> {
        self.0.is_up()?;
        Ok(self.0.state().doors.clone())
    }

    async fn credentials(&self) -> Result<Vec<IssuedCredential>, HubError> {
        self.0.is_up()?;
        let mut state = self.0.state();
        state.credentials_issued += 1;
        let (_, holder, _) = state.registered.unwrap();
        Ok(vec![
            credential(holder, vec![LOBBY]),
            credential(holder, vec![GARAGE]),
        ])
    }

    async fn entries(&self, before: Option<u64>, limit: u32) -> Result<EntryPage, HubError> {
        self.0.is_up()?;
        let state = self.0.state();
        let newest_first = state.entries.iter().rev();
        let mut older = newest_first.filter(|entry| before.is_none_or(|before| entry.id < before));
        let entries: Vec<_> = older.by_ref().take(limit as usize).cloned().collect();
        let next = older.next().and(entries.last().map(|entry| entry.id));
        Ok(EntryPage { entries, next })
    }

    async fn events(&self, last: Option<u64>) -> Result<Events, HubError> {
        self.0.is_up()?;
        self.0.state().resumed_after.push(last);
        let log = self.0.log.subscribe();
        let head = log.borrow().events.len() as u64;
        let ready = ServerEvent {
            id: head,
            event: Event::Ready {},
        };
        let told = usize::try_from(last.unwrap_or(head)).unwrap();
        let live = stream::unfold(Some((log, told)), |place| async move {
            let (mut log, told) = place?;
            let event = {
                let now = log
                    .wait_for(|log| log.down.is_some() || log.events.len() > told)
                    .await
                    .ok()?;
                let is_up = now.down.is_none();
                is_up.then(|| now.events[told].clone())
            };
            Some(match event {
                Some(event) => (Ok(event), Some((log, told + 1))),
                None => (Err(HubError::Unreachable), None),
            })
        });
        Ok(stream::once(async { Ok(ready) }).chain(live).boxed())
    }

    async fn clip_index(&self, clip: ClipId) -> Result<SignedClipIndex, HubError> {
        self.0.is_up()?;
        let state = self.0.state();
        if state.clips_are_gone {
            return Err(HubError::Refused {
                code: ErrorCode::ClipUnavailable,
                retryable: false,
            });
        }
        if state.prefixes.contains_key(&clip) {
            return Err(NOT_READY);
        }
        let closed = state.clips.get(&clip);
        closed.map(|(index, _)| index.clone()).ok_or(NOT_READY)
    }

    async fn clip_prefix(&self, clip: ClipId) -> Result<SignedClipPrefix, HubError> {
        self.0.is_up()?;
        let state = self.0.state();
        state.prefixes.get(&clip).cloned().ok_or(NOT_READY)
    }

    async fn thumbnail(&self, clip: ClipId) -> Result<SignedThumbnail, HubError> {
        self.0.is_up()?;
        let mut state = self.0.state();
        state.thumbnails_asked += 1;
        if state.loses_thumbnails > 0 {
            state.loses_thumbnails -= 1;
            return Err(HubError::Unreachable);
        }
        let missing = HubError::Refused {
            code: ErrorCode::NotFound,
            retryable: false,
        };
        state.thumbnails.get(&clip).cloned().ok_or(missing)
    }

    async fn fragment(&self, clip: ClipId, n: u32) -> Result<Bytes, HubError> {
        self.0.is_up()?;
        let state = self.0.state();
        Ok(state.clips[&clip].1[n as usize].clone().into())
    }

    async fn carried(&self, newer_than: Option<u64>) -> Result<Carried, HubError> {
        self.0.is_up()?;
        let state = self.0.state();
        let newest = state.bundle.clone();
        let newer = newest.filter(|(version, _)| Some(*version) > newer_than);
        let durable_seq = state.brought.len() as u64;
        Ok(Carried {
            bundle: newer.map(|(_, bundle)| bundle),
            doors: vec![CarriedDoor {
                door: LOBBY,
                durable_seq,
            }],
        })
    }

    async fn put_carried_records(&self, batch: &SealedRecords) -> Result<u64, HubError> {
        self.0.is_up()?;
        let mut state = self.0.state();
        state.batches += 1;
        if let Some(refusal) = state.refuses_records {
            return Err(refusal);
        }
        let run = records_key().open(batch).unwrap();
        for (seq, record) in (batch.first_seq..).zip(run) {
            let held = state.brought.len() as u64;
            assert!(seq <= held + 1, "record {seq} follows {held}");
            if seq == held + 1 {
                state.brought.push(record);
            }
        }
        Ok(state.brought.len() as u64)
    }

    async fn passes(&self) -> Result<Vec<PassInfo>, HubError> {
        self.0.is_up()?;
        Ok(self.0.state().passes.clone())
    }

    async fn make_pass(&self, wanted: &NewPass) -> Result<MadePass, HubError> {
        self.0.is_up()?;
        self.0.state().make_pass(wanted)
    }

    async fn change_pass(&self, pass: GrantId, change: &PassChange) -> Result<PassInfo, HubError> {
        self.0.is_up()?;
        let mut state = self.0.state();
        let open = state.open_pass(pass)?;
        open.label.clone_from(&change.label);
        open.not_after = change.not_after;
        Ok(open.clone())
    }

    async fn revoke_pass(&self, pass: GrantId) -> Result<(), HubError> {
        self.0.is_up()?;
        self.0.state().open_pass(pass)?.state = PassState::Revoked;
        Ok(())
    }

    async fn make_own_code(&self) -> Result<MadeCode, HubError> {
        self.0.is_up()?;
        let mut state = self.0.state();
        if let Some(code) = state.refuses_code {
            let retryable = false;
            return Err(HubError::Refused { code, retryable });
        }
        let own = OwnCode {
            id: GrantId::from_entropy([0x77; 16]),
            doors: vec![LOBBY],
            not_after: now_s() + 90 * 24 * 3600,
        };
        state.own_code = Some(own.clone());
        let code = CODE.to_owned();
        Ok(MadeCode { own, code })
    }

    async fn own_code(&self) -> Result<Option<OwnCode>, HubError> {
        self.0.is_up()?;
        Ok(self.0.state().own_code.clone())
    }

    async fn call_door(&self, door: DoorId) -> Result<Link, HubError> {
        self.0.is_up()?;
        let behind = &self.0.behind;
        let found = bluetooth::find(behind, door.short(), Duration::from_secs(1)).await;
        let offline = HubError::Refused {
            code: ErrorCode::DoorOffline,
            retryable: true,
        };
        let sighting = found.map_err(|_| offline)?;
        behind.connect(&sighting).await.map_err(|_| offline)
    }

    async fn policy(&self) -> Result<Policy, HubError> {
        self.0.is_up()?;
        Ok(policy())
    }

    async fn watches(&self, before: Option<String>) -> Result<WatchPage, HubError> {
        self.0.is_up()?;
        let older = before.is_some();
        Ok(if older {
            WatchPage {
                days: Vec::new(),
                next: None,
            }
        } else {
            watches()
        })
    }

    async fn devices(&self) -> Result<Vec<DeviceInfo>, HubError> {
        self.0.is_up()?;
        let removed = self.0.state().removed.clone();
        let devices = devices().into_iter();
        Ok(devices.filter(|it| !removed.contains(&it.id)).collect())
    }

    async fn remove_device(&self, device: DeviceId) -> Result<(), HubError> {
        self.0.is_up()?;
        if devices().iter().all(|it| it.id != device) {
            return Err(HubError::Refused {
                code: ErrorCode::NotFound,
                retryable: false,
            });
        }
        self.0.state().removed.push(device);
        Ok(())
    }

    async fn my_data(&self) -> Result<MyData, HubError> {
        self.0.is_up()?;
        Ok(my_data())
    }

    async fn forget_resident(&self, resident: ResidentId) -> Result<Forgotten, HubError> {
        self.0.is_up()?;
        self.0.state().forgot = Some(resident);
        Ok(Forgotten {
            devices: 2,
            passes: 0,
            name_kept: false,
        })
    }

    async fn push_offer(&self) -> Result<PushOffer, HubError> {
        self.0.is_up()?;
        let vapid_key = self.0.state().vapid_key.clone();
        let vapid_key = vapid_key.ok_or(HubError::Refused {
            code: ErrorCode::NotFound,
            retryable: false,
        })?;
        Ok(PushOffer { vapid_key })
    }

    async fn put_push(&self, subscription: &PushSubscription) -> Result<(), HubError> {
        self.0.is_up()?;
        self.0.state().push = Some(subscription.clone());
        Ok(())
    }

    async fn delete_push(&self) -> Result<(), HubError> {
        self.0.is_up()?;
        self.0.state().push = None;
        Ok(())
    }

    async fn watch_door(&self, _: DoorId) -> Result<(LiveSender, LiveReceiver), HubError> {
        self.0.is_up()?;
        let (app, hub) = tokio::io::duplex(64 * 1024);
        let (sender, receiver) = live_connection(hub);
        let watched = self.0.watched.send((sender, receiver));
        watched.map_err(|_| HubError::Unreachable)?;
        Ok(live_connection(app))
    }
}
