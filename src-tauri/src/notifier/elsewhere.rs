//! Where notifications that were shown cannot be changed, closed, nor answered.

use async_trait::async_trait;
use bytes::Bytes;
use resident::ui::NotificationOutlet;
use tracing::warn;

use super::{Note, Notifier};

/// The desktop's own notifications.
#[derive(Debug, Default)]
pub(crate) struct DesktopNotifier;

#[async_trait]
impl Notifier for DesktopNotifier {
    fn show(&self, note: Note) {
        let mut notification = notify_rust::Notification::new();
        notification.summary(&note.title).body(&note.body);
        tauri::async_runtime::spawn_blocking(move || {
            if let Err(error) = notification.show() {
                warn!(%error, "a notification could not be shown");
            }
        });
    }

    fn renew(&self, _note: Note) {}

    fn withdraw(&self, _place: u64) {}

    fn illustrate(&self, _entry: u64, _picture: Bytes) {}

    async fn outlet(&self) -> NotificationOutlet {
        NotificationOutlet::Ready
    }
}
