//! The door's side: who watches, and what they are given.

use std::collections::HashMap;

use access::{
    BuildingId, DeviceId, DoorId, LiveId, SigningKey, Viewer, ViewerPublicKey, WatchId,
    x25519_public,
};
use rand_core::{CryptoRng, RngCore};
use serde_bytes::ByteArray;
use zeroize::{Zeroize as _, Zeroizing};

use super::message::{ANSWER, Answer, Ask, Grant, HELLO, Hello, Place, Says, read, sign};
use super::{Ended, LIVE_VERSION, LiveError, LiveSealer, MAX_WATCHES, Picture};
use crate::index::encode;

/// One connection of a door that is watched.
pub struct LiveDoor {
    building: BuildingId,
    door: DoorId,
    signing: SigningKey,
    secret: Zeroizing<[u8; 32]>,
    key: [u8; 32],
    /// The highest number of an ask of each watch there ever was.
    asked: HashMap<WatchId, u32>,
    most_watches: usize,
    sessions: u32,
}

/// A device proved that it asked: the first time, or to say that it still watches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Its watch.
    pub watch: WatchId,
    /// The device.
    pub device: DeviceId,
    /// What grants to it are sealed to.
    pub key: ViewerPublicKey,
    /// Whether the watch begins with this.
    pub first: bool,
}

/// What a grant tells of a session.
pub struct Session {
    number: u32,
    id: LiveId,
    key: Zeroizing<[u8; 32]>,
    picture: Picture,
}

impl LiveDoor {
    /// Begins a connection with a secret of its own, 32 fresh random bytes.
    pub fn new(building: BuildingId, door: DoorId, signing: SigningKey, secret: [u8; 32]) -> Self {
        Self {
            building,
            door,
            signing,
            key: x25519_public(&secret),
            secret: secret.into(),
            asked: HashMap::new(),
            most_watches: MAX_WATCHES,
            sessions: 0,
        }
    }

    /// For a connection that is a single viewer's own.
    #[must_use]
    pub fn for_one_watch(self) -> Self {
        Self {
            most_watches: 1,
            ..self
        }
    }

    /// What everybody who comes to watch hears first.
    pub fn hello(&self) -> Vec<u8> {
        let hello = Hello {
            version: LIVE_VERSION,
            building: self.building,
            door: self.door,
            key: self.key.into(),
        };
        sign(HELLO, &hello, &self.signing)
    }

    /// Reads who says to ask, before anything is proven: for a refusal.
    pub fn claimed_watch(message: &[u8]) -> Option<WatchId> {
        read::<Ask>(message).ok().map(|ask| ask.watch)
    }

    /// Opens an ask of one of `viewers`. [`LiveError::Replayed`] when it was opened before.
    pub fn open_ask(&mut self, message: &[u8], viewers: &[Viewer]) -> Result<Asked, LiveError> {
        let ask: Ask = read(message)?;
        let (watch, device) = (ask.watch, ask.device);
        let viewer = viewers.iter().find(|viewer| viewer.device == device);
        let key = viewer.ok_or(LiveError::NotAViewer(device))?.key;
        let n = self
            .place(watch, device)
            .open_ask(&ask, key, &self.secret)
            .map_err(|_| LiveError::NotAsked)?;
        let before = self.asked.get(&watch).copied();
        if before.is_some_and(|before| n <= before) {
            return Err(LiveError::Replayed);
        }
        if before.is_none() && self.asked.len() >= self.most_watches {
            return Err(LiveError::TooManyWatches);
        }
        self.asked.insert(watch, n);
        Ok(Asked {
            watch,
            device,
            key,
            first: before.is_none(),
        })
    }

    /// Begins a session under a fresh key, with what seals its fragments.
    pub fn begin(
        &mut self,
        picture: Picture,
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<(Session, LiveSealer), LiveError> {
        self.sessions = self.sessions.checked_add(1).ok_or(LiveError::UsedUp)?;
        let mut id = [0; 16];
        rng.fill_bytes(&mut id);
        let mut key = Zeroizing::new([0; 32]);
        rng.fill_bytes(key.as_mut_slice());
        let id = LiveId::from_entropy(id);
        let sealer = LiveSealer::new(id, &key, self.signing.clone());
        let session = Session {
            number: self.sessions,
            id,
            key,
            picture,
        };
        Ok((session, sealer))
    }

    /// Gives a session to a device that asked, whose watch is on record. `now_ms` counts from the hello.
    pub fn grant(
        &self,
        to: &Asked,
        session: &Session,
        now_ms: i64,
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<Vec<u8>, LiveError> {
        let mut plain = session.grant(now_ms);
        let place = self.place(to.watch, to.device);
        let sealed = place.seal_grant(&plain, to.key, rng);
        plain.zeroize();
        let (enc, sealed) = sealed.map_err(|_| LiveError::Sealing)?;
        Ok(self.answer(to.watch, Says::Granted { enc, sealed }))
    }

    /// Tells a watch that it is over, or does not begin.
    pub fn end(&self, watch: WatchId, why: Ended) -> Vec<u8> {
        self.answer(watch, Says::Ended(why))
    }

    fn answer(&self, watch: WatchId, says: Says) -> Vec<u8> {
        let answer = Answer {
            version: LIVE_VERSION,
            key: self.key.into(),
            watch,
            says,
        };
        sign(ANSWER, &answer, &self.signing)
    }

    fn place(&self, watch: WatchId, device: DeviceId) -> Place {
        Place {
            building: self.building,
            door: self.door,
            watch,
            device,
        }
    }
}

impl Session {
    fn grant(&self, now_ms: i64) -> Vec<u8> {
        encode(&Grant {
            number: self.number,
            session: self.id,
            key: ByteArray::new(*self.key),
            now_ms,
            picture: self.picture.clone(),
        })
    }
}

impl std::fmt::Debug for LiveDoor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LiveDoor")
            .field("door", &self.door)
            .field("watches", &self.asked.len())
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}
