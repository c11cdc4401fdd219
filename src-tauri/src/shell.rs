use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use resident::ui::{ErrorCode, UiEvent, UnlockState};
use resident::{Controller, Notification, Shell};
use tauri::{AppHandle, Manager as _};
use tracing::warn;

#[cfg(desktop)]
use crate::notifier::DesktopNotifier as SystemNotifier;
use crate::notifier::{Note, Notifier};
#[cfg(mobile)]
use crate::phone::PhoneNotifier as SystemNotifier;
#[cfg(desktop)]
use crate::tray;
use crate::{events, window};

/// The app's core as the commands find it.
pub(crate) type Resident = Arc<Controller<TauriShell>>;

/// Connects the core to windows, tray and the desktop's notifications.
pub(crate) struct TauriShell {
    app: AppHandle,
    notifier: Arc<dyn Notifier>,
    /// The door that was tapped in the tray last, whose outcome no window shows.
    from_tray: Mutex<Option<String>>,
}

impl TauriShell {
    pub(crate) fn new(app: AppHandle) -> Self {
        let notifier = Arc::new(SystemNotifier::of(&app));
        Self {
            app,
            notifier,
            from_tray: Mutex::default(),
        }
    }

    /// Unlocks a door from the tray.
    #[cfg(desktop)]
    pub(crate) fn unlock_from_tray(app: &AppHandle, door_id: &str) {
        let resident = app.state::<Resident>().inner().clone();
        *lock(&resident.shell().from_tray) = Some(door_id.to_owned());
        if let Err(error) = resident.unlock(door_id) {
            warn!(%error, "an unlock from the tray did not begin");
        }
    }

    fn tell_outcome(&self, door_id: &str, unlock: &UnlockState) {
        let words = match unlock {
            UnlockState::Unlocked { unlock_s, .. } => {
                ("Unlocked", format!("Open for {unlock_s} s."))
            }
            UnlockState::Failed { error } if may_be_open(error.code) => (
                "No answer from the door",
                "It may be open. Look before you try again.".to_owned(),
            ),
            UnlockState::Failed { .. } => ("Still locked", "Open Vestibule to see why.".to_owned()),
            _ => return,
        };
        let mut from_tray = lock(&self.from_tray);
        if from_tray.as_deref() != Some(door_id) {
            return;
        }
        *from_tray = None;
        drop(from_tray);
        if !window::is_in_front(&self.app) {
            let app = self.app.clone();
            let (title, body) = words;
            let note = Note {
                title: title.to_owned(),
                body,
                entry: None,
            };
            self.notifier
                .show(note, Box::new(move || window::show(&app)));
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
        let app = self.app.clone();
        let clip = notification.clip.map(|clip| clip.to_string());
        let open = move || match clip {
            Some(clip) => window::show_clip(&app, clip),
            None => window::show(&app),
        };
        let note = Note {
            title: notification.title,
            body: notification.body,
            entry: Some(notification.entry),
        };
        self.notifier.show(note, Box::new(open));
    }

    fn illustrate(&self, entry: u64, picture: Bytes) {
        self.notifier.illustrate(entry, picture);
    }
}

/// Whether the door may have taken the request although its answer never came.
fn may_be_open(code: ErrorCode) -> bool {
    matches!(code, ErrorCode::Timeout | ErrorCode::ConnectionLost)
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
