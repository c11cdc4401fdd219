//! Notifications by the desktop's own server (Desktop Notifications Specification 1.2).

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use notify_rust::{NotificationHandle, NotificationResponse};
use resident::Act;
use resident::ui::NotificationOutlet;
use tokio::sync::mpsc;
use tokio::task::AbortHandle;
use tokio::time::timeout;
use tracing::{debug, warn};

use super::{Note, Notifier};

/// A server that has not answered for so long does not show the notification.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long a window that asks whether there is a server waits for its answer.
const SHORT_PATIENCE: Duration = Duration::from_secs(2);

/// The desktop's own notifications. Each place has a task that knows what stands there.
#[derive(Default)]
pub(crate) struct DesktopNotifier {
    standing: Standing,
    /// Numbers the places of those that nothing takes the place of.
    alone: AtomicU64,
    /// Whether the server has been asked what it is and has not answered yet.
    asking: Arc<AtomicBool>,
}

type Standing = Arc<Mutex<HashMap<Place, mpsc::UnboundedSender<Change>>>>;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Place {
    Shared(u64),
    Alone(u64),
}

/// `None` when the connection ended before there was one.
type Answer = Option<NotificationResponse>;

/// What comes to a place.
enum Change {
    Show(Note),
    Renew(Note),
    Picture { entry: u64, picture: Bytes },
    Withdraw,
}

#[async_trait]
impl Notifier for DesktopNotifier {
    fn show(&self, note: Note) {
        let place = note.place.map_or_else(
            || Place::Alone(self.alone.fetch_add(1, Ordering::Relaxed)),
            Place::Shared,
        );
        let mut standing = lock(&self.standing);
        if let Some(changes) = standing.get(&place) {
            // The task removes its place before it ends.
            let _ = changes.send(Change::Show(note));
            return;
        }
        let (changes, coming) = mpsc::unbounded_channel();
        standing.insert(place, changes);
        drop(standing);
        let stand = Stand::new(place, self.standing.clone(), coming);
        tauri::async_runtime::spawn(stand.run(note));
    }

    fn renew(&self, note: Note) {
        let place = note.place.map(Place::Shared);
        if let Some(changes) = place.and_then(|place| lock(&self.standing).get(&place).cloned()) {
            let _ = changes.send(Change::Renew(note));
        }
    }

    fn withdraw(&self, place: u64) {
        if let Some(changes) = lock(&self.standing).get(&Place::Shared(place)) {
            let _ = changes.send(Change::Withdraw);
        }
    }

    fn illustrate(&self, entry: u64, picture: Bytes) {
        for changes in lock(&self.standing).values() {
            let picture = picture.clone();
            let _ = changes.send(Change::Picture { entry, picture });
        }
    }

    #[cfg(target_os = "linux")]
    fn stands(&self) -> bool {
        !lock(&self.standing).is_empty()
    }

    async fn outlet(&self) -> NotificationOutlet {
        // It blocks a thread until the server answers, if it ever does: one is enough.
        if self.asking.swap(true, Ordering::AcqRel) {
            return NotificationOutlet::Missing;
        }
        let asking = self.asking.clone();
        let asked = tauri::async_runtime::spawn_blocking(move || {
            let server = notify_rust::get_server_information();
            asking.store(false, Ordering::Release);
            server
        });
        match timeout(SHORT_PATIENCE, asked).await {
            Ok(Ok(Ok(_))) => NotificationOutlet::Ready,
            _ => NotificationOutlet::Missing,
        }
    }
}

/// One place, from its first notification until the last in it was answered or closed.
struct Stand {
    place: Place,
    standing: Standing,
    changes: mpsc::UnboundedReceiver<Change>,
    answers: mpsc::UnboundedReceiver<Answer>,
    answered: mpsc::UnboundedSender<Answer>,
    /// The first connection that the notification was shown by, and the last: some desktops close a notification
    /// whose sender is gone, and tell only its sender of an answer.
    first: Option<Listening>,
    last: Option<Listening>,
    picture: Option<notify_rust::Image>,
}

