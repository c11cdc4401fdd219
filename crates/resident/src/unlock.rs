//! From a tap to an open door.

use std::sync::Arc;
use std::time::Duration;

use access::{Credential, DoorId, HolderSecret};
use bluetooth::{Central, Link, LinkError, Sighting, Stage, UnlockError, ask_door};
use door_protocol::{Answer, Awaited, Command, KeyError, KeySession};
use hub_api::DoorInfo;
use rand::RngCore as _;
use rand::rngs::OsRng;
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tracing::{info, warn};

use crate::ahead;
use crate::carry::{self, DoorChannel};
use crate::core::{Attempt, Core};
use crate::hub::HubError;
use crate::presence::Via;
use crate::store::Change;
use crate::ui::{AppError, BluetoothState, DenyReason, ErrorCode, UiEvent, UnlockState};
use crate::{Shell, clock};

/// How long Bluetooth listens alone before a network address will do.
const HEAD_START: Duration = Duration::from_millis(1500);

/// How long to look for a door.
const SEARCH: Duration = Duration::from_secs(10);

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(10);

/// How long the hub may take to bring the door.
const CALL: Duration = Duration::from_secs(15);

/// How long "relocked" is shown.
const RELOCKED: Duration = Duration::from_secs(4);

/// How a door is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// Over a link to where it is heard.
    Near,
    /// Through the hub.
    Remote,
}

/// A door that opened, and the connection to it.
struct Opened {
    unlock_s: u16,
    seq: u64,
    channel: DoorChannel,
}

/// A link that brought nothing across.
#[derive(Clone, Copy)]
struct Failed {
    via: Via,
    at: Instant,
}

/// What a door is shown.
struct Request {
    credential: Credential,
    holder: HolderSecret,
}

/// A door that can be connected to.
struct Found {
    via: Via,
    central: Arc<dyn Central>,
    sighting: Sighting,
}

impl Way {
    /// How an attempt begins.
    fn first_state(self) -> UnlockState {
        match self {
            Self::Near => UnlockState::Searching,
            Self::Remote => UnlockState::Connecting,
        }
    }
}

/// Claims the door for a new attempt; `None` while another one is under way.
pub(crate) fn claim<S: Shell>(core: &Core<S>, door: DoorId, way: Way) -> Option<u64> {
    // Whoever cannot tell whether to ask, asks.
    let asks_first = core.is_confirmed(&door.to_string()).unwrap_or(true);
    let mut live = core.live();
    if live
        .attempts
        .get(&door)
        .is_some_and(|attempt| attempt.state.is_busy())
    {
        return None;
    }
    live.last_attempt += 1;
    let number = live.last_attempt;
    let state = if asks_first {
        UnlockState::Confirming
    } else {
        way.first_state()
    };
    live.attempts.insert(
        door,
        Attempt {
            number,
            state: state.clone(),
        },
    );
    drop(live);
    core.taps.send_modify(|count| *count += 1);
    tell(core, door, state);
    Some(number)
}

/// Carries an attempt through, from its first state to idle again.
pub(crate) async fn carry_out<S: Shell>(core: Arc<Core<S>>, door: DoorInfo, way: Way, number: u64) {
    let id = door.id;
    match attempt(&core, &door, way, number).await {
        Ok(opened) => {
            let at_ms = clock::now_ms();
            remember(&core, id, at_ms, opened.seq, way);
            let open_for = Duration::from_secs(opened.unlock_s.into());
            let state = UnlockState::Unlocked {
                unlock_s: opened.unlock_s,
                until_ms: at_ms + u64::from(opened.unlock_s) * 1000,
                seq: opened.seq,
            };
            advance(&core, id, number, state);
            let shown = async {
                sleep(open_for).await;
                advance(&core, id, number, UnlockState::Relocked);
                sleep(RELOCKED).await;
                advance(&core, id, number, UnlockState::Idle);
            };
            let Opened { seq, channel, .. } = opened;
            let carried = async {
                // Who is asked through the hub needs nothing carried.
                if way == Way::Near {
                    carry::after_unlock(&core, id, number, seq, channel).await;
                }
            };
            tokio::join!(shown, carried);
        }
        Err(error) => {
            info!(code = ?error.code, reason = ?error.reason, "an unlock failed");
            if error.reason == Some(DenyReason::CredentialExpired) {
                core.expired.notify_one();
            }
            advance(&core, id, number, UnlockState::Failed { error });
        }
    }
}

async fn attempt<S: Shell>(
    core: &Arc<Core<S>>,
    door: &DoorInfo,
    way: Way,
    number: u64,
) -> Result<Opened, AppError> {
    if core.is_confirmed(&door.id.to_string())? {
        core.confirm(&door.name).await?;
        advance(core, door.id, number, way.first_state());
    }
    let request = Request {
        credential: best_credential(core, door.id)?,
        holder: HolderSecret::from_bytes(core.keys().await?.holder),
    };
    let (answer, channel) = match way {
        Way::Near => {
            let _looking = core.look_for_doors();
            match ask_at_once(core, door, &request, number).await {
                Some(answered) => answered?,
                None => ask(core, door, &request, number).await?,
            }
        }
        Way::Remote => ask_through_hub(core, door, &request, number).await?,
    };
    match answer {
        Answer::Unlocked { unlock_s, seq } => Ok(Opened {
            unlock_s,
            seq,
            channel,
        }),
        Answer::Denied { reason } => Err(AppError::denied(reason)),
        Answer::Failed { .. } => Err(ErrorCode::DoorFailed.into()),
    }
}

