use audit::log::{Leaf, LogError, Tile, TileKind, tiles_since};
use proptest::prelude::*;

use super::world::{Store, leaf};

fn paths(old: u64, size: u64) -> Vec<String> {
    tiles_since(old, size)
        .unwrap()
        .iter()
        .map(Tile::to_string)
        .collect()
}

#[test]
fn paths_are_those_of_c2sp() {
    assert_eq!(paths(0, 0), [""; 0]);
    assert_eq!(paths(0, 1), ["tile/0/000.p/1", "tile/entries/000.p/1"]);
    assert_eq!(
        paths(255, 257),
        [
            "tile/0/000",
            "tile/0/001.p/1",
            "tile/1/000.p/1",
            "tile/entries/000",
            "tile/entries/001.p/1",
        ]
    );
    // The example of the specification: 70,000 leaves.
    let all = paths(0, 70_000);
    for path in [
        "tile/0/272",
        "tile/0/273.p/112",
        "tile/1/000",
        "tile/1/001.p/17",
        "tile/2/000.p/1",
    ] {
        assert!(all.contains(&path.to_owned()), "{path}");
    }
}

#[test]
fn a_path_is_read_back_and_any_other_spelling_is_not() {
    for path in [
        "tile/0/x001/x234/067",
        "tile/entries/x001/000.p/255",
        "tile/2/000.p/1",
    ] {
        assert_eq!(path.parse::<Tile>().unwrap().to_string(), path);
    }
    for path in [
        "",
        "tile",
        "tile/0",
        "tile/0/",
        "tile/8/0/000",
        "tile/0/0",
        "tile/0/x000/001",
        "tile/0/001/001",
        "tile/0/x001",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/00/000",
        "tile/7/000",
        "tile/-1/000",
        "tile/data/000",
        "tile/0/+01",
        "tile/0/000/",
        "/tile/0/000",
        "tile/0/../000",
        "tile/0/x999/x999/x999/x999/x999/x999/999",
    ] {
        assert!(path.parse::<Tile>().is_err(), "{path}");
    }
}

#[test]
fn a_log_has_the_tiles_that_its_leaves_fill() {
    let tile: Tile = "tile/0/000.p/3".parse().unwrap();
    assert!(tile.is_within(3) && tile.is_within(300));
    assert!(!tile.is_within(2));
    assert_eq!(tile.positions(2), Err(LogError::OutOfRange));
    let far: Tile = "tile/6/x281/x474/x976/x710/656".parse().unwrap();
    assert_eq!(far.positions(1 << 40), Err(LogError::OutOfRange));
}

#[test]
fn the_tiles_new_in_a_log_are_those_the_library_names() {
    for (old, size) in [
        (0, 1),
        (0, 256),
        (255, 256),
        (256, 257),
        (1, 65_537),
        (65_535, 70_000),
    ] {
        let ours: Vec<_> = tiles_since(old, size)
            .unwrap()
            .into_iter()
            .filter_map(|tile| match tile.kind() {
                TileKind::Hashes { level } => Some((level, tile.range())),
                TileKind::Entries => None,
            })
            .collect();
        let theirs: Vec<_> = tlog_tiles::Tile::new_tiles(8, old, size)
            .into_iter()
            .map(|tile| {
                let start = tile.level_index() * 256;
                (tile.level(), start..start + u64::from(tile.width()))
            })
            .collect();
        assert_eq!(ours, theirs, "from {old} to {size}");
    }
}

#[test]
fn a_tiles_bytes_are_its_leaves_hashes_and_above_them_their_subtrees() {
    let store = Store::of(515);
    let bytes = |path: &str| {
        let tile: Tile = path.parse().unwrap();
        let known = store.read(&tile.positions(515).unwrap());
        tile.bytes(515, &known).unwrap()
    };
    let last = bytes("tile/0/002.p/3");
    let expected: Vec<u8> = (512..515).flat_map(|n| leaf(n).hash().0).collect();
    assert_eq!(last, expected);
    let above = bytes("tile/1/000.p/2");
    let first = tlog_tiles::Tile::subtree_hash(&bytes("tile/0/000"));
    assert_eq!(above[..32], first.0);
    assert_eq!(above.len(), 64);
    assert_eq!(bytes("tile/entries/000"), Vec::<u8>::new());
    let _: Leaf = leaf(0);
}

proptest! {
    #[test]
    fn any_path_is_read_without_a_panic(path in "(tile/)?[0-9a-z./x]{0,60}") {
        if let Ok(tile) = path.parse::<Tile>() {
            prop_assert_eq!(tile.to_string(), path);
            let _any_answer = tile.positions(1 << 30);
        }
    }
}
