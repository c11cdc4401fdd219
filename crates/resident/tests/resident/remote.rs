//! Doors asked through the hub, from wherever the device is.

use resident::ui::{ActivityKind, AppError, ErrorCode, Snapshot, UnlockState};

use crate::building::{GARAGE, LOBBY};
use crate::door::FakeDoor;
use crate::unlocking::names;
use crate::world::World;

#[tokio::test(start_paused = true)]
async fn a_door_out_of_reach_opens_through_the_hub_and_is_remembered_as_opened_from_afar() {
    let world = World::new();
    let door = FakeDoor::put_up(&world.hub.behind, LOBBY, -50);
    let app = world.enrolled().await;
    let states = app.unlock_remotely(LOBBY).await;
    let expected = ["connecting", "unlocking", "unlocked", "relocked", "idle"];
    assert_eq!(names(&states), expected);
    assert_eq!(door.opened(), 1);
    let own = app.activity().await.remove(0);
    assert_eq!(own.kind, ActivityKind::OwnUnlock { remote: true });
}

#[tokio::test(start_paused = true)]
async fn a_door_without_a_connection_to_the_hub_cannot_be_asked_from_afar() {
    let world = World::new();
    let app = world.enrolled().await;
    let error = AppError::new(ErrorCode::DoorOffline);
    let failed = UnlockState::Failed { error };
    assert_eq!(app.unlock_remotely(LOBBY).await.pop(), Some(failed));
}

#[tokio::test(start_paused = true)]
async fn without_the_hub_nothing_is_asked_from_afar() {
    let world = World::new();
    let door = FakeDoor::put_up(&world.hub.behind, LOBBY, -50);
    let app = world.enrolled().await;
    world.hub.stop();
    let error = AppError::new(ErrorCode::HubUnreachable);
    let failed = UnlockState::Failed { error };
    assert_eq!(app.unlock_remotely(LOBBY).await.pop(), Some(failed));
    assert_eq!(door.opened(), 0);
}

#[tokio::test(start_paused = true)]
async fn only_a_door_that_is_away_is_offered_from_afar_and_only_while_the_hub_answers() {
    let world = World::new();
    let _lobby = FakeDoor::put_up(&world.links.radio, LOBBY, -50);
    let app = world.enrolled().await;
    app.controller.set_in_front(true);
    let offered = |snapshot: &Snapshot| {
        let remote = snapshot.doors.iter().filter(|door| door.remote);
        remote.map(|door| door.id.clone()).collect::<Vec<_>>()
    };
    let garage_only = [GARAGE.to_string()];
    app.until("the lobby is near", |snapshot| {
        offered(snapshot) == garage_only
    })
    .await;
    world.hub.stop();
    app.until("nothing is offered", |snapshot| {
        offered(snapshot).is_empty()
    })
    .await;
}
