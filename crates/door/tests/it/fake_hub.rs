//! A hub in memory. It checks the chain as a real one does, can be switched off, and can lose
//! answers on the way back.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
};

use access::{ClipId, CodeKey, RelayId, SignedBundle, SigningPublicKey};
use async_trait::async_trait;
use audit::{ChainPosition, Record, SignedRecord, verify_run};
use bluetooth::{Link, LoopbackPair};
use clip::{SignedClipIndex, SignedClipPrefix, SignedThumbnail};
use door::hub_link::{Events, HubLink};
use futures::StreamExt as _;
use hub_api::{
    ApiError, ClientError, DoorUpdate, ErrorCode, Event, LiveReceiver, LiveSender, LocalAddress,
    ServerEvent, UploadState, live_connection,
};
use tokio::sync::broadcast;

use crate::building::{BUILDING, DOOR, code_key};

#[derive(Clone, Debug)]
pub struct FakeHub {
    state: Arc<Mutex<State>>,
    events: broadcast::Sender<ServerEvent>,
}

#[derive(Debug, Default)]
struct State {
    door: Option<SigningPublicKey>,
    bundle: Option<(u64, SignedBundle)>,
    records: Vec<SignedRecord>,
    clips: BTreeMap<ClipId, FakeClip>,
    about: DoorUpdate,
    down: bool,
    /// After so many more fragments the hub is gone.
    fragments_until_down: Option<u32>,
    /// Every so often an answer is lost after the request was carried out.
    lose_answers: bool,
    /// It does not give the secret of codes away.
    keeps_code_key: bool,
    /// What its clock shows; nothing for a hub that tells no time.
    time_ms: Option<u64>,
    calls: u64,
    /// The doors' ends of relays that nobody joined yet.
    relays: BTreeMap<RelayId, Link>,
    /// The hub's end of the live connection, once the door has joined.
    watched: Option<(LiveSender, LiveReceiver)>,
}

#[derive(Clone, Debug, Default)]
pub struct FakeClip {
    pub fragments: BTreeMap<u32, Vec<u8>>,
    /// How often each fragment came.
    pub puts: BTreeMap<u32, u32>,
    pub index: Option<SignedClipIndex>,
    /// Each beginning that was told of while the clip was filmed, with how many fragments were there.
    pub prefixes: Vec<(SignedClipPrefix, usize)>,
    pub thumbnail: Option<SignedThumbnail>,
}

impl FakeHub {
    pub fn new() -> Self {
        Self {
            state: Arc::default(),
            events: broadcast::channel(16).0,
        }
    }

    pub fn knows(&self, door: SigningPublicKey) {
        self.lock().door = Some(door);
    }

    pub fn publish(&self, version: u64, bundle: SignedBundle) {
        self.lock().bundle = Some((version, bundle));
        let event = Event::Bundle { version };
        let _ = self.events.send(ServerEvent { id: version, event });
    }

    /// Calls the door through a relay, and gives the phone's end of it.
    pub fn call(&self, relay: RelayId) -> Link {
        let LoopbackPair { phone, door } = LoopbackPair::new(512);
        self.lock().relays.insert(relay, door);
        let event = Event::Relay { relay };
        let _ = self.events.send(ServerEvent { id: 0, event });
        phone
    }

