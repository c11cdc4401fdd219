//! A watch, message by message. Random numbers are drawn from a counter, in the order in which they
//! are needed.

use access::{BuildingId, DeviceId, DoorId, SigningKey, Viewer, WatchId};
use serde::Serialize;

use super::{Counter, hex};
use crate::ViewerKey;
use crate::live::{DoorSeen, Ended, LiveDoor, Picture, Watch, Watcher};

const SIGNING_SEED: [u8; 32] = [0x22; 32];
const DOOR_SECRET: [u8; 32] = [0x77; 32];
const VIEWER_SECRET: [u8; 32] = [0x33; 32];
const BUILDING: BuildingId = BuildingId::from_entropy([0x55; 16]);
const DOOR: DoorId = DoorId::from_entropy([0x66; 16]);
const DEVICE: DeviceId = DeviceId::from_entropy([1; 16]);
const WATCH: WatchId = WatchId::from_entropy([2; 16]);
const NOW_MS: i64 = 1_500;

/// Bytes are hexadecimal throughout.
#[derive(Serialize)]
pub(super) struct Watched {
    signing_seed: String,
    door_secret: String,
    viewer_secret: String,
    building: BuildingId,
    door: DoorId,
    device: DeviceId,
    watch: WatchId,
    hello: String,
    asks: Vec<String>,
    now_ms: i64,
    init: String,
    grant: String,
    fragments: Vec<Fragment>,
    ended: String,
}

#[derive(Serialize)]
struct Fragment {
    start_ms: i64,
    duration_ms: u32,
    keyframe: bool,
    plain: String,
    sealed: String,
}

/// Asks twice, is granted, sees two pictures, and is told that the camera is off.
pub(super) fn watched() -> Watched {
    let mut rng = Counter(0);
    let signing = SigningKey::from_seed(SIGNING_SEED);
    let mut door = LiveDoor::new(BUILDING, DOOR, signing.clone(), DOOR_SECRET);
    let hello = door.hello();
    let mut watch = begin(&signing, &hello);
    let asks: Vec<_> = (0..2)
        .map(|_| watch.ask(&mut rng).expect("the door's key is good"))
        .collect();
    let asked = asks.iter().map(|ask| door.open_ask(ask, &viewers()));
    let asked = asked.last().expect("there are asks").expect("it is good");
    let picture = picture();
    let init = hex(&picture.init);
    let (session, mut sealer) = door.begin(picture, &mut rng).expect("it is the first");
    let grant = door.grant(&asked, &session, NOW_MS, &mut rng);
    let grant = grant.expect("the viewer's key is good");
    let fragments = [(-400, true, "keyframe"), (-300, false, "what follows")];
    let fragments = fragments.map(|(start_ms, keyframe, plain)| {
        let plain = plain.as_bytes();
        let sealed = sealer.seal(start_ms, 100, keyframe, plain);
        Fragment {
            start_ms,
            duration_ms: 100,
            keyframe,
            plain: hex(plain),
            sealed: hex(&sealed.expect("it is in order")),
        }
    });
    Watched {
        signing_seed: hex(&SIGNING_SEED),
        door_secret: hex(&DOOR_SECRET),
        viewer_secret: hex(&VIEWER_SECRET),
        building: BUILDING,
        door: DOOR,
        device: DEVICE,
        watch: WATCH,
        hello: hex(&hello),
        asks: asks.iter().map(|ask| hex(ask)).collect(),
        now_ms: NOW_MS,
        init,
        grant: hex(&grant),
        fragments: fragments.into(),
        ended: hex(&door.end(WATCH, Ended::CameraOff)),
    }
}

fn begin(signing: &SigningKey, hello: &[u8]) -> Watch {
    let door = DoorSeen {
        building: BUILDING,
        door: DOOR,
        signing_key: signing.public(),
    };
    let watcher = Watcher {
        device: DEVICE,
        key: ViewerKey::from_bytes(VIEWER_SECRET),
    };
    Watch::new(door, watcher, WATCH, hello).expect("the hello is the door's")
}

fn viewers() -> [Viewer; 1] {
    [Viewer {
        device: DEVICE,
        key: ViewerKey::from_bytes(VIEWER_SECRET).public(),
        doors: vec![DOOR],
    }]
}

fn picture() -> Picture {
    Picture {
        codec: "avc1.42C01F".into(),
        width: 1280,
        height: 720,
        lens: None,
        init: b"init segment".to_vec(),
    }
}
