use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
#[cfg(desktop)]
use resident::ui::Errand;
use resident::ui::{ErrorCode, NotificationOutlet, UiEvent, UnlockState};
use resident::words::Words;
use resident::{Act, Action, Controller, Notification, Shell};
use tauri::{AppHandle, Manager as _};
use tracing::warn;

#[cfg(desktop)]
use crate::notifier::DesktopNotifier;
use crate::notifier::{Note, Notifier};
#[cfg(mobile)]
use crate::phone::PhoneNotifier;
#[cfg(desktop)]
use crate::tray;
use crate::{events, window};

/// The app's core as the commands find it.
pub(crate) type Resident = Arc<Controller<TauriShell>>;

/// Connects the core to windows, tray and the desktop's notifications.
pub(crate) struct TauriShell {
    app: AppHandle,
    notifier: Arc<dyn Notifier>,
    /// The door that was asked last from the tray or by keys, whose outcome no window shows.
    from_outside: Mutex<Option<String>>,
}

impl TauriShell {
    pub(crate) fn new(app: AppHandle) -> Self {
        #[cfg(desktop)]
        let notifier = Arc::new(DesktopNotifier::default());
        #[cfg(mobile)]
        let notifier = Arc::new(PhoneNotifier::of(&app));
        Self {
            app,
            notifier,
            from_outside: Mutex::default(),
        }
    }

    /// Unlocks a door from the tray.
    #[cfg(desktop)]
    pub(crate) fn unlock_from_tray(app: &AppHandle, door_id: &str) {
        let resident = app.state::<Resident>().inner().clone();
        *lock(&resident.shell().from_outside) = Some(door_id.to_owned());
        if let Err(error) = resident.unlock(door_id) {
            warn!(%error, "an unlock from the tray did not begin");
        }
    }

    /// Unlocks the nearest door; where none is near, shows the window and why.
    #[cfg(desktop)]
    pub(crate) fn unlock_nearest(app: &AppHandle) {
        let app = app.clone();
        let resident = app.state::<Resident>().inner().clone();
        tauri::async_runtime::spawn(async move {
            match resident.unlock_nearest().await {
                Ok(door) => *lock(&resident.shell().from_outside) = Some(door),
                Err(error) => {
                    resident.offer_errand(Errand::NothingNear { error });
                    window::show(&app);
                }
            }
        });
    }

    fn tell_outcome(&self, door_id: &str, unlock: &UnlockState) {
        let has_ended = matches!(
            unlock,
            UnlockState::Unlocked { .. } | UnlockState::Failed { .. }
        );
        let mut from_outside = lock(&self.from_outside);
        if !has_ended || from_outside.as_deref() != Some(door_id) {
            return;
        }
        *from_outside = None;
        drop(from_outside);
        if window::is_in_front(&self.app) {
            return;
        }
        let words = self.app.state::<Resident>().words();
        if let Some((title, body)) = outcome(unlock, words) {
            let app = self.app.clone();
            let open = Action {
                act: Act::Open,
                label: words.say("action-open", &[]),
            };
            self.notifier.show(Note {
                title,
                body,
                actions: vec![open],
                place: None,
                entry: None,
                pictured: None,
                on_answer: Arc::new(move |_| window::show(&app)),
            });
        }
    }

    /// Says that the newest delivery that waits was collected.
    #[cfg(desktop)]
    pub(crate) fn collect_from_tray(app: &AppHandle, item: &str) {
        collect(app, &[item.to_owned()]);
    }

    /// Whether anything shows notifications.
    pub(crate) async fn notification_outlet(&self) -> NotificationOutlet {
        self.notifier.outlet().await
    }

    /// Whether a notification stands that would be answered to this program.
    #[cfg(target_os = "linux")]
    pub(crate) fn is_noticed(&self) -> bool {
        self.notifier.stands()
    }

    fn note(&self, notification: Notification) -> Note {
        let app = self.app.clone();
        let Notification { clip, collects, .. } = notification;
        let clip = clip.map(|clip| clip.to_string());
        let on_answer = move |act: Act| match (act, &clip) {
            (Act::Collected, _) => collect(&app, &collects),
            (Act::Open, Some(clip)) if collects.len() < 2 => window::show_clip(&app, clip.clone()),
            (Act::Watch, Some(clip)) => window::show_clip(&app, clip.clone()),
            (Act::Open | Act::Watch, _) => window::show_activity(&app),
        };
        Note {
            title: notification.title,
            body: notification.body,
            actions: notification.actions,
            place: Some(notification.place),
            entry: Some(notification.entry),
            pictured: Some(notification.pictured),
            on_answer: Arc::new(on_answer),
        }
    }
}

impl Shell for TauriShell {
    fn emit(&self, event: UiEvent) {
        match &event {
            #[cfg(desktop)]
            UiEvent::SnapshotChanged(snapshot) => tray::update(&self.app, snapshot),
            UiEvent::UnlockChanged { door_id, unlock } => self.tell_outcome(door_id, unlock),
            _ => {}
        }
        if let Err(error) = events::emit(&self.app, event) {
            warn!(%error, "an event did not reach the window");
        }
    }

    fn notify(&self, notification: Notification) {
        self.notifier.show(self.note(notification));
    }

    fn renew(&self, notification: Notification) {
        self.notifier.renew(self.note(notification));
    }

    fn withdraw(&self, place: u64) {
        self.notifier.withdraw(place);
    }

    fn illustrate(&self, entry: u64, picture: Bytes) {
        self.notifier.illustrate(entry, picture);
    }
}

fn collect(app: &AppHandle, items: &[String]) {
    let resident = app.state::<Resident>();
    if let Err(error) = resident.set_collected(items, true) {
        warn!(%error, "what was collected could not be kept");
    }
}

/// What to tell of how an unlock ended, if it did.
fn outcome(unlock: &UnlockState, words: Words) -> Option<(String, String)> {
    let say = |message| words.say(message, &[]);
    Some(match unlock {
        UnlockState::Unlocked { unlock_s, .. } => (
            say("unlocked"),
            words.say("unlocked-for", &[("seconds", (*unlock_s).into())]),
        ),
        UnlockState::Failed { error } if may_be_open(error.code) => {
            (say("no-answer"), say("no-answer-advice"))
        }
        UnlockState::Failed { .. } => (say("still-locked"), say("still-locked-advice")),
        _ => return None,
    })
}

/// Whether the door may have taken the request although its answer never came.
fn may_be_open(code: ErrorCode) -> bool {
    matches!(code, ErrorCode::Timeout | ErrorCode::ConnectionLost)
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
