//! A door that is watched live, and the device that watches it.

use std::{net::SocketAddr, time::Duration};

use access::{DeviceId, SigningKey, WatchId};
use audit::Event;
use clip::ViewerKey;
use clip::live::{DoorSeen, LiveError, LiveFragment, News, Watch, Watcher};
use hub_api::{LiveFrame, LiveReceiver, LiveSender, live_connection};
use rand::rngs::OsRng;
use tokio::{net::TcpStream, time::timeout};

use crate::{
    building::{BUILDING, DEVICE, DOOR, viewer},
    harness::{Site, TestDoor, until},
};

/// Until the test camera films.
const WARM_UP: Duration = Duration::from_millis(2500);

/// The other end of the door's connection: the hub's, or a device's own.
pub struct Stage {
    pub sender: LiveSender,
    pub receiver: LiveReceiver,
    signing: SigningKey,
    hello: Vec<u8>,
}

impl Stage {
    /// Through the hub.
    pub async fn set(site: &Site) -> Self {
        Self::greeted(site, site.hub.watch().await).await
    }

    /// Over the door's own network.
    pub async fn directly(site: &Site, address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        Self::greeted(site, live_connection(stream)).await
    }

    async fn greeted(site: &Site, connection: (LiveSender, LiveReceiver)) -> Self {
        let (sender, mut receiver) = connection;
        let LiveFrame::Hello(hello) = receiver.next().await.unwrap() else {
            panic!("no hello");
        };
        Self {
            sender,
            receiver,
            signing: site.keys().signing().clone(),
            hello: hello.to_vec(),
        }
    }

    pub fn watch(&self, device: DeviceId, key: ViewerKey) -> Watch {
        let door = DoorSeen {
            building: BUILDING,
            door: DOOR,
            signing_key: self.signing.public(),
        };
        let watcher = Watcher { device, key };
        let id = WatchId::from_entropy(rand::random());
        Watch::new(door, watcher, id, &self.hello).unwrap()
    }

    pub async fn ask(&mut self, number: u32, watch: &mut Watch) {
        let ask = watch.ask(&mut OsRng).unwrap().into();
        let watcher = number;
        self.say(LiveFrame::Ask { watcher, ask }).await;
    }

    pub async fn say(&mut self, frame: LiveFrame) {
        self.sender.send(&frame).await.unwrap();
    }

    pub async fn next(&mut self) -> LiveFrame {
        let frame = timeout(Duration::from_secs(10), self.receiver.next()).await;
        frame.expect("a frame within 10 s").unwrap()
    }

    /// The next answer to a watcher; pictures in between are passed over.
    async fn answer(&mut self, number: u32) -> Vec<u8> {
        loop {
            match self.next().await {
                LiveFrame::Answer { watcher, answer } if watcher == number => {
                    return answer.to_vec();
                }
                _ => {}
            }
        }
    }

    pub async fn news(&mut self, number: u32, watch: &mut Watch) -> News {
        let answer = self.answer(number).await;
        watch.take_answer(&answer).unwrap()
    }

    /// Begins to watch and returns the watch once it is granted.
    pub async fn begin(&mut self, number: u32) -> Watch {
        let mut watch = self.watch(DEVICE, viewer());
        self.ask(number, &mut watch).await;
        let news = self.news(number, &mut watch).await;
        assert!(matches!(news, News::Granted(_)), "{news:?}");
        watch
    }

    pub async fn fragment(&mut self) -> Vec<u8> {
        loop {
            if let LiveFrame::Fragment { fragment, .. } = self.next().await {
                return fragment.to_vec();
            }
        }
    }

    pub async fn shown(&mut self, watch: &mut Watch) -> Result<LiveFragment, LiveError> {
        watch.take_fragment(&self.fragment().await)
    }
}

pub async fn filming(site: &Site) -> TestDoor {
    let door = site.serve().await;
    tokio::time::sleep(WARM_UP).await;
    door
}

pub fn watchings(site: &Site) -> Vec<Event> {
    let mut events = site.events();
    events.retain(|event| matches!(event, Event::LiveStarted { .. } | Event::LiveEnded { .. }));
    events
}

pub async fn ended(site: &Site) {
    until("the end is recorded", || {
        matches!(watchings(site).last(), Some(Event::LiveEnded { .. }))
    })
    .await;
}
