use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use resident::Act;
use resident::ui::NotificationOutlet;
use tauri::AppHandle;
use tauri_plugin_notification::{ActionPerformed, NotificationExt as _, PermissionState};
use tracing::warn;

use crate::notifier::{Note, Notifier};

/// How the plug-in calls a tap on the notification itself.
const TAP: &str = "tap";

/// What the status bar shows; only Android asks for it.
const ICON: &str = "ic_stat_vestibule";

/// A phone's own notifications. A tap opens what they tell of. They are without buttons, and without pictures, which would
/// have to lie in a file that the system reads.
pub(crate) struct PhoneNotifier {
    app: AppHandle,
    standing: Arc<Standing>,
}

impl PhoneNotifier {
    pub(crate) fn of(app: &AppHandle) -> Self {
        let standing = Arc::new(Standing::default());
        let answered = Arc::clone(&standing);
        let listening = app
            .notification()
            .on_action(move |action: &ActionPerformed| {
                let tapped = action.notification().filter(|_| action.action_id() == TAP);
                if let Some(note) = tapped.and_then(|tapped| answered.take(tapped.id())) {
                    (note.on_answer)(Act::Open);
                }
            });
        if let Err(error) = listening {
            warn!(%error, "a tap on a notification will only open the app");
        }
        Self {
            app: app.clone(),
            standing,
        }
    }

    /// The system is asked over a bridge that answers when it has shown it.
    fn put_up(&self, id: i32, note: Note) {
        let notification = self.app.notification().builder();
        let notification = notification.id(id).icon(ICON).auto_cancel();
        tauri::async_runtime::spawn_blocking(move || {
            if let Err(error) = notification.title(note.title).body(note.body).show() {
                warn!(%error, "a notification could not be shown");
            }
        });
    }
}

#[async_trait]
impl Notifier for PhoneNotifier {
    fn show(&self, note: Note) {
        let id = self.standing.add(note.clone());
        self.put_up(id, note);
    }

    fn renew(&self, note: Note) {
        if let Some(id) = self.standing.renew(&note) {
            self.put_up(id, note);
        }
    }

    fn withdraw(&self, place: u64) {
        let Some(id) = self.standing.withdraw(place) else {
            return;
        };
        let app = self.app.clone();
        tauri::async_runtime::spawn_blocking(move || {
            if let Err(error) = app.notification().remove_active(vec![id]) {
                warn!(%error, "a notification could not be taken back");
            }
        });
    }

    fn illustrate(&self, _entry: u64, _picture: Bytes) {}

    async fn outlet(&self) -> NotificationOutlet {
        let app = self.app.clone();
        let is_granted = move || {
            let state = app.notification().permission_state();
            matches!(state, Ok(PermissionState::Granted))
        };
        match tauri::async_runtime::spawn_blocking(is_granted).await {
            Ok(true) => NotificationOutlet::Ready,
            _ => NotificationOutlet::Missing,
        }
    }
}

/// The notifications of this run, by number. One that is left from an earlier run opens the app.
#[derive(Default)]
struct Standing(Mutex<Numbered>);

#[derive(Default)]
struct Numbered {
    last: i32,
    notes: HashMap<i32, Note>,
}

impl Numbered {
    fn standing_in(&self, place: u64) -> Option<i32> {
        let mut standing = self.notes.iter();
        standing.find_map(|(id, note)| (note.place == Some(place)).then_some(*id))
    }
}

impl Standing {
    /// The notification's number: that of the one in its place, which the system then replaces.
    fn add(&self, note: Note) -> i32 {
        let mut all = self.lock();
        let id = note.place.and_then(|place| all.standing_in(place));
        let id = id.unwrap_or_else(|| all.last.checked_add(1).unwrap_or(1));
        all.last = all.last.max(id);
        all.notes.insert(id, note);
        id
    }

    /// Takes the place of what tells of the same entry; the number, where that looked otherwise.
    fn renew(&self, note: &Note) -> Option<i32> {
        let mut all = self.lock();
        let mut standing = all.notes.iter_mut();
        let (id, old) = standing.find(|(_, old)| old.entry.is_some() && old.entry == note.entry)?;
        let looked_otherwise = !old.looks_like(note);
        *old = note.clone();
        looked_otherwise.then_some(*id)
    }

    /// Forgets what stands in a place; its number.
    fn withdraw(&self, place: u64) -> Option<i32> {
        let mut all = self.lock();
        let id = all.standing_in(place)?;
        all.notes.remove(&id);
        Some(id)
    }

    fn take(&self, id: i32) -> Option<Note> {
        self.lock().notes.remove(&id)
    }

    fn lock(&self) -> MutexGuard<'_, Numbered> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    fn note(place: u64, entry: u64, body: &str) -> Note {
        Note {
            title: "Courier at Lobby".to_owned(),
            body: body.to_owned(),
            actions: Vec::new(),
            place: Some(place),
            entry: Some(entry),
            pictured: Some(entry),
            on_answer: Arc::new(|_| ()),
        }
    }

    #[test]
    fn a_tap_does_what_belongs_to_its_own_notification_and_does_it_once() {
        let (standing, taps) = (Standing::default(), Arc::new(AtomicU32::new(0)));
        let counted = Arc::clone(&taps);
        let one = Note {
            on_answer: Arc::new(move |_| {
                counted.fetch_add(1, Ordering::SeqCst);
            }),
            ..note(1, 7, "18:02")
        };
        let id = standing.add(one);
        assert_ne!(standing.add(note(2, 8, "18:03")), id);
        (standing.take(id).unwrap().on_answer)(Act::Open);
        assert!(standing.take(id).is_none());
        assert_eq!(taps.load(Ordering::SeqCst), 1);
    }

    #[test]
    fn what_is_told_next_takes_its_place() {
        let standing = Standing::default();
        let first = standing.add(note(1, 7, "18:02"));
        assert_eq!(standing.add(note(1, 8, "18:03")), first);
        assert_ne!(standing.add(note(2, 9, "18:04")), first);
        assert_eq!(standing.take(first).unwrap().entry, Some(8));
    }

    #[test]
    fn what_is_withdrawn_is_forgotten_and_nothing_else_is() {
        let standing = Standing::default();
        let (one, other) = (
            standing.add(note(1, 7, "18:02")),
            standing.add(note(2, 8, "18:03")),
        );
        assert_eq!(standing.withdraw(1), Some(one));
        assert_eq!(standing.withdraw(1), None);
        assert!(standing.take(one).is_none() && standing.take(other).is_some());
    }

    #[test]
    fn what_changed_is_shown_again_only_where_it_stands_and_looks_otherwise() {
        let standing = Standing::default();
        let id = standing.add(note(1, 7, "18:02"));
        assert_eq!(standing.renew(&note(1, 7, "18:02")), None);
        assert_eq!(standing.renew(&note(1, 7, "18:02, collected")), Some(id));
        assert_eq!(standing.renew(&note(1, 6, "earlier")), None);
        standing.take(id);
        assert_eq!(standing.renew(&note(1, 7, "18:02")), None);
    }
}
