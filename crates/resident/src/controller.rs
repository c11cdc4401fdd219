use std::fmt;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use access::{ClipId, DoorId, GrantId, WatchId};
use bytes::Bytes;
use hub_api::{DoorInfo, Invite};
use tokio::runtime::Handle;
use tokio::task::JoinSet;
use tokio::time::sleep;
use tracing::{info, warn};

use crate::core::{Config, Core, Interest, Outside};
use crate::keys::make_private_folder;
use crate::live::LivePart;
use crate::opened::Opened;
use crate::push::{PushError, PushReceiver};
use crate::store::{Filter, Store, StoreError};
use crate::ui::{
    ActivityFilter, ActivityPage, ActivityWho, AppError, ClipTimeline, Errand, ErrorCode,
    ExportedClip, ExportedData, InvitePreview, KeyStorage, LiveTimeline, MyDevice, Pass, PassDraft,
    PassList, Preferences, PrivacyPolicy, Snapshot, UiEvent, WatchedPage,
};
use crate::unlock::Way;
use crate::words::Words;
use crate::{Shell, enrol, illustrations, scan, sync, tidy, unlock, wake};

/// The most activity items of one page.
const MOST_ITEMS: u32 = 200;

/// How many pages of older entries one look into the past may cost.
const MOST_OLDER_PAGES: usize = 4;

/// At most one snapshot in this time.
const SNAPSHOT_PAUSE: Duration = Duration::from_millis(150);

/// The file of the app's database in its data folder.
const DATABASE: &str = "vestibule.sqlite";

/// The app without its windows. It is opened inside a Tokio runtime, where its work is then done whichever thread calls.
/// Dropping it stops everything it does.
pub struct Controller<S: Shell> {
    core: Arc<Core<S>>,
    runtime: Handle,
    /// What runs as long as the controller does.
    always: Mutex<JoinSet<()>>,
    /// What runs while this device is enrolled.
    while_enrolled: Mutex<JoinSet<()>>,
    in_front: Mutex<Option<Interest<S>>>,
    pending_invite: Mutex<Option<String>>,
    pending_errand: Mutex<Option<Errand>>,
    /// One enrolment or leaving at a time.
    belonging: tokio::sync::Mutex<()>,
    /// Read by what a person asked for and waits for.
    awaited: tokio::sync::RwLock<()>,
    is_paused: AtomicBool,
}

