//! What the core tells its windows, as typed Tauri events. Each type's name in kebab case is the event's name.

use resident::ui::{ActivityItem, Snapshot, UiEvent, UnlockState};
use serde::{Deserialize, Serialize};
use specta::Type;
use tauri::AppHandle;
use tauri_specta::Event;

#[derive(Clone, Debug, Serialize, Deserialize, Type, Event)]
pub(crate) struct SnapshotChanged(Snapshot);

#[derive(Clone, Debug, Serialize, Deserialize, Type, Event)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UnlockChanged {
    door_id: String,
    unlock: UnlockState,
}

#[derive(Clone, Debug, Serialize, Deserialize, Type, Event)]
pub(crate) struct ActivityAdded(ActivityItem);

#[derive(Clone, Debug, Serialize, Deserialize, Type, Event)]
pub(crate) struct ActivityChanged(ActivityItem);

#[derive(Clone, Debug, Serialize, Deserialize, Type, Event)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OpenClip {
    clip_id: String,
}

#[derive(Clone, Debug, Serialize, Deserialize, Type, Event)]
pub(crate) struct OpenActivity;

#[derive(Clone, Debug, Serialize, Deserialize, Type, Event)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ExportProgress {
    clip_id: String,
    done: u32,
    total: u32,
}

#[derive(Clone, Debug, Serialize, Deserialize, Type, Event)]
pub(crate) struct PendingInvite {
    invite: String,
}

#[derive(Clone, Debug, Serialize, Deserialize, Type, Event)]
pub(crate) struct ErrandPending;

/// Sends an event to the window, if there is one.
pub(crate) fn emit(app: &AppHandle, event: UiEvent) -> tauri::Result<()> {
    match event {
        UiEvent::SnapshotChanged(snapshot) => SnapshotChanged(snapshot).emit(app),
        UiEvent::UnlockChanged { door_id, unlock } => UnlockChanged { door_id, unlock }.emit(app),
        UiEvent::ActivityAdded(item) => ActivityAdded(item).emit(app),
        UiEvent::ActivityChanged(item) => ActivityChanged(item).emit(app),
        UiEvent::OpenClip { clip_id } => OpenClip { clip_id }.emit(app),
        UiEvent::OpenActivity => OpenActivity.emit(app),
        UiEvent::ExportProgress {
            clip_id,
            done,
            total,
        } => ExportProgress {
            clip_id,
            done,
            total,
        }
        .emit(app),
        UiEvent::PendingInvite { invite } => PendingInvite { invite }.emit(app),
        UiEvent::ErrandPending => ErrandPending.emit(app),
    }
}
