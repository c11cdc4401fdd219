//! Asking for a newer version, and fetching it. What was not signed by the key in the configuration, for the very
//! version that was announced, is not taken.

use std::time::Duration;

use resident::ui::{AppError, ErrorCode};
use tauri::{AppHandle, Runtime};
use tauri_plugin_updater::{Error, Update, Updater, UpdaterExt as _};
use tracing::warn;
use url::Url;

const ANSWER_WITHIN: Duration = Duration::from_secs(30);

/// What asks; `None` where the configuration names nobody to ask.
pub(crate) fn updater<R: Runtime>(app: &AppHandle<R>) -> Option<Updater> {
    match app.updater_builder().timeout(ANSWER_WITHIN).build() {
        Ok(updater) => Some(updater),
        Err(Error::EmptyEndpoints) => None,
        Err(error) => {
            warn!(%error, "this build cannot be updated");
            None
        }
    }
}

/// A version that is newer than this one.
pub(crate) async fn newer<R: Runtime>(app: &AppHandle<R>) -> Result<Option<Update>, Error> {
    match updater(app) {
        Some(updater) => updater.check().await,
        None => Ok(None),
    }
}

/// Where its release notes are, if the announcement names a web page as `notes_url`.
pub(crate) fn notes(update: &Update) -> Option<String> {
    let url: Url = update.raw_json.get("notes_url")?.as_str()?.parse().ok()?;
    (url.scheme() == "https").then(|| url.into())
}

/// Fetches the package and checks its signature; tells each further percent.
pub(crate) async fn fetch(
    update: &Update,
    mut progress: impl FnMut(u8),
) -> Result<Vec<u8>, AppError> {
    let (mut done, mut told) = (0, 0);
    let count = |chunk: usize, total: Option<u64>| {
        done += chunk as u64;
        let percent = total.and_then(|total| (done * 100).checked_div(total));
        let percent = percent.and_then(|percent| u8::try_from(percent.min(100)).ok());
        if let Some(percent) = percent.filter(|percent| *percent > told) {
            told = percent;
            progress(percent);
        }
    };
    update.download(count, || ()).await.map_err(refused)
}

/// A package that is not what was signed is another matter than one that did not come.
pub(crate) fn refused(error: Error) -> AppError {
    warn!(%error, "an update was refused");
    let code = match error {
        Error::Minisign(_)
        | Error::Base64(_)
        | Error::SignatureUtf8(_)
        | Error::SignedVersionMismatch { .. }
        | Error::MissingSignedVersion => ErrorCode::UpdateNotTrusted,
        _ => ErrorCode::UpdateFailed,
    };
    code.into()
}

#[cfg(test)]
mod tests;
