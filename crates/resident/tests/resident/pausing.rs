//! Standing still, so that the program around can start anew in place of itself.

use std::time::Duration;

use crate::building::LOBBY;
use crate::door::FakeDoor;
use crate::following::{courier, following, online, settled};
use crate::world::World;

#[tokio::test(start_paused = true)]
async fn nothing_is_told_in_a_pause_and_everything_after_it() {
    let world = World::new();
    let app = following(&world).await;
    assert!(app.controller.pause().await);
    world.hub.push_entry(courier(1));
    settled().await;
    assert_eq!(app.seen.notifications().len(), 0);

    app.controller.resume();
    app.seen
        .until("notified", |seen| !seen.notifications().is_empty())
        .await;
    settled().await;
    assert_eq!(app.seen.notifications().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_came_in_a_pause_is_told_by_the_next_start() {
    let world = World::new();
    let app = following(&world).await;
    assert!(app.controller.pause().await);
    world.hub.push_entry(courier(1));
    settled().await;
    drop(app);
    let app = world.open();
    online(&app).await;
    settled().await;
    assert_eq!(app.seen.notifications().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn there_is_no_pause_while_a_door_is_being_opened_or_is_open() {
    let world = World::new();
    let app = following(&world).await;
    assert!(!app.controller.is_busy());
    app.controller.unlock(&LOBBY.to_string()).unwrap();
    assert!(app.controller.is_busy());
    assert!(!app.controller.pause().await);

    let _door = FakeDoor::put_up(&world.links.radio, LOBBY, -50);
    app.seen
        .until("unlocked", |seen| {
            let unlocks = seen.unlocks(LOBBY);
            unlocks
                .iter()
                .any(|unlock| matches!(unlock, resident::ui::UnlockState::Unlocked { .. }))
        })
        .await;
    assert!(!app.controller.pause().await);
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert!(app.controller.pause().await);
}

#[tokio::test(start_paused = true)]
async fn there_is_no_pause_while_the_person_waits_for_the_hub() {
    let world = World::new();
    let app = following(&world).await;
    let folder = tempfile::tempdir().unwrap();
    let mut saving = std::pin::pin!(app.controller.export_data(folder.path().to_owned()));
    assert!(futures::poll!(saving.as_mut()).is_pending());
    assert!(!app.controller.pause().await);
    saving.await.unwrap();
    assert!(app.controller.pause().await);
}
