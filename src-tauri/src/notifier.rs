//! Notifications: what they say, and the desktop's own.

#[cfg(all(unix, not(target_os = "macos")))]
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use bytes::Bytes;
#[cfg(all(unix, not(target_os = "macos")))]
use notify_rust::NotificationResponse;
#[cfg(all(unix, not(target_os = "macos")))]
use tokio::sync::oneshot;
#[cfg(all(unix, not(target_os = "macos")))]
use tracing::debug;
use tracing::warn;

/// What a click on a notification does.
pub(crate) type OnClick = Box<dyn FnOnce() + Send>;

/// What a notification says.
#[derive(Clone, Debug)]
pub(crate) struct Note {
    pub(crate) title: String,
    pub(crate) body: String,
    /// The entry that it tells of, of which a picture may follow.
    pub(crate) entry: Option<u64>,
}

/// A way to show notifications. Both return at once.
pub(crate) trait Notifier: Send + Sync {
    fn show(&self, note: Note, on_click: OnClick);
    /// Puts a JPEG into the notification of an entry, if it still stands.
    fn illustrate(&self, entry: u64, picture: Bytes);
}

/// The desktop's own notifications.
#[derive(Debug, Default)]
pub(crate) struct DesktopNotifier {
    /// Where pictures are waited for, by entry.
    #[cfg(all(unix, not(target_os = "macos")))]
    standing: Mutex<HashMap<u64, oneshot::Sender<Bytes>>>,
}

#[cfg(desktop)]
impl DesktopNotifier {
    pub(crate) fn of(_: &tauri::AppHandle) -> Self {
        Self::default()
    }
}

#[cfg(all(unix, not(target_os = "macos")))]
impl Notifier for DesktopNotifier {
    fn show(&self, note: Note, on_click: OnClick) {
        let (sender, picture) = oneshot::channel();
        if let Some(entry) = note.entry {
            let mut standing = lock(&self.standing);
            standing.retain(|_, waiting| !waiting.is_closed());
            standing.insert(entry, sender);
        }
        tauri::async_runtime::spawn(stand(note, picture, on_click));
    }

    fn illustrate(&self, entry: u64, picture: Bytes) {
        if let Some(waiting) = lock(&self.standing).remove(&entry) {
            // Nobody waits once the notification is gone.
            let _ = waiting.send(picture);
        }
    }
}

/// Shows a notification, and its picture once it comes, until it is answered or closed.
#[cfg(all(unix, not(target_os = "macos")))]
async fn stand(note: Note, picture: oneshot::Receiver<Bytes>, on_click: OnClick) {
    let mut notification = notify_rust::Notification::new();
    notification
        .appname("Vestibule")
        .summary(&note.title)
        .body(&escape(&note.body))
        .icon("vestibule")
        .hint(notify_rust::Hint::DesktopEntry("Vestibule".to_owned()))
        .action("default", "Open");
    // The handle holds the D-Bus connection: some desktops close a notification whose sender is gone.
    let handle = match notification.show_async().await {
        Ok(handle) => handle,
        Err(error) => return warn!(%error, "a notification could not be shown"),
    };
    let answered = handle.wait_for_action_async(|response| {
        debug!(?response, "a notification was answered");
        if *response == NotificationResponse::Default {
            on_click();
        }
    });
    let illustrated = async {
        let image = picture.await.ok().and_then(|picture| decode(&picture));
        ask_version().await;
        let shown = match image {
            Some(image) => {
                let replacing = notification.id(handle.id()).image_data(image);
                let shown = replacing.show_async().await;
                shown
                    .inspect_err(
                        |error| warn!(%error, "a notification's picture could not be shown"),
                    )
                    .ok()
            }
            None => None,
        };
        // It stands until the first handle hears that it does not.
        let _shown = shown;
        std::future::pending::<()>().await;
    };
    tokio::select! {
        () = answered => {}
        () = illustrated => {}
    }
}

/// Has notify-rust ask the server for its version, which decides how a picture is sent. It asks when the
/// first one is, and blocks, which no asynchronous task may; once it knows, it does not ask again.
#[cfg(all(unix, not(target_os = "macos")))]
async fn ask_version() {
    let asked = tauri::async_runtime::spawn_blocking(|| *notify_rust::SPEC_VERSION).await;
    if let Err(error) = asked {
        warn!(%error, "the notification server's version is not known");
    }
}

/// Only the core's own pictures come here, proven to be a door's; one that is none is left out.
#[cfg(all(unix, not(target_os = "macos")))]
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

#[cfg(all(unix, not(target_os = "macos")))]
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(not(all(unix, not(target_os = "macos"))))]
impl Notifier for DesktopNotifier {
    fn show(&self, note: Note, _on_click: OnClick) {
        let mut notification = notify_rust::Notification::new();
        notification.summary(&note.title).body(&note.body);
        tauri::async_runtime::spawn_blocking(move || {
            if let Err(error) = notification.show() {
                warn!(%error, "a notification could not be shown");
            }
        });
    }

    /// These systems replace no notification that was shown.
    fn illustrate(&self, _entry: u64, _picture: Bytes) {}
}

/// Notification servers read bodies as markup.
#[cfg(all(unix, not(target_os = "macos")))]
fn escape(body: &str) -> String {
    body.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(all(test, unix, not(target_os = "macos")))]
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
