//! The viewer's side: asking, and what may be shown.

use access::{BuildingId, DeviceId, DoorId, SigningPublicKey, WatchId};
use rand_core::{CryptoRng, RngCore};

use super::fragment::LiveOpener;
use super::message::{
    ANSWER, Answer, Ask, Grant, HELLO, Hello, Place, Says, check_version, read, verify,
};
use super::{Ended, LiveError, LiveFragment, Picture};
use crate::index::encode;
use crate::{FragmentMeta, ViewerKey};

/// The door that is watched, as the device knows it.
#[derive(Clone, Copy, Debug)]
pub struct DoorSeen {
    /// Its building.
    pub building: BuildingId,
    /// The door.
    pub door: DoorId,
    /// Signs what it says and films.
    pub signing_key: SigningPublicKey,
}

/// The device that watches.
#[derive(Clone, Debug)]
pub struct Watcher {
    /// The device.
    pub device: DeviceId,
    /// Its secret.
    pub key: ViewerKey,
}

/// What an answer of the door brings.
#[derive(Clone, Debug, PartialEq)]
pub enum News {
    /// The fragments that follow can be opened, from the next keyframe on.
    Granted(Picture),
    /// There will be none any more.
    Ended(Ended),
}

/// One watch, from the door's hello on.
pub struct Watch {
    door: DoorSeen,
    watcher: Watcher,
    id: WatchId,
    /// The door's key of this connection.
    to: [u8; 32],
    asked: u32,
    session: u32,
    opener: Option<LiveOpener>,
    /// The door's time when it first granted.
    granted_ms: i64,
}

impl Watch {
    /// Begins a watch under a random number of its own with the door whose hello this is.
    pub fn new(
        door: DoorSeen,
        watcher: Watcher,
        id: WatchId,
        hello: &[u8],
    ) -> Result<Self, LiveError> {
        let hello: Hello = verify(HELLO, hello, &door.signing_key)?;
        check_version(hello.version)?;
        if (hello.building, hello.door) != (door.building, door.door) {
            return Err(LiveError::Replayed);
        }
        Ok(Self {
            door,
            watcher,
            id,
            to: *hello.key,
            asked: 0,
            session: 0,
            opener: None,
            granted_ms: 0,
        })
    }

    /// Asks, the first time or again: then it says that the device still watches.
    pub fn ask(&mut self, rng: &mut (impl RngCore + CryptoRng)) -> Result<Vec<u8>, LiveError> {
        let n = self.asked.checked_add(1).ok_or(LiveError::UsedUp)?;
        let key = &self.watcher.key;
        let from = (key.as_bytes(), key.public());
        let sealed = self.place().seal_ask(n, from, &self.to, rng);
        let (enc, sealed) = sealed.map_err(|_| LiveError::Sealing)?;
        self.asked = n;
        Ok(encode(&Ask {
            watch: self.id,
            device: self.watcher.device,
            enc,
            sealed,
        }))
    }

    /// Takes an answer of the door. An error leaves the watch as it was.
    pub fn take_answer(&mut self, message: &[u8]) -> Result<News, LiveError> {
        let answer: Answer = verify(ANSWER, message, &self.door.signing_key)?;
        check_version(answer.version)?;
        if answer.watch != self.id || *answer.key != self.to {
            return Err(LiveError::Replayed);
        }
        let (enc, sealed) = match answer.says {
            Says::Ended(why) => return Ok(News::Ended(why)),
            Says::Granted { enc, sealed } => (enc, sealed),
        };
        let secret = self.watcher.key.as_bytes();
        let plain = self.place().open_grant(&enc, &sealed, secret);
        let grant: Grant = read(&plain.map_err(|_| LiveError::NotForThisDevice)?)?;
        if grant.number <= self.session {
            return Err(LiveError::Replayed);
        }
        if let Some(lens) = &grant.picture.lens {
            lens.check().map_err(|_| LiveError::Undecodable)?;
        }
        if self.opener.is_none() {
            self.granted_ms = grant.now_ms;
        }
        self.session = grant.number;
        self.opener = Some(LiveOpener::new(grant.session, &grant.key));
        Ok(News::Granted(grant.picture))
    }

    /// Takes a fragment. An error leaves the watch as it was; [`LiveError::OtherSession`] is said of
    /// what was under way when a session began, too.
    pub fn take_fragment(&mut self, sealed: &[u8]) -> Result<LiveFragment, LiveError> {
        let opener = self.opener.as_mut().ok_or(LiveError::OtherSession)?;
        opener.open(sealed, &self.door.signing_key)
    }

    /// How long ago a fragment ended, at most, in milliseconds; `since_first_ask_ms` has passed
    /// since the first ask was sent. Whoever holds messages back makes it longer, never shorter.
    pub fn age_ms(&self, fragment: &FragmentMeta, since_first_ask_ms: u64) -> u64 {
        let since_ms = i64::try_from(since_first_ask_ms).unwrap_or(i64::MAX);
        let now_ms = self.granted_ms.saturating_add(since_ms);
        u64::try_from(now_ms.saturating_sub(fragment.end_ms())).unwrap_or(0)
    }

    fn place(&self) -> Place {
        Place {
            building: self.door.building,
            door: self.door.door,
            watch: self.id,
            device: self.watcher.device,
        }
    }
}

impl std::fmt::Debug for Watch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Watch")
            .field("id", &self.id)
            .field("session", &self.session)
            .finish_non_exhaustive()
    }
}
