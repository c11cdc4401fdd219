//! `vestibule-hub clip verify`: what was done to a clip on the hub's own disk is found and named.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use access::ClipId;

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
