//! A phone's store brings newer versions.

use resident::ui::AppError;
use tauri::AppHandle;

use super::UpdateState;

pub(crate) fn state(_: &AppHandle) -> UpdateState {
    UpdateState::Off
}

pub(crate) async fn install(_: &AppHandle) -> Result<(), AppError> {
    Ok(())
}

#[expect(clippy::unnecessary_wraps, reason = "as on a computer")]
pub(crate) fn open_notes(_: &AppHandle) -> Result<(), AppError> {
    Ok(())
}
