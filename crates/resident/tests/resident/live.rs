//! Watching live, with a door that is played and a hub that may lie.

use std::time::Duration;

use clip::live::Ended;
use hub_api::{LiveFrame, LiveReceiver, LiveSender};
use resident::ui::{ErrorCode, HubState};

use crate::building::LOBBY;
use crate::live_door::{PlayedDoor, answer, next_ask, viewers};
use crate::world::{App, World};

/// A door that is watched through the hub.
struct Stage {
    app: App,
    door: PlayedDoor,
    live: String,
}

async fn online(world: &World) -> App {
    let app = world.enrolled().await;
    app.until("online", |shown| shown.hub == HubState::Online)
        .await;
    app
}

async fn comes(world: &World) -> (LiveSender, LiveReceiver) {
    world.hub.watchers.lock().await.recv().await.unwrap()
}

impl Stage {
    async fn set(world: &World) -> Self {
        let app = online(world).await;
        let door = async { PlayedDoor::grants(world, comes(world).await).await };
        let lobby = LOBBY.to_string();
        let (opened, door) = tokio::join!(app.controller.live_open(&lobby), door);
        let timeline = opened.unwrap();
        assert_eq!(
            (timeline.door_name.as_str(), timeline.width),
            ("Lobby", 1280)
        );
        let live = timeline.live_id;
        Self { app, door, live }
    }

    async fn part(&self, n: u32) -> Result<(u32, String), ErrorCode> {
        let part = self.app.controller.live_part(&self.live, n).await;
        let part = part.map_err(|error| error.code)?;
        Ok((part.n, String::from_utf8(part.bytes.to_vec()).unwrap()))
    }

    async fn ended(&self) -> ErrorCode {
        self.part(u32::MAX).await.unwrap_err()
    }
}

fn shown(n: u32, text: &str) -> (u32, String) {
    (n, text.to_owned())
}

#[tokio::test(start_paused = true)]
async fn a_viewer_sees_what_the_door_films() {
    let world = World::new();
    let mut stage = Stage::set(&world).await;
    assert_eq!(stage.part(0).await, Ok(shown(0, "init")));
    for n in 0..4 {
        stage.door.film(i64::from(n)).await;
        let text = format!("picture {n}");
        assert_eq!(stage.part(n + 1).await, Ok(shown(n + 1, &text)));
    }
}

#[tokio::test(start_paused = true)]
async fn who_has_fallen_behind_is_moved_to_the_newest_group() {
    let world = World::new();
    let mut stage = Stage::set(&world).await;
    for n in 0..8 {
        stage.door.film(n).await;
    }
    assert_eq!(stage.part(8).await, Ok(shown(8, "picture 7")));
    assert_eq!(stage.part(1).await, Ok(shown(8, "picture 6picture 7")));
}

#[tokio::test(start_paused = true)]
async fn the_door_is_told_that_it_is_still_watched_and_that_it_is_not() {
    let world = World::new();
    let mut stage = Stage::set(&world).await;
    for n in 0..11 {
        stage.door.film(n).await;
        stage.part(u32::try_from(n).unwrap() + 1).await.unwrap();
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    let ask = next_ask(&mut stage.door.receiver).await;
    let again = stage.door.says.open_ask(&ask, &viewers(&world)).unwrap();
    assert!(!again.first && again.watch == stage.door.asked.watch);
    stage.app.controller.live_close(&stage.live).unwrap();
    while stage.door.receiver.next().await.is_ok() {}
    assert_eq!(stage.ended().await, ErrorCode::ConnectionLost);
}

#[tokio::test(start_paused = true)]
async fn a_window_that_is_gone_does_not_watch_on() {
    let world = World::new();
    let mut stage = Stage::set(&world).await;
    let begun = tokio::time::Instant::now();
    let film = async {
        for n in 0.. {
            let frame = stage
                .door
                .sealer
                .seal(n * 1000, 1000, true, b"unseen")
                .unwrap();
            let fragment = frame.into();
            let keyframe = true;
            let frame = LiveFrame::Fragment { keyframe, fragment };
            if stage.door.sender.send(&frame).await.is_err() {
                break;
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    };
    let gone = async { while stage.door.receiver.next().await.is_ok() {} };
    tokio::select! {
        () = film => {}
        () = gone => {}
    }
    assert!(
        begun.elapsed() < Duration::from_secs(20),
        "{:?}",
        begun.elapsed()
    );
}

#[tokio::test(start_paused = true)]
async fn an_old_session_that_the_hub_has_kept_is_not_shown() {
    let world = World::new();
    let mut stage = Stage::set(&world).await;
    let mut kept = stage.door.said.to_vec();
    kept.push(stage.door.film(0).await);
    drop(stage);
    let app = world.open();
    app.until("online", |shown| shown.hub == HubState::Online)
        .await;
    let lying = async {
        let (mut sender, receiver) = comes(&world).await;
        for frame in &kept {
            sender.send(frame).await.unwrap();
        }
        (sender, receiver)
    };
    let lobby = LOBBY.to_string();
    let (opened, _held) = tokio::join!(app.controller.live_open(&lobby), lying);
    assert_eq!(opened.unwrap_err().code, ErrorCode::ConnectionLost);
}

#[tokio::test(start_paused = true)]
async fn pictures_that_were_held_back_are_not_shown_as_live() {
    let world = World::new();
    let mut stage = Stage::set(&world).await;
    for n in 0..11 {
        stage.door.film(0).await;
        stage.part(n + 1).await.unwrap();
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    stage.door.film(0).await;
    assert_eq!(stage.ended().await, ErrorCode::ConnectionLost);
}

#[tokio::test(start_paused = true)]
async fn what_the_door_did_not_film_is_refused() {
    let world = World::new();
    let mut stage = Stage::set(&world).await;
    stage.door.film(0).await;
    let sealed = stage
        .door
        .sealer
        .seal(1000, 1000, false, b"picture 1")
        .unwrap();
    let mut altered = sealed;
    altered[40] ^= 1;
    let fragment = altered.into();
    let keyframe = false;
    let frame = LiveFrame::Fragment { keyframe, fragment };
    stage.door.sender.send(&frame).await.unwrap();
    assert_eq!(stage.ended().await, ErrorCode::LiveTampered);
}

#[tokio::test(start_paused = true)]
async fn silence_is_a_lost_connection() {
    let world = World::new();
    let mut stage = Stage::set(&world).await;
    stage.door.film(0).await;
    assert_eq!(stage.ended().await, ErrorCode::ConnectionLost);
}

#[tokio::test(start_paused = true)]
async fn the_door_says_why_it_ends() {
    for (why, code) in [
        (Ended::CameraOff, ErrorCode::CameraOff),
        (Ended::NotAViewer, ErrorCode::LiveNotAllowed),
        (Ended::NobodyMay, ErrorCode::LiveNotOffered),
        (Ended::Busy, ErrorCode::LiveBusy),
        (Ended::Lapsed, ErrorCode::ConnectionLost),
        (Ended::NoRecord, ErrorCode::DoorFailed),
    ] {
        let world = World::new();
        let mut stage = Stage::set(&world).await;
        let ended = answer(stage.door.says.end(stage.door.asked.watch, why));
        stage.door.sender.send(&ended).await.unwrap();
        assert_eq!(stage.ended().await, code);
    }
}
