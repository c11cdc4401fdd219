//! What comes from outside the windows: links to doors, and the keys for the nearest one.

use bluetooth::LinkError;
use resident::ui::{
    DenyReason, Errand, ErrorCode, HubState, Language, Preferences, UiEvent, UnlockState,
};

use crate::building::{GARAGE, LOBBY};
use crate::door::{FakeDoor, Fault};
use crate::unlocking::failure;
use crate::world::World;

#[tokio::test(start_paused = true)]
async fn a_link_to_a_door_opens_nothing_and_waits_for_a_window_once() {
    let world = World::new();
    let door = FakeDoor::put_up(&world.links.radio, LOBBY, -50);
    let app = world.enrolled().await;
    app.controller
        .open_link(format!("vestibule://door/{LOBBY}"));
    tokio::time::sleep(std::time::Duration::from_secs(30)).await;
    assert_eq!((door.phones(), app.seen.unlocks(LOBBY)), (0, Vec::new()));
    assert!(app.seen.events().contains(&UiEvent::ErrandPending));
    let door_id = LOBBY.to_string();
    assert_eq!(
        app.controller.take_pending_errand(),
        Some(Errand::OpenDoor { door_id })
    );
    assert_eq!(app.controller.take_pending_errand(), None);
    assert_eq!(app.controller.take_pending_invite(), None);
}

#[tokio::test(start_paused = true)]
async fn keys_open_the_nearest_of_the_doors_though_no_window_looked_for_them() {
    let world = World::new();
    let garage = FakeDoor::put_up(&world.links.radio, GARAGE, -70);
    let lobby = FakeDoor::put_up(&world.links.radio, LOBBY, -50);
    let app = world.enrolled().await;
    let asked = app.controller.unlock_nearest().await.unwrap();
    assert_eq!(asked, LOBBY.to_string());
    app.seen
        .until("it opened", |seen| {
            matches!(seen.unlocks(LOBBY).last(), Some(UnlockState::Idle))
        })
        .await;
    assert_eq!((lobby.opened(), garage.phones()), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn keys_open_no_door_that_is_not_near_even_if_the_hub_could() {
    let world = World::new();
    let behind = FakeDoor::put_up(&world.hub.behind, LOBBY, -50);
    let app = world.enrolled().await;
    let error = app.controller.unlock_nearest().await.unwrap_err();
    assert_eq!(error.code, ErrorCode::DoorNotFound);
    assert_eq!(behind.phones(), 0);
}

#[tokio::test(start_paused = true)]
async fn keys_tell_what_is_wrong_with_bluetooth_when_no_door_is_near() {
    let world = World::new();
    world.links.break_radio(|| LinkError::BluetoothOff);
    let app = world.enrolled().await;
    let error = app.controller.unlock_nearest().await.unwrap_err();
    assert_eq!(error.code, ErrorCode::BluetoothOff);
}

#[tokio::test(start_paused = true)]
async fn the_keys_are_kept_and_no_other_choice_changes_them() {
    let world = World::new();
    let app = world.enrolled().await;
    let keys = || Some("Ctrl+Alt+KeyU".to_owned());
    app.controller.set_shortcut(keys()).unwrap();
    let spanish = Preferences {
        language: Some(Language::Es),
        ..Preferences::default()
    };
    app.controller.set_preferences(&spanish).unwrap();
    assert_eq!(app.snapshot().preferences.shortcut, keys());
    app.controller.forget().await.unwrap();
    assert_eq!(app.snapshot().preferences.shortcut, keys());
}

#[tokio::test(start_paused = true)]
async fn a_key_that_a_door_finds_run_out_is_renewed_at_once() {
    let world = World::new();
    let app = world.enrolled().await;
    app.until("online", |snapshot| snapshot.hub == HubState::Online)
        .await;
    let issued = world.hub.state().credentials_issued;
    let radio = &world.links.radio;
    let _door = FakeDoor::with(radio, LOBBY, -50, Vec::new(), Fault::ClockAhead);
    let error = failure(&app, LOBBY).await;
    assert_eq!(error.reason, Some(DenyReason::CredentialExpired));
    app.until("renewed", |_| {
        world.hub.state().credentials_issued == issued + 1
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn pinned_doors_come_first_and_are_forgotten_with_the_building() {
    let world = World::new();
    let app = world.enrolled().await;
    let first = |app: &crate::world::App| app.snapshot().doors[0].id.clone();
    assert_eq!(first(&app), GARAGE.to_string(), "by name");
    let pinned = Preferences {
        pinned: vec![LOBBY.to_string()],
        ..Preferences::default()
    };
    app.controller.set_preferences(&pinned).unwrap();
    assert_eq!(first(&app), LOBBY.to_string());
    app.controller.forget().await.unwrap();
    assert!(app.snapshot().preferences.pinned.is_empty());
}
