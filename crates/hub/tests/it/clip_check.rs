//! `vestibule-hub clip verify`: what was done to a clip on the hub's own disk is found and named.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use access::ClipId;
use audit::{Event, Shortfall};
use hub::store::ClipChange;

use crate::clips::{closed, lobby};
use crate::support::{Elm, TestClip, TestDoor, TestHub};

/// A clip that is closed, and on record as closed.
async fn recorded(elm: &Elm, door: &mut TestDoor) -> TestClip {
    let clip = door.filmed_courier(elm).await;
    let seq = door.chain.position().last_seq();
    let record = closed(door, &clip, seq);
    door.put(&[record]).await.unwrap();
    clip
}

/// The same with its picture.
async fn pictured(elm: &Elm, door: &mut TestDoor) -> TestClip {
    let clip = door.clip();
    let entry = door.courier(elm, Some(clip.id));
    door.put(&[entry]).await.unwrap();
    let put = door.client().put_thumbnail(clip.id, &clip.thumbnail);
    put.await.unwrap();
    door.upload(&clip).await;
    let close = door.client().close_clip(clip.id, &clip.index);
    close.await.unwrap();
    let seq = door.chain.position().last_seq();
    let record = closed(door, &clip, seq);
    door.put(&[record]).await.unwrap();
    clip
}

fn verify(hub: &TestHub, clip: ClipId) -> Output {
    Command::new(env!("CARGO_BIN_EXE_vestibule-hub"))
        .args(["clip", "verify", &clip.to_string(), "--data"])
        .arg(hub.folder().path())
        .output()
        .unwrap()
}

fn faults(hub: &TestHub, clip: ClipId) -> String {
    let output = verify(hub, clip);
    assert!(!output.status.success(), "nothing was found");
    String::from_utf8(output.stderr).unwrap()
}

/// Where a fragment of the clip lies.
fn file(hub: &TestHub, clip: ClipId, n: u32) -> PathBuf {
    let folder = hub.folder().clips().join(clip.to_string());
    let files = fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path());
    let of = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        name.starts_with(&format!("{n:06}-"))
    };
    files.into_iter().find(of).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clip_as_its_door_signed_it_is_verified_without_a_key() {
    let (hub, elm, mut door, _maya) = lobby().await;
    let clip = recorded(&elm, &mut door).await;
    let output = verify(&hub, clip.id);
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{said}");
    assert!(said.contains("5 fragments in 2 groups"), "{said}");
    assert!(said.contains(&clip.final_hash.to_string()), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn tampered_truncated_reordered_swapped_and_missing_fragments_are_named() {
    let (hub, elm, mut door, _maya) = lobby().await;
    let clip = recorded(&elm, &mut door).await;
    let other = recorded(&elm, &mut door).await;
    let path = |n| file(&hub, clip.id, n);
    let whole = fs::read(path(1)).unwrap();

    let mut tampered = whole.clone();
    *tampered.last_mut().unwrap() ^= 1;
    let swapped = fs::read(file(&hub, other.id, 1)).unwrap();
    let kinds = [
        (tampered, "fragment 1 was altered".to_owned()),
        (whole[..100].to_vec(), "fragment 1 is cut short".to_owned()),
        (
            fs::read(path(2)).unwrap(),
            "this is fragment 2, not 1".to_owned(),
        ),
        (
            swapped,
            format!("a fragment of clip {}, not of {}", other.id, clip.id),
        ),
    ];
    for (bytes, fault) in kinds {
        fs::write(path(1), bytes).unwrap();
        let said = faults(&hub, clip.id);
        assert!(said.contains(&fault), "{fault:?} is not in {said:?}");
        assert!(verify(&hub, other.id).status.success());
    }
    fs::remove_file(path(1)).unwrap();
    assert!(faults(&hub, clip.id).contains("fragment 1 is missing"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_of_another_clip_is_named() {
    let (hub, elm, mut door, _maya) = lobby().await;
    let clip = pictured(&elm, &mut door).await;
    let other = pictured(&elm, &mut door).await;
    assert!(verify(&hub, other.id).status.success());
    let database = rusqlite::Connection::open(hub.folder().path().join("hub.sqlite3")).unwrap();
    let swap = "UPDATE clip_thumbnail SET signed = ? WHERE clip = ?";
    let changed = database.execute(swap, (clip.thumbnail.as_bytes(), other.id.as_bytes()));
    assert_eq!(changed, Ok(1));
    let said = faults(&hub, other.id);
    assert!(said.contains("its picture is not the door's"), "{said}");
    assert!(verify(&hub, clip.id).status.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clip_whose_end_is_on_record_otherwise_or_not_at_all_is_not_verified() {
    let (hub, elm, mut door, _maya) = lobby().await;
    let clip = door.filmed_courier(&elm).await;
    let said = faults(&hub, clip.id);
    assert!(
        said.contains("no record of its door says how it ends"),
        "{said}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_of_a_recorded_end_later_or_by_another_door_discredits_no_clip() {
    let (hub, elm, mut door, maya) = lobby().await;
    let mut other = hub.enrol_door(&elm, elm.apartment).await;
    let clip = recorded(&elm, &mut door).await;
    for door in [&mut door, &mut other] {
        let lie = door.clip_called(clip.id);
        let record = door.record(Event::ClipClosed {
            clip: lie.id,
            entry_seq: 1,
            final_hash: lie.final_hash,
            fragments: 5,
            pre_roll_ms: 100,
            post_roll_ms: 300,
            shortfall: Some(Shortfall::CameraStopped),
        });
        door.put(&[record]).await.unwrap();
    }
    let output = verify(&hub, clip.id);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let page = maya.client.entries(None, 1).await.unwrap();
    assert_eq!(page.entries[0].clip.unwrap().shortfall, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_clip_that_gave_way_it_is_said_why_it_is_gone() {
    let (hub, elm, mut door, _maya) = lobby().await;
    let (oldest, newer) = (
        recorded(&elm, &mut door).await,
        recorded(&elm, &mut door).await,
    );
    let gives_way = hub.hub().change_clip(oldest.id, ClipChange::GiveWay);
    gives_way.await.unwrap();
    assert!(faults(&hub, oldest.id).contains("ran out of room"));
    hub.store().expire_clips(u64::MAX / 2).await.unwrap();
    assert!(faults(&hub, newer.id).contains("when their retention ends"));
}

#[tokio::test(flavor = "multi_thread")]
async fn clips_are_listed_with_how_far_they_are() {
    let (hub, elm, mut door, _maya) = lobby().await;
    let clip = recorded(&elm, &mut door).await;
    let output = Command::new(env!("CARGO_BIN_EXE_vestibule-hub"))
        .args(["clip", "list", "--data"])
        .arg(hub.folder().path())
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains(&clip.id.to_string()), "{said}");
    assert!(said.contains("ready"), "{said}");
}
