//! Films attempts by couriers, guests and staff. Residents are never filmed.

mod closing;
mod film;
mod portrait;

use std::{path::PathBuf, sync::Arc, time::Duration};

use access::{ClipId, Decision, HolderClass, SigningKey, Viewer};
use audit::LinkKind;
use camera::{Camera, CameraState, ClipSource};
use rand::{RngCore as _, rngs::OsRng};
use tokio::{
    runtime::Handle,
    sync::{Notify, OwnedSemaphorePermit, Semaphore},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use self::film::Take;
use crate::{
    clock::Clock,
    config::{CameraTable, LensConfig},
    journal::Journal,
    storage::Room,
};

/// The most clips in the making at a time.
const MOST_CLIPS: usize = 32;

/// How many of them are kept free for those who are let in.
const FOR_ENTRIES: usize = 24;

/// When something happened, by both clocks.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// On the door's monotonic clock.
    pub monotonic: Duration,
    /// Unix milliseconds.
    pub utc_ms: u64,
}

/// What is done about filming one attempt.
#[derive(Debug)]
pub enum Filming {
    /// Nothing: a resident, a stranger, or a door without a camera.
    NotMeant,
    /// A clip is at hand, from before the attempt on.
    Clip(Box<Shot>),
    /// It should be filmed and cannot be; the code says why.
    Unfilmed(&'static str),
}

impl Filming {
    /// The clip that the record of the attempt names.
    pub fn clip(&self) -> Option<ClipId> {
        match self {
            Self::Clip(shot) => Some(shot.clip),
            _ => None,
        }
    }

    /// Why the attempt is not filmed though it should be.
    pub fn unfilmed(&self) -> Option<&'static str> {
        match self {
            Self::Unfilmed(code) => Some(code),
            _ => None,
        }
    }
}

/// A clip that holds its pre-roll and waits for the record of its attempt.
#[derive(Debug)]
pub struct Shot {
    clip: ClipId,
    at: Moment,
    source: ClipSource,
    /// Free for another clip once this one has been filmed.
    _place: OwnedSemaphorePermit,
}

/// Where clips are made and what signs them.
#[derive(Clone, Debug)]
pub struct Studio {
    /// Which building and door the clips are of.
    pub building: access::BuildingId,
    /// The door.
    pub door: access::DoorId,
    /// Signs groups of pictures and indexes.
    pub signing: SigningKey,
    /// How the camera sees, for viewers.
    pub lens: Option<LensConfig>,
    /// Where closed clips go on record.
    pub journal: Journal,
    /// The folder of all clips.
    pub folder: PathBuf,
    /// Tells when a clip was closed.
    pub clock: Clock,
    /// Whether another clip may be begun.
    pub room: Room,
    /// Rung when there is more of a clip, and when one is closed.
    pub grown: Arc<Notify>,
}

/// Films, if there is a camera. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Recorder {
    eye: Option<Arc<Eye>>,
    tasks: TaskTracker,
    stop: CancellationToken,
}

#[derive(Debug)]
struct Eye {
    camera: Camera,
    rolls: Rolls,
    places: Arc<Semaphore>,
    studio: Studio,
}

/// How much of a clip lies before and after its attempt.
#[derive(Clone, Copy, Debug)]
pub struct Rolls {
    /// Before.
    pub pre: Duration,
    /// After.
    pub post: Duration,
}

impl Rolls {
    /// Of a door that has no camera any more.
    pub const NONE: Self = Self {
        pre: Duration::ZERO,
        post: Duration::ZERO,
    };
}

impl From<&CameraTable> for Rolls {
    fn from(table: &CameraTable) -> Self {
        Self {
            pre: table.pre_roll(),
            post: table.post_roll(),
        }
    }
}

impl Recorder {
    /// A recorder that films nothing: the door has no camera.
    pub fn blind() -> Self {
        Self {
            eye: None,
            tasks: TaskTracker::new(),
            stop: CancellationToken::new(),
        }
    }

    /// A recorder with a camera whose times count from the origin of `studio.clock`.
    pub fn new(camera: Camera, rolls: Rolls, studio: Studio) -> Self {
        let eye = Eye {
            camera,
            rolls,
            places: Arc::new(Semaphore::new(MOST_CLIPS)),
            studio,
        };
        Self {
            eye: Some(Arc::new(eye)),
            ..Self::blind()
        }
    }

