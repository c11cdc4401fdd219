//! The resident app's shell: windows, tray, commands. What the app does is in `resident`.

#![expect(
    clippy::needless_pass_by_value,
    reason = "Tauri hands state, events and contexts to its callbacks by value"
)]

mod app;
#[cfg(desktop)]
mod arguments;
mod authenticator;
mod bindings;
mod clip_scheme;
mod commands;
#[cfg(desktop)]
mod desktop;
mod events;
#[cfg(target_os = "linux")]
mod graphics;
#[cfg(desktop)]
mod headless;
mod login_start;
mod notifier;
#[cfg(any(mobile, test))]
mod phone;
#[cfg(target_os = "linux")]
mod renewal;
mod shell;
#[cfg(desktop)]
mod shortcut;
#[cfg(desktop)]
mod tray;
mod updates;
#[cfg(target_os = "linux")]
mod web_process;
mod window;

#[cfg(desktop)]
pub use desktop::main;

/// Runs the app on a phone, whose system calls this when it starts the app.
#[cfg(mobile)]
#[tauri::mobile_entry_point]
pub fn run() {
    phone::run();
}

/// Whether a driver automates the app, as in tests.
#[cfg(target_os = "linux")]
fn is_automated() -> bool {
    std::env::var_os("TAURI_WEBVIEW_AUTOMATION").is_some()
}
