//! The device's own keypad code: made once, and there without hub and network.

use resident::ui::ErrorCode;

use crate::building::LOBBY;
use crate::hub::CODE;
use crate::world::{App, World};

async fn code_of(app: &App) -> Result<String, ErrorCode> {
    app.controller
        .reveal_own_code()
        .await
        .map_err(|error| error.code)
}

#[tokio::test(start_paused = true)]
async fn a_code_that_was_made_is_there_after_a_restart_without_the_hub() {
    let world = World::new();
    let app = world.enrolled().await;
    assert_eq!(app.snapshot().own_code, None);
    assert_eq!(code_of(&app).await, Err(ErrorCode::CodeRefused));
    app.controller.make_own_code().await.unwrap();
    world.hub.stop();
    drop(app);
    let app = world.open();
    let own = app.snapshot().own_code.unwrap();
    assert_eq!(own.door_ids, [LOBBY.to_string()]);
    assert_eq!(code_of(&app).await.as_deref(), Ok(CODE));
    let doors = app.snapshot().doors;
    let with_keypad = doors.iter().filter(|door| door.keypad).count();
    assert_eq!(with_keypad, 1);
}

#[tokio::test(start_paused = true)]
async fn its_digits_are_nowhere_in_the_devices_files() {
    let world = World::new();
    let app = world.enrolled().await;
    app.controller.make_own_code().await.unwrap();
    drop(app);
    let mut searched = 0;
    for file in std::fs::read_dir(world.folder.path().join("app")).unwrap() {
        let path = file.unwrap().path();
        if path.is_file() {
            let bytes = std::fs::read(&path).unwrap();
            let found = bytes.windows(CODE.len()).any(|it| it == CODE.as_bytes());
            assert!(!found, "{}", path.display());
            searched += 1;
        }
    }
    assert!(searched > 0);
}

#[tokio::test(start_paused = true)]
async fn a_code_that_ended_at_the_hub_is_forgotten() {
    let world = World::new();
    let app = world.enrolled().await;
    app.controller.make_own_code().await.unwrap();
    world.hub.state().own_code = None;
    drop(app);
    let app = world.open();
    app.until("the code was forgotten", |snapshot| {
        snapshot.own_code.is_none()
    })
    .await;
    assert_eq!(code_of(&app).await, Err(ErrorCode::CodeRefused));
}

#[tokio::test(start_paused = true)]
async fn a_hub_that_makes_none_or_is_away_is_told_apart() {
    let world = World::new();
    let app = world.enrolled().await;
    world.hub.state().refuses_code = Some(hub_api::ErrorCode::NotFound);
    let refused = app.controller.make_own_code().await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::CodeRefused);
    world.hub.stop();
    let refused = app.controller.make_own_code().await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::HubUnreachable);
}

#[tokio::test(start_paused = true)]
async fn who_leaves_the_building_takes_no_code_along() {
    let world = World::new();
    let app = world.enrolled().await;
    app.controller.make_own_code().await.unwrap();
    app.controller.forget().await.unwrap();
    assert_eq!(app.snapshot().own_code, None);
}
