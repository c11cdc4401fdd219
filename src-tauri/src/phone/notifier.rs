use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use tauri::AppHandle;
use tauri_plugin_notification::{ActionPerformed, NotificationExt as _};
use tracing::warn;

use crate::notifier::{Note, Notifier, OnClick};

/// How the plug-in calls a tap on the notification itself.
const TAP: &str = "tap";

/// A phone's own notifications. They are without pictures: these would have to lie in a file that the system reads.
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
                if let Some(act) = tapped.and_then(|tapped| answered.take(tapped.id())) {
                    act();
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
}

impl Notifier for PhoneNotifier {
    fn show(&self, note: Note, on_click: OnClick) {
        let id = self.standing.add(note.entry, on_click);
        let notification = self.app.notification().builder();
        let notification = notification.id(id).title(note.title).body(note.body);
        // The system is asked over a bridge that answers when it has shown it.
        tauri::async_runtime::spawn_blocking(move || {
            if let Err(error) = notification.auto_cancel().show() {
                warn!(%error, "a notification could not be shown");
            }
        });
    }

    fn illustrate(&self, _entry: u64, _picture: Bytes) {}
}

/// The notifications of this run, and what a tap on each does. One that is left from an earlier run opens the app.
#[derive(Default)]
struct Standing(Mutex<Numbered>);

#[derive(Default)]
struct Numbered {
    last: i32,
    by_id: HashMap<i32, OnClick>,
    by_entry: HashMap<u64, i32>,
}

impl Standing {
    /// The notification's number: the same for the same entry, which the system then replaces.
    fn add(&self, entry: Option<u64>, on_click: OnClick) -> i32 {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = entry.and_then(|entry| all.by_entry.get(&entry).copied());
        let id = known.unwrap_or_else(|| {
            all.last = all.last.checked_add(1).unwrap_or(1);
            all.last
        });
        if let Some(entry) = entry {
            all.by_entry.insert(entry, id);
        }
        all.by_id.insert(id, on_click);
        id
    }

    fn take(&self, id: i32) -> Option<OnClick> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.by_entry.retain(|_, known| *known != id);
        all.by_id.remove(&id)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    fn counting(count: &Arc<AtomicU32>) -> OnClick {
        let count = Arc::clone(count);
        Box::new(move || {
            count.fetch_add(1, Ordering::SeqCst);
        })
    }

    #[test]
    fn a_tap_does_what_belongs_to_its_own_notification_and_does_it_once() {
        let (standing, one, other) = (Standing::default(), Arc::default(), Arc::default());
        let id = standing.add(Some(7), counting(&one));
        standing.add(None, counting(&other));
        standing.take(id).unwrap()();
        assert!(standing.take(id).is_none());
        assert_eq!(
            (one.load(Ordering::SeqCst), other.load(Ordering::SeqCst)),
            (1, 0)
        );
    }

    #[test]
    fn what_is_told_anew_of_an_entry_takes_the_place_of_what_was_told() {
        let (standing, count) = (Standing::default(), Arc::default());
        let first = standing.add(Some(7), counting(&count));
        assert_eq!(standing.add(Some(7), counting(&count)), first);
        assert_ne!(standing.add(Some(8), counting(&count)), first);
        assert_ne!(
            standing.add(None, counting(&count)),
            standing.add(None, counting(&count))
        );
    }
}
