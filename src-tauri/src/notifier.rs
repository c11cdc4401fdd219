//! Desktop notifications.

use notify_rust::NotificationResponse;
use tracing::{debug, warn};

/// What a click on a notification does.
pub(crate) type OnClick = Box<dyn FnOnce() + Send>;

/// A way to show notifications. `show` returns at once.
pub(crate) trait Notifier: Send + Sync {
    fn show(&self, title: &str, body: &str, on_click: OnClick);
}

/// The desktop's own notifications.
#[derive(Debug)]
pub(crate) struct DesktopNotifier;

impl DesktopNotifier {
    pub(crate) fn new() -> Self {
        Self
    }
}

#[cfg(all(unix, not(target_os = "macos")))]
impl Notifier for DesktopNotifier {
    fn show(&self, title: &str, body: &str, on_click: OnClick) {
        let mut notification = notify_rust::Notification::new();
        notification
            .appname("Vestibule")
            .summary(title)
            .body(&escape(body))
            .icon("vestibule")
            .hint(notify_rust::Hint::DesktopEntry("Vestibule".to_owned()))
            .action("default", "Open");
        tauri::async_runtime::spawn(async move {
            // The handle holds the D-Bus connection: some desktops close a notification whose sender is gone.
            let handle = match notification.show_async().await {
                Ok(handle) => handle,
                Err(error) => return warn!(%error, "a notification could not be shown"),
            };
            handle
                .wait_for_action_async(|response| {
                    debug!(?response, "a notification was answered");
                    if *response == NotificationResponse::Default {
                        on_click();
                    }
                })
                .await;
        });
    }
}

#[cfg(not(all(unix, not(target_os = "macos"))))]
impl Notifier for DesktopNotifier {
    fn show(&self, title: &str, body: &str, _on_click: OnClick) {
        let mut notification = notify_rust::Notification::new();
        notification.summary(title).body(body);
        tauri::async_runtime::spawn_blocking(move || {
            if let Err(error) = notification.show() {
                warn!(%error, "a notification could not be shown");
            }
        });
    }
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
}
