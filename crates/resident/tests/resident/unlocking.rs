use std::sync::atomic::Ordering;
use std::time::Duration;

use access::DoorId;
use bluetooth::LinkError;
use resident::ui::{ActivityKind, AppError, DenyReason, ErrorCode, UnlockState};

use crate::building::{GARAGE, GRANT, LOBBY, UNLOCK_S, door_info};
use crate::door::{FakeDoor, Fault};
use crate::world::{App, World};

pub(crate) fn names(states: &[UnlockState]) -> Vec<&'static str> {
    let name = |state: &UnlockState| match state {
        UnlockState::Idle => "idle",
        UnlockState::Confirming => "confirming",
        UnlockState::Searching => "searching",
        UnlockState::Connecting => "connecting",
        UnlockState::Unlocking => "unlocking",
        UnlockState::Unlocked { .. } => "unlocked",
        UnlockState::Relocked => "relocked",
        UnlockState::Failed { .. } => "failed",
    };
    states.iter().map(name).collect()
}

fn count(states: &[UnlockState], name: &str) -> usize {
    names(states).iter().filter(|shown| **shown == name).count()
}

pub(crate) async fn failure(app: &App, door: DoorId) -> AppError {
    match app.unlock(door).await.pop() {
        Some(UnlockState::Failed { error }) => error,
        other => panic!("the unlock ended as {other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn an_unlock_tells_each_state_as_it_becomes_true() {
    let world = World::new();
    let door = FakeDoor::put_up(&world.links.radio, LOBBY, -50);
    let app = world.enrolled().await;
    let states = app.unlock(LOBBY).await;
    let expected = [
        "searching",
        "connecting",
        "unlocking",
        "unlocked",
        "relocked",
        "idle",
    ];
    assert_eq!(names(&states), expected);
    assert!(matches!(
        states[3],
        UnlockState::Unlocked {
            unlock_s: UNLOCK_S,
            seq: 1,
            ..
        }
    ));
    assert_eq!(door.opened(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_door_right_here_is_connected_to_before_the_tap_and_asked_on_that_connection() {
    let world = World::new();
    let door = FakeDoor::put_up(&world.links.radio, LOBBY, -50);
    let app = world.enrolled().await;
    app.controller.set_in_front(true);
    while door.phones() == 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(door.opened(), 0, "nobody has tapped");
    app.unlock(LOBBY).await;
    assert_eq!((door.opened(), door.phones()), (1, 1), "on that connection");
}

#[tokio::test(start_paused = true)]
async fn a_connection_made_ahead_is_given_up_after_seconds_and_made_once_a_time_in_front() {
    let world = World::new();
    let door = FakeDoor::put_up(&world.links.radio, LOBBY, -50);
    let app = world.enrolled().await;
    app.controller.set_in_front(true);
    tokio::time::sleep(Duration::from_secs(30)).await;
    assert_eq!(door.phones(), 1);
    app.unlock(LOBBY).await;
    assert_eq!((door.opened(), door.phones()), (1, 2));
    app.controller.set_in_front(false);
    tokio::time::sleep(Duration::from_secs(1)).await;
    app.controller.set_in_front(true);
    tokio::time::sleep(Duration::from_secs(30)).await;
    assert_eq!(door.phones(), 3);
}

#[tokio::test(start_paused = true)]
async fn no_connection_is_made_ahead_to_a_door_that_is_only_near() {
    let world = World::new();
    let door = FakeDoor::put_up(&world.links.radio, LOBBY, -75);
    let app = world.enrolled().await;
    app.controller.set_in_front(true);
    tokio::time::sleep(Duration::from_secs(30)).await;
    assert_eq!(door.phones(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_door_at_the_border_of_what_is_heard_does_not_come_and_go() {
    let world = World::new();
    let app = world.enrolled().await;
    app.controller.set_in_front(true);
    let is_near = |app: &App| app.snapshot().doors.iter().any(|door| door.nearby);
    for (dbm, near) in [(-92, false), (-85, true), (-93, true), (-110, false)] {
        let _door = FakeDoor::put_up(&world.links.radio, LOBBY, dbm);
        tokio::time::sleep(Duration::from_secs(5)).await;
        assert_eq!(is_near(&app), near, "at {dbm} dBm");
    }
}

#[tokio::test(start_paused = true)]
async fn a_door_heard_too_faintly_is_neither_near_nor_asked() {
    let world = World::new();
    let door = FakeDoor::put_up(&world.links.radio, LOBBY, -95);
    let app = world.enrolled().await;
    assert_eq!(failure(&app, LOBBY).await.code, ErrorCode::DoorNotFound);
    assert!(app.snapshot().doors.iter().all(|door| !door.nearby));
    assert_eq!(door.phones(), 0, "no link was made");
}

#[tokio::test(start_paused = true)]
async fn an_own_unlock_is_remembered_on_this_device() {
    let world = World::new();
    let _door = FakeDoor::put_up(&world.links.radio, LOBBY, -50);
    let app = world.enrolled().await;
    app.unlock(LOBBY).await;
    drop(app);
    world.hub.stop();
    let items = world.open().activity().await;
    assert_eq!(items.len(), 1);
    assert_eq!(items[0].kind, ActivityKind::OwnUnlock { remote: false });
    assert_eq!(items[0].door_name, "Lobby");
}

#[tokio::test(start_paused = true)]
async fn a_second_tap_while_the_door_is_asked_is_ignored() {
    let world = World::new();
    let app = world.enrolled().await;
    app.controller.unlock(&LOBBY.to_string()).unwrap();
    app.controller.unlock(&LOBBY.to_string()).unwrap();
    let door = FakeDoor::put_up(&world.links.radio, LOBBY, -50);
    app.seen
        .until("unlocked", |seen| {
            names(&seen.unlocks(LOBBY)).contains(&"unlocked")
        })
        .await;
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(door.opened(), 1);
    let searches = names(&app.seen.unlocks(LOBBY))
        .iter()
        .filter(|name| **name == "searching")
        .count();
    assert_eq!(searches, 1);
}

#[tokio::test(start_paused = true)]
async fn an_open_door_can_be_unlocked_again_and_relocks_after_the_second_time() {
    let world = World::new();
    let door = FakeDoor::put_up(&world.links.radio, LOBBY, -50);
    let app = world.enrolled().await;
    app.controller.unlock(&LOBBY.to_string()).unwrap();
    app.seen
        .until("unlocked", |seen| {
            names(&seen.unlocks(LOBBY)).contains(&"unlocked")
        })
        .await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    app.controller.unlock(&LOBBY.to_string()).unwrap();
    app.seen
        .until("unlocked again", |seen| {
            count(&seen.unlocks(LOBBY), "unlocked") == 2
        })
        .await;

    tokio::time::sleep(Duration::from_secs(3)).await;
    let states = app.seen.unlocks(LOBBY);
    assert!(
        matches!(states.last(), Some(UnlockState::Unlocked { seq: 2, .. })),
        "the first unlock's end was told during the second: {states:?}"
    );
    app.seen
        .until("relocked", |seen| {
            count(&seen.unlocks(LOBBY), "relocked") == 1
        })
        .await;
    assert_eq!(door.opened(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_denial_carries_the_doors_reason() {
    let world = World::new();
    let door = FakeDoor::with(&world.links.radio, LOBBY, -50, vec![GRANT], Fault::None);
    let app = world.enrolled().await;
    let error = failure(&app, LOBBY).await;
    assert_eq!(error.code, ErrorCode::Denied);
    assert_eq!(error.reason, Some(DenyReason::Revoked));
    assert!(!error.retryable);
    assert_eq!(door.opened(), 0);
    assert_eq!(app.activity().await, []);
}

#[tokio::test(start_paused = true)]
async fn a_door_that_cannot_record_has_failed_and_stays_shut() {
    let world = World::new();
    let door = FakeDoor::with(
        &world.links.radio,
        LOBBY,
        -50,
        Vec::new(),
        Fault::CannotRecord,
    );
    let app = world.enrolled().await;
    assert_eq!(failure(&app, LOBBY).await.code, ErrorCode::DoorFailed);
    assert_eq!(door.opened(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_door_that_hangs_up_once_is_asked_once_more() {
    let world = World::new();
    let door = FakeDoor::with(
        &world.links.radio,
        LOBBY,
        -50,
        Vec::new(),
        Fault::HangsUp(1),
    );
    let app = world.enrolled().await;
    assert_eq!(names(&app.unlock(LOBBY).await).last(), Some(&"idle"));
    assert_eq!((door.phones(), door.opened()), (2, 1));
}

#[tokio::test(start_paused = true)]
async fn a_door_that_turns_phones_away_is_busy() {
    let world = World::new();
    let door = FakeDoor::with(
        &world.links.radio,
        LOBBY,
        -50,
        Vec::new(),
        Fault::HangsUp(9),
    );
    let app = world.enrolled().await;
    let error = failure(&app, LOBBY).await;
    assert_eq!(error.code, ErrorCode::DoorBusy);
    assert!(error.retryable);
    assert_eq!(door.phones(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_door_out_of_reach_is_not_found() {
    let world = World::new();
    let app = world.enrolled().await;
    assert_eq!(failure(&app, LOBBY).await.code, ErrorCode::DoorNotFound);
}

#[tokio::test(start_paused = true)]
async fn what_is_wrong_with_bluetooth_is_said() {
    let faults: [(fn() -> LinkError, ErrorCode); 3] = [
        (|| LinkError::BluetoothOff, ErrorCode::BluetoothOff),
        (|| LinkError::NoAdapter, ErrorCode::BluetoothUnsupported),
        (|| LinkError::PermissionDenied, ErrorCode::PermissionDenied),
    ];
    for (fault, code) in faults {
        let world = World::new();
        world.links.break_radio(fault);
        let app = world.enrolled().await;
        assert_eq!(failure(&app, LOBBY).await.code, code);
    }
}

#[tokio::test(start_paused = true)]
async fn without_bluetooth_a_door_on_the_network_opens() {
    let world = World::new();
    world.links.break_radio(|| LinkError::NoAdapter);
    world.hub.state().doors[0].stream_address = Some("127.0.0.1:7411".to_owned());
    let door = FakeDoor::put_up(&world.links.network, LOBBY, 0);
    let app = world.enrolled().await;
    assert_eq!(names(&app.unlock(LOBBY).await).last(), Some(&"idle"));
    assert_eq!(door.opened(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_door_in_radio_range_is_asked_over_the_radio() {
    let world = World::new();
    world.hub.state().doors[0].stream_address = Some("127.0.0.1:7411".to_owned());
    let over_network = FakeDoor::put_up(&world.links.network, LOBBY, 0);
    let over_radio = FakeDoor::put_up(&world.links.radio, LOBBY, -50);
    let app = world.enrolled().await;
    app.unlock(LOBBY).await;
    assert_eq!((over_radio.opened(), over_network.opened()), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_credential_that_was_never_given_is_a_denial() {
    let world = World::new();
    let cellar = DoorId::from_entropy([0x30; 16]);
    world.hub.state().doors.push(door_info(cellar, "Cellar"));
    let app = world.enrolled().await;
    let error = failure(&app, cellar).await;
    assert_eq!(
        (error.code, error.reason),
        (ErrorCode::Denied, Some(DenyReason::NoCredential))
    );
}

#[tokio::test(start_paused = true)]
async fn the_nearest_door_comes_first_and_a_silent_one_is_no_longer_near() {
    let world = World::new();
    let lobby = FakeDoor::put_up(&world.links.radio, LOBBY, -50);
    let _garage = FakeDoor::put_up(&world.links.radio, GARAGE, -80);
    let app = world.enrolled().await;
    app.controller.set_in_front(true);
    let snapshot = app
        .until("both near", |shown| {
            shown.doors.iter().all(|door| door.nearby)
        })
        .await;
    assert_eq!(snapshot.doors[0].name, "Lobby");
    assert_eq!(snapshot.doors[0].rssi_dbm, Some(-50));

    drop(lobby);
    let snapshot = app.until("one near", |shown| !shown.doors[1].nearby).await;
    assert_eq!(snapshot.doors[0].name, "Garage");
}

#[tokio::test(start_paused = true)]
async fn the_radio_is_used_only_while_a_window_is_in_front() {
    let world = World::new();
    let _door = FakeDoor::put_up(&world.links.radio, LOBBY, -50);
    let app = world.enrolled().await;
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(world.links.radio_used.load(Ordering::SeqCst), 0);
    app.controller.set_in_front(true);
    app.until("near", |shown| shown.doors[0].nearby).await;
    app.controller.set_in_front(false);
    app.until("silent", |shown| {
        !shown.doors.iter().any(|door| door.nearby)
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn dropping_the_app_stops_an_unlock() {
    let world = World::new();
    let app = world.enrolled().await;
    app.controller.unlock(&LOBBY.to_string()).unwrap();
    drop(app);
    let door = FakeDoor::put_up(&world.links.radio, LOBBY, -50);
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(door.phones(), 0);
}

#[tokio::test(start_paused = true)]
async fn an_unlock_may_begin_on_a_thread_outside_the_runtime() {
    let world = World::new();
    let door = FakeDoor::put_up(&world.links.radio, LOBBY, -50);
    let app = world.enrolled().await;
    std::thread::scope(|scope| {
        let tray = scope.spawn(|| app.controller.unlock(&LOBBY.to_string()));
        tray.join().unwrap().unwrap();
    });
    app.seen
        .until("unlocked", |seen| {
            count(&seen.unlocks(LOBBY), "unlocked") == 1
        })
        .await;
    assert_eq!(door.opened(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_door_that_is_gone_after_a_failed_link_is_not_tried_by_its_old_sighting() {
    let world = World::new();
    let door = FakeDoor::with(
        &world.links.radio,
        LOBBY,
        -50,
        Vec::new(),
        Fault::HangsUpAndGoes,
    );
    let app = world.enrolled().await;
    let states = app.unlock(LOBBY).await;
    assert_eq!(
        names(&states),
        ["searching", "connecting", "searching", "failed"]
    );
    assert_eq!(door.phones(), 1);
}