    /// Tells the door that somebody comes to watch, and gives the connection with which it joins.
    pub async fn watch(&self) -> (LiveSender, LiveReceiver) {
        let event = Event::Live {};
        let _ = self.events.send(ServerEvent { id: 0, event });
        loop {
            if let Some(joined) = self.lock().watched.take() {
                return joined;
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    }

    pub fn set_down(&self, down: bool) {
        self.lock().down = down;
    }

    pub fn fail_after_fragments(&self, count: Option<u32>) {
        let mut state = self.lock();
        state.fragments_until_down = count;
        state.down = false;
    }

    pub fn lose_answers(&self) {
        self.lock().lose_answers = true;
    }

    pub fn keep_code_key(&self, keeps: bool) {
        self.lock().keeps_code_key = keeps;
    }

    pub fn tell_time(&self, utc_ms: u64) {
        self.lock().time_ms = Some(utc_ms);
    }

    /// A phone brought these.
    pub fn brought(&self, records: Vec<SignedRecord>) {
        let mut state = self.lock();
        let held = state.records.len();
        state.records.extend(records.into_iter().skip(held));
    }

    pub fn forget_records_after(&self, seq: usize) {
        self.lock().records.truncate(seq);
    }

    pub fn stream_address(&self) -> Option<String> {
        self.lock().about.stream_address.clone()
    }

    pub fn live_addresses(&self) -> Vec<LocalAddress> {
        self.lock().about.live_addresses.clone()
    }

    /// The door's records, checked as one chain from the first.
    pub fn records(&self) -> Vec<Record> {
        let state = self.lock();
        let Some(door) = state.door else {
            return Vec::new();
        };
        verify_run(&state.records, &door, ChainPosition::start(BUILDING, DOOR)).unwrap();
        let verified = state.records.iter().map(|record| record.verify(&door));
        verified.collect::<Result<_, _>>().unwrap()
    }

    pub fn clip(&self, clip: ClipId) -> Option<FakeClip> {
        self.lock().clips.get(&clip).cloned()
    }

    pub fn clips(&self) -> usize {
        self.lock().clips.len()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Carries out a request unless the hub is down, and loses every seventh answer if asked to.
    fn answer<T>(
        &self,
        act: impl FnOnce(&mut State) -> Result<T, ClientError>,
    ) -> Result<T, ClientError> {
        let mut state = self.lock();
        if state.down {
            return Err(unavailable());
        }
        let done = act(&mut state)?;
        state.calls += 1;
        if state.lose_answers && state.calls.is_multiple_of(7) {
            return Err(unavailable());
        }
        Ok(done)
    }
}

fn unavailable() -> ClientError {
    let error = ApiError::retryable(ErrorCode::Unavailable, "the hub is shutting down");
    ClientError::Refused { status: 503, error }
}

fn refuse(code: ErrorCode) -> ClientError {
    let error = ApiError::new(code, "refused");
    ClientError::Refused { status: 409, error }
}

#[async_trait]
impl HubLink for FakeHub {
    async fn bundle(&self, newer_than: Option<u64>) -> Result<Option<SignedBundle>, ClientError> {
        self.answer(|state| {
            let newer = state.bundle.clone();
            let newer = newer.filter(|(version, _)| Some(*version) > newer_than);
            Ok(newer.map(|(_, bundle)| bundle))
        })
    }

    async fn code_key(&self) -> Result<CodeKey, ClientError> {
        self.answer(|state| {
            if state.keeps_code_key {
                return Err(refuse(ErrorCode::Unavailable));
            }
            Ok(code_key())
        })
    }

    async fn put_records(&self, records: Vec<SignedRecord>) -> Result<u64, ClientError> {
        self.answer(|state| {
            for record in records {
                let seq = record.read_unverified().unwrap().seq;
                let known = usize::try_from(seq - 1).unwrap();
                match state.records.get(known) {
                    Some(earlier) if *earlier == record => {}
                    Some(_) => return Err(refuse(ErrorCode::RecordFork)),
                    None if known > state.records.len() => {
                        return Err(refuse(ErrorCode::RecordGap));
                    }
                    None => state.records.push(record),
                }
            }
            Ok(state.records.len() as u64)
        })
    }

    async fn upload_state(&self, clip: ClipId) -> Result<UploadState, ClientError> {
        self.answer(|state| {
            let clip = state.clips.entry(clip).or_default();
            Ok(UploadState {
                received: clip.fragments.keys().copied().collect(),
                closed: clip.index.is_some(),
                thumbnail: clip.thumbnail.is_some(),
            })
        })
    }

    async fn put_fragment(&self, clip: ClipId, n: u32, sealed: Vec<u8>) -> Result<(), ClientError> {
        self.answer(|state| {
            match &mut state.fragments_until_down {
                Some(0) => {
                    state.down = true;
                    return Err(unavailable());
                }
                Some(left) => *left -= 1,
                None => {}
            }
            let clip = state.clips.entry(clip).or_default();
            *clip.puts.entry(n).or_default() += 1;
            let held = clip.fragments.entry(n).or_insert_with(|| sealed.clone());
            if *held != sealed {
                return Err(refuse(ErrorCode::FragmentConflict));
            }
            Ok(())
        })
    }

    async fn put_thumbnail(
        &self,
        clip: ClipId,
        thumbnail: &SignedThumbnail,
    ) -> Result<(), ClientError> {
        self.answer(|state| {
            let clip = state.clips.entry(clip).or_default();
            let held = clip.thumbnail.get_or_insert_with(|| thumbnail.clone());
            if held != thumbnail {
                return Err(refuse(ErrorCode::FragmentConflict));
            }
            Ok(())
        })
    }

    async fn put_prefix(&self, clip: ClipId, prefix: &SignedClipPrefix) -> Result<(), ClientError> {
        self.answer(|state| {
            let clip = state.clips.entry(clip).or_default();
            let told = (prefix.clone(), clip.fragments.len());
            clip.prefixes.push(told);
            Ok(())
        })
    }

    async fn close_clip(&self, clip: ClipId, index: &SignedClipIndex) -> Result<(), ClientError> {
        self.answer(|state| {
            let door = state.door.unwrap();
            let verified = index.verify(&door).unwrap();
            let clip = state.clips.entry(clip).or_default();
            if clip.fragments.len() != verified.fragments().len() {
                return Err(refuse(ErrorCode::ClipIncomplete));
            }
            clip.index = Some(index.clone());
            Ok(())
        })
    }

    async fn put_door(&self, update: &DoorUpdate) -> Result<(), ClientError> {
        self.answer(|state| {
            state.about.clone_from(update);
            Ok(())
        })
    }

    async fn events(&self, _last_id: Option<u64>) -> Result<Events, ClientError> {
        let received = self.events.subscribe();
        self.answer(|_| Ok(()))?;
        let ready = ServerEvent {
            id: 0,
            event: Event::Ready {},
        };
        let later = futures::stream::unfold(received, |mut received| async {
            let event = received.recv().await.ok()?;
            Some((Ok(event), received))
        });
        Ok(futures::stream::iter([Ok(ready)]).chain(later).boxed())
    }

    async fn join_relay(&self, relay: RelayId) -> Result<Link, ClientError> {
        self.answer(|state| {
            let waiting = state.relays.remove(&relay);
            waiting.ok_or_else(|| refuse(ErrorCode::NotFound))
        })
    }

    async fn join_live(&self) -> Result<(LiveSender, LiveReceiver), ClientError> {
        self.answer(|state| {
            let (door, hub) = tokio::io::duplex(64 * 1024);
            state.watched = Some(live_connection(hub));
            Ok(live_connection(door))
        })
    }

    fn hub_time_ms(&self) -> Option<u64> {
        self.lock().time_ms
    }
}
