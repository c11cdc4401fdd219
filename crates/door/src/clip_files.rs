//! A clip's files: `clips/<id>/film`, to which sealed fragments are appended as they come, and
//! `clips/<id>/index` once it is closed.
//!
//! The film is a sequence of blocks: tag (1 byte), length of the body (u32, big-endian), body,
//! SHA-256 of all that. Tags: `H` the clip's header (CBOR), first and once; `F` a fragment's index
//! entry (CBOR, its length before it as u16) and its sealed bytes; `G` the end of a group of
//! pictures: everything before it is on the disk.
//!
//! No key is ever written. What a crash leaves behind is closed with what the blocks say. Beside it
//! may lie `clips/<id>/thumbnail`, the clip's sealed picture.

mod groups;

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use access::{ClipId, SigningKey};
use clip::{
    ClipHeader, ClipIndex, Digest, FragmentEntry, SealedFragment, SignedClipIndex, SignedThumbnail,
    Transcript,
};

pub use groups::WholeGroups;

use crate::files::{FilesError, make_private_folder, private, sync_folder, write_private};

const HEADER: u8 = b'H';
const FRAGMENT: u8 = b'F';
const GROUP_END: u8 = b'G';
const FRAME_LEN: u64 = 1 + 4;
const DIGEST_LEN: u64 = 32;

/// Longer than any block that is written.
const MAX_BODY: u32 = 16 * 1024 * 1024;

/// The folder of one clip among all clips.
pub fn clip_folder(clips: &Path, clip: ClipId) -> PathBuf {
    clips.join(clip.to_string())
}

/// Removes a clip's files; one that has none is fine.
pub fn remove_clip(clips: &Path, clip: ClipId) -> io::Result<()> {
    match fs::remove_dir_all(clip_folder(clips, clip)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// The clips that have a folder.
pub fn clips_in(clips: &Path) -> io::Result<BTreeSet<ClipId>> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(clips)? {
        let name = entry?.file_name();
        found.extend(name.to_str().and_then(|name| name.parse::<ClipId>().ok()));
    }
    Ok(found)
}

/// A clip that is being written.
#[derive(Debug)]
pub struct Film {
    file: File,
}

impl Film {
    /// Makes the clip's folder and writes its header.
    pub fn create(clips: &Path, header: &ClipHeader) -> io::Result<Self> {
        let folder = clip_folder(clips, header.clip);
        make_private_folder(&folder).map_err(into_io)?;
        let opened = private().create_new(true).open(folder.join("film"))?;
        sync_folder(&folder)?;
        sync_folder(clips)?;
        let mut film = Self { file: opened };
        film.write(HEADER, &[&encode(header)?])?;
        Ok(film)
    }

    /// Appends a sealed fragment. It is safe from a power cut after the next [`Self::end_group`].
    pub fn append(&mut self, fragment: &SealedFragment) -> io::Result<()> {
        let entry = encode(&FragmentEntry {
            meta: fragment.meta,
            hash: fragment.hash,
        })?;
        let length = u16::try_from(entry.len()).map_err(io::Error::other)?;
        self.write(FRAGMENT, &[&length.to_be_bytes(), &entry, &fragment.bytes])
    }

    /// Marks the end of a group of pictures and waits until everything is on the disk.
    pub fn end_group(&mut self) -> io::Result<()> {
        self.write(GROUP_END, &[])?;
        self.file.sync_data()
    }

    fn write(&mut self, tag: u8, body: &[&[u8]]) -> io::Result<()> {
        let length: usize = body.iter().map(|part| part.len()).sum();
        let length = u32::try_from(length).map_err(io::Error::other)?;
        let mut block = vec![tag];
        block.extend_from_slice(&length.to_be_bytes());
        block.extend(body.iter().copied().flatten());
        let digest = Digest::of(&block);
        block.extend_from_slice(digest.as_bytes());
        self.file.write_all(&block)
    }
}

/// Writes the index beside a film that is complete.
pub fn write_index(clips: &Path, clip: ClipId, index: &SignedClipIndex) -> Result<(), FilesError> {
    write_private(&clip_folder(clips, clip).join("index"), index.as_bytes())
}

/// What of a clip is on the disk.
pub fn size_of(clips: &Path, clip: ClipId) -> u64 {
    let length =
        |name| fs::metadata(clip_folder(clips, clip).join(name)).map_or(0, |file| file.len());
    length("film") + length("index") + length("thumbnail")
}

/// Closes a film with the whole groups of pictures that reached the disk, and cuts off the rest.
///
/// `None` when there is not even one.
pub fn close_interrupted(
    clips: &Path,
    clip: ClipId,
    key: &SigningKey,
) -> io::Result<Option<(ClipIndex, SignedClipIndex)>> {
    let path = clip_folder(clips, clip).join("film");
    let file = match File::options().read(true).write(true).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let Some(mut whole) = WholeGroups::of(file.try_clone()?)? else {
        return Ok(None);
    };
    // An init segment alone is no group.
    if !whole.read_on()? || whole.entries().len() < 2 {
        return Ok(None);
    }
    file.set_len(whole.length())?;
    file.sync_all()?;
    let mut transcript =
        Transcript::new(whole.header().clone(), key.clone()).map_err(io::Error::other)?;
    for entry in whole.entries() {
        transcript
            .push(entry.meta, entry.hash)
            .map_err(io::Error::other)?;
    }
    transcript.close().map(Some).map_err(io::Error::other)
}

/// The signed index of a closed clip.
pub fn read_index(clips: &Path, clip: ClipId) -> io::Result<SignedClipIndex> {
    fs::read(clip_folder(clips, clip).join("index")).map(SignedClipIndex::from_bytes)
}

/// Keeps a clip's picture.
pub fn write_thumbnail(
    clips: &Path,
    clip: ClipId,
    thumbnail: &SignedThumbnail,
) -> Result<(), FilesError> {
    write_private(
        &clip_folder(clips, clip).join("thumbnail"),
        thumbnail.as_bytes(),
    )
}

/// A clip's picture, if one was made.
pub fn read_thumbnail(clips: &Path, clip: ClipId) -> io::Result<Option<SignedThumbnail>> {
    match fs::read(clip_folder(clips, clip).join("thumbnail")) {
        Ok(bytes) => Ok(Some(SignedThumbnail::from_bytes(bytes))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn encode(value: &impl serde::Serialize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).map_err(io::Error::other)?;
    Ok(bytes)
}

fn into_io(error: FilesError) -> io::Error {
    match error {
        FilesError::Io { source, .. } => source,
        other => io::Error::other(other),
    }
}

#[cfg(test)]
#[path = "clip_files_tests.rs"]
mod tests;
