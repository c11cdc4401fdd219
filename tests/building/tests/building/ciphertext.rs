//! The hub's whole disk after a hundred deliveries: everything of clips on it is ciphertext.

use std::{fs, path::Path};

use anyhow::{Context, Result};
use building_tests::disk::Search;
use rusqlite::{Connection, OpenFlags, types::ValueRef};
use simulation::CourierAnswer;

use crate::stage::{Stage, clips_of};

const DELIVERIES: usize = 100;

/// Of each clip these pieces are opened by the resident, to know what must not be found.
const OPENED: usize = 4;

#[tokio::test(flavor = "multi_thread")]
async fn the_hubs_whole_disk_holds_a_hundred_deliveries_as_ciphertext_only() -> Result<()> {
    let stage = Stage::set_with(clips_of(1)).await?;
    for door in ["Main entrance", "Package room"] {
        stage.site.home.door(door)?.wait_for_camera()?;
    }
    for delivery in 0..DELIVERIES {
        let door = ["Main entrance", "Package room"][delivery % 2];
        let answer = stage.site.courier_at(door)?;
        assert!(matches!(answer, CourierAnswer::Unlocked { .. }));
    }
    let clips = stage.phone.ready_clips(DELIVERIES).await?;
    assert_eq!(clips.len(), DELIVERIES);

    let mut media = Search::of_media();
    for clip in &clips {
        for piece in stage.phone.pieces(clip, OPENED).await? {
            assert!(
                !media.within(&piece, "a piece")?.is_empty(),
                "the marks do not know an opened piece"
            );
            media.add_known("known film", &piece);
        }
    }
    let found = media.below(stage.site.hub.data())?;
    assert!(found.clear.is_empty(), "{:#?}", found.clear);
    assert!(found.files.len() > 20 * DELIVERIES, "{}", found.files.len());

    let names = names(&stage);
    let found = names.below(&stage.site.hub.data().join("clips"))?;
    assert!(found.clear.is_empty(), "{:#?}", found.clear);
    let rows = rows_of_clips(stage.site.hub.data())?;
    let clear = names.within(&rows, "the rows of clips")?;
    assert!(clear.is_empty(), "{clear:#?}");
    let log = fs::read(stage.folder.path().join("site/hub.log"))?;
    for search in [&media, &names] {
        let clear = search.within(&log, "the log")?;
        assert!(clear.is_empty(), "{clear:#?}");
    }

    finds_what_is_planted(&stage, &media, &names, &clips[0]).await
}

/// The same searches, once there is something to find.
async fn finds_what_is_planted(
    stage: &Stage,
    media: &Search,
    names: &Search,
    clip: &str,
) -> Result<()> {
    let data = stage.site.hub.data();
    // The hub knows who lives in the building; only clips must not tell.
    let known = names.below(data)?.clear;
    assert!(!known.is_empty(), "the names are not those of the building");

    let pieces = stage.phone.pieces(clip, OPENED).await?;
    let planted = data.join("clips").join(clip).join("planted");
    for piece in &pieces {
        // Without the boxes around it: what is left is known by its pictures alone.
        let pictures = piece.get(piece.len() / 2..).context("a piece is empty")?;
        fs::write(&planted, pictures)?;
        let found = media.below(data)?;
        assert!(!found.clear.is_empty(), "film in clear is not found");
    }
    fs::write(&planted, "clip of Maya Lindqvist's parcel")?;
    assert!(!names.below(&data.join("clips"))?.clear.is_empty());
    fs::remove_file(&planted)?;

    let database = Connection::open(data.join("hub.sqlite3"))?;
    database.execute(
        "UPDATE clip SET signed_index = CAST(signed_index || 'Lindqvist' AS BLOB)",
        [],
    )?;
    let rows = rows_of_clips(data)?;
    assert!(!names.within(&rows, "the rows of clips")?.is_empty());
    Ok(())
}

fn names(stage: &Stage) -> Search {
    let mut names = Search::default();
    names.add_text("Lindqvist");
    names.add_text(&stage.site.home.plan.resident);
    names.add_text("Test phone");
    names
}

/// Everything that the hub's database keeps about clips, one cell after the other.
fn rows_of_clips(data: &Path) -> Result<Vec<u8>> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
    let database = Connection::open_with_flags(data.join("hub.sqlite3"), flags)?;
    let sql = "SELECT name FROM sqlite_master WHERE type = 'table' \
               AND (name LIKE 'clip%' OR name = 'fragment')";
    let mut tables = database.prepare(sql)?;
    let tables: Vec<String> = tables
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let mut cells = Vec::new();
    for table in tables {
        let mut statement = database.prepare(&format!("SELECT * FROM {table}"))?;
        let columns = statement.column_count();
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            for column in 0..columns {
                if let ValueRef::Text(bytes) | ValueRef::Blob(bytes) = row.get_ref(column)? {
                    cells.extend_from_slice(bytes);
                    cells.push(b'\n');
                }
            }
        }
    }
    Ok(cells)
}
