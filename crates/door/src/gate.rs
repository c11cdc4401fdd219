//! The door's decision, shared by all sessions: the newest bundle behind the back-off.

use std::{
    collections::BTreeSet,
    sync::{Mutex, MutexGuard, PoisonError},
};

use access::{
    BuildingId, BuildingPublicKey, Bundle, BundleDoor, BundleError, CodeKey, DeniedAttempts,
    DoorId, DoorPolicy, Gate, GrantId, Lockdown, RecordsPublicKey, ResidentRecords, SignedBundle,
    Unfilmed, Viewer,
};

use audit::{Event, LinkKind};

use crate::{
    clock::Clock,
    code_keys::{CodeKeys, Hashing},
};

/// Why a bundle was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BundleRefused {
    /// Not a bundle of this building, or older than the one in use.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// The building signed it for another building.
    #[error("the bundle names another building")]
    WrongBuilding,
}

/// What the door knows by itself about whoever asks.
#[derive(Debug, Clone, Copy)]
pub struct Asked {
    /// Over which link.
    pub link: LinkKind,
    /// Whether the door would film them.
    pub filming: bool,
}

/// Decides for every session, offline.
#[derive(Debug)]
pub struct SharedGate {
    building: BuildingId,
    building_key: BuildingPublicKey,
    clock: Clock,
    state: Mutex<State>,
    /// Held from checking a bundle until it is installed: of two that arrive at once, the older one
    /// must not end up on the disk.
    pub(crate) installing: tokio::sync::Mutex<()>,
}

#[derive(Debug)]
struct State {
    gate: Gate,
    /// False until the first bundle: nothing that the gate says counts before.
    ready: bool,
    code_keys: CodeKeys,
}

impl SharedGate {
    /// A gate without a bundle. It is not [ready](Self::is_ready).
    pub fn new(
        building: BuildingId,
        building_key: BuildingPublicKey,
        door: DoorId,
        clock: Clock,
    ) -> Result<Self, BundleError> {
        let nothing = Bundle::empty(building);
        let gate = Gate::new(DoorPolicy::new(building_key, door, nothing)?);
        let state = Mutex::new(State {
            gate,
            ready: false,
            code_keys: CodeKeys::default(),
        });
        Ok(Self {
            building,
            building_key,
            clock,
            state,
            installing: tokio::sync::Mutex::default(),
        })
    }

    /// Whether a bundle is in use. Before that nobody may pass, since nobody could be known revoked.
    pub fn is_ready(&self) -> bool {
        self.lock().ready
    }

    /// The version of the bundle in use.
    pub fn version(&self) -> Option<u64> {
        let state = self.lock();
        state.ready.then(|| state.gate.policy.bundle().version)
    }

    /// Checks a bundle against the building's key and the one in use, and changes nothing.
    ///
    /// `None` when the bundle is the one in use.
    pub fn check(&self, signed: &SignedBundle) -> Result<Option<Bundle>, BundleRefused> {
        let bundle = signed.verify(&self.building_key)?;
        if bundle.building != self.building {
            return Err(BundleRefused::WrongBuilding);
        }
        let state = self.lock();
        if !state.ready {
            return Ok(Some(bundle));
        }
        let current = state.gate.policy.bundle();
        if *current == bundle {
            return Ok(None);
        }
        state.gate.policy.clone().replace(bundle.clone())?;
        Ok(Some(bundle))
    }

    /// Decides by `bundle` from now on; [`Self::check`] gave it. Holders that wait keep waiting.
    pub fn install(&self, bundle: Bundle) -> Result<(), BundleRefused> {
        let mut state = self.lock();
        let (key, door) = (self.building_key, state.gate.policy.door());
        let issued_at = bundle.issued_at;
        if state.ready {
            state.gate.policy.replace(bundle)?;
        } else {
            state.gate.policy = DoorPolicy::new(key, door, bundle)?;
            state.ready = true;
        }
        if state.gate.policy.bundle_door().is_none() {
            tracing::warn!("the bundle does not list this door: everybody is denied");
        }
        drop(state);
        self.clock.raise_floor(issued_at);
        Ok(())
    }

