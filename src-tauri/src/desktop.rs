//! What only a computer has: a command line, one instance among several starts, a window that remembers its place.

use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser as _;
use resident::Config;
use resident::ui::AppError;
use tauri::{AppHandle, Builder, Manager as _, Wry};
use tauri_plugin_window_state::StateFlags;
use tracing_subscriber::EnvFilter;

use crate::app::{self, Start};
use crate::arguments::{self, Arguments, Task};
use crate::shell::Resident;
use crate::{headless, login_start, shortcut, tray, updates, window};

/// Runs the program with its command line.
pub fn main() -> ExitCode {
    #[cfg(target_os = "linux")]
    crate::graphics::choose();
    let arguments = Arguments::parse();
    let filter = EnvFilter::try_from_env("VESTIBULE_LOG")
        .unwrap_or_else(|_| EnvFilter::new("info,refinery_core=warn"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .init();
    let result = match &arguments.task {
        Some(Task::Enrol { invite, keys }) => headless::enrol(invite, *keys),
        None => open(&arguments),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error);
            ExitCode::FAILURE
        }
    }
}

fn open(arguments: &Arguments) -> anyhow::Result<()> {
    require_display()?;
    app::run(Start {
        link: arguments.link.clone(),
        hidden: arguments.hidden,
    })
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

fn complain(error: &anyhow::Error) {
    // A reader that closed its pipe wants no more.
    let _ = writeln!(std::io::stderr(), "vestibule: {error:#}");
}

/// The plug-ins of a computer.
pub(crate) fn plug_in(builder: Builder<Wry>) -> Builder<Wry> {
    #[cfg(target_os = "linux")]
    let builder = builder.manage(crate::renewal::Renewal::default());
    builder
        // First, so that a second start ends before it touches anything.
        .plugin(tauri_plugin_single_instance::init(|app, words, _| {
            started_again(app, words);
        }))
        .plugin(
            tauri_plugin_window_state::Builder::new()
                .with_state_flags(StateFlags::SIZE | StateFlags::POSITION | StateFlags::MAXIMIZED)
                .build(),
        )
        .plugin(login_start::plugin())
        .plugin(tauri_plugin_updater::Builder::new().build())
        .manage(tray::Shown::default())
        .manage(updates::Updates::default())
}

/// What the app's core needs to know about this machine.
pub(crate) fn config(_: &AppHandle) -> anyhow::Result<Config> {
    arguments::config()
}

/// Puts the tray icon up, with the doors as they are known now; says whether there is one.
pub(crate) fn put_up_tray(app: &AppHandle) -> bool {
    let is_up = tray::put_up(app);
    if let Ok(snapshot) = app.state::<Resident>().snapshot() {
        tray::update(app, &snapshot);
    }
    is_up
}

/// Begins what goes on as long as the app runs.
pub(crate) fn begin(app: &AppHandle) {
    tauri::async_runtime::spawn(updates::look_daily(app.clone()));
    listen_for_keys(app);
}

/// The link that the app was opened with: here it came with the command line.
pub(crate) fn opened_with(_: &AppHandle) -> Option<String> {
    None
}

/// Listens for the keys that open the nearest door, where some were chosen.
fn listen_for_keys(app: &AppHandle) {
    shortcut::listen_from_start(app);
}

/// Listens for these keys from now on, or for none.
pub(crate) async fn change_keys(app: &AppHandle, keys: Option<&str>) -> Result<(), AppError> {
    shortcut::change(app, keys).await
}

/// Where films are saved.
pub(crate) fn export_folder(_: &AppHandle) -> Option<PathBuf> {
    dirs::download_dir().or_else(dirs::home_dir)
}

/// The program was started while it runs: it shows itself.
fn started_again(app: &AppHandle, words: Vec<String>) {
    let hidden = Arguments::try_parse_from(words).is_ok_and(|arguments| arguments.hidden);
    if !hidden {
        window::show(app);
    }
}
