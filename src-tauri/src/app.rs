//! Putting the app together.

use std::sync::Arc;

use resident::{Controller, Outside};
use tauri::{App, AppHandle, Manager as _, RunEvent};
use tauri_plugin_deep_link::DeepLinkExt as _;
use tracing::debug;

use crate::bindings::seam;
#[cfg(desktop)]
use crate::desktop as system;
#[cfg(mobile)]
use crate::phone as system;
use crate::shell::{Resident, TauriShell};
use crate::{authenticator, clip_scheme, window};

/// What the app was started with.
#[derive(Debug, Default)]
pub(crate) struct Start {
    /// A link that was opened.
    pub(crate) link: Option<String>,
    /// Without a window.
    pub(crate) hidden: bool,
}

/// Runs until the person quits.
pub(crate) fn run(start: Start) -> anyhow::Result<()> {
    let seam = seam();
    let app = system::plug_in(tauri::Builder::default())
        .plugin(tauri_plugin_deep_link::init())
        .register_asynchronous_uri_scheme_protocol(clip_scheme::SCHEME, clip_scheme::handle)
        .invoke_handler(seam.invoke_handler())
        .on_window_event(window::handle_event)
        .manage(window::Wanted::default())
        .setup(move |app| {
            seam.mount_events(app);
            set_up(app, start)
        })
        .build(tauri::generate_context!())?;
    #[cfg(target_os = "linux")]
    let handle = app.handle().clone();
    let code = app.run_return(|app, event| {
        // Closing the window leaves the app in the tray; only "Quit" ends it.
        if let RunEvent::ExitRequested {
            code: None, api, ..
        } = event
            && app.state::<HasTray>().0
        {
            api.prevent_exit();
        }
    });
    debug!(code, "ended");
    #[cfg(target_os = "linux")]
    crate::renewal::start_anew_if_due(&handle)?;
    Ok(())
}

/// Whether the app can be reached without a window.
struct HasTray(bool);

fn set_up(app: &mut App, start: Start) -> Result<(), Box<dyn std::error::Error>> {
    let handle = app.handle().clone();
    let config = system::config(&handle)?;
    let outside = Outside {
        authenticator: authenticator::of_this_system(),
        ..Outside::live(&config)
    };
    let shell = TauriShell::new(handle.clone());
    let resident: Resident = tauri::async_runtime::block_on(async {
        Controller::open(config, outside, shell).map(Arc::new)
    })?;
    app.manage(resident.clone());
    // First: while the page's processes start, there is time for the rest.
    if !start.hidden {
        window::show(&handle);
    }
    app.manage(HasTray(system::put_up_tray(&handle)));
    system::begin(&handle);
    let listener = handle.clone();
    app.deep_link().on_open_url(move |event| {
        event
            .urls()
            .into_iter()
            .for_each(|url| open_link(&listener, url.into()));
    });
    if let Some(link) = start.link.or_else(|| system::opened_with(&handle)) {
        resident.open_link(link);
    }
    Ok(())
}

fn open_link(app: &AppHandle, link: String) {
    app.state::<Resident>().open_link(link);
    window::show(app);
}
