//! A search of everything that a program keeps on its disk for what must never be there in clear.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use aho_corasick::AhoCorasick;
use anyhow::{Context, Result};

/// What opens mp4 boxes, H.264 streams in Annex B form and JPEG pictures, long enough not to come up
/// by chance in gigabytes of ciphertext (ISO/IEC 14496-12, ITU-T H.264 Annex B, ITU-T T.81).
const MARKS: &[(&str, &[u8])] = &[
    ("an mp4's first box", b"ftypiso"),
    ("a movie fragment", b"moof\0\0\0\x10mfhd"),
    ("a decoder configuration", b"avcC\x01"),
    ("a baseline parameter set", b"\0\0\0\x01\x67\x42"),
    ("a main parameter set", b"\0\0\0\x01\x67\x4d"),
    ("a high parameter set", b"\0\0\0\x01\x67\x64"),
    ("a JPEG's start", b"\xff\xd8\xff\xe0\0\x10JFIF"),
    ("a JPEG's quantisation", b"\xff\xdb\0\x43\0"),
    (
        "a JPEG's Huffman table",
        b"\xff\xc4\0\x1f\0\0\x01\x05\x01\x01\x01\x01\x01\x01",
    ),
];

/// How long a stretch of known film is, in bytes.
const WINDOW: usize = 16;

/// Fewer different bytes than this may come up anywhere, as a run of zeros.
const DIFFERENT: usize = 10;

/// How many stretches are taken of one piece of film.
const WINDOWS: usize = 8;

/// What is looked for.
#[derive(Debug, Default)]
pub struct Search {
    patterns: Vec<(String, Vec<u8>)>,
}

/// What a search came upon.
#[derive(Debug, Default)]
pub struct Found {
    /// The files that were read.
    pub files: Vec<PathBuf>,
    /// How much they hold together.
    pub bytes: u64,
    /// What was found and where; empty when nothing is there in clear.
    pub clear: BTreeSet<String>,
}

impl Search {
    /// For video and pictures of any origin.
    pub fn of_media() -> Self {
        let mut search = Self::default();
        for (what, mark) in MARKS {
            search.add(*what, mark);
        }
        search
    }

    /// For a text, as a name.
    pub fn add_text(&mut self, text: &str) {
        self.add(format!("{text:?}"), text.as_bytes());
    }

    /// For stretches of something that is known, as a fragment that a viewer has opened. Returns how
    /// many can be told from chance.
    pub fn add_known(&mut self, what: &str, known: &[u8]) -> usize {
        let step = (known.len() / WINDOWS).max(WINDOW);
        let stretches = known.chunks(step).filter_map(|chunk| chunk.last_chunk());
        let telling: Vec<&[u8; WINDOW]> = stretches.filter(|bytes| is_telling(*bytes)).collect();
        for stretch in &telling {
            self.add(what, *stretch);
        }
        telling.len()
    }

    fn add(&mut self, what: impl Into<String>, pattern: &[u8]) {
        self.patterns.push((what.into(), pattern.to_vec()));
    }

    /// Searches all files below a folder.
    pub fn below(&self, folder: &Path) -> Result<Found> {
        let automaton = self.automaton()?;
        let mut found = Found::default();
        for file in files_below(folder) {
            // A database's journal may go while it is looked at.
            let Ok(bytes) = fs::read(&file) else { continue };
            let place = file.strip_prefix(folder).unwrap_or(&file).display();
            self.collect(&automaton, &bytes, &place.to_string(), &mut found.clear);
            found.bytes += bytes.len() as u64;
            found.files.push(file);
        }
        Ok(found)
    }

    /// Searches some bytes; what is found is told with `place`.
    pub fn within(&self, bytes: &[u8], place: &str) -> Result<BTreeSet<String>> {
        let mut clear = BTreeSet::new();
        self.collect(&self.automaton()?, bytes, place, &mut clear);
        Ok(clear)
    }

    fn automaton(&self) -> Result<AhoCorasick> {
        let patterns = self.patterns.iter().map(|(_, pattern)| pattern);
        AhoCorasick::new(patterns).context("the patterns are too many")
    }

    fn collect(
        &self,
        automaton: &AhoCorasick,
        bytes: &[u8],
        place: &str,
        clear: &mut BTreeSet<String>,
    ) {
        for one in automaton.find_overlapping_iter(bytes) {
            let (what, _) = &self.patterns[one.pattern().as_usize()];
            clear.insert(format!("{what} in {place}"));
        }
    }
}

fn is_telling(bytes: &[u8]) -> bool {
    let different: BTreeSet<u8> = bytes.iter().copied().collect();
    different.len() >= DIFFERENT
}

/// Sockets and what else is no file hold nothing.
fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let paths = entries.map(|entry| entry.path());
    let found = paths.map(|path| {
        if path.is_dir() {
            files_below(&path)
        } else if path.is_file() {
            vec![path]
        } else {
            Vec::new()
        }
    });
    found.flatten().collect()
}
