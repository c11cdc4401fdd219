//! What one device of a resident holds, in the open, to be used and misused.

use std::time::{Duration, Instant};

use access::{ClipId, Credential, DeviceId, DoorId, DoorPublicKey, HolderSecret, SigningKey};
use anyhow::{Context, Result, bail, ensure};
use bluetooth::{Central, Link, find};
use clip::{ClipIndex, Opener, ViewerKey};
use door_protocol::{Answer, Command, KeySession};
use hub_api::{Client, ClientIdentity, DoorInfo, EnrolledSubject, Invite, Subject};
use rand::{RngCore, rngs::OsRng};

/// How long a door may stay unseen on an emulated machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// What one device of a resident holds.
#[derive(Debug)]
pub struct Keyring {
    hub: Client,
    device: DeviceId,
    viewer: ViewerKey,
    holder: HolderSecret,
    credentials: Vec<(Vec<DoorId>, Credential)>,
    doors: Vec<(DoorId, DoorPublicKey)>,
}

impl Keyring {
    /// Enrols another device of the resident and fetches its credentials.
    pub async fn enrol(invite: &str) -> Result<Self> {
        let invite = Invite::parse(invite)?;
        let auth = random();
        let holder = HolderSecret::from_bytes(random());
        let viewer = ViewerKey::from_bytes(random());
        let subject = Subject::ResidentDevice {
            device_name: "Keyring".into(),
            auth_key: SigningKey::from_seed(auth).public(),
            holder_key: holder.public(),
            viewer_key: viewer.public(),
        };
        let enrolled = Client::enrol(&invite, subject, &auth).await?;
        let EnrolledSubject::ResidentDevice { device, .. } = enrolled.subject else {
            bail!("the hub enrolled something else than a resident's device");
        };
        let identity = ClientIdentity::new(enrolled.client_id, auth);
        let hub = Client::new(&invite.hub, invite.key, &identity)?;
        let mut keyring = Self {
            hub,
            device,
            viewer,
            holder,
            credentials: Vec::new(),
            doors: Vec::new(),
        };
        keyring.renew().await?;
        Ok(keyring)
    }

    /// Fetches the doors of today and fresh credentials for them.
    pub async fn renew(&mut self) -> Result<()> {
        let doors = self.hub.doors().await?.into_iter();
        self.doors = doors.map(|door| (door.id, door.door_key)).collect();
        let credentials = self.hub.credentials().await?.into_iter();
        self.credentials = credentials.map(|one| (one.doors, one.credential)).collect();
        Ok(())
    }

    /// Fetches a clip and opens it: the film, and the index that the door signed.
    pub async fn watch(&self, clip: ClipId, door: &DoorInfo) -> Result<(Vec<u8>, ClipIndex)> {
        let index = self.hub.clip_index(clip).await?.verify(&door.signing_key)?;
        let opener = Opener::for_viewer(&index, self.device, &self.viewer)?;
        let mut film = Vec::new();
        for fragment in index.fragments() {
            let n = fragment.meta.n;
            let sealed = self.hub.fragment(clip, n).await?;
            film.extend(opener.open(n, &sealed)?);
        }
        ensure!(!film.is_empty(), "the clip shows nothing");
        Ok((film, index))
    }

    /// What the hub tells of a door.
    pub async fn door(&self, door: DoorId) -> Result<DoorInfo> {
        let doors = self.hub.doors().await?;
        let found = doors.into_iter().find(|one| one.id == door);
        found.context("the hub does not know this door")
    }

    /// The same credentials in the hands of somebody who has not the key that they are bound to.
    #[must_use]
    pub fn stolen(self) -> Self {
        Self {
            holder: HolderSecret::from_bytes(random()),
            ..self
        }
    }

    /// Adds a door of another building, to try this building's credential there.
    #[must_use]
    pub fn with_door(mut self, door: DoorId, key: DoorPublicKey) -> Self {
        if let Some((doors, _)) = self.credentials.first_mut() {
            doors.push(door);
        }
        self.doors.push((door, key));
        self
    }

    /// What it takes to ask `door` to unlock.
    pub fn request_to(&self, door: DoorId) -> Result<Request<'_>> {
        let door_key = self.doors.iter().find(|(id, _)| *id == door);
        let (_, door_key) = door_key.context("the keyring does not know this door")?;
        let credential = self
            .credentials
            .iter()
            .find(|(doors, _)| doors.contains(&door));
        let (_, credential) = credential.context("the keyring has no credential for this door")?;
        Ok(Request {
            door,
            door_key: *door_key,
            holder: &self.holder,
            credential,
        })
    }

    /// Has the hub bring the door: a link to it from afar.
    pub async fn call(&self, door: DoorId) -> Result<Link> {
        Ok(bluetooth::relayed(self.hub.call_door(door).await?))
    }

    /// Finds the door and asks it to unlock.
    pub async fn unlock(&self, door: DoorId, central: &dyn Central) -> Result<Answer> {
        let request = self.request_to(door)?;
        let sighting = find(central, door.short(), PATIENCE).await?;
        let started = Instant::now();
        let clock = || started.elapsed();
        let session = || request.session(clock());
        Ok(bluetooth::unlock(central, &sighting, session, clock, |_stage| {}).await?)
    }
}

/// A credential, the key that it is shown with, and the door that it is shown to.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    door: DoorId,
    door_key: DoorPublicKey,
    holder: &'a HolderSecret,
    credential: &'a Credential,
}

impl Request<'_> {
    /// A session that asks the door to unlock, with fresh entropy. `now` is monotonic.
    pub fn session(&self, now: Duration) -> KeySession {
        let (holder, entropy) = (self.holder, random());
        let (door, credential) = (self.door, self.credential);
        KeySession::new(
            door,
            self.door_key,
            holder,
            credential,
            Command::Unlock,
            entropy,
            now,
        )
    }
}

fn random() -> [u8; 32] {
    let mut bytes = [0; 32];
    OsRng.fill_bytes(&mut bytes);
    bytes
}
