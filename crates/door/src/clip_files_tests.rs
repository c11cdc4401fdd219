use std::os::unix::fs::MetadataExt as _;

use access::{BuildingId, DoorId};
use clip::{ClipKey, FragmentMeta, Opener, Sealer};

use super::{groups::block_length, *};

const CLIP: ClipId = ClipId::from_entropy([1; 16]);

fn signing_key() -> SigningKey {
    SigningKey::from_seed([2; 32])
}

fn header() -> ClipHeader {
    ClipHeader {
        clip: CLIP,
        building: BuildingId::from_entropy([3; 16]),
        door: DoorId::from_entropy([4; 16]),
        entry_at_ms: 1_700_000_000_000,
        codec: "avc1.42C01F".into(),
        width: 320,
        height: 240,
        lens: None,
        keys: Vec::new(),
    }
}

fn meta(n: u32, plain_len: usize) -> FragmentMeta {
    FragmentMeta {
        n,
        start_ms: i64::from(n) * 100 - 600,
        duration_ms: 100,
        keyframe: n % 5 == 1,
        plain_len: u32::try_from(plain_len).unwrap(),
    }
}

fn plain(n: u32) -> Vec<u8> {
    vec![u8::try_from(n).unwrap(); 50 + n as usize]
}

fn key() -> ClipKey {
    ClipKey::from_bytes([5; 32])
}

/// Films `count` fragments in groups of five behind an init segment, and does not close.
fn film(clips: &Path, count: u32) -> (Film, Sealer) {
    let mut film = Film::create(clips, &header()).unwrap();
    let mut sealer = Sealer::new(header(), &key(), signing_key()).unwrap();
    for n in 0..=count {
        let plain = plain(n);
        let fragment = sealer.seal(meta(n, plain.len()), &plain).unwrap();
        if fragment.gop.is_some() {
            film.end_group().unwrap();
        }
        film.append(&fragment).unwrap();
    }
    (film, sealer)
}

fn whole_groups(clips: &Path) -> WholeGroups {
    let mut whole = WholeGroups::open(clips, CLIP).unwrap().unwrap();
    assert!(whole.read_on().unwrap());
    whole
}

fn path(clips: &Path) -> PathBuf {
    clip_folder(clips, CLIP).join("film")
}

#[test]
fn a_closed_clip_is_read_back_fragment_by_fragment() {
    let clips = tempfile::tempdir().unwrap();
    let (mut film, sealer) = film(clips.path(), 12);
    film.end_group().unwrap();
    let (index, signed) = sealer.close().unwrap();
    write_index(clips.path(), CLIP, &signed).unwrap();
    let closed = whole_groups(clips.path());
    assert_eq!(closed.entries().len(), 13);
    assert_eq!(read_index(clips.path(), CLIP).unwrap(), signed);
    let opener = Opener::new(&index, &key()).unwrap();
    for n in 0..13 {
        assert_eq!(opener.open(n, &closed.read(n).unwrap()).unwrap(), plain(n));
    }
    assert!(closed.read(13).is_err());
    assert!(size_of(clips.path(), CLIP) > 13 * 50);
    remove_clip(clips.path(), CLIP).unwrap();
    remove_clip(clips.path(), CLIP).unwrap();
    assert!(!clip_folder(clips.path(), CLIP).exists());
}

#[test]
fn a_film_is_read_on_group_by_group_while_it_is_written() {
    let clips = tempfile::tempdir().unwrap();
    let (mut film, mut sealer) = film(clips.path(), 7);
    let mut whole = whole_groups(clips.path());
    assert_eq!(whole.entries().len(), 6, "the second group has not ended");
    assert!(!whole.read_on().unwrap());
    for n in 8..=11 {
        let plain = plain(n);
        let fragment = sealer.seal(meta(n, plain.len()), &plain).unwrap();
        if fragment.gop.is_some() {
            film.end_group().unwrap();
        }
        film.append(&fragment).unwrap();
    }
    assert!(whole.read_on().unwrap());
    assert_eq!(whole.entries().len(), 11);
    let last = whole.entries()[10];
    assert_eq!(Digest::of(&whole.read(10).unwrap()), last.hash);
    assert!(whole.read(11).is_err());
}

