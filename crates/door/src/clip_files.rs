//! A clip's files: `clips/<id>/film`, to which sealed fragments are appended as they come, and
//! `clips/<id>/index` once it is closed.
//!
//! The film is a sequence of blocks: tag (1 byte), length of the body (u32, big-endian), body,
//! SHA-256 of all that. Tags: `H` the clip's header (CBOR), first and once; `F` a fragment's index
//! entry (CBOR, its length before it as u16) and its sealed bytes; `G` the end of a group of
//! pictures: everything before it is on the disk.
//!
//! No key is ever written. What a crash leaves behind is closed with what the blocks say.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{self, BufReader, Read as _, Write as _},
    os::unix::fs::FileExt as _,
    path::{Path, PathBuf},
};

use access::{ClipId, SigningKey};
use clip::{
    ClipHeader, ClipIndex, Digest, FragmentEntry, SealedFragment, SignedClipIndex, Transcript,
};

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
    length("film") + length("index")
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
    let Some(whole) = read_whole_groups(&file)? else {
        return Ok(None);
    };
    file.set_len(whole.length)?;
    file.sync_all()?;
    let mut transcript = Transcript::new(whole.header, key.clone()).map_err(io::Error::other)?;
    for entry in whole.entries {
        transcript
            .push(entry.meta, entry.hash)
            .map_err(io::Error::other)?;
    }
    transcript.close().map(Some).map_err(io::Error::other)
}

struct WholeGroups {
    header: ClipHeader,
    entries: Vec<FragmentEntry>,
    /// Of the file up to the end of the last group.
    length: u64,
}

/// Reads until the first block that is torn. An init segment alone is no group.
fn read_whole_groups(file: &File) -> io::Result<Option<WholeGroups>> {
    let mut reader = BufReader::new(file);
    let Some((HEADER, body)) = read_block(&mut reader)? else {
        return Ok(None);
    };
    let header = ciborium::from_reader(body.as_slice()).map_err(io::Error::other)?;
    let (mut entries, mut at) = (Vec::new(), block_length(body.len()));
    let mut whole = (0, 0);
    while let Some((tag, body)) = read_block(&mut reader)? {
        at += block_length(body.len());
        match tag {
            FRAGMENT => entries.push(read_entry(&body)?.0),
            _ => whole = (entries.len(), at),
        }
    }
    let (count, length) = whole;
    entries.truncate(count);
    Ok((count > 1).then_some(WholeGroups {
        header,
        entries,
        length,
    }))
}

fn block_length(body: usize) -> u64 {
    FRAME_LEN + DIGEST_LEN + body as u64
}

/// The next block; `None` at the end, or where a block is not whole.
fn read_block(reader: &mut impl io::Read) -> io::Result<Option<(u8, Vec<u8>)>> {
    let mut frame = [0; 5];
    let mut block = Vec::new();
    if !fill(reader, &mut frame)? {
        return Ok(None);
    }
    let [tag, length @ ..] = frame;
    let length = u32::from_be_bytes(length);
    if length > MAX_BODY {
        return Ok(None);
    }
    block.extend_from_slice(&frame);
    let wanted = u64::from(length) + DIGEST_LEN;
    reader.take(wanted).read_to_end(&mut block)?;
    let body_end = frame.len() + length as usize;
    if block.len() as u64 != FRAME_LEN + wanted
        || Digest::of(&block[..body_end]).as_bytes() != &block[body_end..]
    {
        return Ok(None);
    }
    block.truncate(body_end);
    block.drain(..frame.len());
    Ok(Some((tag, block)))
}

fn fill(reader: &mut impl io::Read, buffer: &mut [u8]) -> io::Result<bool> {
    match reader.read_exact(buffer) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

/// A fragment's entry, and where its sealed bytes begin in the body.
fn read_entry(body: &[u8]) -> io::Result<(FragmentEntry, usize)> {
    let malformed = || {
        io::Error::new(
            io::ErrorKind::InvalidData,
            "a fragment's entry is malformed",
        )
    };
    let (length, rest) = body.split_first_chunk().ok_or_else(malformed)?;
    let length = usize::from(u16::from_be_bytes(*length));
    let entry = rest.get(..length).ok_or_else(malformed)?;
    let entry = ciborium::from_reader(entry).map_err(|_| malformed())?;
    Ok((entry, 2 + length))
}

/// A closed clip, to be read.
#[derive(Debug)]
pub struct ClosedClip {
    folder: PathBuf,
    film: File,
    /// Offset and length of each fragment's sealed bytes.
    places: Vec<(u64, usize)>,
}

impl ClosedClip {
    /// Opens a clip's files.
    pub fn open(clips: &Path, clip: ClipId) -> io::Result<Self> {
        let folder = clip_folder(clips, clip);
        let film = File::open(folder.join("film"))?;
        let mut reader = BufReader::new(&film);
        let (mut places, mut at) = (Vec::new(), 0);
        while let Some((tag, body)) = read_block(&mut reader)? {
            if tag == FRAGMENT {
                let (_, offset) = read_entry(&body)?;
                places.push((at + FRAME_LEN + offset as u64, body.len() - offset));
            }
            at += block_length(body.len());
        }
        drop(reader);
        Ok(Self {
            folder,
            film,
            places,
        })
    }

    /// How many fragments, the init segment included.
    pub fn fragments(&self) -> u32 {
        u32::try_from(self.places.len()).unwrap_or(u32::MAX)
    }

    /// A fragment's sealed bytes.
    pub fn read(&self, n: u32) -> io::Result<Vec<u8>> {
        let place = usize::try_from(n).ok().and_then(|n| self.places.get(n));
        let (offset, length) = *place.ok_or(io::ErrorKind::NotFound)?;
        let mut sealed = vec![0; length];
        self.film.read_exact_at(&mut sealed, offset)?;
        Ok(sealed)
    }

    /// The signed index.
    pub fn index(&self) -> io::Result<SignedClipIndex> {
        fs::read(self.folder.join("index")).map(SignedClipIndex::from_bytes)
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
