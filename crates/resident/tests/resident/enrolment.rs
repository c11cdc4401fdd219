use hub_api::ErrorCode as HubCode;
use resident::hub::HubError;
use resident::ui::{CredentialState, ErrorCode, KeyStorage};

use crate::world::{INVITE, World};

async fn refused(refusal: HubError) -> ErrorCode {
    let world = World::new();
    world.hub.state().refusal = Some(refusal);
    let app = world.open();
    let error = app
        .controller
        .enrol(INVITE, KeyStorage::File)
        .await
        .unwrap_err();
    assert!(app.snapshot().enrolled.is_none());
    error.code
}

#[tokio::test(start_paused = true)]
async fn an_enrolled_device_shows_its_building_and_doors() {
    let world = World::new();
    let app = world.enrolled().await;
    let snapshot = app.snapshot();
    let enrolled = snapshot.enrolled.unwrap();
    assert_eq!(enrolled.building_name, "12 Elm Street");
    assert_eq!(enrolled.resident_name, "Robin");
    assert_eq!(enrolled.key_storage, KeyStorage::File);
    let names: Vec<_> = snapshot
        .doors
        .iter()
        .map(|door| door.name.as_str())
        .collect();
    assert_eq!(names, ["Garage", "Lobby"]);
    assert!(
        snapshot
            .doors
            .iter()
            .all(|door| door.credential == CredentialState::Valid)
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_no_invite_is_refused_without_asking_anybody() {
    let world = World::new();
    let app = world.open();
    for text in ["", "hello", "https://example.com", &INVITE[..60]] {
        let error = app
            .controller
            .enrol(text, KeyStorage::File)
            .await
            .unwrap_err();
        assert_eq!(error.code, ErrorCode::InviteMalformed, "{text}");
        assert!(app.controller.preview_invite(text).is_err());
    }
    assert_eq!(
        app.controller.preview_invite(INVITE).unwrap().hub,
        "hub.example:7410"
    );
}

#[tokio::test(start_paused = true)]
async fn each_refusal_of_an_invite_has_its_own_code() {
    let refusal = |code| HubError::Refused {
        code,
        retryable: false,
    };
    assert_eq!(
        refused(refusal(HubCode::InviteUsed)).await,
        ErrorCode::InviteUsed
    );
    assert_eq!(
        refused(refusal(HubCode::InviteExpired)).await,
        ErrorCode::InviteExpired
    );
    assert_eq!(
        refused(refusal(HubCode::InviteInvalid)).await,
        ErrorCode::InviteUnknown
    );
    assert_eq!(
        refused(HubError::NotTrusted).await,
        ErrorCode::HubNotTrusted
    );
    assert_eq!(
        refused(HubError::Unreachable).await,
        ErrorCode::HubUnreachable
    );
}

#[tokio::test(start_paused = true)]
async fn without_a_keychain_no_invite_is_spent() {
    let mut world = World::new();
    world.has_keychain = false;
    let app = world.open();
    let error = app
        .controller
        .enrol(INVITE, KeyStorage::Keychain)
        .await
        .unwrap_err();
    assert_eq!(error.code, ErrorCode::NoKeychain);
    assert!(world.hub.state().registered.is_none());
    app.controller
        .enrol(INVITE, KeyStorage::File)
        .await
        .unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_answer_lost_on_its_way_costs_no_invite() {
    let world = World::new();
    world.hub.state().loses_answer = true;
    let app = world.open();
    let error = app
        .controller
        .enrol(INVITE, KeyStorage::File)
        .await
        .unwrap_err();
    assert_eq!(error.code, ErrorCode::HubUnreachable);
    drop(app);
    let app = world.open();
    app.controller
        .enrol(INVITE, KeyStorage::File)
        .await
        .unwrap();
    assert!(app.snapshot().enrolled.is_some());
}

#[cfg(unix)]
#[tokio::test(start_paused = true)]
async fn keys_and_history_are_readable_by_their_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;

    let world = World::new();
    let _app = world.enrolled().await;
    let folder = world.folder.path().join("app");
    let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
    let keys: Vec<_> = folder.join("keys").read_dir().unwrap().flatten().collect();
    assert_eq!(keys.len(), 1);
    assert_eq!(mode(&keys[0].path()), 0o600);
    assert_eq!(mode(&folder), 0o700);
    assert_eq!(mode(&folder.join("vestibule.sqlite")), 0o600);
    assert_eq!(mode(&folder.join("vestibule.sqlite-wal")), 0o600);
}

#[tokio::test(start_paused = true)]
async fn leaving_takes_keys_doors_and_history_along() {
    let world = World::new();
    let app = world.enrolled().await;
    app.controller.forget().await.unwrap();

    let snapshot = app.snapshot();
    assert_eq!(snapshot.enrolled, None);
    assert_eq!(snapshot.doors, []);
    assert_eq!(app.activity().await, []);
    let mut keys = world.folder.path().join("app/keys").read_dir().unwrap();
    assert!(keys.next().is_none());
    let error = app
        .controller
        .unlock(&crate::building::LOBBY.to_string())
        .unwrap_err();
    assert_eq!(error.code, ErrorCode::NotEnrolled);
}

#[tokio::test(start_paused = true)]
async fn a_device_that_left_can_enrol_again() {
    let world = World::new();
    let app = world.enrolled().await;
    app.controller.forget().await.unwrap();
    world.hub.state().registered = None;
    app.controller
        .enrol(INVITE, KeyStorage::Keychain)
        .await
        .unwrap();
    assert_eq!(
        app.snapshot().enrolled.unwrap().key_storage,
        KeyStorage::Keychain
    );
}
