//! Watching live over the network that the device and the door are both on.

use std::time::Duration;

use access::SigningKey;
use clip::live::{Ended, LiveDoor};
use hub_api::{LiveFrame, LocalAddress};
use resident::LiveWay;
use resident::ui::{ErrorCode, HubState};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::{Instant, timeout};

use crate::building::{BUILDING, GARAGE, LOBBY, signing_key};
use crate::live_door::{PlayedDoor, answer, lobby, next_ask, viewers};
use crate::world::{App, LiveEnds, World};

/// A device that knows where the lobby is on its network, and what listens there.
struct Home {
    world: World,
    app: App,
    came: UnboundedReceiver<LiveEnds>,
}

fn address(host: u8) -> LocalAddress {
    let socket = std::net::SocketAddr::from(([192, 168, 1, host], 7480));
    socket.try_into().unwrap()
}

impl Home {
    async fn with_addresses(addresses: Vec<LocalAddress>) -> Self {
        let world = World::new();
        world.hub.state().doors[0].live_addresses = addresses;
        let came = world.links.nearby.listen(address(20));
        let app = world.enrolled().await;
        app.until("online", |shown| shown.hub == HubState::Online)
            .await;
        Self { world, app, came }
    }

    async fn new() -> Self {
        Self::with_addresses(vec![address(20)]).await
    }

    /// Asks for the lobby's picture, while `door` is played; answers the watch or why there is none.
    async fn opens<T>(
        &mut self,
        door: impl AsyncFnOnce(&World, &mut UnboundedReceiver<LiveEnds>) -> T,
    ) -> (Result<String, ErrorCode>, T) {
        let lobby = LOBBY.to_string();
        let opening = self.app.controller.live_open(&lobby);
        let played = door(&self.world, &mut self.came);
        let (opened, played) = tokio::join!(opening, played);
        let live = opened.map(|timeline| timeline.live_id);
        (live.map_err(|error| error.code), played)
    }

    /// The `n`th part, and the way that it came.
    async fn part(&self, live: &str, n: u32) -> Result<(String, LiveWay), ErrorCode> {
        let part = self.app.controller.live_part(live, n).await;
        let part = part.map_err(|error| error.code)?;
        let text = String::from_utf8(part.bytes.to_vec()).unwrap();
        Ok((text, part.way))
    }
}

async fn direct(world: &World, came: &mut UnboundedReceiver<LiveEnds>) -> PlayedDoor {
    PlayedDoor::grants(world, came.recv().await.unwrap()).await
}

async fn through_hub(world: &World) -> PlayedDoor {
    let ends = world.hub.watchers.lock().await.recv().await.unwrap();
    PlayedDoor::grants(world, ends).await
}

/// Whether anybody has come through the hub.
async fn hub_was_asked(world: &World) -> bool {
    world.hub.watchers.lock().await.try_recv().is_ok()
}

fn picture(n: u32, way: LiveWay) -> (String, LiveWay) {
    (format!("picture {n}"), way)
}

#[tokio::test(start_paused = true)]
async fn a_door_on_the_same_network_is_watched_without_the_hub() {
    let mut home = Home::new().await;
    let (live, mut door) = home.opens(direct).await;
    let live = live.unwrap();
    door.film(0).await;
    assert_eq!(home.part(&live, 1).await, Ok(picture(0, LiveWay::Direct)));
    assert!(!hub_was_asked(&home.world).await, "the door is asked once");
}

#[tokio::test(start_paused = true)]
async fn the_addresses_are_kept_for_when_the_hub_is_down() {
    let mut home = Home::new().await;
    home.world.hub.stop();
    home.app
        .until("offline", |shown| shown.hub != HubState::Online)
        .await;
    let (live, mut door) = home.opens(direct).await;
    door.film(0).await;
    let shown = home.part(&live.unwrap(), 1).await;
    assert_eq!(shown, Ok(picture(0, LiveWay::Direct)));
}

#[tokio::test(start_paused = true)]
async fn away_from_home_the_hub_is_asked_at_once() {
    let mut home = Home::with_addresses(vec![address(99)]).await;
    let begun = Instant::now();
    let (live, mut door) = home.opens(async |world, _| through_hub(world).await).await;
    assert!(
        begun.elapsed() < Duration::from_millis(50),
        "{:?}",
        begun.elapsed()
    );
    door.film(0).await;
    assert_eq!(
        home.part(&live.unwrap(), 1).await,
        Ok(picture(0, LiveWay::Hub))
    );
}

#[tokio::test(start_paused = true)]
async fn of_several_addresses_the_one_counts_at_which_the_door_is() {
    let mut home = Home::with_addresses(vec![address(98), address(20)]).await;
    let _silent = home.world.links.nearby.listen(address(98));
    let (live, mut door) = home.opens(direct).await;
    door.film(0).await;
    let shown = home.part(&live.unwrap(), 1).await;
    assert_eq!(shown, Ok(picture(0, LiveWay::Direct)));
}

