//! What a window may ask for. Each command only forwards.

use resident::ui::{
    ActivityFilter, ActivityPage, AppError, ClipTimeline, ErrorCode, ExportedClip, InvitePreview,
    KeyStorage, LiveTimeline, Preferences, Snapshot,
};
use tauri::{AppHandle, State};

use crate::shell::Resident;
use crate::window;

#[tauri::command]
#[specta::specta]
pub(crate) async fn snapshot(
    app: AppHandle,
    resident: State<'_, Resident>,
) -> Result<Snapshot, AppError> {
    // A window asks for this once it listens: it can be told now what it was opened for.
    window::tell_what_for(&app);
    resident.snapshot()
}

#[tauri::command]
#[specta::specta]
pub(crate) fn set_preferences(
    resident: State<'_, Resident>,
    preferences: Preferences,
) -> Result<(), AppError> {
    resident.set_preferences(&preferences)
}

#[tauri::command]
#[specta::specta]
pub(crate) fn preview_invite(
    resident: State<'_, Resident>,
    invite: &str,
) -> Result<InvitePreview, AppError> {
    resident.preview_invite(invite)
}

#[tauri::command]
#[specta::specta]
pub(crate) fn take_pending_invite(resident: State<'_, Resident>) -> Option<String> {
    resident.take_pending_invite()
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn enrol(
    resident: State<'_, Resident>,
    invite: String,
    storage: KeyStorage,
) -> Result<(), AppError> {
    resident.enrol(&invite, storage).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn unlock(resident: State<'_, Resident>, door_id: String) -> Result<(), AppError> {
    resident.unlock(&door_id)
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn unlock_remotely(
    resident: State<'_, Resident>,
    door_id: String,
) -> Result<(), AppError> {
    resident.unlock_remotely(&door_id)
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn activity(
    resident: State<'_, Resident>,
    before: Option<u64>,
    limit: u32,
    filter: ActivityFilter,
) -> Result<ActivityPage, AppError> {
    resident.find_activity(&filter, before, limit).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn clip_timeline(
    resident: State<'_, Resident>,
    clip_id: String,
) -> Result<ClipTimeline, AppError> {
    resident.clip_timeline(&clip_id).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn export_clip(
    resident: State<'_, Resident>,
    clip_id: String,
) -> Result<ExportedClip, AppError> {
    let folder = dirs::download_dir().or_else(dirs::home_dir);
    let folder = folder.ok_or(ErrorCode::ExportFailed)?;
    resident.export_clip(&clip_id, folder).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn live_open(
    resident: State<'_, Resident>,
    door_id: String,
) -> Result<LiveTimeline, AppError> {
    resident.live_open(&door_id).await
}

#[tauri::command]
#[specta::specta]
pub(crate) fn live_close(resident: State<'_, Resident>, live_id: &str) -> Result<(), AppError> {
    resident.live_close(live_id)
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn forget(resident: State<'_, Resident>) -> Result<(), AppError> {
    resident.forget().await
}
