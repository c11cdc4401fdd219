use access::ClipId;
use bytes::Bytes;

use crate::ui::UiEvent;

/// What the controller needs from the program around it.
pub trait Shell: Send + Sync + 'static {
    /// Passes an event on to every open window. Events are hints: a window that opens later asks for a snapshot.
    fn emit(&self, event: UiEvent);

    /// Shows a desktop notification, instead of the one in the same place if that still stands. Must not block.
    fn notify(&self, notification: Notification);

    /// Changes what the notification about this entry says, if it still stands. Must not block.
    fn renew(&self, notification: Notification);

    /// Takes back the notification in this place, if it still stands. Must not block.
    fn withdraw(&self, place: u64);

    /// Shows the picture of this entry, a JPEG, in the notification that it belongs into, if that still stands. Must not block.
    fn illustrate(&self, entry: u64, picture: Bytes);
}

/// A notification about one entry by somebody who does not live here, or about one alert of a door.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notification {
    /// One line, such as "Courier at Main entrance".
    pub title: String,
    /// One or two lines with the carrier or guest and the time, or with what to do about an alert.
    pub body: String,
    /// What can be done from it, in the order in which it is offered.
    pub actions: Vec<Action>,
    /// The clip to watch, when the entry has one.
    pub clip: Option<ClipId>,
    /// The ids in the activity list of the deliveries that it tells of.
    pub collects: Vec<String>,
    /// The hub's number of the entry or alert.
    pub entry: u64,
    /// The entry that it tells of first, whose picture belongs into it: another where that was collected and others wait.
    pub pictured: u64,
    /// Notifications in the same place are not shown beside each other: the newest tells of all.
    pub place: u64,
}

/// What can be done from a notification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    pub act: Act,
    /// In the person's language.
    pub label: String,
}

/// What an [`Action`] does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Opens the entry. What a click on the notification itself does.
    Open,
    /// Opens its clip.
    Watch,
    /// Says that the deliveries were collected.
    Collected,
}
