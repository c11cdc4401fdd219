//! A door: the real gate, chain and store in a shell as thin as the daemon's.

use std::time::Duration;

use access::{
    BuildingId, BuildingPublicKey, Bundle, BundleError, Decision, DoorId, DoorPolicy, Gate,
    GrantId, Now, ResidentRecords, SignedBundle, SigningKey,
};
use audit::{ChainPosition, DoorChain, Entry, Event, LinkKind, Person};
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
    floor_s: u64,
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
        let floor_s = self.signed_time(kept.as_ref());
        let bundle = self.as_obeyed(kept.unwrap_or_else(|| Bundle::empty(self.building)));
        let policy = DoorPolicy::new(self.building_key, self.id, bundle);
        self.life += 1;
        self.running = Some(Running {
            store,
            gate: Gate::new(policy.expect("the bundle was checked")),
            is_ready,
            started_at: now,
            outbox: Outbox::default(),
            chain,
            floor_s,
        });
        let version = "simulated".to_owned();
        // A door that cannot say that it started serves nevertheless.
        let _ = self.record(Event::Started { version }, now, None, Fault::None);
    }

    fn signed_time(&self, bundle: Option<&Bundle>) -> u64 {
        match self.defect {
            Some(Defect::ForgetsSignedTime) => 0,
            _ => bundle.map_or(0, |bundle| bundle.issued_at),
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

    fn utc_ms(&self, now: Duration) -> u64 {
        let floor_s = self.running.as_ref().map_or(0, |running| running.floor_s);
        self.wall_ms(now).max(floor_s * 1_000)
    }

    /// Both clocks, as sessions are told them.
    pub(super) fn now(&self, now: Duration) -> Now {
        let started_at = self
            .running
            .as_ref()
            .map_or(now, |running| running.started_at);
        Now {
            monotonic: now.saturating_sub(started_at),
            utc_s: self.utc_ms(now) / 1_000,
        }
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
        let at_ms = self.utc_ms(now);
        let running = self.running.as_mut().ok_or(NotCommitted)?;
        let mut chain = running.chain.clone();
        let seq = chain.position().next_seq;
        let signed = chain
            .append(&self.signing, at_ms, event)
            .map_err(|_| NotCommitted)?;
        let row = NewRecord {
            seq,
            hash: *signed.hash().as_bytes(),
            body: signed.as_bytes().to_vec(),
            alongside,
        };
        let is_written = fault != Fault::Full && running.store.append(&[row]).is_ok();
        if is_written && fault == Fault::None {
            running.chain = chain;
            return Ok(seq);
        }
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
        let floor_s = self.signed_time(Some(&bundle));
        let policy = DoorPolicy::new(self.building_key, self.id, self.as_obeyed(bundle))?;
        if let Some(running) = self.running.as_mut() {
            running.gate.policy = policy;
            running.is_ready = true;
            running.floor_s = running.floor_s.max(floor_s);
        }
        Ok(Some(version))
    }

    /// Makes everybody wait, as no door should.
    pub(super) fn slow_down(
        &mut self,
        everybody: impl Iterator<Item = access::HolderPublicKey>,
        now: Duration,
    ) {
        let at = self.now(now).monotonic;
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
