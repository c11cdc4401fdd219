//! Starting when the person logs in, only because they said so. The system keeps what was said, and may be told
//! otherwise elsewhere: so it is asked each time.

use resident::ui::{AppError, ErrorCode};
use tauri::AppHandle;
use tauri::plugin::TauriPlugin;
use tauri_plugin_autostart::ManagerExt as _;
use tracing::warn;

/// Registers the app as one that starts into the tray.
pub(crate) fn plugin() -> TauriPlugin<tauri::Wry> {
    tauri_plugin_autostart::Builder::new()
        .arg("--hidden")
        .build()
}

/// Whether the system starts the app at login; `None` where systems do not.
pub(crate) fn holds(app: &AppHandle) -> Result<Option<bool>, AppError> {
    let system = app.autolaunch();
    system.is_enabled().map(Some).map_err(failed)
}

/// Tells the system, and answers what holds then.
pub(crate) fn set(app: &AppHandle, on: bool) -> Result<Option<bool>, AppError> {
    let system = app.autolaunch();
    let told = if on {
        system.enable()
    } else {
        system.disable()
    };
    told.map_err(failed)?;
    holds(app)
}

fn failed(error: tauri_plugin_autostart::Error) -> AppError {
    warn!(%error, "the system does not say or change what starts at login");
    ErrorCode::LoginStartFailed.into()
}
