use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rand::Rng as _;
use resident::ui::{AppError, ErrorCode};
use tauri::{AppHandle, Manager as _};
use tauri_plugin_updater::Update;
use tauri_specta::Event as _;
use tokio::time::sleep;
use tracing::{info, warn};

use super::{UpdateState, find};
use crate::events::UpdateChanged;

/// A start has more urgent things to do, and not everybody asks in the same moment.
const FIRST_LOOK_S: std::ops::Range<u64> = 20..90;

/// Once a day, at another time each day.
const NEXT_LOOK_S: std::ops::Range<u64> = 22 * 3600..26 * 3600;

/// The one newer version that is known.
#[derive(Default)]
pub(crate) struct Updates {
    state: Mutex<UpdateState>,
    found: Mutex<Option<Update>>,
}

/// Looks for newer versions as long as the app runs.
pub(crate) async fn look_daily(app: AppHandle) {
    if find::updater(&app).is_none() {
        return set(&app, UpdateState::Off);
    }
    sleep(seconds(FIRST_LOOK_S)).await;
    loop {
        look(&app).await;
        sleep(seconds(NEXT_LOOK_S)).await;
    }
}

/// What is known now.
pub(crate) fn state(app: &AppHandle) -> UpdateState {
    lock(&app.state::<Updates>().state).clone()
}

/// Fetches the newer version, proves that it is what was signed, installs it, and starts it.
pub(crate) async fn install(app: &AppHandle) -> Result<(), AppError> {
    let found = lock(&app.state::<Updates>().found).clone();
    let update = found.ok_or(ErrorCode::UpdateFailed)?;
    let version = update.version.clone();
    if let Err(error) = fetch_and_install(app, update).await {
        warn!(%error, version, "an update was not installed");
        let failed = UpdateState::Failed {
            version,
            error: error.clone(),
        };
        set(app, failed);
        return Err(error);
    }
    info!(version, "updated");
    app.request_restart();
    Ok(())
}

/// Opens the release notes of the newer version in the system's browser.
pub(crate) fn open_notes(app: &AppHandle) -> Result<(), AppError> {
    let UpdateState::Available {
        notes: Some(notes), ..
    } = state(app)
    else {
        return Ok(());
    };
    tauri_plugin_opener::open_url(notes, None::<&str>).map_err(|error| {
        warn!(%error, "the release notes could not be opened");
        ErrorCode::Internal.into()
    })
}

async fn fetch_and_install(app: &AppHandle, update: Update) -> Result<(), AppError> {
    let progress = |percent| UpdateState::Installing {
        version: update.version.clone(),
        percent,
    };
    set(app, progress(None));
    let package = find::fetch(&update, |percent| set(app, progress(Some(percent)))).await?;
    let installed = tauri::async_runtime::spawn_blocking(move || update.install(package)).await;
    match installed {
        Ok(installed) => installed.map_err(find::refused),
        Err(_) => Err(ErrorCode::UpdateFailed.into()),
    }
}

async fn look(app: &AppHandle) {
    // What is being installed is not looked for.
    if matches!(state(app), UpdateState::Installing { .. }) {
        return;
    }
    match find::newer(app).await {
        Ok(found) => {
            let next =
                found
                    .as_ref()
                    .map_or(UpdateState::UpToDate, |update| UpdateState::Available {
                        version: update.version.clone(),
                        notes: find::notes(update),
                    });
            *lock(&app.state::<Updates>().found) = found;
            set(app, next);
        }
        Err(error) => info!(%error, "no word about newer versions"),
    }
}

fn set(app: &AppHandle, state: UpdateState) {
    let updates = app.state::<Updates>();
    let before = std::mem::replace(&mut *lock(&updates.state), state.clone());
    if before != state
        && let Err(error) = UpdateChanged(state).emit(app)
    {
        warn!(%error, "the window was not told of an update");
    }
}

fn seconds(range: std::ops::Range<u64>) -> Duration {
    Duration::from_secs(rand::thread_rng().gen_range(range))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
