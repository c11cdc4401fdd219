//! Doors that open only once the system has confirmed who asks.

use resident::ui::{AppError, ErrorCode, PassDraft, PassKind, PassUses, Preferences, UnlockState};

use crate::building::{LOBBY, now_ms};
use crate::door::FakeDoor;
use crate::unlocking::{failure, names};
use crate::world::{App, World};

/// An enrolled app in which the lobby is confirmed.
async fn confirmed(world: &World) -> App {
    let app = world.enrolled().await;
    world.person.proves_it();
    let lobby = LOBBY.to_string();
    app.controller.set_confirmed(&lobby, true).await.unwrap();
    assert_eq!(app.snapshot().preferences.confirmed, [lobby]);
    app
}

#[tokio::test(start_paused = true)]
async fn a_confirmed_door_asks_the_system_first_and_then_opens() {
    let world = World::new();
    let door = FakeDoor::put_up(&world.links.radio, LOBBY, -50);
    let app = confirmed(&world).await;
    let states = names(&app.unlock(LOBBY).await);
    assert_eq!(states[..3], ["confirming", "searching", "connecting"]);
    assert_eq!(door.opened(), 1);
    // Once to turn it on, once to open.
    assert_eq!(world.person.asked(), ["Lobby", "Lobby"]);
}

#[tokio::test(start_paused = true)]
async fn a_person_who_does_not_prove_it_opens_nothing_near_or_from_afar() {
    let world = World::new();
    let near = FakeDoor::put_up(&world.links.radio, LOBBY, -50);
    let behind = FakeDoor::put_up(&world.hub.behind, LOBBY, -50);
    let app = confirmed(&world).await;
    world.person.declines();
    let error = AppError::new(ErrorCode::NotConfirmed);
    let failed = vec![UnlockState::Confirming, UnlockState::Failed { error }];
    assert_eq!(app.unlock(LOBBY).await, failed);
    assert_eq!(app.unlock_remotely(LOBBY).await, failed);
    assert_eq!(
        (near.phones(), behind.phones()),
        (0, 0),
        "no door was asked"
    );
}

#[tokio::test(start_paused = true)]
async fn a_system_that_lost_its_way_to_ask_opens_nothing() {
    let world = World::new();
    let door = FakeDoor::put_up(&world.links.radio, LOBBY, -50);
    let app = confirmed(&world).await;
    world.person.is_gone();
    assert_eq!(failure(&app, LOBBY).await.code, ErrorCode::CannotConfirm);
    assert_eq!(door.phones(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_door_is_not_made_to_wait_for_what_the_system_cannot_do() {
    let world = World::new();
    let app = world.enrolled().await;
    let lobby = LOBBY.to_string();
    let turned_on = app.controller.set_confirmed(&lobby, true).await;
    assert_eq!(turned_on.unwrap_err().code, ErrorCode::CannotConfirm);
    assert_eq!(app.snapshot().preferences, Preferences::default());
}

#[tokio::test(start_paused = true)]
async fn no_code_is_a_way_around() {
    let world = World::new();
    let app = confirmed(&world).await;
    app.controller.make_own_code().await.unwrap();
    world.person.declines();
    let pass = PassDraft {
        kind: PassKind::Guest,
        label: "Jonas".to_owned(),
        door_ids: vec![LOBBY.to_string()],
        from_ms: None,
        until_ms: now_ms() + 3_600_000,
        uses: PassUses::Several,
    };
    let refused = [
        app.controller.make_own_code().await.err(),
        app.controller.reveal_own_code().await.err(),
        app.controller.make_pass(pass).await.err(),
    ];
    let expected = Some(AppError::new(ErrorCode::NotConfirmed));
    assert!(
        refused.iter().all(|error| *error == expected),
        "{refused:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn only_the_person_takes_it_away_again() {
    let world = World::new();
    let app = confirmed(&world).await;
    let lobby = LOBBY.to_string();
    world.person.declines();
    let refused = app.controller.set_confirmed(&lobby, false).await;
    assert_eq!(refused.unwrap_err().code, ErrorCode::NotConfirmed);
    app.controller
        .set_preferences(&Preferences::default())
        .unwrap();
    assert_eq!(app.snapshot().preferences.confirmed, [lobby.as_str()]);
    world.person.proves_it();
    app.controller.set_confirmed(&lobby, false).await.unwrap();
    assert!(app.snapshot().preferences.confirmed.is_empty());
}
