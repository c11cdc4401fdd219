//! A door that is watched live, played at the other end of an app's connection.

use access::Viewer;
use clip::live::{Asked, LiveDoor, LiveSealer, Picture};
use hub_api::{LiveFrame, LiveReceiver, LiveSender};
use rand::rngs::OsRng;

use crate::building::{BUILDING, DEVICE, LOBBY, signing_key};
use crate::world::{LiveEnds, World};

/// The lobby, which has granted one watch.
pub(crate) struct PlayedDoor {
    pub(crate) says: LiveDoor,
    pub(crate) asked: Asked,
    pub(crate) sealer: LiveSealer,
    pub(crate) sender: LiveSender,
    pub(crate) receiver: LiveReceiver,
    /// The hello and the grant, as somebody may have kept them.
    pub(crate) said: [LiveFrame; 2],
}

pub(crate) fn lobby() -> LiveDoor {
    LiveDoor::new(BUILDING, LOBBY, signing_key(LOBBY), rand::random())
}

pub(crate) fn viewers(world: &World) -> Vec<Viewer> {
    let (_, _, key) = world.hub.state().registered.unwrap();
    let doors = vec![LOBBY];
    let device = DEVICE;
    vec![Viewer { device, key, doors }]
}

pub(crate) async fn next_ask(receiver: &mut LiveReceiver) -> Vec<u8> {
    loop {
        if let LiveFrame::Ask { ask, .. } = receiver.next().await.unwrap() {
            return ask.to_vec();
        }
    }
}

pub(crate) fn answer(bytes: Vec<u8>) -> LiveFrame {
    let answer = bytes.into();
    LiveFrame::Answer { watcher: 0, answer }
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

impl PlayedDoor {
    /// Greets who came, waits to be asked, and grants.
    pub(crate) async fn grants(world: &World, (mut sender, mut receiver): LiveEnds) -> Self {
        let mut says = lobby();
        let hello = LiveFrame::Hello(says.hello().into());
        sender.send(&hello).await.unwrap();
        let ask = next_ask(&mut receiver).await;
        let asked = says.open_ask(&ask, &viewers(world)).unwrap();
        let (session, sealer) = says.begin(picture(), &mut OsRng).unwrap();
        let grant = answer(says.grant(&asked, &session, 0, &mut OsRng).unwrap());
        sender.send(&grant).await.unwrap();
        Self {
            says,
            asked,
            sealer,
            sender,
            receiver,
            said: [hello, grant],
        }
    }

    /// Films the `n`th fragment of a second, two to a group.
    pub(crate) async fn film(&mut self, n: i64) -> LiveFrame {
        let plain = format!("picture {n}");
        let keyframe = n % 2 == 0;
        let sealed = self.sealer.seal(n * 1000, 1000, keyframe, plain.as_bytes());
        let fragment = sealed.unwrap().into();
        let frame = LiveFrame::Fragment { keyframe, fragment };
        self.sender.send(&frame).await.unwrap();
        frame
    }
}
