use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use resident::Act;
use resident::ui::NotificationOutlet;
use tauri::AppHandle;
use tauri_plugin_notification::{ActionPerformed, NotificationExt as _, PermissionState};
use tracing::warn;

use crate::notifier::{Note, Notifier, OnAnswer};

/// How the plug-in calls a tap on the notification itself.
const TAP: &str = "tap";

/// A phone's own notifications, which a tap opens. They are without pictures: these would have to lie in a file that the
/// system reads.
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
                if let Some(answer) = tapped.and_then(|tapped| answered.take(tapped.id())) {
                    answer(Act::Open);
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

    fn put_up(&self, id: i32, note: Note) {
        let notification = self.app.notification().builder();
        let notification = notification.id(id).title(note.title).body(note.body);
        // The system is asked over a bridge that answers when it has shown it.
        tauri::async_runtime::spawn_blocking(move || {
            if let Err(error) = notification.auto_cancel().show() {
                warn!(%error, "a notification could not be shown");
            }
        });
    }
}

#[async_trait]
impl Notifier for PhoneNotifier {
    fn show(&self, note: Note) {
        let id = self.standing.add(&note);
        self.put_up(id, note);
    }

    fn renew(&self, note: Note) {
        if let Some(id) = self.standing.about(note.entry) {
            self.put_up(id, note);
        }
    }

    fn illustrate(&self, _entry: u64, _picture: Bytes) {}

    async fn outlet(&self) -> NotificationOutlet {
        let app = self.app.clone();
        let state = tauri::async_runtime::spawn_blocking(move || {
            app.notification().permission_state().ok()
        });
        match state.await.ok().flatten() {
            Some(PermissionState::Denied) => NotificationOutlet::Missing,
            _ => NotificationOutlet::Ready,
        }
    }
}

/// The notifications of this run, and what a tap on each does. One that is left from an earlier run opens the app.
#[derive(Default)]
struct Standing(Mutex<Numbered>);

#[derive(Default)]
struct Numbered {
    last: i32,
    by_id: HashMap<i32, Shown>,
    by_place: HashMap<u64, i32>,
}

struct Shown {
    entry: Option<u64>,
    on_answer: OnAnswer,
}

impl Standing {
    /// The notification's number: the same in the same place, where the system then replaces what stands.
    fn add(&self, note: &Note) -> i32 {
        let mut all = self.lock();
        let known = note.place.and_then(|place| all.by_place.get(&place));
        let id = known.copied().unwrap_or_else(|| {
            all.last = all.last.checked_add(1).unwrap_or(1);
            all.last
        });
        if let Some(place) = note.place {
            all.by_place.insert(place, id);
        }
        let shown = Shown {
            entry: note.entry,
            on_answer: Arc::clone(&note.on_answer),
        };
        all.by_id.insert(id, shown);
        id
    }

    /// The number of what stands about an entry.
    fn about(&self, entry: Option<u64>) -> Option<i32> {
        let all = self.lock();
        let mut standing = all.by_id.iter();
        standing
            .find(|(_, shown)| entry.is_some() && shown.entry == entry)
            .map(|(id, _)| *id)
    }

    fn take(&self, id: i32) -> Option<OnAnswer> {
        let mut all = self.lock();
        all.by_place.retain(|_, known| *known != id);
        all.by_id.remove(&id).map(|shown| shown.on_answer)
    }

    fn lock(&self) -> MutexGuard<'_, Numbered> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    fn note(place: Option<u64>, entry: Option<u64>, count: &Arc<AtomicU32>) -> Note {
        let count = Arc::clone(count);
        Note {
            title: String::new(),
            body: String::new(),
            actions: Vec::new(),
            place,
            entry,
            on_answer: Arc::new(move |_| {
                count.fetch_add(1, Ordering::SeqCst);
            }),
        }
    }

    #[test]
    fn a_tap_does_what_belongs_to_its_own_notification_and_does_it_once() {
        let (standing, one, other) = (Standing::default(), Arc::default(), Arc::default());
        let id = standing.add(&note(Some(7), Some(7), &one));
        standing.add(&note(None, None, &other));
        standing.take(id).unwrap()(Act::Open);
        assert!(standing.take(id).is_none());
        assert_eq!(
            (one.load(Ordering::SeqCst), other.load(Ordering::SeqCst)),
            (1, 0)
        );
    }

    #[test]
    fn what_is_told_anew_in_a_place_takes_the_place_of_what_was_told() {
        let (standing, count) = (Standing::default(), Arc::default());
        let first = standing.add(&note(Some(7), Some(1), &count));
        assert_eq!(standing.add(&note(Some(7), Some(2), &count)), first);
        assert_ne!(standing.add(&note(Some(8), Some(3), &count)), first);
        assert_eq!(standing.about(Some(2)), Some(first));
        assert_eq!(standing.about(Some(1)), None);
        assert_eq!(standing.about(None), None);
        assert_ne!(
            standing.add(&note(None, None, &count)),
            standing.add(&note(None, None, &count))
        );
    }
}