/// Asks over the connection that is there already; `None` without one, or when nothing was asked on it.
async fn ask_at_once<S: Shell>(
    core: &Core<S>,
    door: &DoorInfo,
    request: &Request,
    number: u64,
) -> Option<Result<(Answer, DoorChannel), AppError>> {
    let link = ahead::take(core, door.id).await?;
    advance(core, door.id, number, UnlockState::Connecting);
    match converse(link, door, request, progress(core, door.id, number)).await {
        Err(error) if nothing_was_asked(&error) => None,
        answered => Some(answered.map_err(AppError::from)),
    }
}

/// Asks the door, and once more, over the other link if there is one, when the first link brought nothing across.
async fn ask<S: Shell>(
    core: &Core<S>,
    door: &DoorInfo,
    request: &Request,
    number: u64,
) -> Result<(Answer, DoorChannel), AppError> {
    let mut failed: Option<Failed> = None;
    loop {
        let found = find(core, door, failed).await?;
        advance(core, door.id, number, UnlockState::Connecting);
        match talk(&found, door, request, progress(core, door.id, number)).await {
            Ok(answered) => return Ok(answered),
            Err(error) if failed.is_none() && nothing_was_asked(&error) => {
                info!(via = ?found.via, %error, "the first link brought nothing across");
                let (via, at) = (found.via, Instant::now());
                failed = Some(Failed { via, at });
                advance(core, door.id, number, UnlockState::Searching);
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// Asks a door that the hub brings: the session is with the door, the hub only carries it.
async fn ask_through_hub<S: Shell>(
    core: &Core<S>,
    door: &DoorInfo,
    request: &Request,
    number: u64,
) -> Result<(Answer, DoorChannel), AppError> {
    let hub = core.hub().await?;
    let called = timeout(CALL, hub.call_door(door.id)).await;
    let link = called
        .unwrap_or(Err(HubError::Unreachable))
        .map_err(refused_call)?;
    let answered = converse(link, door, request, progress(core, door.id, number)).await;
    answered.map_err(|error| {
        if nothing_was_asked(&error) {
            ErrorCode::DoorOffline.into()
        } else {
            error.into()
        }
    })
}

fn refused_call(error: HubError) -> AppError {
    match error.code() {
        Some(hub_api::ErrorCode::NotFound) => AppError::denied(access::DenyReason::WrongDoor),
        Some(hub_api::ErrorCode::Unavailable) => ErrorCode::DoorBusy.into(),
        _ => error.into(),
    }
}

fn progress<S: Shell>(core: &Core<S>, door: DoorId, number: u64) -> impl FnMut(Stage) {
    move |stage| {
        if stage == Stage::Unlocking {
            advance(core, door, number, UnlockState::Unlocking);
        }
    }
}

async fn talk(
    found: &Found,
    door: &DoorInfo,
    request: &Request,
    progress: impl FnMut(Stage),
) -> Result<(Answer, DoorChannel), UnlockError> {
    let linked = timeout(CONNECT, found.central.connect(&found.sighting)).await;
    let link = linked.unwrap_or(Err(LinkError::Timeout))?;
    converse(link, door, request, progress).await
}

async fn converse(
    link: Link,
    door: &DoorInfo,
    request: &Request,
    progress: impl FnMut(Stage),
) -> Result<(Answer, DoorChannel), UnlockError> {
    let started = Instant::now();
    let session = KeySession::new(
        door.id,
        door.door_key,
        &request.holder,
        &request.credential,
        Command::Unlock,
        entropy(),
        Duration::ZERO,
    );
    let clock: Box<dyn Fn() -> Duration + Send + Sync> = Box::new(move || started.elapsed());
    ask_door(link, session, clock, progress).await
}

/// Whether trying again cannot open the door twice.
fn nothing_was_asked(error: &UnlockError) -> bool {
    let awaiting_door = |key: &KeyError| {
        matches!(
            key,
            KeyError::LinkLost {
                awaited: Awaited::Door
            } | KeyError::TimedOut {
                awaited: Awaited::Door
            }
        )
    };
    match error {
        UnlockError::Link(_) => true,
        UnlockError::Key(key) => awaiting_door(key),
    }
}

/// Waits until the door has been heard: over Bluetooth, or over the network once Bluetooth had its head start.
async fn find<S: Shell>(
    core: &Core<S>,
    door: &DoorInfo,
    failed: Option<Failed>,
) -> Result<Found, AppError> {
    let mut heard = core.heard.subscribe();
    let started = Instant::now();
    let give_up = started + SEARCH;
    loop {
        heard.borrow_and_update();
        if let Some(found) = pick(core, door, started, failed) {
            return Ok(found);
        }
        let now = Instant::now();
        if now >= give_up {
            return Err(not_found(core, door));
        }
        let wake = if now < started + HEAD_START {
            started + HEAD_START
        } else {
            give_up
        };
        tokio::select! {
            _ = heard.changed() => {}
            () = sleep_until(wake) => {}
        }
    }
}

fn pick<S: Shell>(
    core: &Core<S>,
    door: &DoorInfo,
    started: Instant,
    failed: Option<Failed>,
) -> Option<Found> {
    let live = core.live();
    let now = Instant::now();
    let over = |via: Via| {
        // What the failed link was found by may be gone.
        let since = failed.filter(|failed| failed.via == via);
        let since = since.map(|failed| failed.at);
        let sighting = live.presence.fresh(door.id.short(), via, since, now)?;
        let central = live.centrals.get(&via)?.central.clone();
        Some(Found {
            via,
            central,
            sighting,
        })
    };
    if failed.is_some_and(|failed| failed.via == Via::Bluetooth) {
        return over(Via::Stream).or_else(|| over(Via::Bluetooth));
    }
    let radio = live.centrals.get(&Via::Bluetooth);
    let radio_had_its_chance = live.bluetooth != BluetoothState::On
        || now >= started + HEAD_START
        || radio.is_some_and(|radio| now >= radio.since + HEAD_START);
    over(Via::Bluetooth).or_else(|| radio_had_its_chance.then(|| over(Via::Stream))?)
}

/// With no other way to the door, what is wrong with Bluetooth is what is wrong.
fn not_found<S: Shell>(core: &Core<S>, door: &DoorInfo) -> AppError {
    let code = match core.live().bluetooth {
        _ if door.stream_address.is_some() => ErrorCode::DoorNotFound,
        BluetoothState::On => ErrorCode::DoorNotFound,
        BluetoothState::Off => ErrorCode::BluetoothOff,
        BluetoothState::Unsupported => ErrorCode::BluetoothUnsupported,
        BluetoothState::PermissionDenied => ErrorCode::PermissionDenied,
    };
    code.into()
}

/// The credential for this door that lasts longest. An expired one is still shown: the door's clock decides.
fn best_credential<S: Shell>(core: &Core<S>, door: DoorId) -> Result<Credential, AppError> {
    let held = core.store.credentials()?.into_iter();
    let best = held
        .filter(|held| held.doors.contains(&door))
        .max_by_key(|held| held.not_after);
    best.map(|held| held.credential)
        .ok_or_else(|| AppError::denied(access::DenyReason::NoCredential))
}

fn remember<S: Shell>(core: &Core<S>, door: DoorId, at_ms: u64, seq: u64, way: Way) {
    let is_remote = way == Way::Remote;
    match core.store.add_own_unlock(door, at_ms, seq, is_remote) {
        Ok(Some(Change::Added(record))) => core.tell_added(&record),
        Ok(_) => {}
        Err(error) => warn!(%error, "an own unlock could not be kept"),
    }
}

/// Enters a state, unless a newer attempt has taken the door over.
fn advance<S: Shell>(core: &Core<S>, door: DoorId, number: u64, state: UnlockState) {
    let mut live = core.live();
    let Some(attempt) = live.attempts.get_mut(&door) else {
        return;
    };
    if attempt.number != number || attempt.state == state {
        return;
    }
    attempt.state = state.clone();
    drop(live);
    tell(core, door, state);
}

fn tell<S: Shell>(core: &Core<S>, door: DoorId, unlock: UnlockState) {
    core.shell.emit(UiEvent::UnlockChanged {
        door_id: door.to_string(),
        unlock,
    });
    core.changed.notify_one();
}

fn entropy() -> [u8; 32] {
    let mut entropy = [0; 32];
    OsRng.fill_bytes(&mut entropy);
    entropy
}

impl From<LinkError> for AppError {
    fn from(error: LinkError) -> Self {
        let code = match error {
            LinkError::BluetoothOff => ErrorCode::BluetoothOff,
            LinkError::NoAdapter => ErrorCode::BluetoothUnsupported,
            LinkError::PermissionDenied => ErrorCode::PermissionDenied,
            LinkError::NotFound => ErrorCode::DoorNotFound,
            LinkError::Timeout => ErrorCode::Timeout,
            _ => ErrorCode::ConnectionLost,
        };
        code.into()
    }
}

impl From<UnlockError> for AppError {
    fn from(error: UnlockError) -> Self {
        match error {
            UnlockError::Link(error) => error.into(),
            UnlockError::Key(KeyError::TimedOut { .. }) => ErrorCode::Timeout.into(),
            UnlockError::Key(KeyError::Internal | KeyError::CredentialTooLong) => {
                ErrorCode::Internal.into()
            }
            // A door that serves somebody else turns others away before it has spoken.
            UnlockError::Key(KeyError::LinkLost {
                awaited: Awaited::Door,
            }) => ErrorCode::DoorBusy.into(),
            UnlockError::Key(_) => ErrorCode::ConnectionLost.into(),
        }
    }
}
