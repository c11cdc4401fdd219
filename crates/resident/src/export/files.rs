//! Film and manifest on disk: both or neither, and never in the place of another.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use access::ClipId;
use clip::export::SignedManifest;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use tempfile::{NamedTempFile, PersistError};
use tracing::warn;

use crate::ui::{AppError, ErrorCode};

/// What some system refuses in a file's name.
const FORBIDDEN: &str = r#"/\:*?"<>|"#;

/// What the names of files begin and end with that are still being written.
const DRAFT: (&str, &str) = (".vestibule-", ".part");

/// A draft that was touched longer ago is nobody's any more.
const LONGEST_WRITING: Duration = Duration::from_mins(1);

/// The most bytes of a door's name that a file's name takes over.
const LONGEST_DOOR: usize = 80;

/// The name of an entry's film without its ending: the door and the local time.
pub(super) fn name(door: &str, entry_at_ms: u64) -> String {
    let plain = |letter: char| match letter {
        letter if letter.is_control() || FORBIDDEN.contains(letter) => '-',
        letter => letter,
    };
    let door: String = door.chars().map(plain).collect();
    let door = &door[..door.floor_char_boundary(LONGEST_DOOR)];
    // A leading dot would hide the file.
    let door = door.trim_matches(|letter: char| letter == '.' || letter.is_whitespace());
    let at = i64::try_from(entry_at_ms).ok();
    let at = at.and_then(|ms| Timestamp::from_millisecond(ms).ok());
    let at = at.unwrap_or_default().to_zoned(TimeZone::system());
    format!("{door} {}", at.strftime("%Y-%m-%d %H.%M.%S"))
}

/// Why a film and its manifest were not written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeepError {
    #[error("a file of this name is there already")]
    Exists,
    #[error("the folder cannot be written to")]
    Io(#[from] io::Error),
}

/// Writes `name.mp4` and `name.json`, and returns the film's path. Each appears whole or not at all, and the film last.
pub(super) fn keep(
    folder: &Path,
    name: &str,
    clip: ClipId,
    film: &[u8],
    manifest: &[u8],
) -> Result<PathBuf, KeepError> {
    fs::create_dir_all(folder)?;
    if let Err(error) = sweep(folder) {
        warn!(%error, "what an earlier export left may still be there");
    }
    let film_path = folder.join(format!("{name}.mp4"));
    let manifest_path = folder.join(format!("{name}.json"));
    let film = draft(folder, film)?;
    let manifest = draft(folder, manifest)?;
    if is_left_over(&manifest_path, &film_path, clip) {
        manifest.persist(&manifest_path)?;
    } else {
        manifest.persist_noclobber(&manifest_path)?;
    }
    if let Err(error) = film.persist_noclobber(&film_path) {
        fs::remove_file(&manifest_path)?;
        return Err(error.into());
    }
    if let Err(error) = sync_folder(folder) {
        warn!(%error, "the folder cannot be waited for");
    }
    Ok(film_path)
}

/// Writes a text about a building as `name.json`, whole or not at all, and returns its path.
pub(crate) fn keep_data(
    folder: &Path,
    building: &str,
    at_ms: u64,
    text: &[u8],
) -> Result<PathBuf, KeepError> {
    fs::create_dir_all(folder)?;
    let path = folder.join(format!("{}.json", name(building, at_ms)));
    draft(folder, text)?.persist_noclobber(&path)?;
    if let Err(error) = sync_folder(folder) {
        warn!(%error, "the folder cannot be waited for");
    }
    Ok(path)
}

/// Whether a manifest of this clip was written by somebody who was stopped before the film was there. One of another
/// clip may prove a film that was moved elsewhere.
fn is_left_over(manifest: &Path, film: &Path, clip: ClipId) -> bool {
    let is_ours = |bytes: Vec<u8>| {
        let signed = serde_json::from_slice::<SignedManifest>(&bytes);
        signed.is_ok_and(|signed| signed.verify().is_ok_and(|manifest| manifest.clip == clip))
    };
    !film.exists() && fs::read(manifest).is_ok_and(is_ours)
}

