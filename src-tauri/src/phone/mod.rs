//! What only a phone has: one window that is the screen, permissions that the person gives, and the system's own
//! places for data. Android and iOS run it; it is compiled for the tests of other systems, so that it stays true.

#![cfg_attr(
    not(mobile),
    expect(
        dead_code,
        unused_imports,
        reason = "only phones run it; here it is compiled to be checked"
    )
)]

mod notifier;

use std::path::PathBuf;

use resident::Config;
use resident::ui::{AppError, ErrorCode};
use tauri::{AppHandle, Builder, Manager as _, Wry};
use tauri_plugin_deep_link::DeepLinkExt as _;
use tauri_plugin_notification::{NotificationExt as _, PermissionState};
use tracing::{debug, error};
use tracing_subscriber::EnvFilter;

use crate::app::{self, Start};
use crate::shell::Resident;
pub(crate) use notifier::PhoneNotifier;

/// Runs the app until the system ends it.
pub(crate) fn run() {
    // Both systems keep what is written here in their own logs.
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new("info,refinery_core=warn,blec=warn"))
        .with_ansi(false)
        .with_writer(std::io::stderr)
        .init();
    if let Err(error) = app::run(Start::default()) {
        error!(%error, "the app cannot run");
    }
}

/// The plug-ins of a phone.
pub(crate) fn plug_in(builder: Builder<Wry>) -> Builder<Wry> {
    let builder = builder.plugin(tauri_plugin_notification::init());
    #[cfg(target_os = "android")]
    let builder = builder.plugin(tauri_plugin_blec::init());
    builder
}

/// What the app's core needs to know about this phone.
pub(crate) fn config(app: &AppHandle) -> anyhow::Result<Config> {
    Ok(Config {
        data_dir: app.path().app_data_dir()?,
        device_name: device_name(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    })
}

/// The model, which says more to a resident than the host name, that phones keep to themselves.
#[cfg(target_os = "android")]
fn device_name() -> String {
    let properties = android_system_properties::AndroidSystemProperties::new();
    let model = properties.get("ro.product.model");
    model
        .filter(|model| !model.is_empty())
        .unwrap_or_else(|| "Android phone".to_owned())
}

#[cfg(not(target_os = "android"))]
fn device_name() -> String {
    "iPhone or iPad".to_owned()
}

/// A phone has no tray.
pub(crate) fn put_up_tray(_: &AppHandle) -> bool {
    false
}

/// A phone's store brings newer versions, and its system decides what runs.
pub(crate) fn begin(_: &AppHandle) {}

/// The link that the app was opened with, as by the camera that read an invite's code.
pub(crate) fn opened_with(app: &AppHandle) -> Option<String> {
    let links = app.deep_link().get_current();
    let links =
        links.inspect_err(|error| debug!(%error, "the link that opened the app is not known"));
    Some(links.ok()??.into_iter().next()?.into())
}

#[expect(
    clippy::unused_async,
    reason = "called as the desktop's, which has to wait"
)]
pub(crate) async fn change_keys(_: &AppHandle, _: Option<&str>) -> Result<(), AppError> {
    Err(ErrorCode::ShortcutUnavailable.into())
}

/// Where films are saved: on an iPhone the Files app shows it.
pub(crate) fn export_folder(app: &AppHandle) -> Option<PathBuf> {
    let folder = if cfg!(target_os = "ios") {
        app.path().document_dir()
    } else {
        app.path().download_dir()
    };
    folder.ok()
}

/// Asks whether the app may notify, once the person belongs to a building and has not decided yet. May be called from any
/// thread, and again: the system shows one question at a time and drops the others.
pub(crate) fn ask_to_notify(app: &AppHandle) {
    let app = app.clone();
    tauri::async_runtime::spawn_blocking(move || {
        let is_enrolled = app
            .try_state::<Resident>()
            .and_then(|resident| resident.snapshot().ok())
            .is_some_and(|snapshot| snapshot.enrolled.is_some());
        if !is_enrolled {
            return;
        }
        let asked = match app.notification().permission_state() {
            Ok(PermissionState::Prompt) => app.notification().request_permission().map(drop),
            Ok(_) => Ok(()),
            Err(error) => Err(error),
        };
        if let Err(error) = asked {
            debug!(%error, "whether the app may notify is not known");
        }
    });
}
