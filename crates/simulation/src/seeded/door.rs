//! A door: the real gate, chain and store in a shell as thin as the daemon's.

use std::time::Duration;

use access::{
    BuildingId, BuildingPublicKey, Bundle, BundleError, Decision, DoorId, DoorPolicy, Gate,
    GrantId, Now, ResidentRecords, SignedBundle, SigningKey,
};
use audit::{ChainPosition, DoorChain, Entry, Event, LinkKind, Person, SignedRecord};
use door::clock::Floor;
use door::journal::resume;
use door::store::{Alongside, NewRecord, Store};
use door_protocol::DoorIdentity;

use super::Defect;
use super::building::{Building, Placed};
use super::dice::Dice;
use super::disk::Disk;

/// What survives a door's crashes, and what runs between them.
#[derive(Debug)]
pub(super) struct Door {
    pub(super) id: DoorId,
    pub(super) identity: DoorIdentity,
    pub(super) signing: SigningKey,
    pub(super) disk: Disk,
    /// How often it has started.
    pub(super) life: u32,
    /// How far its clock is ahead of the truth, in ms.
    pub(super) ahead_ms: i64,
    pub(super) running: Option<Running>,
    building: BuildingId,
    building_key: BuildingPublicKey,
    start_s: u64,
    defect: Option<Defect>,
}

/// What a crash ends.
#[derive(Debug)]
pub(super) struct Running {
    pub(super) store: Store,
    pub(super) gate: Gate,
    /// False until the first bundle: nobody may pass before.
    pub(super) is_ready: bool,
    pub(super) started_at: Duration,
    pub(super) outbox: Outbox,
    chain: DoorChain,
    floor: Floor,
    /// What is on record of whether the time is known.
    is_time_known: bool,
}

/// What a door says of the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Told {
    /// In unix ms; the least that it can be where it is not known.
    pub(super) utc_ms: u64,
    pub(super) is_known: bool,
}

/// How far the delivery of records is.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    /// The number of the request that waits for its answer, and until when it does.
    pub(super) awaiting: Option<(u64, Duration)>,
    pub(super) requests: u64,
    /// What the hub has confirmed since the start.
    pub(super) durable: Option<u64>,
}

/// What the disk does to a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    None,
    /// Nothing is written.
    Full,
    /// It is written, and the disk says that it is not.
    SaysFailed,
}

/// The record is not part of the chain, as far as the door knows.
#[derive(Debug)]
pub(super) struct NotCommitted;

impl Door {
    pub(super) fn install(
        building: &Building,
        placed: Placed,
        defect: Option<Defect>,
        dice: &mut Dice,
    ) -> Self {
        Self {
            id: placed.id,
            identity: DoorIdentity::new(building.id, placed.id, dice.bytes()),
            signing: SigningKey::from_seed(dice.bytes()),
            disk: Disk::new(),
            life: 0,
            ahead_ms: 0,
            running: None,
            building: building.id,
            building_key: building.key.public(),
            start_s: building.start_s,
            defect,
        }
    }

    /// Starts the program on what is on the disk.
    pub(super) fn start(&mut self, now: Duration) {
        let store = self.disk.open();
        let start = ChainPosition::start(self.building, self.id);
        let chain = resume(&store, start, &self.signing.public())
            .expect("the disk ends with its own record");
        let kept = store
            .bundle()
            .expect("the disk can be read")
            .map(SignedBundle);
        let kept = kept.map(|signed| {
            signed
                .verify(&self.building_key)
                .expect("only a signed one is kept")
        });
        let is_ready = kept.is_some();
        let mut floor = Floor::start();
        let least_ms = self.least_ms(&store).max(self.signed_ms(kept.as_ref()));
        floor.raise(least_ms, Duration::ZERO);
        let denied = store.denied_attempts().expect("the disk can be read");
        let bundle = self.as_obeyed(kept.unwrap_or_else(|| Bundle::empty(self.building)));
        let policy = DoorPolicy::new(self.building_key, self.id, bundle);
        let mut gate = Gate::new(policy.expect("the bundle was checked"));
        let begun = Now {
            monotonic: Duration::ZERO,
            utc_s: least_ms / 1_000,
        };
        gate.restore(denied, begun);
        self.life += 1;
        self.running = Some(Running {
            store,
            gate,
            is_ready,
            started_at: now,
            outbox: Outbox::default(),
            chain,
            floor,
            is_time_known: true,
        });
        let version = "simulated".to_owned();
        // A door that cannot say that it started serves nevertheless.
        let _ = self.record(Event::Started { version }, now, None, Fault::None);
    }