#[test]
fn an_interrupted_clip_is_closed_without_its_key_up_to_the_last_whole_group() {
    let clips = tempfile::tempdir().unwrap();
    let (_film, _sealer) = film(clips.path(), 13);
    let closed = close_interrupted(clips.path(), CLIP, &signing_key()).unwrap();
    let (index, signed) = closed.unwrap();
    assert_eq!(
        index.fragments().len(),
        11,
        "init segment and two groups of five"
    );
    assert_eq!(signed.verify(&signing_key().public()).unwrap(), index);
    let closed = whole_groups(clips.path());
    assert_eq!(closed.entries().len(), 11);
    let length = fs::metadata(path(clips.path())).unwrap().len();
    assert_eq!(closed.length(), length, "the rest is cut off");
    let opener = Opener::new(&index, &key()).unwrap();
    assert_eq!(
        opener.open(10, &closed.read(10).unwrap()).unwrap(),
        plain(10)
    );
}

#[test]
fn closing_an_interrupted_clip_twice_gives_the_same_index() {
    let clips = tempfile::tempdir().unwrap();
    let (_film, _sealer) = film(clips.path(), 8);
    let close = || {
        close_interrupted(clips.path(), CLIP, &signing_key())
            .unwrap()
            .unwrap()
            .1
    };
    assert_eq!(close(), close());
}

#[test]
fn a_film_that_is_cut_anywhere_is_closed_with_what_is_whole() {
    let clips = tempfile::tempdir().unwrap();
    let (_film, _sealer) = film(clips.path(), 11);
    let whole = fs::read(path(clips.path())).unwrap();
    let mut counts = Vec::new();
    for length in (0..whole.len()).step_by(7) {
        fs::write(path(clips.path()), &whole[..length]).unwrap();
        let closed = close_interrupted(clips.path(), CLIP, &signing_key()).unwrap();
        counts.push(closed.map_or(0, |(index, _)| index.fragments().len()));
    }
    counts.dedup();
    assert_eq!(counts, [0, 6, 11]);
}

#[test]
fn garbage_at_the_end_as_after_a_power_cut_is_cut_off() {
    let clips = tempfile::tempdir().unwrap();
    let (_film, _sealer) = film(clips.path(), 6);
    let mut torn = fs::read(path(clips.path())).unwrap();
    let group_end = torn.len() - block_of(6);
    torn[group_end..].fill(0);
    fs::write(path(clips.path()), torn).unwrap();
    let closed = close_interrupted(clips.path(), CLIP, &signing_key()).unwrap();
    assert_eq!(closed.unwrap().0.fragments().len(), 6);
}

/// The length of the block of fragment `n`, the last of the film.
fn block_of(n: u32) -> usize {
    let sealed = meta(n, plain(n).len()).sealed_len();
    let entry = FragmentEntry {
        meta: meta(n, plain(n).len()),
        hash: Digest::of(b""),
    };
    let body = 2 + encode(&entry).unwrap().len() + sealed;
    usize::try_from(block_length(body)).unwrap()
}

#[test]
fn a_clip_without_a_whole_group_or_without_a_file_is_nothing() {
    let clips = tempfile::tempdir().unwrap();
    let none = close_interrupted(clips.path(), CLIP, &signing_key()).unwrap();
    assert!(none.is_none());
    let (_film, _sealer) = film(clips.path(), 4);
    let none = close_interrupted(clips.path(), CLIP, &signing_key()).unwrap();
    assert!(none.is_none());
}

#[test]
fn clips_are_private_and_hold_no_key() {
    let clips = tempfile::tempdir().unwrap();
    let (_film, _sealer) = film(clips.path(), 6);
    let folder = clip_folder(clips.path(), CLIP);
    assert_eq!(fs::metadata(&folder).unwrap().mode() & 0o777, 0o700);
    assert_eq!(
        fs::metadata(path(clips.path())).unwrap().mode() & 0o777,
        0o600
    );
    let written = fs::read(path(clips.path())).unwrap();
    let holds = |needle: &[u8]| written.windows(needle.len()).any(|window| window == needle);
    assert!(!holds(key().as_bytes()));
    assert!(!holds(&plain(3)), "no picture is written in the clear");
}