#[tokio::test(start_paused = true)]
async fn an_imposter_at_the_address_is_asked_for_nothing() {
    let other_door = LiveDoor::new(BUILDING, GARAGE, signing_key(GARAGE), [1; 32]);
    let forged = LiveDoor::new(BUILDING, LOBBY, SigningKey::from_seed([77; 32]), [1; 32]);
    for hello in [other_door.hello(), forged.hello(), b"SSH-2.0".to_vec()] {
        let mut home = Home::new().await;
        let (live, mut said) = home
            .opens(async |world, came| {
                let (mut sender, mut receiver) = came.recv().await.unwrap();
                sender.send(&LiveFrame::Hello(hello.into())).await.unwrap();
                let door = through_hub(world).await;
                (door, receiver.next().await)
            })
            .await;
        assert!(said.1.is_err(), "the imposter heard {:?}", said.1);
        said.0.film(0).await;
        assert_eq!(
            home.part(&live.unwrap(), 1).await,
            Ok(picture(0, LiveWay::Hub))
        );
    }
}

#[tokio::test(start_paused = true)]
async fn who_replays_what_the_door_once_said_gains_nothing() {
    let mut home = Home::new().await;
    let (_live, door) = home.opens(direct).await;
    let kept = door.said.clone();
    let begun = Instant::now();
    let (live, mut said) = home
        .opens(async |world, came| {
            let (mut sender, mut receiver) = came.recv().await.unwrap();
            for frame in &kept {
                sender.send(frame).await.unwrap();
            }
            let ask = next_ask(&mut receiver).await;
            let opened = lobby().open_ask(&ask, &viewers(world));
            assert!(opened.is_err(), "the ask is for the old connection alone");
            (through_hub(world).await, sender, receiver)
        })
        .await;
    assert!(
        begun.elapsed() < Duration::from_secs(1),
        "{:?}",
        begun.elapsed()
    );
    said.0.film(0).await;
    assert_eq!(
        home.part(&live.unwrap(), 1).await,
        Ok(picture(0, LiveWay::Hub))
    );
}

#[tokio::test(start_paused = true)]
async fn when_the_direct_way_breaks_the_pictures_go_on_through_the_hub() {
    let mut home = Home::new().await;
    let (live, mut door) = home.opens(direct).await;
    let live = live.unwrap();
    door.film(0).await;
    assert_eq!(home.part(&live, 1).await, Ok(picture(0, LiveWay::Direct)));
    drop(door);
    let mut door = through_hub(&home.world).await;
    door.film(2).await;
    assert_eq!(home.part(&live, 2).await, Ok(picture(2, LiveWay::Hub)));
}

#[tokio::test(start_paused = true)]
async fn pictures_that_somebody_alters_on_the_network_are_not_shown_and_the_hubs_are() {
    let mut home = Home::new().await;
    let (live, mut door) = home.opens(direct).await;
    let live = live.unwrap();
    let mut altered = door.sealer.seal(0, 1000, true, b"picture 0").unwrap();
    altered[40] ^= 1;
    let fragment = altered.into();
    let frame = LiveFrame::Fragment {
        keyframe: true,
        fragment,
    };
    door.sender.send(&frame).await.unwrap();
    let mut door = through_hub(&home.world).await;
    door.film(2).await;
    assert_eq!(home.part(&live, 1).await, Ok(picture(2, LiveWay::Hub)));
}

#[tokio::test(start_paused = true)]
async fn when_the_hub_is_lost_the_pictures_come_directly() {
    let mut home = Home::new().await;
    let (live, mut door) = home
        .opens(async |world, came| {
            // The first that connects is not answered in time.
            let slow = came.recv().await.unwrap();
            (through_hub(world).await, slow)
        })
        .await;
    let live = live.unwrap();
    door.0.film(0).await;
    assert_eq!(home.part(&live, 1).await, Ok(picture(0, LiveWay::Hub)));
    home.world.hub.stop();
    drop(door);
    let mut door = direct(&home.world, &mut home.came).await;
    door.film(2).await;
    assert_eq!(home.part(&live, 2).await, Ok(picture(2, LiveWay::Direct)));
}

#[tokio::test(start_paused = true)]
async fn a_refusal_of_the_door_itself_is_not_asked_for_again() {
    let mut home = Home::new().await;
    let (live, ()) = home
        .opens(async |_, came| {
            let (mut sender, mut receiver) = came.recv().await.unwrap();
            let says = lobby();
            let hello = LiveFrame::Hello(says.hello().into());
            sender.send(&hello).await.unwrap();
            let ask = next_ask(&mut receiver).await;
            let watch = LiveDoor::claimed_watch(&ask).unwrap();
            let ended = answer(says.end(watch, Ended::CameraOff));
            sender.send(&ended).await.unwrap();
        })
        .await;
    assert_eq!(live, Err(ErrorCode::CameraOff));
    assert!(!hub_was_asked(&home.world).await);
}

#[tokio::test(start_paused = true)]
async fn who_stops_watching_stops_on_the_direct_way_too() {
    let mut home = Home::new().await;
    let (live, mut door) = home.opens(direct).await;
    home.app.controller.live_close(&live.unwrap()).unwrap();
    let gone = async { while door.receiver.next().await.is_ok() {} };
    timeout(Duration::from_secs(1), gone).await.unwrap();
    assert!(!hub_was_asked(&home.world).await);
}