/// Removes what was being written when somebody was stopped.
fn sweep(folder: &Path) -> io::Result<()> {
    for file in fs::read_dir(folder)? {
        let file = file?;
        let name = file.file_name();
        let is_draft = name
            .to_str()
            .is_some_and(|name| name.starts_with(DRAFT.0) && name.ends_with(DRAFT.1));
        if is_draft && is_stale(&file.metadata()?) {
            fs::remove_file(file.path())?;
        }
    }
    Ok(())
}

fn is_stale(file: &fs::Metadata) -> bool {
    let age = file.modified().map(|at| at.elapsed());
    age.is_ok_and(|age| age.is_ok_and(|age| age > LONGEST_WRITING))
}

fn draft(folder: &Path, bytes: &[u8]) -> io::Result<NamedTempFile> {
    let mut file = tempfile::Builder::new()
        .prefix(DRAFT.0)
        .suffix(DRAFT.1)
        .tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    Ok(file)
}

/// Only Unix lets a folder be waited for.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) {
        fs::File::open(folder)?.sync_all()?;
    }
    Ok(())
}

impl From<PersistError> for KeepError {
    fn from(PersistError { error, .. }: PersistError) -> Self {
        match error.kind() {
            io::ErrorKind::AlreadyExists => Self::Exists,
            _ => Self::Io(error),
        }
    }
}

impl From<&KeepError> for AppError {
    fn from(error: &KeepError) -> Self {
        match error {
            KeepError::Exists => ErrorCode::ExportExists.into(),
            KeepError::Io(_) => ErrorCode::ExportFailed.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::time::SystemTime;

    use super::*;

    const CLIP: ClipId = ClipId::from_entropy([1; 16]);

    fn files(folder: &Path) -> Vec<String> {
        let names = fs::read_dir(folder).unwrap();
        let mut names: Vec<_> = names
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_door_of_any_name_makes_a_name_of_a_file() {
        let at = name("Main entrance", 1_800_000_000_000);
        let time = at.strip_prefix("Main entrance ").unwrap();
        assert_eq!(time.len(), "2027-01-15 08.00.00".len(), "{time}");
        assert_eq!(name("../A/B: \"C\"", 0).split(' ').next(), Some("-A-B-"));
        let long = name(&"ü".repeat(100), 0);
        assert!(long.starts_with(&"ü".repeat(40)) && long.len() == 80 + time.len() + 1);
    }

    #[test]
    fn both_files_are_written_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = keep(folder.path(), "one", CLIP, b"film", b"manifest").unwrap();
        assert_eq!(fs::read(path).unwrap(), b"film");
        assert_eq!(files(folder.path()), ["one.json", "one.mp4"]);
    }

    #[test]
    fn a_file_that_is_there_stays_as_it_is_and_nothing_is_left_beside_it() {
        for taken in ["one.mp4", "one.json"] {
            let folder = tempfile::tempdir().unwrap();
            fs::write(folder.path().join(taken), "older").unwrap();
            let error = keep(folder.path(), "one", CLIP, b"film", b"manifest").unwrap_err();
            assert_eq!(AppError::from(&error).code, ErrorCode::ExportExists);
            assert_eq!(files(folder.path()), [taken]);
            assert_eq!(fs::read(folder.path().join(taken)).unwrap(), b"older");
        }
    }

    #[test]
    fn a_draft_that_a_killed_export_left_does_not_stay() {
        let folder = tempfile::tempdir().unwrap();
        let [old, _] = ["old", "new"].map(|name| {
            let path = folder.path().join(format!(".vestibule-{name}.part"));
            fs::write(&path, "clear").unwrap();
            path
        });
        let long_ago = SystemTime::now() - LONGEST_WRITING * 2;
        File::open(old).unwrap().set_modified(long_ago).unwrap();
        keep(folder.path(), "one", CLIP, b"film", b"manifest").unwrap();
        assert_eq!(
            files(folder.path()),
            [".vestibule-new.part", "one.json", "one.mp4"]
        );
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_said_to_be() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        let error = keep(&file, "one", CLIP, b"film", b"manifest").unwrap_err();
        let error = AppError::from(&error);
        assert_eq!(
            (error.code, error.retryable),
            (ErrorCode::ExportFailed, true)
        );
    }
}