    /// Lends the gate to one session for one step. Also returns whether what it decided counts: a
    /// gate that is not [ready](Self::is_ready) lends a copy, so that nobody's attempts are counted.
    ///
    /// The gate is told how it is asked, and whether the time is known; the clock what the gate
    /// learned of it.
    pub fn with<T>(&self, asked: Asked, step: impl FnOnce(&mut Gate) -> T) -> (T, bool) {
        let mut state = self.lock();
        if !state.ready {
            return (step(&mut state.gate.clone()), false);
        }
        let clock_known = self.clock.is_known();
        state.gate.policy.set_clock_known(clock_known);
        let from_afar = asked.link == LinkKind::Remote;
        state.gate.policy.set_from_afar(from_afar);
        state.gate.policy.set_filming(asked.filming);
        let done = step(&mut state.gate);
        let proven = state.gate.proven_utc_s();
        drop(state);
        self.clock.raise_floor(proven);
        (done, true)
    }

    /// What records that a phone carries are sealed to; none when phones carry none.
    pub fn records_key(&self) -> Option<RecordsPublicKey> {
        self.lock().gate.policy.bundle().records_key
    }

    /// Goes on from what the door kept over a restart: whom it denied, which codes are used.
    pub fn restore(&self, denied: DeniedAttempts, used_codes: BTreeSet<GrantId>) {
        let mut state = self.lock();
        state.gate.restore(denied, self.clock.now());
        state.gate.used_codes = used_codes;
    }

    /// What of the counted denials is to be kept; whoever takes it keeps it or returns it.
    pub fn take_unkept(&self) -> DeniedAttempts {
        self.lock().gate.take_unkept()
    }

    /// What [`Self::take_unkept`] gave could not be kept.
    pub fn return_unkept(&self, denied: &DeniedAttempts) {
        self.lock().gate.return_unkept(denied);
    }

    /// Reads this door's entry in the bundle; none before the first, or where it is not listed.
    pub fn of_this_door<T>(&self, read: impl FnOnce(&BundleDoor) -> T) -> Option<T> {
        let state = self.lock();
        state.gate.policy.bundle_door().map(read)
    }

    /// Which of this door's rules that go on record will be others once `bundle` is in use.
    pub fn rule_changes(&self, bundle: &Bundle) -> Vec<Event> {
        let state = self.lock();
        let before = rules(state.gate.policy.bundle(), state.gate.policy.door());
        let next = rules(bundle, state.gate.policy.door());
        let pairs = next.into_iter().zip(before);
        let changed = pairs.filter(|(next, before)| next != before);
        changed.map(|(next, _)| next).collect()
    }

    /// The same grant, when it stands for a code that opens this door once.
    pub fn single_use(&self, grant: GrantId) -> Option<GrantId> {
        let is_single_use = self.lock().gate.policy.is_single_use(grant);
        is_single_use.then_some(grant)
    }

    /// The entry by a single-use code is on record: it opens this door no more.
    pub fn use_code(&self, used: Option<GrantId>) {
        self.lock().gate.used_codes.extend(used);
    }

    /// How a code that is typed now is hashed.
    pub fn hashing(&self) -> Hashing {
        let state = self.lock();
        let policy = &state.gate.policy;
        let salt = *policy.bundle().code_salt;
        state.code_keys.hashing(&policy.code_keys(), salt)
    }

    /// Whether codes of this door are hashed with a secret that it does not have.
    pub fn lacks_code_key(&self) -> bool {
        self.hashing().lacks
    }

    /// Hashes with this secret too, from now on. Also returns whether it did before.
    pub fn learn_code_key(&self, key: CodeKey) -> bool {
        let mut state = self.lock();
        let is_known = state.code_keys.has(key.id());
        state.code_keys.learn(key);
        is_known
    }

    /// Whether records name residents.
    pub fn resident_records(&self) -> ResidentRecords {
        self.lock().gate.policy.bundle().resident_records
    }

    /// The devices that may watch this door's clips.
    pub fn viewers(&self) -> Vec<Viewer> {
        let state = self.lock();
        let door = state.gate.policy.door();
        let viewers = state.gate.policy.bundle().viewers_of(door);
        viewers.cloned().collect()
    }

    /// A session that panicked left the gate as it was before its step or after it.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A door's rules that go on record when they change.
fn rules(bundle: &Bundle, door: DoorId) -> [Event; 2] {
    let door = bundle.door(door);
    let lockdown = door.map_or(Lockdown::Off, |door| door.lockdown);
    let unfilmed = door.map_or(Unfilmed::Flag, |door| door.unfilmed);
    [
        Event::Lockdown { lockdown },
        Event::FilmingRule { unfilmed },
    ]
}

#[cfg(test)]
#[path = "gate_tests.rs"]
mod tests;
