//! Watching live, with a door that is played and a hub that may lie.

use std::time::Duration;

use access::Viewer;
use clip::live::{Asked, Ended, LiveDoor, LiveSealer, Picture};
use hub_api::{LiveFrame, LiveReceiver, LiveSender};
use rand::rngs::OsRng;
use resident::ui::{ErrorCode, HubState};

use crate::building::{BUILDING, DEVICE, LOBBY, signing_key};
use crate::world::{App, World};

/// A door that is watched, and the hub's end of the app's connection.
struct Stage {
    app: App,
    door: LiveDoor,
    asked: Asked,
    sealer: LiveSealer,
    sender: LiveSender,
    receiver: LiveReceiver,
    live: String,
    /// The hello and the grant, as the hub may have kept them.
    said: [LiveFrame; 2],
}

fn picture() -> Picture {
    Picture {
        codec: "avc1.42C01F".to_owned(),
        width: 1280,
        height: 720,
        lens: None,
        init: b"init".to_vec(),
    }
}

fn viewers(world: &World) -> Vec<Viewer> {
    let (_, _, key) = world.hub.state().registered.unwrap();
    let doors = vec![LOBBY];
    let device = DEVICE;
    vec![Viewer { device, key, doors }]
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

async fn next_ask(receiver: &mut LiveReceiver) -> Vec<u8> {
    loop {
        if let LiveFrame::Ask { ask, .. } = receiver.next().await.unwrap() {
            return ask.to_vec();
        }
    }
}

fn answer(bytes: Vec<u8>) -> LiveFrame {
    let answer = bytes.into();
    LiveFrame::Answer { watcher: 0, answer }
}

impl Stage {
    async fn set(world: &World) -> Self {
        let app = online(world).await;
        let door = async {
            let (mut sender, mut receiver) = comes(world).await;
            let mut door = LiveDoor::new(BUILDING, LOBBY, signing_key(LOBBY), rand::random());
            let hello = LiveFrame::Hello(door.hello().into());
            sender.send(&hello).await.unwrap();
            let ask = next_ask(&mut receiver).await;
            let asked = door.open_ask(&ask, &viewers(world)).unwrap();
            let (session, sealer) = door.begin(picture(), &mut OsRng).unwrap();
            let grant = answer(door.grant(&asked, &session, 0, &mut OsRng).unwrap());
            sender.send(&grant).await.unwrap();
            (door, asked, sealer, sender, receiver, [hello, grant])
        };
        let lobby = LOBBY.to_string();
        let (opened, door) = tokio::join!(app.controller.live_open(&lobby), door);
        let timeline = opened.unwrap();
        assert_eq!(
            (timeline.door_name.as_str(), timeline.width),
            ("Lobby", 1280)
        );
        let (door, asked, sealer, sender, receiver, said) = door;
        Self {
            app,
            door,
            asked,
            sealer,
            sender,
            receiver,
            live: timeline.live_id,
            said,
        }
    }

    /// Films the `n`th fragment of a second, two to a group.
    async fn film(&mut self, n: i64) -> LiveFrame {
        let plain = format!("picture {n}");
        let keyframe = n % 2 == 0;
        let sealed = self.sealer.seal(n * 1000, 1000, keyframe, plain.as_bytes());
        let fragment = sealed.unwrap().into();
        let frame = LiveFrame::Fragment { keyframe, fragment };
        self.sender.send(&frame).await.unwrap();
        frame
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
        stage.film(i64::from(n)).await;
        let text = format!("picture {n}");
        assert_eq!(stage.part(n + 1).await, Ok(shown(n + 1, &text)));
    }
}

#[tokio::test(start_paused = true)]
async fn who_has_fallen_behind_is_moved_to_the_newest_group() {
    let world = World::new();
    let mut stage = Stage::set(&world).await;
    for n in 0..8 {
        stage.film(n).await;
    }
    assert_eq!(stage.part(8).await, Ok(shown(8, "picture 7")));
    assert_eq!(stage.part(1).await, Ok(shown(7, "picture 6")));
}

#[tokio::test(start_paused = true)]
async fn the_door_is_told_that_it_is_still_watched_and_that_it_is_not() {
    let world = World::new();
    let mut stage = Stage::set(&world).await;
    for n in 0..11 {
        stage.film(n).await;
        stage.part(u32::try_from(n).unwrap() + 1).await.unwrap();
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    let ask = next_ask(&mut stage.receiver).await;
    let again = stage.door.open_ask(&ask, &viewers(&world)).unwrap();
    assert!(!again.first && again.watch == stage.asked.watch);
    stage.app.controller.live_close(&stage.live).unwrap();
    while stage.receiver.next().await.is_ok() {}
    assert_eq!(stage.ended().await, ErrorCode::ConnectionLost);
}

#[tokio::test(start_paused = true)]
async fn a_window_that_is_gone_does_not_watch_on() {
    let world = World::new();
    let mut stage = Stage::set(&world).await;
    let begun = tokio::time::Instant::now();
    let film = async {
        for n in 0.. {
            let frame = stage.sealer.seal(n * 1000, 1000, true, b"unseen").unwrap();
            let fragment = frame.into();
            let keyframe = true;
            let frame = LiveFrame::Fragment { keyframe, fragment };
            if stage.sender.send(&frame).await.is_err() {
                break;
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    };
    let gone = async { while stage.receiver.next().await.is_ok() {} };
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
    let mut kept = stage.said.to_vec();
    kept.push(stage.film(0).await);
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
        stage.film(0).await;
        stage.part(n + 1).await.unwrap();
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    stage.film(0).await;
    assert_eq!(stage.ended().await, ErrorCode::ConnectionLost);
}

#[tokio::test(start_paused = true)]
async fn what_the_door_did_not_film_is_refused() {
    let world = World::new();
    let mut stage = Stage::set(&world).await;
    stage.film(0).await;
    let sealed = stage.sealer.seal(1000, 1000, false, b"picture 1").unwrap();
    let mut altered = sealed;
    altered[40] ^= 1;
    let fragment = altered.into();
    let keyframe = false;
    let frame = LiveFrame::Fragment { keyframe, fragment };
    stage.sender.send(&frame).await.unwrap();
    assert_eq!(stage.ended().await, ErrorCode::LiveTampered);
}

#[tokio::test(start_paused = true)]
async fn silence_is_a_lost_connection() {
    let world = World::new();
    let mut stage = Stage::set(&world).await;
    stage.film(0).await;
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
        let ended = answer(stage.door.end(stage.asked.watch, why));
        stage.sender.send(&ended).await.unwrap();
        assert_eq!(stage.ended().await, code);
    }
}
