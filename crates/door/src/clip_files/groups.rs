//! Reading a film, also while it is still written.

use std::{
    fs::File,
    io::{self, BufReader, Read as _, Seek as _},
    os::unix::fs::FileExt as _,
    path::Path,
};

use access::ClipId;
use clip::{ClipHeader, Digest, FragmentEntry};

use super::{DIGEST_LEN, FRAGMENT, FRAME_LEN, GROUP_END, HEADER, MAX_BODY, clip_folder};

/// What of a film is whole: its header and the groups of pictures whose end was written.
#[derive(Debug)]
pub struct WholeGroups {
    film: File,
    header: ClipHeader,
    entries: Vec<FragmentEntry>,
    /// Offset and length of each fragment's sealed bytes.
    places: Vec<(u64, usize)>,
    /// Of the film up to the end of the last group.
    length: u64,
}

impl WholeGroups {
    /// Opens a clip's film; `None` where not even its header is whole.
    pub fn open(clips: &Path, clip: ClipId) -> io::Result<Option<Self>> {
        Self::of(File::open(clip_folder(clips, clip).join("film"))?)
    }

    pub(super) fn of(film: File) -> io::Result<Option<Self>> {
        let Some((HEADER, body)) = read_block(&mut BufReader::new(&film))? else {
            return Ok(None);
        };
        let header = ciborium::from_reader(body.as_slice()).map_err(io::Error::other)?;
        Ok(Some(Self {
            film,
            header,
            entries: Vec::new(),
            places: Vec::new(),
            length: block_length(body.len()),
        }))
    }

    /// Takes in the groups that ended since the last time, and says whether there were any. They are
    /// on the disk when this returns: no power cut takes back what is told of them.
    pub fn read_on(&mut self) -> io::Result<bool> {
        (&self.film).seek(io::SeekFrom::Start(self.length))?;
        let mut reader = BufReader::new(&self.film);
        let (mut at, mut group) = (self.length, Vec::new());
        let before = self.length;
        while let Some((tag, body)) = read_block(&mut reader)? {
            if tag == FRAGMENT {
                let (entry, offset) = read_entry(&body)?;
                let place = at + FRAME_LEN + offset as u64;
                group.push((entry, (place, body.len() - offset)));
            }
            at += block_length(body.len());
            if tag == GROUP_END {
                let (entries, places): (Vec<_>, Vec<_>) = group.drain(..).unzip();
                self.entries.extend(entries);
                self.places.extend(places);
                self.length = at;
            }
        }
        if self.length > before {
            self.film.sync_data()?;
        }
        Ok(self.length > before)
    }

    /// The clip's header.
    pub fn header(&self) -> &ClipHeader {
        &self.header
    }

    /// The fragments, the init segment included.
    pub fn entries(&self) -> &[FragmentEntry] {
        &self.entries
    }

    /// How far the film is whole, in bytes.
    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// A fragment's sealed bytes.
    pub fn read(&self, n: u32) -> io::Result<Vec<u8>> {
        let place = usize::try_from(n).ok().and_then(|n| self.places.get(n));
        let (offset, length) = *place.ok_or(io::ErrorKind::NotFound)?;
        let mut sealed = vec![0; length];
        self.film.read_exact_at(&mut sealed, offset)?;
        Ok(sealed)
    }
}

pub(super) fn block_length(body: usize) -> u64 {
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
