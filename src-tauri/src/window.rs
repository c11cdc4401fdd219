//! The one window. It is built when it is wanted and destroyed when it is closed: a hidden one would keep its memory.

use std::sync::{Mutex, PoisonError};

use resident::ui::UiEvent;
use tauri::{
    AppHandle, Manager as _, Url, WebviewUrl, WebviewWindow, WebviewWindowBuilder, Window,
    WindowEvent,
};
use tracing::warn;

use crate::events;
use crate::shell::Resident;

pub(crate) const MAIN: &str = "main";

/// What a window was opened for and has not been told of yet.
#[derive(Debug, Default)]
pub(crate) struct Wanted(Mutex<Option<UiEvent>>);

/// Brings the window to the front, and builds it first if there is none. May be called from any thread.
pub(crate) fn show(app: &AppHandle) {
    let on_main = app.clone();
    let asked = app.run_on_main_thread(move || {
        if let Err(error) = show_now(&on_main) {
            warn!(%error, "the window cannot be shown");
        }
    });
    if let Err(error) = asked {
        warn!(%error, "the window cannot be shown");
    }
}

/// Shows the window at a clip.
pub(crate) fn show_clip(app: &AppHandle, clip_id: String) {
    show_at(app, UiEvent::OpenClip { clip_id });
}

/// Shows the window at what happened lately.
pub(crate) fn show_activity(app: &AppHandle) {
    show_at(app, UiEvent::OpenActivity);
}

fn show_at(app: &AppHandle, place: UiEvent) {
    if app.get_webview_window(MAIN).is_some() {
        tell(app, place);
    } else {
        *wanted(&app.state::<Wanted>()) = Some(place);
    }
    show(app);
}

/// Tells a window that has begun to listen what it was opened for.
pub(crate) fn tell_what_for(app: &AppHandle) {
    let place = wanted(&app.state::<Wanted>()).take();
    if let Some(place) = place {
        tell(app, place);
    }
}

/// Whether the person is looking at the window.
pub(crate) fn is_in_front(app: &AppHandle) -> bool {
    app.get_webview_window(MAIN)
        .is_some_and(|window| window.is_focused().unwrap_or(false))
}

/// Lets the core look for doors only while the window is in front.
pub(crate) fn handle_event(window: &Window, event: &WindowEvent) {
    let in_front = match event {
        WindowEvent::Focused(focused) => *focused,
        WindowEvent::Destroyed => false,
        #[cfg(mobile)]
        WindowEvent::Suspended => false,
        #[cfg(mobile)]
        WindowEvent::Resumed => true,
        _ => return,
    };
    if let Some(resident) = window.try_state::<Resident>() {
        resident.set_in_front(in_front);
    }
    #[cfg(target_os = "linux")]
    if matches!(event, WindowEvent::Destroyed) {
        crate::web_process::end_without_window(window.app_handle());
        crate::renewal::await_calm(window.app_handle());
    }
    #[cfg(mobile)]
    if in_front {
        crate::phone::ask_to_notify(window.app_handle());
    }
}

fn show_now(app: &AppHandle) -> tauri::Result<()> {
    let window = match app.get_webview_window(MAIN) {
        Some(window) => window,
        None => build(app)?,
    };
    window.show()?;
    #[cfg(desktop)]
    window.unminimize()?;
    window.set_focus()?;
    app.state::<Resident>().set_in_front(true);
    Ok(())
}

fn build(app: &AppHandle) -> tauri::Result<WebviewWindow> {
    let page = WebviewUrl::App("index.html".into());
    let window = WebviewWindowBuilder::new(app, MAIN, page).on_navigation(is_own_page);
    // A phone's window is the screen.
    #[cfg(desktop)]
    let window = window
        .title("Vestibule")
        .inner_size(960.0, 720.0)
        .min_inner_size(360.0, 520.0)
        .center();
    window.build()
}

/// The window never leaves the app's own pages.
fn is_own_page(url: &Url) -> bool {
    let host = url.host_str();
    match url.scheme() {
        "tauri" => host == Some("localhost"),
        "http" | "https" => {
            host == Some("tauri.localhost") || (tauri::is_dev() && host == Some("localhost"))
        }
        _ => false,
    }
}

fn tell(app: &AppHandle, place: UiEvent) {
    if let Err(error) = events::emit(app, place) {
        warn!(%error, "the window was not told what to open");
    }
}

fn wanted(place: &Wanted) -> std::sync::MutexGuard<'_, Option<UiEvent>> {
    place.0.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_stays_on_the_apps_own_pages() {
        let own = |url: &str| is_own_page(&url.parse().unwrap());
        assert!(own("tauri://localhost/index.html"));
        assert!(own("http://tauri.localhost/"));
        for foreign in [
            "https://example.com/",
            "file:///etc/passwd",
            "tauri://elsewhere/",
            "data:text/html,x",
        ] {
            assert!(!own(foreign), "{foreign}");
        }
    }
}
