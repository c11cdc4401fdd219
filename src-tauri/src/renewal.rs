//! WebKit's libraries stay with a program for as long as it runs, with a window or without. So some time after its window
//! is gone, the program starts anew in place of itself, into the tray (docs/decisions/0022-anew-in-the-tray.md).

use std::convert::Infallible;
use std::os::unix::process::CommandExt as _;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use anyhow::Context as _;
use tauri::{AppHandle, Manager as _};
use tokio::time::sleep;
use tracing::{info, warn};

use crate::shell::Resident;
use crate::updates::{self, UpdateState};
use crate::window::MAIN;

/// Who closes a window often opens it again at once.
const PAUSE: Duration = Duration::from_secs(20);

/// Input, output and errors are before it.
const FIRST_OF_OURS: i32 = 3;

/// The start anew that is to come.
#[derive(Debug, Default)]
pub(crate) struct Renewal {
    /// Counts closed windows.
    closed: AtomicU64,
    is_due: AtomicBool,
}

/// Has the program start anew, unless there is a window again by then. A driver that automates the app goes with the
/// program that it started, and an `AppImage` is there only as long as the program that it runs.
pub(crate) fn await_calm(app: &AppHandle) {
    if crate::is_automated() || std::env::var_os("APPIMAGE").is_some() {
        return;
    }
    let closed = &app.state::<Renewal>().closed;
    let number = closed.fetch_add(1, Ordering::Relaxed) + 1;
    tauri::async_runtime::spawn(end_once_calm(app.clone(), number));
}

/// Starts the program anew where it ended for that; returns where it ended for good.
pub(crate) fn start_anew_if_due(app: &AppHandle) -> anyhow::Result<()> {
    if app.state::<Renewal>().is_due.load(Ordering::Acquire) {
        start_anew()?;
    }
    Ok(())
}

fn start_anew() -> anyhow::Result<Infallible> {
    let program = std::env::current_exe().context("the program does not know where it is")?;
    // WebKit leaves some of its files open to whatever is started.
    close_fds::set_fds_cloexec_threadsafe(FIRST_OF_OURS, &[]);
    let error = Command::new(program).arg("--hidden").exec();
    Err(error).context("the program cannot start anew in the tray")
}

async fn end_once_calm(app: AppHandle, number: u64) {
    loop {
        sleep(PAUSE).await;
        let is_last = app.state::<Renewal>().closed.load(Ordering::Relaxed) == number;
        if !is_last || app.get_webview_window(MAIN).is_some() {
            return;
        }
        // From here on nothing comes from the hub that would have to be told: the next start fetches it.
        if !is_calm(&app) || !app.state::<Resident>().pause().await {
            continue;
        }
        let on_main = app.clone();
        // Windows are built and menus answered there too, so nothing begins between the look and the end.
        let asked = app.run_on_main_thread(move || end_if_calm(&on_main));
        if let Err(error) = asked {
            warn!(%error, "the app keeps the memory of its window");
            return app.state::<Resident>().resume();
        }
    }
}

fn end_if_calm(app: &AppHandle) {
    if !is_calm(app) {
        return app.state::<Resident>().resume();
    }
    info!("starting anew in the tray");
    app.state::<Renewal>().is_due.store(true, Ordering::Release);
    app.exit(0);
}

/// Whether the person would miss nothing. A notification is answered to the program that showed it. A program that was
/// replaced on disk is left alone.
fn is_calm(app: &AppHandle) -> bool {
    let resident = app.state::<Resident>();
    let installs = matches!(updates::state(app), UpdateState::Installing { .. });
    app.get_webview_window(MAIN).is_none()
        && !resident.is_busy()
        && !resident.shell().is_noticed()
        && !installs
        && std::env::current_exe().is_ok_and(|program| program.exists())
}