    /// It is at least as late as the last record, and as what was noted.
    fn least_ms(&self, store: &Store) -> u64 {
        if self.defect == Some(Defect::ForgetsSignedTime) {
            return 0;
        }
        let tail = store.tail().expect("the disk can be read");
        let last = tail.and_then(|tail| SignedRecord(tail.body).read_unverified().ok());
        let noted_ms = store.noted_time_ms().expect("the disk can be read");
        last.map_or(0, |record| record.at_ms).max(noted_ms)
    }

    fn signed_ms(&self, bundle: Option<&Bundle>) -> u64 {
        match self.defect {
            Some(Defect::ForgetsSignedTime) => 0,
            _ => bundle.map_or(0, |bundle| bundle.issued_at * 1_000),
        }
    }

    fn as_obeyed(&self, mut bundle: Bundle) -> Bundle {
        if self.defect == Some(Defect::IgnoresRevocation) {
            bundle.revoked.clear();
        }
        bundle
    }

    /// What its own clock shows, in unix ms.
    pub(super) fn wall_ms(&self, now: Duration) -> u64 {
        let truth = self.start_s * 1_000 + u64::try_from(now.as_millis()).expect("a run is short");
        truth.saturating_add_signed(self.ahead_ms)
    }

    /// What it says of the time.
    pub(super) fn tell(&mut self, now: Duration) -> Told {
        let wall_ms = self.wall_ms(now);
        let since_start = self.since_start(now);
        let Some(running) = self.running.as_mut() else {
            return Told {
                utc_ms: wall_ms,
                is_known: true,
            };
        };
        let utc_ms = running.floor.read(wall_ms, since_start);
        let is_known = running.floor.is_known();
        Told { utc_ms, is_known }
    }

    /// The hub says what time it is.
    pub(super) fn hear_time(&mut self, utc_ms: u64, now: Duration) {
        let (wall_ms, since_start) = (self.wall_ms(now), self.since_start(now));
        if let Some(running) = self.running.as_mut() {
            running.floor.learn_from_hub(utc_ms, wall_ms, since_start);
        }
    }

    /// Notes the time, and puts on record when it was lost or found.
    pub(super) fn keep_time(&mut self, now: Duration) {
        let told = self.tell(now);
        let Some(running) = self.running.as_mut() else {
            return;
        };
        running
            .store
            .note_time_ms(told.utc_ms)
            .expect("the disk can be written");
        if running.is_time_known == told.is_known {
            return;
        }
        running.is_time_known = told.is_known;
        let event = if told.is_known {
            Event::ClockKnown
        } else {
            Event::ClockUnknown
        };
        // What cannot be recorded now is not: nobody enters by it.
        let _ = self.record(event, now, None, Fault::None);
    }

    fn since_start(&self, now: Duration) -> Duration {
        let started_at = self
            .running
            .as_ref()
            .map_or(now, |running| running.started_at);
        now.saturating_sub(started_at)
    }

    /// Both clocks, as sessions are told them.
    pub(super) fn now(&mut self, now: Duration) -> Now {
        Now {
            monotonic: self.since_start(now),
            utc_s: self.tell(now).utc_ms / 1_000,
        }
    }

    /// Lends the gate to a session for one step; before the first bundle a copy, so that nothing counts.
    pub(super) fn lend<T>(
        &mut self,
        now: Duration,
        step: impl FnOnce(&mut Gate) -> T,
    ) -> Option<T> {
        let (told, since_start) = (self.tell(now), self.since_start(now));
        let forgets = self.defect == Some(Defect::ForgetsSignedTime);
        let running = self.running.as_mut()?;
        if !running.is_ready {
            return Some(step(&mut running.gate.clone()));
        }
        running.gate.policy.set_clock_known(told.is_known);
        let done = step(&mut running.gate);
        let proven_ms = running.gate.proven_utc_s() * 1_000;
        if !forgets {
            running.floor.raise(proven_ms, since_start);
        }
        Some(done)
    }

    /// The version of the bundle in use.
    pub(super) fn version(&self) -> Option<u64> {
        let running = self.running.as_ref().filter(|running| running.is_ready)?;
        Some(running.gate.policy.bundle().version)
    }

