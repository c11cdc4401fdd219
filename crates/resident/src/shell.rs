use access::ClipId;
use bytes::Bytes;

use crate::ui::UiEvent;

/// What the controller needs from the program around it.
pub trait Shell: Send + Sync + 'static {
    /// Passes an event on to every open window. Events are hints: a window that opens later asks for a snapshot.
    fn emit(&self, event: UiEvent);

    /// Shows a desktop notification. Must not block.
    fn notify(&self, notification: Notification);

    /// Shows a picture, a JPEG, in the notification about this entry, if that still stands. Must not block.
    fn illustrate(&self, entry: u64, picture: Bytes);
}

/// A notification about one entry by somebody who does not live here, or about one alert of a door.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notification {
    /// One line, such as "Courier at Main entrance".
    pub title: String,
    /// One or two lines with the carrier or guest and the time, or with what to do about an alert.
    pub body: String,
    /// The clip that a click opens, when the entry has one.
    pub clip: Option<ClipId>,
    /// The hub's number of the entry or alert.
    pub entry: u64,
}
