//! The keys that open the nearest door, whatever program is in front.
//!
//! Nothing listens for keys until somebody has chosen some: on X11 the library wakes up twenty times a second for that.

use resident::ui::{AppError, ErrorCode};
use tauri::{AppHandle, Manager as _};
use tauri_plugin_global_shortcut::{
    Builder, GlobalShortcut, GlobalShortcutExt as _, Modifiers, Shortcut, ShortcutState,
};
use tokio::sync::oneshot;
use tracing::warn;

use crate::shell::{Resident, TauriShell};

/// Listens for the keys that were chosen at an earlier start.
pub(crate) fn listen_from_start(app: &AppHandle) {
    let chosen = app.state::<Resident>().snapshot().ok();
    let Some(keys) = chosen.and_then(|snapshot| snapshot.preferences.shortcut) else {
        return;
    };
    if let Err(error) = parse(&keys).and_then(|keys| listen(app, Some(keys))) {
        warn!(%error, "the keys for the nearest door do not work");
    }
}

/// Listens for these keys, or for none, instead of those until now; those stay where that fails.
pub(crate) async fn change(app: &AppHandle, keys: Option<&str>) -> Result<(), AppError> {
    let keys = keys.map(parse).transpose()?;
    let (tell, told) = oneshot::channel();
    let on_main = app.clone();
    // Windows and macOS hear keys on the main thread only.
    let asked = app.run_on_main_thread(move || {
        // Whoever asked may be gone.
        let _ = tell.send(listen(&on_main, keys));
    });
    asked.map_err(|_| ErrorCode::Internal)?;
    told.await.map_err(|_| ErrorCode::Internal)?
}

/// Reads keys such as `Ctrl+Alt+KeyU`. Without Ctrl, Alt or Super they would take a letter away from every program.
fn parse(keys: &str) -> Result<Shortcut, AppError> {
    let shortcut: Shortcut = keys.parse().map_err(|_| ErrorCode::ShortcutUnusable)?;
    let needed = Modifiers::CONTROL | Modifiers::ALT | Modifiers::SUPER;
    if shortcut.mods.intersects(needed) {
        Ok(shortcut)
    } else {
        Err(ErrorCode::ShortcutUnusable.into())
    }
}

fn listen(app: &AppHandle, keys: Option<Shortcut>) -> Result<(), AppError> {
    let Some(keys) = keys else {
        return stop(app);
    };
    if !is_possible(|name| std::env::var(name).ok()) {
        return Err(ErrorCode::ShortcutUnavailable.into());
    }
    let listener = listener(app)?;
    if listener.is_registered(keys) {
        return Ok(());
    }
    let taken = |error| {
        warn!(%error, "these keys cannot be listened for");
        ErrorCode::ShortcutTaken
    };
    let before = chosen(app);
    listener.register(keys).map_err(taken)?;
    if let Some(before) = before.filter(|before| listener.is_registered(*before)) {
        listener.unregister(before).map_err(taken)?;
    }
    Ok(())
}

fn stop(app: &AppHandle) -> Result<(), AppError> {
    let Some(listener) = app.try_state::<GlobalShortcut<tauri::Wry>>() else {
        return Ok(());
    };
    listener
        .unregister_all()
        .map_err(|_| ErrorCode::Internal.into())
}

/// The keys that were chosen until now.
fn chosen(app: &AppHandle) -> Option<Shortcut> {
    let snapshot = app.state::<Resident>().snapshot().ok()?;
    parse(&snapshot.preferences.shortcut?).ok()
}

fn listener(app: &AppHandle) -> Result<&GlobalShortcut<tauri::Wry>, AppError> {
    if app.try_state::<GlobalShortcut<tauri::Wry>>().is_none() {
        let plugin = Builder::new().with_handler(|app, _, event| {
            if event.state == ShortcutState::Pressed {
                TauriShell::unlock_nearest(app);
            }
        });
        app.plugin(plugin.build()).map_err(|error| {
            warn!(%error, "this desktop cannot listen for keys");
            ErrorCode::ShortcutUnavailable
        })?;
    }
    Ok(app.global_shortcut())
}

/// Whether programs hear keys while another one is in front: Wayland keeps that from them, and what listens over
/// Xwayland hears only other programs of that kind.
fn is_possible(variable: impl Fn(&str) -> Option<String>) -> bool {
    let is_set = |name| variable(name).is_some_and(|value| !value.is_empty());
    let is_wayland = is_set("WAYLAND_DISPLAY")
        || variable("XDG_SESSION_TYPE").is_some_and(|kind| kind == "wayland");
    !cfg!(target_os = "linux") || (is_set("DISPLAY") && !is_wayland)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_a_shortcut_only_with_one_that_types_nothing() {
        for keys in ["Ctrl+Alt+KeyU", "Super+KeyD", "Alt+F9", "Ctrl+Shift+Digit1"] {
            assert!(parse(keys).is_ok(), "{keys}");
        }
        for keys in ["KeyU", "Shift+KeyU", "Ctrl", "", "Ctrl+Nothing"] {
            let error = parse(keys).unwrap_err();
            assert_eq!(error.code, ErrorCode::ShortcutUnusable, "{keys}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn keys_are_heard_on_x11_and_not_on_wayland() {
        let desktop = |set: &'static [(&str, &str)]| {
            is_possible(move |name| {
                let found = set.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| (*value).to_owned())
            })
        };
        assert!(desktop(&[("DISPLAY", ":0"), ("XDG_SESSION_TYPE", "x11")]));
        assert!(!desktop(&[
            ("DISPLAY", ":0"),
            ("WAYLAND_DISPLAY", "wayland-0")
        ]));
        assert!(!desktop(&[
            ("DISPLAY", ":0"),
            ("XDG_SESSION_TYPE", "wayland")
        ]));
        assert!(!desktop(&[]));
    }
}