/// Why the app cannot start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    #[error("the app's data folder cannot be made")]
    Folder(#[from] std::io::Error),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl<S: Shell> Controller<S> {
    /// Opens the device's database and, when it is enrolled, begins to follow the hub.
    pub fn open(config: Config, outside: Outside, shell: S) -> Result<Self, OpenError> {
        make_private_folder(&config.data_dir)?;
        let store = Store::open(&config.data_dir.join(DATABASE))?;
        let is_enrolled = store.enrolment()?.is_some();
        let controller = Self {
            core: Arc::new(Core::new(config, outside, shell, store)),
            runtime: Handle::current(),
            always: Mutex::default(),
            while_enrolled: Mutex::default(),
            in_front: Mutex::default(),
            pending_invite: Mutex::default(),
            pending_errand: Mutex::default(),
            belonging: tokio::sync::Mutex::default(),
            awaited: tokio::sync::RwLock::default(),
            is_paused: AtomicBool::new(false),
        };
        lock(&controller.always).spawn(publish(controller.core.clone()));
        if is_enrolled {
            controller.begin();
        }
        Ok(controller)
    }

    /// Everything the first page shows.
    pub fn snapshot(&self) -> Result<Snapshot, AppError> {
        self.core.snapshot()
    }

    /// Keeps what the person chose for this device, but for what takes more than that: which doors are confirmed, and
    /// the keys for the nearest one.
    pub fn set_preferences(&self, preferences: &Preferences) -> Result<(), AppError> {
        self.change_preferences(|was| preferences.clone().but_guarded(was))
    }

    /// Keeps the keys for the nearest door, which the program around listens for already.
    pub fn set_shortcut(&self, shortcut: Option<String>) -> Result<(), AppError> {
        self.change_preferences(|was| Preferences { shortcut, ..was })
    }

    /// Lets the system confirm who asks before this door opens, or no more; the system confirms the change too.
    pub async fn set_confirmed(&self, door_id: &str, confirmed: bool) -> Result<(), AppError> {
        let _awaited = self.awaited.read().await;
        let door = self.known_door(door_id)?;
        self.core
            .set_confirmed(door_id, &door.name, confirmed)
            .await
    }

    fn change_preferences(
        &self,
        change: impl FnOnce(Preferences) -> Preferences,
    ) -> Result<(), AppError> {
        self.core.store.change_preferences(change)?;
        self.core.changed.notify_one();
        Ok(())
    }

    /// Keeps that deliveries, by their ids in the activity list, were collected, or that they were not.
    pub fn set_collected(&self, items: &[String], collected: bool) -> Result<(), AppError> {
        self.core.set_collected(items, collected)
    }

    /// Keeps that all deliveries that wait were collected; answers their ids.
    pub fn collect_all(&self) -> Result<Vec<String>, AppError> {
        self.core.collect_all()
    }

    /// What an invite promises, without spending it.
    pub fn preview_invite(&self, invite: &str) -> Result<InvitePreview, AppError> {
        let invite = Invite::parse(invite)?;
        let hub = invite.hub.host_str().map(|host| match invite.hub.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        });
        let hub = hub.ok_or(ErrorCode::InviteMalformed)?;
        Ok(InvitePreview { hub })
    }

    /// Enrols this device with an invite; its keys go to `storage`.
    pub async fn enrol(&self, invite: &str, storage: KeyStorage) -> Result<(), AppError> {
        let _one_at_a_time = self.belonging.lock().await;
        enrol::enrol(&self.core, invite, storage).await?;
        if let Err(error) = sync::fetch_essentials(&self.core).await {
            // The invite is spent and the device enrolled: following the hub fetches them later.
            warn!(%error, "the first doors could not be fetched");
        }
        self.core.changed.notify_one();
        self.begin();
        Ok(())
    }

    /// Leaves the building: nothing of it stays on this device, neither keys nor history. The hub is told where it is there.
    pub async fn forget(&self) -> Result<(), AppError> {
        let _one_at_a_time = self.belonging.lock().await;
        let enrolment = self.core.enrolment()?;
        let mut stopped = std::mem::take(&mut *lock(&self.while_enrolled));
        stopped.shutdown().await;
        self.core.sign_off(enrolment.device).await;
        self.core.store.wipe()?;
        enrol::discard_keys(&self.core, &enrolment.key_name, enrolment.key_storage).await;
        self.core.clear_live();
        info!("left the building");
        Ok(())
    }

    /// Begins to unlock a door; how far it comes is told by events. Ignored while that door is being unlocked.
    pub fn unlock(&self, door_id: &str) -> Result<(), AppError> {
        self.begin_unlock(door_id, Way::Near)
    }

    /// The same through the hub, from wherever this device is.
    pub fn unlock_remotely(&self, door_id: &str) -> Result<(), AppError> {
        self.begin_unlock(door_id, Way::Remote)
    }

    /// Has the building make this device's own keypad code; the one before opens nothing from now on.
    pub async fn make_own_code(&self) -> Result<(), AppError> {
        let _awaited = self.awaited.read().await;
        self.core.make_own_code().await
    }

    /// The digits of this device's own code; needs no hub.
    pub async fn reveal_own_code(&self) -> Result<String, AppError> {
        let _awaited = self.awaited.read().await;
        self.core.reveal_own_code().await
    }

    /// Begins to unlock the nearest door, as a tap on it does, and answers which one that is. Asks none where none is
    /// near.
    pub async fn unlock_nearest(&self) -> Result<String, AppError> {
        let _awaited = self.awaited.read().await;
        let door = self.core.nearest_door().await?;
        self.unlock(&door.id)?;
        Ok(door.id)
    }

    fn known_door(&self, door_id: &str) -> Result<DoorInfo, AppError> {
        self.core.enrolment()?;
        let door: DoorId = door_id.parse().map_err(|_| ErrorCode::DoorNotFound)?;
        let door = self.core.store.door(door)?;
        Ok(door.ok_or(ErrorCode::DoorNotFound)?)
    }

    fn begin_unlock(&self, door_id: &str, way: Way) -> Result<(), AppError> {
        let door = self.known_door(door_id)?;
        if let Some(number) = unlock::claim(&self.core, door.id, way) {
            self.run(unlock::carry_out(self.core.clone(), door, way, number));
        }
        Ok(())
    }

    /// At most `limit` things that happened before the cursor `before`, newest first. Asks the hub for what is older
    /// than what the device holds; without a hub, answers what there is and that there may be more, or fails where there
    /// is nothing.
    pub async fn activity(
        &self,
        before: Option<u64>,
        limit: u32,
    ) -> Result<ActivityPage, AppError> {
        self.find_activity(&ActivityFilter::default(), before, limit)
            .await
    }

    /// The same, of what a filter lets through. A page may be empty although there is a next one.
    pub async fn find_activity(
        &self,
        filter: &ActivityFilter,
        before: Option<u64>,
        limit: u32,
    ) -> Result<ActivityPage, AppError> {
        let filter = store_filter(filter)?;
        let limit = limit.clamp(1, MOST_ITEMS);
        let store = &self.core.store;
        let mut records = store.matching(&filter, before, limit)?;
        let is_full = |records: &[_]| records.len() == limit as usize;
        // Nobody else has one's own.
        let mut may_be_older = Ok(filter.who != Some(ActivityWho::Own));
        for _ in 0..MOST_OLDER_PAGES {
            if is_full(&records) || !matches!(may_be_older, Ok(true)) {
                break;
            }
            may_be_older = sync::fetch_older(&self.core).await;
            records = store.matching(&filter, before, limit)?;
        }
        let next = match (may_be_older, records.last()) {
            (older, Some(last)) if older.is_err() || is_full(&records) => Some(last.cursor),
            (Err(error), _) => return Err(error),
            // All that is here has been looked through.
            (Ok(true), _) => store.oldest_cursor()?,
            (Ok(false), _) => None,
        };
        Ok(ActivityPage {
            items: self.core.items(&records)?,
            next,
        })
    }

    /// Fetches a clip's index, or what is signed of it while it is filmed, proves that the door signed it, and unwraps
    /// its key.
    pub async fn clip_timeline(&self, clip_id: &str) -> Result<ClipTimeline, AppError> {
        self.core.clip_timeline(parse_clip(clip_id)?).await
    }

    /// Fetches fragments, proves that they are the ones the door signed, and decrypts them. 0 is the init segment. Answers
    /// as many as can be had from the first on, one after the other; an error when not even that one can.
    pub async fn clip_fragments(
        &self,
        clip_id: &str,
        wanted: RangeInclusive<u32>,
    ) -> Result<Bytes, AppError> {
        self.core.clip_fragments(parse_clip(clip_id)?, wanted).await
    }

    /// One of them.
    pub async fn clip_fragment(&self, clip_id: &str, n: u32) -> Result<Bytes, AppError> {
        self.clip_fragments(clip_id, n..=n).await
    }

    /// Saves a closed clip as a film in a folder, with the manifest that proves it beside it. Writes over nothing.
    pub async fn export_clip(
        &self,
        clip_id: &str,
        folder: PathBuf,
    ) -> Result<ExportedClip, AppError> {
        let _awaited = self.awaited.read().await;
        self.core.export_clip(parse_clip(clip_id)?, folder).await
    }

    /// The household's passes; what was known last where the hub cannot be asked.
    pub async fn passes(&self) -> Result<PassList, AppError> {
        self.core.passes().await
    }

    /// Has the hub make a pass for a guest or a delivery.
    pub async fn make_pass(&self, draft: PassDraft) -> Result<Pass, AppError> {
        let _awaited = self.awaited.read().await;
        self.core.make_pass(draft).await
    }

    /// Calls a pass otherwise and gives it another end.
    pub async fn change_pass(
        &self,
        pass_id: &str,
        label: String,
        until_ms: u64,
    ) -> Result<(), AppError> {
        let _awaited = self.awaited.read().await;
        let pass = parse_pass(pass_id)?;
        self.core.change_pass(pass, label, until_ms).await
    }

    /// Ends a pass at once.
    pub async fn revoke_pass(&self, pass_id: &str) -> Result<(), AppError> {
        let _awaited = self.awaited.read().await;
        self.core.revoke_pass(parse_pass(pass_id)?).await
    }

    /// Begins to watch a door live; the door puts that on record first.
    pub async fn live_open(&self, door_id: &str) -> Result<LiveTimeline, AppError> {
        let door = door_id.parse().map_err(|_| ErrorCode::DoorNotFound)?;
        let (timeline, task) = self.core.live_open(door).await?;
        self.run(task);
        Ok(timeline)
    }

    /// Waits for a part of what is watched, from 0, and answers it; where the window has fallen behind, the newest
    /// part from which decoding can start.
    pub async fn live_part(&self, live_id: &str, n: u32) -> Result<LivePart, AppError> {
        self.core.live_part(parse_watch(live_id)?, n).await
    }

    /// Watches no more.
    pub fn live_close(&self, live_id: &str) -> Result<(), AppError> {
        self.core.live_close(parse_watch(live_id)?);
        Ok(())
    }

    /// How long the building keeps what, and who may watch which door.
    pub async fn privacy_policy(&self) -> Result<PrivacyPolicy, AppError> {
        self.core.privacy_policy().await
    }

    /// Who watched this resident's doors live on the days before `before`, or until now.
    pub async fn watched(&self, before: Option<String>) -> Result<WatchedPage, AppError> {
        self.core.watched(before).await
    }

    /// This resident's devices that open doors.
    pub async fn devices(&self) -> Result<Vec<MyDevice>, AppError> {
        self.core.devices().await
    }

    /// Takes a device of this resident off the building's list.
    pub async fn remove_device(&self, device_id: &str) -> Result<(), AppError> {
        let _awaited = self.awaited.read().await;
        self.core.remove_device(device_id).await
    }

    /// Saves everything that the hub and this device hold about the resident as a file in a folder.
    pub async fn export_data(&self, folder: PathBuf) -> Result<ExportedData, AppError> {
        let _awaited = self.awaited.read().await;
        self.core.export_data(folder).await
    }

    /// Deletes what this device's owner did at doors. It is known nowhere else.
    pub fn forget_own_unlocks(&self) -> Result<(), AppError> {
        Ok(self.core.store.forget_own_unlocks()?)
    }

    /// Has the building forget this resident, and leaves it; whether it keeps the name. Nothing happens without the hub.
    pub async fn forget_everywhere(&self) -> Result<bool, AppError> {
        let _awaited = self.awaited.read().await;
        let name_kept = self.core.forget_at_hub().await?;
        self.forget().await?;
        Ok(name_kept)
    }

    /// Has this device woken for news while it sleeps.
    pub async fn be_woken(&self, receiver: &dyn PushReceiver) -> Result<(), PushError> {
        self.core.be_woken(receiver).await
    }

    /// Has it woken no more.
    pub async fn sleep_on(&self, receiver: &dyn PushReceiver) -> Result<(), PushError> {
        self.core.sleep_on(receiver).await
    }

    /// Takes a push as it came, and fetches what there is where it is one of the hub's.
    pub async fn take_push(&self, push: &[u8]) -> Result<(), PushError> {
        self.core.take_push(push).await
    }

    /// Fetches a clip's picture, a JPEG, proves that the door signed it, and decrypts it.
    pub async fn clip_thumbnail(&self, clip_id: &str) -> Result<Bytes, AppError> {
        self.core.clip_thumbnail(parse_clip(clip_id)?).await
    }

    /// Doors are looked for while a window is in front, and the hub is tried again at once.
    pub fn set_in_front(&self, in_front: bool) {
        self.core.in_front.send_replace(in_front);
        let mut interest = lock(&self.in_front);
        if in_front && interest.is_none() {
            *interest = Some(self.core.look_for_doors());
            self.core.hurry.notify_waiters();
        } else if !in_front {
            *interest = None;
        }
    }

    /// Takes a `vestibule:` link that was opened outside the app. It opens nothing: a window asks the person first.
    pub fn open_link(&self, link: String) {
        match Opened::read(link) {
            Opened::Door(door) => self.offer_errand(Errand::OpenDoor {
                door_id: door.to_string(),
            }),
            Opened::Invite(invite) => self.offer_invite(invite),
        }
    }

    /// Keeps an errand until a window takes it.
    pub fn offer_errand(&self, errand: Errand) {
        *lock(&self.pending_errand) = Some(errand);
        self.core.shell.emit(UiEvent::ErrandPending);
    }

    /// The errand that waits for a window, once.
    pub fn take_pending_errand(&self) -> Option<Errand> {
        lock(&self.pending_errand).take()
    }

    /// The machine slept, or the app was not let run: what was connected is connected anew, at once. The controller
    /// notices by itself too, some seconds later.
    pub fn wake(&self) {
        self.core.wake();
    }

    /// Whether something is under way that a person waits for.
    pub fn is_busy(&self) -> bool {
        self.belonging.try_lock().is_err() || self.is_awaited()
    }

    /// Stops following the building, unless something is under way; says whether it did. Nothing is lost: what happens
    /// meanwhile is fetched and told of after [`resume`](Self::resume), or by the next start.
    pub async fn pause(&self) -> bool {
        let Ok(_nobody_comes_or_leaves) = self.belonging.try_lock() else {
            return false;
        };
        let Some(mut stopped) = self.take_tasks() else {
            return false;
        };
        self.is_paused.store(true, Ordering::Release);
        stopped.shutdown().await;
        true
    }

    /// What runs, unless somebody waits for something; what begins afterwards runs beside it.
    fn take_tasks(&self) -> Option<JoinSet<()>> {
        let mut running = lock(&self.while_enrolled);
        (!self.is_awaited()).then(|| std::mem::take(&mut *running))
    }

    fn is_awaited(&self) -> bool {
        self.awaited.try_write().is_err() || self.core.is_at_work()
    }

    /// Goes on after a pause.
    pub fn resume(&self) {
        if self.is_paused.swap(false, Ordering::AcqRel) && self.core.enrolment().is_ok() {
            self.begin();
        }
    }

    /// Keeps an invite that was opened from outside until a window takes it.
    fn offer_invite(&self, invite: String) {
        *lock(&self.pending_invite) = Some(invite.clone());
        self.core.shell.emit(UiEvent::PendingInvite { invite });
    }

    /// The invite that was opened from outside, once.
    pub fn take_pending_invite(&self) -> Option<String> {
        lock(&self.pending_invite).take()
    }

    /// What to say things with, in the language that the person chose.
    pub fn words(&self) -> Words {
        self.core.words()
    }

    /// The program around.
    pub fn shell(&self) -> &S {
        &self.core.shell
    }

    fn begin(&self) {
        self.run(scan::watch_doors(self.core.clone()));
        self.run(sync::follow(self.core.clone()));
        self.run(illustrations::illustrate(self.core.clone()));
        self.run(tidy::keep_small(self.core.clone()));
        self.run(wake::notice(self.core.clone()));
    }

    fn run(&self, task: impl Future<Output = ()> + Send + 'static) {
        let mut tasks = lock(&self.while_enrolled);
        while tasks.try_join_next().is_some() {}
        tasks.spawn_on(task, &self.runtime);
    }
}

