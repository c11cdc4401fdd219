//! What a window may ask for. Each command only forwards.

use std::path::PathBuf;

use resident::ui::{
    ActivityFilter, ActivityPage, AppError, ClipTimeline, Errand, ErrorCode, ExportedClip,
    ExportedData, InvitePreview, KeyStorage, LiveTimeline, MyDevice, NotificationOutlet, Pass,
    PassDraft, PassList, Preferences, PrivacyPolicy, Snapshot, WatchedPage,
};
use tauri::{AppHandle, State};

#[cfg(desktop)]
use crate::desktop as system;
#[cfg(mobile)]
use crate::phone as system;
use crate::shell::Resident;
use crate::updates::UpdateState;
use crate::{login_start, updates, window};

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
pub(crate) async fn set_confirmed(
    resident: State<'_, Resident>,
    door_id: String,
    confirmed: bool,
) -> Result<(), AppError> {
    resident.set_confirmed(&door_id, confirmed).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn notification_outlet(
    resident: State<'_, Resident>,
) -> Result<NotificationOutlet, AppError> {
    Ok(resident.shell().notification_outlet().await)
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn set_shortcut(
    app: AppHandle,
    resident: State<'_, Resident>,
    keys: Option<String>,
) -> Result<(), AppError> {
    system::change_keys(&app, keys.as_deref()).await?;
    resident.set_shortcut(keys)
}

#[tauri::command]
#[specta::specta]
pub(crate) fn set_collected(
    resident: State<'_, Resident>,
    item_ids: Vec<String>,
    collected: bool,
) -> Result<(), AppError> {
    resident.set_collected(&item_ids, collected)
}

#[tauri::command]
#[specta::specta]
pub(crate) fn collect_all(resident: State<'_, Resident>) -> Result<Vec<String>, AppError> {
    resident.collect_all()
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
pub(crate) fn take_pending_errand(resident: State<'_, Resident>) -> Option<Errand> {
    resident.take_pending_errand()
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
pub(crate) async fn make_own_code(resident: State<'_, Resident>) -> Result<(), AppError> {
    resident.make_own_code().await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn reveal_own_code(resident: State<'_, Resident>) -> Result<String, AppError> {
    resident.reveal_own_code().await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn activity(
    resident: State<'_, Resident>,
    before: Option<u64>,
    limit: u32,
    filter: Option<ActivityFilter>,
) -> Result<ActivityPage, AppError> {
    let filter = filter.unwrap_or_default();
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
    app: AppHandle,
    resident: State<'_, Resident>,
    clip_id: String,
) -> Result<ExportedClip, AppError> {
    resident.export_clip(&clip_id, saved_files(&app)?).await
}

fn saved_files(app: &AppHandle) -> Result<PathBuf, AppError> {
    Ok(system::export_folder(app).ok_or(ErrorCode::ExportFailed)?)
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn privacy_policy(
    resident: State<'_, Resident>,
) -> Result<PrivacyPolicy, AppError> {
    resident.privacy_policy().await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn watched(
    resident: State<'_, Resident>,
    before: Option<String>,
) -> Result<WatchedPage, AppError> {
    resident.watched(before).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn devices(resident: State<'_, Resident>) -> Result<Vec<MyDevice>, AppError> {
    resident.devices().await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn remove_device(
    resident: State<'_, Resident>,
    device_id: String,
) -> Result<(), AppError> {
    resident.remove_device(&device_id).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn export_data(
    app: AppHandle,
    resident: State<'_, Resident>,
) -> Result<ExportedData, AppError> {
    resident.export_data(saved_files(&app)?).await
}

#[tauri::command]
#[specta::specta]
pub(crate) fn forget_own_unlocks(resident: State<'_, Resident>) -> Result<(), AppError> {
    resident.forget_own_unlocks()
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn forget_everywhere(resident: State<'_, Resident>) -> Result<bool, AppError> {
    resident.forget_everywhere().await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn passes(resident: State<'_, Resident>) -> Result<PassList, AppError> {
    resident.passes().await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn make_pass(
    resident: State<'_, Resident>,
    draft: PassDraft,
) -> Result<Pass, AppError> {
    resident.make_pass(draft).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn change_pass(
    resident: State<'_, Resident>,
    pass_id: String,
    label: String,
    until_ms: u64,
) -> Result<(), AppError> {
    resident.change_pass(&pass_id, label, until_ms).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn revoke_pass(
    resident: State<'_, Resident>,
    pass_id: String,
) -> Result<(), AppError> {
    resident.revoke_pass(&pass_id).await
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
pub(crate) async fn login_start(app: AppHandle) -> Result<Option<bool>, AppError> {
    login_start::holds(&app)
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn set_login_start(app: AppHandle, on: bool) -> Result<Option<bool>, AppError> {
    login_start::set(&app, on)
}

#[tauri::command]
#[specta::specta]
pub(crate) fn update_state(app: AppHandle) -> UpdateState {
    updates::state(&app)
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn install_update(app: AppHandle) -> Result<(), AppError> {
    updates::install(&app).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn open_release_notes(app: AppHandle) -> Result<(), AppError> {
    updates::open_notes(&app)
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn forget(resident: State<'_, Resident>) -> Result<(), AppError> {
    resident.forget().await
}
