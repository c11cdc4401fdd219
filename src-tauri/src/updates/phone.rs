//! A phone's store brings newer versions.

use resident::ui::AppError;
use tauri::AppHandle;

use super::UpdateState;

pub(crate) fn state(_: &AppHandle) -> UpdateState {
    UpdateState::Off
}

#[expect(clippy::unused_async, reason = "as on a computer")]
pub(crate) async fn install(_: &AppHandle) -> Result<(), AppError> {
    Ok(())
}

pub(crate) fn open_notes(_: &AppHandle) -> Result<(), AppError> {
    Ok(())
}
