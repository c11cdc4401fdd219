//! A door that is watched live: what its watchers see, and what nobody can make them see.

use access::{BuildingId, DeviceId, DoorId, SigningKey, Viewer, WatchId};
use clip::ViewerKey;
use clip::live::{
    Asked, DoorSeen, Ended, LiveDoor, LiveError, LiveSealer, News, Picture, Session, Watch, Watcher,
};
use rand::SeedableRng as _;
use rand::rngs::StdRng;

const BUILDING: BuildingId = BuildingId::from_entropy([4; 16]);
const DOOR: DoorId = DoorId::from_entropy([5; 16]);

/// A door with two viewers, of one connection.
struct Stage {
    door: LiveDoor,
    rng: StdRng,
    watches: u8,
}

fn signing() -> SigningKey {
    SigningKey::from_seed([1; 32])
}

fn key(device: u8) -> ViewerKey {
    ViewerKey::from_bytes([device; 32])
}

fn device(device: u8) -> DeviceId {
    DeviceId::from_entropy([device; 16])
}

fn viewers() -> Vec<Viewer> {
    let viewer = |one| Viewer {
        device: device(one),
        key: key(one).public(),
        doors: vec![DOOR],
    };
    [2, 3].map(viewer).into()
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

fn seen() -> DoorSeen {
    DoorSeen {
        building: BUILDING,
        door: DOOR,
        signing_key: signing().public(),
    }
}

impl Stage {
    fn new(secret: u8) -> Self {
        Self {
            door: LiveDoor::new(BUILDING, DOOR, signing(), [secret; 32]),
            rng: StdRng::seed_from_u64(secret.into()),
            watches: 0,
        }
    }

    fn watch(&mut self, by: u8) -> Watch {
        self.watches += 1;
        let id = WatchId::from_entropy([self.watches; 16]);
        let watcher = Watcher {
            device: device(by),
            key: key(by),
        };
        Watch::new(seen(), watcher, id, &self.door.hello()).unwrap()
    }

    fn hear(&mut self, watch: &mut Watch) -> Asked {
        let ask = watch.ask(&mut self.rng).unwrap();
        self.door.open_ask(&ask, &viewers()).unwrap()
    }

    fn begin(&mut self) -> (Session, LiveSealer) {
        self.door.begin(picture(), &mut self.rng).unwrap()
    }

    fn grant(&mut self, to: &Asked, session: &Session) -> Vec<u8> {
        self.door.grant(to, session, 700, &mut self.rng).unwrap()
    }

    /// A watch that has been granted a session.
    fn watching(&mut self, by: u8, session: &Session) -> Watch {
        let mut watch = self.watch(by);
        let asked = self.hear(&mut watch);
        let grant = self.grant(&asked, session);
        assert_eq!(watch.take_answer(&grant), Ok(News::Granted(picture())));
        watch
    }
}

/// Fragments of 100 ms, four to a group of pictures.
fn film(sealer: &mut LiveSealer, count: u8) -> Vec<Vec<u8>> {
    let seal = |n: u8| {
        let start_ms = i64::from(n) * 100;
        sealer.seal(start_ms, 100, n.is_multiple_of(4), &[n; 40])
    };
    (0..count).map(seal).collect::<Result<_, _>>().unwrap()
}

#[test]
fn everybody_who_asked_sees_the_same_pictures() {
    let mut stage = Stage::new(9);
    let (session, mut sealer) = stage.begin();
    let mut watches = [2, 3].map(|by| stage.watching(by, &session));
    for (n, sealed) in film(&mut sealer, 8).iter().enumerate() {
        for watch in &mut watches {
            let fragment = watch.take_fragment(sealed).unwrap();
            assert_eq!(fragment.plain, [u8::try_from(n).unwrap(); 40]);
            assert_eq!(fragment.meta.start_ms, i64::try_from(n).unwrap() * 100);
        }
    }
}

#[test]
fn who_comes_late_or_missed_something_begins_at_a_keyframe() {
    let mut stage = Stage::new(9);
    let (session, mut sealer) = stage.begin();
    let film = film(&mut sealer, 9);
    let mut late = stage.watching(2, &session);
    let found = 6;
    let refused = Err(LiveError::OutOfOrder { last: 0, found });
    assert_eq!(late.take_fragment(&film[5]), refused);
    assert_eq!(late.take_fragment(&film[4]).unwrap().meta.n, 5);
    let refused = Err(LiveError::OutOfOrder { last: 5, found: 7 });
    assert_eq!(late.take_fragment(&film[6]), refused);
    assert_eq!(late.take_fragment(&film[8]).unwrap().meta.n, 9);
}

#[test]
fn nobody_turns_back_doubles_or_alters_pictures() {
    let mut stage = Stage::new(9);
    let (session, mut sealer) = stage.begin();
    let film = film(&mut sealer, 5);
    let mut watch = stage.watching(2, &session);
    watch.take_fragment(&film[4]).unwrap();
    for n in [0, 4] {
        let found = u32::try_from(n).unwrap() + 1;
        let refused = Err(LiveError::OutOfOrder { last: 5, found });
        assert_eq!(watch.take_fragment(&film[n]), refused, "{n}");
    }
    let mut watch = stage.watching(2, &session);
    for at in 0..film[0].len() {
        let mut altered = film[0].clone();
        altered[at] ^= 1;
        assert!(watch.take_fragment(&altered).is_err(), "byte {at}");
    }
    for len in 0..film[0].len() {
        let cut = watch.take_fragment(&film[0][..len]);
        assert_eq!(cut, Err(LiveError::Undecodable), "{len} bytes");
    }
    assert!(watch.take_fragment(&film[0]).is_ok());
}

#[test]
fn a_watcher_cannot_forge_pictures_for_others() {
    let mut stage = Stage::new(9);
    let mut forger = LiveDoor::new(BUILDING, DOOR, SigningKey::from_seed([8; 32]), [9; 32]);
    let (_, mut sealer) = forger
        .begin(picture(), &mut StdRng::seed_from_u64(9))
        .unwrap();
    // The same entropy gives the same session under the same key: only the signature tells.
    stage.rng = StdRng::seed_from_u64(9);
    let (session, _) = stage.begin();
    let mut watch = stage.watching(2, &session);
    let forged = &film(&mut sealer, 1)[0];
    assert_eq!(watch.take_fragment(forged), Err(LiveError::BadSignature));
}

#[test]
fn an_old_session_is_not_shown_as_live() {
    let mut stage = Stage::new(9);
    let (old, mut sealer) = stage.begin();
    let mut before = stage.watch(2);
    let asked = stage.hear(&mut before);
    let old_grant = stage.grant(&asked, &old);
    let old_film = film(&mut sealer, 4);
    let old_hello = stage.door.hello();

    // The same device comes back: nothing of then counts for its new watch.
    let mut watch = stage.watch(2);
    assert_eq!(watch.take_answer(&old_grant), Err(LiveError::Replayed));
    assert_eq!(
        watch.take_fragment(&old_film[0]),
        Err(LiveError::OtherSession)
    );

    // Nor on the door's next connection, whatever it is greeted with.
    let mut later = Stage::new(10);
    let asked = watch.ask(&mut stage.rng).unwrap();
    let refused = later.door.open_ask(&asked, &viewers());
    assert_eq!(refused, Err(LiveError::NotAsked));
    let (session, _) = later.begin();
    let mut watch = later.watching(2, &session);
    assert_eq!(watch.take_answer(&old_grant), Err(LiveError::Replayed));
    assert_eq!(
        watch.take_fragment(&old_film[0]),
        Err(LiveError::OtherSession)
    );
    let elsewhere = DoorSeen {
        door: DoorId::from_entropy([6; 16]),
        ..seen()
    };
    let watcher = Watcher {
        device: device(2),
        key: key(2),
    };
    let other = Watch::new(
        elsewhere,
        watcher,
        WatchId::from_entropy([7; 16]),
        &old_hello,
    );
    assert_eq!(other.unwrap_err(), LiveError::Replayed);
}

#[test]
fn a_session_that_was_replaced_does_not_come_back() {
    let mut stage = Stage::new(9);
    let (first, mut old) = stage.begin();
    let mut watch = stage.watch(2);
    let asked = stage.hear(&mut watch);
    let first_grant = stage.grant(&asked, &first);
    watch.take_answer(&first_grant).unwrap();
    let (second, mut sealer) = stage.begin();
    let second_grant = stage.grant(&asked, &second);
    watch.take_answer(&second_grant).unwrap();
    for grant in [first_grant, second_grant] {
        assert_eq!(watch.take_answer(&grant), Err(LiveError::Replayed));
    }
    let late = &film(&mut old, 1)[0];
    assert_eq!(watch.take_fragment(late), Err(LiveError::OtherSession));
    assert!(watch.take_fragment(&film(&mut sealer, 1)[0]).is_ok());
}

#[test]
fn nobody_can_invent_a_watcher() {
    let mut stage = Stage::new(9);
    let mut watch = stage.watch(2);
    let ask = watch.ask(&mut stage.rng).unwrap();
    stage.door.open_ask(&ask, &viewers()).unwrap();
    let again = stage.door.open_ask(&ask, &viewers());
    assert_eq!(
        again,
        Err(LiveError::Replayed),
        "the same ask a second time"
    );
    for at in 0..ask.len() {
        let mut altered = ask.clone();
        altered[at] ^= 1;
        assert!(
            stage.door.open_ask(&altered, &viewers()).is_err(),
            "byte {at}"
        );
    }
    // Somebody who knows everything but the device's secret.
    let impostor = Watcher {
        device: device(2),
        key: key(7),
    };
    let id = WatchId::from_entropy([70; 16]);
    let mut impostor = Watch::new(seen(), impostor, id, &stage.door.hello()).unwrap();
    let forged = impostor.ask(&mut stage.rng).unwrap();
    let refused = stage.door.open_ask(&forged, &viewers());
    assert_eq!(refused, Err(LiveError::NotAsked));
}

#[test]
fn a_device_that_is_no_viewer_is_not_heard_and_another_reads_no_grant() {
    let mut stage = Stage::new(9);
    let mut revoked = stage.watch(2);
    let ask = revoked.ask(&mut stage.rng).unwrap();
    let refused = stage.door.open_ask(&ask, &viewers()[1..]);
    assert_eq!(refused, Err(LiveError::NotAViewer(device(2))));

    let (session, _) = stage.begin();
    let mut watch = stage.watch(2);
    let mut asked = stage.hear(&mut watch);
    asked.key = key(3).public();
    let grant = stage.grant(&asked, &session);
    assert_eq!(watch.take_answer(&grant), Err(LiveError::NotForThisDevice));
}

#[test]
fn an_answer_is_the_doors_own() {
    let mut stage = Stage::new(9);
    let mut watch = stage.watch(2);
    let id = stage.hear(&mut watch).watch;
    let ended = stage.door.end(id, Ended::CameraOff);
    for at in 0..ended.len() {
        let mut altered = ended.clone();
        altered[at] ^= 1;
        assert!(watch.take_answer(&altered).is_err(), "byte {at}");
    }
    let of_another = stage.door.end(WatchId::from_entropy([99; 16]), Ended::Busy);
    assert_eq!(watch.take_answer(&of_another), Err(LiveError::Replayed));
    assert_eq!(watch.take_answer(&ended), Ok(News::Ended(Ended::CameraOff)));
}

#[test]
fn who_holds_messages_back_makes_pictures_older() {
    let mut stage = Stage::new(9);
    let (session, mut sealer) = stage.begin();
    let mut watch = stage.watching(2, &session);
    let fragment = watch.take_fragment(&film(&mut sealer, 1)[0]).unwrap();
    // It ended at 100 ms, and the door granted at 700 ms.
    assert_eq!(watch.age_ms(&fragment.meta, 0), 600);
    assert_eq!(watch.age_ms(&fragment.meta, 9_000), 9_600);
}
