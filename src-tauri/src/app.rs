//! Putting the app together.

use std::sync::Arc;

use clap::Parser as _;
use resident::{Controller, Outside};
use tauri::{App, AppHandle, Manager as _, RunEvent};
use tauri_plugin_deep_link::DeepLinkExt as _;
use tauri_plugin_window_state::StateFlags;

use crate::arguments::{self, Arguments};
use crate::bindings::seam;
use crate::shell::{Resident, TauriShell};
use crate::{authenticator, clip_scheme, shortcut, tray, window};

/// Runs until the person quits.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    require_display()?;
    let (hidden, link) = (arguments.hidden, arguments.link.clone());
    let seam = seam();
    let app = tauri::Builder::default()
        // First, so that a second start ends before it touches anything.
        .plugin(tauri_plugin_single_instance::init(|app, words, _| {
            started_again(app, words);
        }))
        .plugin(tauri_plugin_deep_link::init())
        .plugin(
            tauri_plugin_window_state::Builder::new()
                .with_state_flags(StateFlags::SIZE | StateFlags::POSITION | StateFlags::MAXIMIZED)
                .build(),
        )
        .register_asynchronous_uri_scheme_protocol(clip_scheme::SCHEME, clip_scheme::handle)
        .invoke_handler(seam.invoke_handler())
        .on_window_event(window::handle_event)
        .manage(window::Wanted::default())
        .manage(tray::Shown::default())
        .setup(move |app| {
            seam.mount_events(app);
            set_up(app, link, hidden)
        })
        .build(tauri::generate_context!())?;
    app.run(|app, event| {
        // Closing the window leaves the app in the tray; only "Quit" ends it.
        if let RunEvent::ExitRequested {
            code: None, api, ..
        } = event
            && app.state::<HasTray>().0
        {
            api.prevent_exit();
        }
    });
    Ok(())
}

/// Without a display GTK would end the program with a panic.
fn require_display() -> anyhow::Result<()> {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if cfg!(target_os = "linux") && !is_set("DISPLAY") && !is_set("WAYLAND_DISPLAY") {
        anyhow::bail!(
            "there is no display to open a window on (neither DISPLAY nor WAYLAND_DISPLAY is set). \
             Start the app in a desktop session; `vestibule enrol` needs none"
        );
    }
    Ok(())
}

/// Whether the app can be reached without a window.
struct HasTray(bool);

fn set_up(
    app: &mut App,
    link: Option<String>,
    hidden: bool,
) -> Result<(), Box<dyn std::error::Error>> {
    let handle = app.handle().clone();
    let config = arguments::config()?;
    let outside = Outside {
        authenticator: authenticator::of_this_system(),
        ..Outside::live(&config)
    };
    let shell = TauriShell::new(handle.clone());
    let resident: Resident = tauri::async_runtime::block_on(async {
        Controller::open(config, outside, shell).map(Arc::new)
    })?;
    app.manage(resident.clone());
    app.manage(HasTray(tray::put_up(&handle)));
    if let Ok(snapshot) = resident.snapshot() {
        tray::update(&handle, &snapshot);
    }
    let listener = handle.clone();
    app.deep_link().on_open_url(move |event| {
        event
            .urls()
            .into_iter()
            .for_each(|url| open_link(&listener, url.into()));
    });
    if let Some(link) = link {
        resident.open_link(link);
    }
    shortcut::listen_from_start(&handle);
    if !hidden {
        window::show(&handle);
    }
    Ok(())
}

/// The program was started while it runs: it shows itself.
fn started_again(app: &AppHandle, words: Vec<String>) {
    let hidden = Arguments::try_parse_from(words).is_ok_and(|arguments| arguments.hidden);
    if !hidden {
        window::show(app);
    }
}

fn open_link(app: &AppHandle, link: String) {
    app.state::<Resident>().open_link(link);
    window::show(app);
}