    /// The camera, if there is one.
    pub fn camera(&self) -> Option<&Camera> {
        self.eye.as_ref().map(|eye| &eye.camera)
    }

    /// Whether whoever is let in now would be filmed.
    pub fn is_filming(&self) -> bool {
        self.eye.as_ref().is_some_and(|eye| eye.ready().is_ok())
    }

    /// The camera's lens in a picture of this size, if it is known.
    pub fn lens(&self, width: u16, height: u16) -> Option<clip::Lens> {
        let lens = self.eye.as_ref()?.studio.lens?;
        Some(lens.of_picture(width, height))
    }

    /// Takes the pre-roll of an attempt that has to be filmed.
    pub fn prepare(&self, decision: &Decision, link: LinkKind, at: Moment) -> Filming {
        match &self.eye {
            Some(eye) if is_meant(decision, link) => match eye.prepare(decision, at) {
                Ok(shot) => Filming::Clip(Box::new(shot)),
                Err(code) => Filming::Unfilmed(code),
            },
            _ => Filming::NotMeant,
        }
    }

    /// Films on to the end of the post-roll. `entry_seq` is the committed record that names the
    /// clip; `viewers` may watch it.
    pub fn film(&self, shot: Box<Shot>, entry_seq: u64, viewers: Vec<Viewer>) {
        let Some(eye) = self.eye.clone() else { return };
        let stop = self.stop.clone();
        let runtime = Handle::current();
        // Files and seals as it goes, so it has a thread of its own.
        self.tasks.spawn_blocking(move || {
            let Eye {
                camera,
                rolls,
                studio,
                ..
            } = &*eye;
            let take = Take {
                camera,
                studio,
                rolls: *rolls,
                entry_seq,
            };
            runtime.block_on(take.film(*shot, &viewers, &stop));
        });
    }

    /// Ends all clips where they are and waits until they are closed.
    pub async fn stop(&self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

impl Eye {
    /// Whether a clip can be begun; the code says why not.
    fn ready(&self) -> Result<(), &'static str> {
        match *self.camera.state().borrow() {
            CameraState::Recording | CameraState::Impaired(_) => {}
            CameraState::Starting => return Err("camera_starting"),
            CameraState::Stopped(reason) => return Err(reason.code()),
        }
        if self.camera.ring().is_empty() {
            return Err("camera_starting");
        }
        if !self.studio.room.is_left() {
            return Err("storage_full");
        }
        if self.places.available_permits() == 0 {
            return Err("too_many_clips");
        }
        Ok(())
    }

    fn prepare(&self, decision: &Decision, at: Moment) -> Result<Shot, &'static str> {
        self.ready()?;
        let place = self.place(decision).ok_or("too_many_clips")?;
        let mut entropy = [0; 16];
        OsRng
            .try_fill_bytes(&mut entropy)
            .map_err(|_| "no_randomness")?;
        let start = at.monotonic.saturating_sub(self.rolls.pre);
        let source = self.camera.ring().clip_from(start);
        Ok(Shot {
            clip: ClipId::from_entropy(entropy),
            at,
            source: source.ok_or("camera_starting")?,
            _place: place,
        })
    }

    /// Those who are turned away may not use up the places of those who enter.
    fn place(&self, decision: &Decision) -> Option<OwnedSemaphorePermit> {
        let denied = matches!(decision, Decision::Deny(_));
        if denied && self.places.available_permits() <= FOR_ENTRIES {
            return None;
        }
        Arc::clone(&self.places).try_acquire_owned().ok()
    }
}

/// Whether an attempt is filmed: everybody at the door of whom it is proven that they are no resident.
/// Who asks from afar is not there to be filmed.
fn is_meant(decision: &Decision, link: LinkKind) -> bool {
    if link == LinkKind::Remote {
        return false;
    }
    let class = match decision {
        Decision::Allow(entrant) => Some(entrant.class),
        Decision::Deny(denial) => denial.class,
    };
    class.is_some_and(|class| class != HolderClass::Resident)
}

#[cfg(test)]
#[path = "recorder/tests.rs"]
mod tests;