    /// Commits a record; after an error it goes on after what the disk holds.
    pub(super) fn record(
        &mut self,
        event: Event,
        now: Duration,
        alongside: Option<Alongside>,
        fault: Fault,
    ) -> Result<u64, NotCommitted> {
        let at_ms = self.tell(now).utc_ms;
        let running = self.running.as_mut().ok_or(NotCommitted)?;
        let unkept = running.gate.take_unkept();
        let denied = (!unkept.is_empty()).then(|| Alongside::Denied(unkept.clone()));
        let mut chain = running.chain.clone();
        let seq = chain.position().next_seq;
        let signed = chain
            .append(&self.signing, at_ms, event)
            .map_err(|_| NotCommitted)?;
        let row = NewRecord {
            seq,
            hash: *signed.hash().as_bytes(),
            body: signed.as_bytes().to_vec(),
            alongside: alongside.into_iter().chain(denied).collect(),
        };
        let is_written = fault != Fault::Full && running.store.append(&[row]).is_ok();
        if is_written && fault == Fault::None {
            running.chain = chain;
            return Ok(seq);
        }
        running.gate.return_unkept(&unkept);
        if self.defect != Some(Defect::TrustsFailedCommit) {
            let start = ChainPosition::start(self.building, self.id);
            running.chain = resume(&running.store, start, &self.signing.public())
                .expect("the disk ends with its own record");
        }
        Err(NotCommitted)
    }

    /// The number its next record will have.
    pub(super) fn next_seq(&self) -> u64 {
        self.running
            .as_ref()
            .map_or(0, |running| running.chain.position().next_seq)
    }

    /// What is put on record of a decision.
    pub(super) fn event(&self, decision: &Decision) -> Event {
        let link = LinkKind::Bluetooth;
        match decision {
            Decision::Allow(entrant) => Event::Entry(Entry {
                person: Person::of(entrant, self.resident_records()),
                link,
                clip: None,
            }),
            Decision::Deny(denial) => Event::Denied {
                reason: denial.reason,
                class: denial.class,
                grant: denial.grant,
                link,
                clip: None,
            },
        }
    }

    fn resident_records(&self) -> ResidentRecords {
        if self.defect == Some(Defect::NamesResidents) {
            return ResidentRecords::Named;
        }
        let running = self.running.as_ref();
        running.map_or(ResidentRecords::default(), |running| {
            running.gate.policy.bundle().resident_records
        })
    }

    /// Keeps a bundle, with a record of it, and then decides by it. Returns its version when it is news.
    pub(super) fn take_bundle(
        &mut self,
        signed: &SignedBundle,
        now: Duration,
    ) -> Result<Option<u64>, BundleError> {
        let bundle = signed.verify(&self.building_key)?;
        let takes_any = self.defect == Some(Defect::TakesOlderBundle);
        let Some(running) = self.running.as_ref() else {
            return Ok(None);
        };
        let current = running.gate.policy.bundle();
        if running.is_ready && current.version == bundle.version {
            return Ok(None);
        }
        if running.is_ready && !takes_any {
            running.gate.policy.clone().replace(bundle.clone())?;
        }
        let version = bundle.version;
        let kept = Alongside::Bundle {
            version,
            body: signed.as_bytes().to_vec(),
        };
        if self
            .record(
                Event::BundleInstalled { version },
                now,
                Some(kept),
                Fault::None,
            )
            .is_err()
        {
            return Ok(None);
        }
        let (signed_ms, since_start) = (self.signed_ms(Some(&bundle)), self.since_start(now));
        let policy = DoorPolicy::new(self.building_key, self.id, self.as_obeyed(bundle))?;
        if let Some(running) = self.running.as_mut() {
            running.gate.policy = policy;
            running.is_ready = true;
            running.floor.raise(signed_ms, since_start);
        }
        Ok(Some(version))
    }

    /// Makes everybody wait, as no door should.
    pub(super) fn slow_down(
        &mut self,
        everybody: impl Iterator<Item = access::HolderPublicKey>,
        now: Duration,
    ) {
        let at = self.since_start(now);
        if let Some(running) = self.running.as_mut() {
            for holder in everybody {
                (0..4).for_each(|_| running.gate.attempts.record_denied(&holder, at));
            }
        }
    }
}

/// The grant of a revocation, for the trace.
pub(super) fn short(grant: GrantId) -> String {
    grant.to_string().chars().take(8).collect()
}