impl<S: Shell> fmt::Debug for Controller<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Controller").finish_non_exhaustive()
    }
}

/// Tells the windows when what a snapshot shows has changed.
async fn publish<S: Shell>(core: Arc<Core<S>>) {
    let mut last = None;
    loop {
        core.changed.notified().await;
        match core.snapshot() {
            Ok(snapshot) if last.as_ref() != Some(&snapshot) => {
                core.shell.emit(UiEvent::SnapshotChanged(snapshot.clone()));
                last = Some(snapshot);
            }
            Ok(_) => {}
            Err(error) => warn!(%error, "no snapshot can be made"),
        }
        sleep(SNAPSHOT_PAUSE).await;
    }
}

fn parse_watch(live_id: &str) -> Result<WatchId, AppError> {
    live_id
        .parse()
        .map_err(|_| ErrorCode::ConnectionLost.into())
}

fn parse_pass(id: &str) -> Result<GrantId, AppError> {
    id.parse().map_err(|_| ErrorCode::PassEnded.into())
}

fn store_filter(filter: &ActivityFilter) -> Result<Filter, AppError> {
    let door = filter.door_id.as_deref().map(str::parse).transpose();
    Ok(Filter {
        door: door.map_err(|_| ErrorCode::DoorNotFound)?,
        who: filter.who,
        text: filter.text.clone(),
    })
}

fn parse_clip(id: &str) -> Result<ClipId, AppError> {
    id.parse().map_err(|_| ErrorCode::ClipUnavailable.into())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
