//! Starting when the person logs in, only because they said so. The system keeps what was said, and may be told
//! otherwise elsewhere: so it is asked each time. A phone starts apps as it likes.

use resident::ui::AppError;
use tauri::AppHandle;

#[cfg(desktop)]
pub(crate) use computer::plugin;

/// Whether the system starts the app at login; `None` where systems do not.
#[cfg(desktop)]
pub(crate) fn holds(app: &AppHandle) -> Result<Option<bool>, AppError> {
    computer::holds(app).map(Some)
}

/// Tells the system, and answers what holds then.
#[cfg(desktop)]
pub(crate) fn set(app: &AppHandle, on: bool) -> Result<Option<bool>, AppError> {
    computer::set(app, on)?;
    holds(app)
}

#[cfg(mobile)]
#[expect(clippy::unnecessary_wraps, reason = "as on a computer")]
pub(crate) fn holds(_: &AppHandle) -> Result<Option<bool>, AppError> {
    Ok(None)
}

#[cfg(mobile)]
#[expect(clippy::unnecessary_wraps, reason = "as on a computer")]
pub(crate) fn set(_: &AppHandle, _: bool) -> Result<Option<bool>, AppError> {
    Ok(None)
}

#[cfg(desktop)]
mod computer {
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

    pub(super) fn holds(app: &AppHandle) -> Result<bool, AppError> {
        app.autolaunch().is_enabled().map_err(failed)
    }

    pub(super) fn set(app: &AppHandle, on: bool) -> Result<(), AppError> {
        let system = app.autolaunch();
        let told = if on {
            system.enable()
        } else {
            system.disable()
        };
        told.map_err(failed)
    }

    fn failed(error: tauri_plugin_autostart::Error) -> AppError {
        warn!(%error, "the system does not say or change what starts at login");
        ErrorCode::LoginStartFailed.into()
    }
}
