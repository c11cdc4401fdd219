use std::fs;
use std::path::PathBuf;

use access::{ClipId, DeviceId, SigningKey};
use clip::export::{Manifest, SignedManifest};
use resident::ui::{AppError, ErrorCode, ExportedClip, UiEvent};
use tempfile::TempDir;

use crate::building::{DEVICE, LOBBY, signing_key};
use crate::watching::{CLIP, with_clip};
use crate::world::{App, World};

async fn export(app: &App, folder: &TempDir) -> Result<ExportedClip, AppError> {
    let folder = folder.path().to_owned();
    app.controller.export_clip(&CLIP.to_string(), folder).await
}

async fn refused(app: &App) -> (ErrorCode, bool) {
    let folder = TempDir::new().unwrap();
    let error = export(app, &folder).await.unwrap_err();
    let left = fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(left, 0, "something was written");
    (error.code, error.retryable)
}

#[tokio::test]
async fn a_clip_is_saved_with_a_manifest_that_proves_it() {
    let world = World::new();
    let app = with_clip(&world, DEVICE, LOBBY, signing_key(LOBBY)).await;
    let folder = TempDir::new().unwrap();
    let path = PathBuf::from(export(&app, &folder).await.unwrap().path);
    let film = fs::read(&path).unwrap();
    assert_eq!(film, b"initfirstsecond");

    let signed = fs::read(path.with_extension("json")).unwrap();
    let signed: SignedManifest = serde_json::from_slice(&signed).unwrap();
    let manifest = signed.verify().unwrap();
    let (auth, _, _) = world.hub.state().registered.unwrap();
    assert_eq!((manifest.device, manifest.device_key), (DEVICE, auth));
    assert_eq!(manifest.door_name, "Lobby");
    manifest.is_of(&film).unwrap();
    let index = manifest.index(&signing_key(LOBBY).public()).unwrap();
    manifest.is_as_filmed(&index, &film).unwrap();

    let told = app
        .seen
        .events()
        .into_iter()
        .filter_map(|event| match event {
            UiEvent::ExportProgress { done, total, .. } => Some((done, total)),
            _ => None,
        });
    assert_eq!(told.collect::<Vec<_>>(), [(1, 3), (2, 3), (3, 3)]);
}

#[tokio::test]
async fn a_clip_that_was_saved_already_is_not_written_over() {
    let world = World::new();
    let app = with_clip(&world, DEVICE, LOBBY, signing_key(LOBBY)).await;
    let folder = TempDir::new().unwrap();
    let path = export(&app, &folder).await.unwrap().path;
    fs::write(&path, "precious").unwrap();
    let error = export(&app, &folder).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::ExportExists);
    assert_eq!(fs::read(&path).unwrap(), b"precious");
}

#[tokio::test]
async fn a_manifest_without_its_film_stands_in_nobodys_way() {
    let world = World::new();
    let app = with_clip(&world, DEVICE, LOBBY, signing_key(LOBBY)).await;
    let folder = TempDir::new().unwrap();
    let path = PathBuf::from(export(&app, &folder).await.unwrap().path);
    // As an export leaves it that is killed between the two.
    fs::remove_file(&path).unwrap();
    assert_eq!(
        PathBuf::from(export(&app, &folder).await.unwrap().path),
        path
    );
    assert_eq!(fs::read(&path).unwrap(), b"initfirstsecond");
}

#[tokio::test]
async fn the_manifest_of_another_clip_stays_where_its_film_went_elsewhere() {
    let world = World::new();
    let app = with_clip(&world, DEVICE, LOBBY, signing_key(LOBBY)).await;
    let folder = TempDir::new().unwrap();
    let path = PathBuf::from(export(&app, &folder).await.unwrap().path);
    fs::remove_file(&path).unwrap();
    let beside = path.with_extension("json");
    let other = of_another_clip(&fs::read(&beside).unwrap());
    fs::write(&beside, &other).unwrap();
    let error = export(&app, &folder).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::ExportExists);
    assert_eq!(fs::read(&beside).unwrap(), other);
}

/// The same manifest, well signed by some device, of a clip that is not this one.
fn of_another_clip(signed: &[u8]) -> Vec<u8> {
    let signed: SignedManifest = serde_json::from_slice(signed).unwrap();
    let key = SigningKey::from_seed([0x55; 32]);
    let manifest = Manifest {
        clip: ClipId::from_entropy([0x55; 16]),
        device_key: key.public(),
        ..signed.verify().unwrap().clone()
    };
    serde_json::to_vec(&SignedManifest::sign(manifest, &key)).unwrap()
}

#[tokio::test]
async fn what_could_not_be_watched_is_not_saved_either() {
    let world = World::new();
    let app = with_clip(&world, DEVICE, LOBBY, signing_key(LOBBY)).await;
    world.hub.state().clips.get_mut(&CLIP).unwrap().1.swap(1, 2);
    assert_eq!(refused(&app).await, (ErrorCode::ClipTampered, false));
    world.hub.state().clips.clear();
    assert_eq!(refused(&app).await, (ErrorCode::ClipUnavailable, true));
    world.hub.stop();
    assert_eq!(refused(&app).await, (ErrorCode::HubUnreachable, true));

    let world = World::new();
    let forger = SigningKey::from_seed([0xee; 32]);
    let app = with_clip(&world, DEVICE, LOBBY, forger).await;
    assert_eq!(refused(&app).await, (ErrorCode::ClipTampered, false));

    let world = World::new();
    let stranger = DeviceId::from_entropy([0x77; 16]);
    let app = with_clip(&world, stranger, LOBBY, signing_key(LOBBY)).await;
    assert_eq!(
        refused(&app).await,
        (ErrorCode::ClipNotForThisDevice, false)
    );
}