/// A shown notification that is listened to until this is dropped.
struct Listening {
    handle: Arc<NotificationHandle>,
    task: AbortHandle,
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Stand {
    fn new(place: Place, standing: Standing, changes: mpsc::UnboundedReceiver<Change>) -> Self {
        let (answered, answers) = mpsc::unbounded_channel();
        Self {
            place,
            standing,
            changes,
            answers,
            answered,
            first: None,
            last: None,
            picture: None,
        }
    }

    async fn run(mut self, mut note: Note) {
        self.show(&note).await;
        loop {
            if self.first.is_none() {
                // Nothing stands: whatever else came meanwhile is shown anew.
                match self.left_over() {
                    Some(next) => note = next,
                    None => return,
                }
                self.show(&note).await;
                continue;
            }
            tokio::select! {
                // An answer is to what stood when it was given.
                biased;
                Some(response) = self.answers.recv() => {
                    self.clear();
                    answer(&note, response.as_ref());
                }
                Some(change) = self.changes.recv() => self.take(change, &mut note).await,
            }
        }
    }

    async fn take(&mut self, change: Change, note: &mut Note) {
        match change {
            Change::Show(next) => {
                self.picture = None;
                *note = next;
            }
            Change::Renew(next) if next.entry == note.entry && !next.looks_like(note) => {
                if next.pictured != note.pictured {
                    self.picture = None;
                }
                *note = next;
            }
            Change::Withdraw => return self.withdraw().await,
            Change::Picture { entry, picture } if note.pictured == Some(entry) => {
                if !knows_version().await {
                    return;
                }
                self.picture = decode(&picture);
            }
            Change::Renew(_) | Change::Picture { .. } => return,
        }
        self.show(note).await;
    }

    /// Closes what stands here.
    async fn withdraw(&mut self) {
        let shown = self.last.take().or(self.first.take());
        if let Some(shown) = shown {
            let closed = timeout(PATIENCE, shown.handle.close_async()).await;
            if closed.is_err() {
                warn!("a notification could not be taken back: the server does not answer");
            }
        }
        self.clear();
    }

    /// Shows it, instead of what stands here.
    async fn show(&mut self, note: &Note) {
        let mut notification = notify_rust::Notification::new();
        notification
            .appname("Vestibule")
            .summary(&note.title)
            .body(&escape(&note.body))
            .icon("vestibule")
            .hint(notify_rust::Hint::DesktopEntry("Vestibule".to_owned()));
        for action in &note.actions {
            notification.action(key(action.act), &action.label);
        }
        if let Some(picture) = &self.picture {
            notification.image_data(picture.clone());
        }
        if let Some(shown) = self.last.as_ref().or(self.first.as_ref()) {
            notification.id(shown.handle.id());
        }
        match timeout(PATIENCE, notification.show_async()).await {
            Ok(Ok(handle)) => self.listen(handle),
            Ok(Err(error)) => warn!(%error, "a notification could not be shown"),
            Err(_) => warn!("a notification could not be shown: the server does not answer"),
        }
    }

    fn listen(&mut self, handle: NotificationHandle) {
        let handle = Arc::new(handle);
        let (heard, answered) = (handle.clone(), self.answered.clone());
        let listening = tauri::async_runtime::spawn(async move {
            let mut answer = None;
            heard
                .wait_for_action_async(|response| answer = Some(response.clone()))
                .await;
            // Whoever waits for it lives as long as this task.
            let _ = answered.send(answer);
        });
        let task = listening.inner().abort_handle();
        let listening = Some(Listening { handle, task });
        if self.first.is_none() {
            self.first = listening;
        } else {
            self.last = listening;
        }
    }

    /// Nothing stands here any more.
    fn clear(&mut self) {
        (self.first, self.last, self.picture) = (None, None, None);
        // The same answer may come by each connection; none is meant for what will stand here.
        (self.answered, self.answers) = mpsc::unbounded_channel();
    }

    /// The last that was to be shown here and was not yet; with none, the place is given up.
    fn left_over(&mut self) -> Option<Note> {
        let mut standing = lock(&self.standing);
        let mut next = None;
        while let Ok(change) = self.changes.try_recv() {
            match change {
                Change::Show(note) => next = Some(note),
                Change::Withdraw => next = None,
                Change::Renew(_) | Change::Picture { .. } => {}
            }
        }
        if next.is_none() {
            standing.remove(&self.place);
        }
        next
    }
}

fn answer(note: &Note, response: Option<&NotificationResponse>) {
    debug!(?response, "a notification was answered");
    let act = match response {
        Some(NotificationResponse::Default) => Some(Act::Open),
        Some(NotificationResponse::Action(name)) => {
            let mut acts = note.actions.iter().map(|action| action.act);
            acts.find(|act| key(*act) == name)
        }
        _ => None,
    };
    if let Some(act) = act {
        (note.on_answer)(act);
    }
}

/// What the server calls it; `default` is a click on the notification itself.
fn key(act: Act) -> &'static str {
    match act {
        Act::Open => "default",
        Act::Watch => "watch",
        Act::Collected => "collected",
    }
}

/// Has notify-rust ask the server for its version, which decides how a picture is sent. It asks when the
/// first one is, and blocks, which no asynchronous task may; once it knows, it does not ask again.
async fn knows_version() -> bool {
    let asked = tauri::async_runtime::spawn_blocking(|| *notify_rust::SPEC_VERSION);
    let is_known = matches!(timeout(PATIENCE, asked).await, Ok(Ok(_)));
    if !is_known {
        warn!("no picture is shown: the notification server's version is not known");
    }
    is_known
}

/// Only the core's own pictures come here, proven to be a door's; one that is none is left out.
fn decode(jpeg: &[u8]) -> Option<notify_rust::Image> {
    let decoded = image::load_from_memory_with_format(jpeg, image::ImageFormat::Jpeg);
    let decoded = decoded.map_err(|error| warn!(%error, "a picture is no JPEG"));
    let pixels = decoded.ok()?.into_rgb8();
    let (width, height) = (
        pixels.width().try_into().ok()?,
        pixels.height().try_into().ok()?,
    );
    notify_rust::Image::from_rgb(width, height, pixels.into_raw()).ok()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Notification servers read bodies as markup.
fn escape(body: &str) -> String {
    body.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_bring_markup_into_a_notification() {
        assert_eq!(escape("<b>B&B</b>"), "&lt;b&gt;B&amp;B&lt;/b&gt;");
    }

    #[test]
    fn what_is_no_picture_is_left_out() {
        assert!(decode(b"\xff\xd8\xff\xe0 and no more").is_none());
    }
}
