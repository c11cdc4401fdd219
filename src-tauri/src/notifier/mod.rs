//! Notifications: what they say, and the desktop's own.

#[cfg(all(desktop, unix, not(target_os = "macos")))]
mod desktop;
#[cfg(all(desktop, any(not(unix), target_os = "macos")))]
mod elsewhere;

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use resident::ui::NotificationOutlet;
use resident::{Act, Action};

#[cfg(all(desktop, unix, not(target_os = "macos")))]
pub(crate) use desktop::DesktopNotifier;
#[cfg(all(desktop, any(not(unix), target_os = "macos")))]
pub(crate) use elsewhere::DesktopNotifier;

/// What an answer to a notification does.
pub(crate) type OnAnswer = Arc<dyn Fn(Act) + Send + Sync>;

/// What a notification says, and what can be done from it.
#[derive(Clone)]
pub(crate) struct Note {
    pub(crate) title: String,
    pub(crate) body: String,
    pub(crate) actions: Vec<Action>,
    /// Where it stands, when others may take its place.
    pub(crate) place: Option<u64>,
    /// The entry that it tells of.
    pub(crate) entry: Option<u64>,
    /// The entry of which a picture may follow.
    #[cfg_attr(
        not(all(desktop, unix, not(target_os = "macos"))),
        expect(dead_code, reason = "only Linux shows pictures")
    )]
    pub(crate) pictured: Option<u64>,
    pub(crate) on_answer: OnAnswer,
}

impl Note {
    /// Whether the other shows the same.
    #[cfg(any(mobile, test, all(unix, not(target_os = "macos"))))]
    pub(crate) fn looks_like(&self, other: &Self) -> bool {
        (&self.title, &self.body, &self.actions) == (&other.title, &other.body, &other.actions)
    }
}

/// A way to show notifications. All but the question return at once.
#[async_trait]
pub(crate) trait Notifier: Send + Sync {
    /// Shows a notification, instead of the one in its place.
    fn show(&self, note: Note);
    /// Changes what stands about the same entry, if it does.
    fn renew(&self, note: Note);
    /// Closes what stands in this place.
    fn withdraw(&self, place: u64);
    /// Puts the JPEG of an entry into the notification that it belongs into, if that still stands.
    fn illustrate(&self, entry: u64, picture: Bytes);
    /// Whether one stands, or is about to, whose answer comes to this very program.
    #[cfg(target_os = "linux")]
    fn stands(&self) -> bool {
        false
    }
    /// Whether anything shows them.
    async fn outlet(&self) -> NotificationOutlet;
}
