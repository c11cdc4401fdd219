//! What the laws of the design allow and demand, told what happens, and asked whether that is lawful.
//!
//! It reads a door's disk behind the door's back, and believes nothing that the door says of it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use access::{Bundle, Decision, DenyReason, DoorId, HolderPublicKey, SigningPublicKey};
use audit::{Event, Hash32, Person, Record, SignedRecord};
use door_protocol::Answer;

use super::disk::Disk;
use super::door::Told;
use super::entitlement::Rules;
use super::people::Pass;
use super::timeline::Timeline;
use super::violation::{
    BACK_OFF, BUNDLE_GROWS, DECIDES_ALONE, Lawful, NO_RECORD_NO_ENTRY, NOT_TRACKED, NOTHING_LOST,
    WHO_MAY_ENTER, broken,
};

/// Denials before somebody has to wait.
const FREE_DENIALS: u32 = 3;
/// The shortest wait.
const SHORTEST_WAIT: Duration = Duration::from_secs(1);
/// Who was not denied for this long starts afresh.
const FORGIVEN_AFTER: Duration = Duration::from_secs(600);

/// All that is known of the building from outside.
#[derive(Debug)]
pub(super) struct Model {
    published: BTreeMap<u64, Rules>,
    doors: Vec<Known>,
}

/// What is known of one door.
#[derive(Debug)]
struct Known {
    id: DoorId,
    key: SigningPublicKey,
    newest: Option<u64>,
    durable: u64,
    moved: BTreeSet<u64>,
    allowed: Vec<Person>,
    denied: BTreeMap<DenyReason, u64>,
    waiting: BTreeMap<HolderPublicKey, Denials>,
    time: Timeline,
}

#[derive(Clone, Copy, Debug)]
struct Denials {
    /// Since the last entry.
    times: u32,
    /// What of it is on the disk, and counts again after a restart.
    kept: u32,
    last: Duration,
}

/// Who asks a door for what, and when.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'a> {
    pub(super) door: usize,
    pub(super) pass: &'a Pass,
    pub(super) holder: HolderPublicKey,
    pub(super) now: Duration,
    /// What the door said of the time when it decided.
    pub(super) told: Told,
    /// What the door's own clock shows, in unix ms.
    pub(super) wall_ms: u64,
}

impl Model {
    pub(super) fn new(doors: impl Iterator<Item = (DoorId, SigningPublicKey)>) -> Self {
        let known = |(id, key)| Known {
            id,
            key,
            newest: None,
            durable: 0,
            moved: BTreeSet::new(),
            allowed: Vec::new(),
            denied: BTreeMap::new(),
            waiting: BTreeMap::new(),
            time: Timeline::default(),
        };
        Self {
            published: BTreeMap::new(),
            doors: doors.map(known).collect(),
        }
    }

    /// The hub signed a bundle.
    pub(super) fn published(&mut self, bundle: &Bundle) {
        self.published.insert(bundle.version, Rules::of(bundle));
    }

    /// A bundle is in use at a door, and a record says so.
    pub(super) fn installed(&mut self, door: usize, version: u64) -> Lawful {
        let known = &mut self.doors[door];
        let newest = known.newest.replace(version);
        if newest.is_some_and(|newest| newest >= version) {
            return broken(
                BUNDLE_GROWS,
                format!("door {door} went from bundle {newest:?} to {version}"),
            );
        }
        let Some(rules) = self.published.get(&version) else {
            return broken(
                BUNDLE_GROWS,
                format!("door {door} took bundle {version}, which nobody signed"),
            );
        };
        known.time.proves(rules.issued_at * 1_000);
        Ok(())
    }

    /// The hub tells a door the time.
    pub(super) fn tells_time(&mut self, door: usize) {
        self.doors[door].time.hears();
    }

    /// A door runs again, with what was on its disk.
    pub(super) fn restarted(
        &mut self,
        door: usize,
        now: Duration,
        version: Option<u64>,
        disk: &Disk,
    ) -> Lawful {
        let known = &mut self.doors[door];
        for denials in known.waiting.values_mut() {
            (denials.times, denials.last) = (denials.kept, now);
        }
        known.time.restarts();
        if version != known.newest {
            return broken(
                BUNDLE_GROWS,
                format!(
                    "door {door} had {:?} and starts with {version:?}",
                    known.newest
                ),
            );
        }
        self.written(door, disk)
    }

    /// Something may have been written: what was once on the disk stays there.
    pub(super) fn written(&mut self, door: usize, disk: &Disk) -> Lawful {
        let (known, last) = (&mut self.doors[door], disk.last_seq());
        if last < known.durable {
            return broken(
                NOTHING_LOST,
                format!("door {door} had {} records and has {last}", known.durable),
            );
        }
        if last > known.durable {
            known.keeps(last, disk);
        }
        known.durable = last;
        Ok(())
    }

    /// Why somebody may not enter; none when they may.
    pub(super) fn bar(&self, asked: Asked<'_>) -> Option<&'static str> {
        let known = &self.doors[asked.door];
        let Some(rules) = known.newest.and_then(|newest| self.published.get(&newest)) else {
            return Some("the door has no bundle");
        };
        rules.bar(known.id, asked.pass, asked.holder, asked.told)
    }

    /// A door decided.
    pub(super) fn decided(&mut self, asked: Asked<'_>, decision: &Decision) -> Lawful {
        self.doors[asked.door]
            .time
            .tells(asked.told, asked.wall_ms)?;
        let (bar, must_wait) = (self.bar(asked), self.must_wait(asked));
        let rules = self.doors[asked.door]
            .newest
            .and_then(|newest| self.published.get(&newest));
        let person = rules.map(|rules| rules.person(asked.pass));
        let known = &mut self.doors[asked.door];
        let denials = known
            .waiting
            .get(&asked.holder)
            .map_or(0, |denials| denials.times);
        let name = &asked.pass.name;
        match (decision.deny_reason(), bar) {
            (Some(DenyReason::TooManyAttempts), _) if denials < FREE_DENIALS => broken(
                BACK_OFF,
                format!("{name} was denied {denials} times and has to wait"),
            ),
            (Some(DenyReason::TooManyAttempts), _) => Ok(()),
            _ if must_wait => broken(
                BACK_OFF,
                format!("{name} was denied {denials} times and need not wait"),
            ),
            (None, Some(bar)) => broken(WHO_MAY_ENTER, format!("{name} was let in although {bar}")),
            (Some(reason), None) => broken(
                DECIDES_ALONE,
                format!("{name} was denied: {}", reason.as_str()),
            ),
            (None, None) => {
                if let Some(denials) = known.waiting.get_mut(&asked.holder) {
                    denials.times = 0;
                }
                known.allowed.extend(person);
                Ok(())
            }
            (Some(_), Some(_)) => {
                known.count_denial(asked);
                Ok(())
            }
        }
    }

    fn must_wait(&self, asked: Asked<'_>) -> bool {
        let denials = self.doors[asked.door].waiting.get(&asked.holder);
        denials.is_some_and(|denials| {
            denials.times >= FREE_DENIALS && asked.now.saturating_sub(denials.last) < SHORTEST_WAIT
        })
    }

    /// Whether this holder was never denied here of late.
    pub(super) fn is_unblemished(&self, asked: Asked<'_>) -> bool {
        let denials = self.doors[asked.door].waiting.get(&asked.holder);
        denials.is_none_or(|denials| asked.now.saturating_sub(denials.last) >= FORGIVEN_AFTER)
    }

    /// A strike is told to move.
    pub(super) fn moves(&mut self, asked: Asked<'_>, seq: u64, disk: &Disk) -> Lawful {
        let known = &mut self.doors[asked.door];
        let Some(record) = known.committed(seq, disk) else {
            let last = disk.last_seq();
            return broken(
                NO_RECORD_NO_ENTRY,
                format!("the strike moves for record {seq}, the disk ends with {last}"),
            );
        };
        let Event::Entry(entry) = record.event else {
            return broken(
                NO_RECORD_NO_ENTRY,
                format!("the strike moves, and record {seq} tells of no entry"),
            );
        };
        if entry.person.class() != asked.pass.class {
            return broken(
                NOT_TRACKED,
                format!("record {seq} tells of somebody of another class"),
            );
        }
        if !known.moved.insert(seq) {
            return broken(
                NO_RECORD_NO_ENTRY,
                format!("the strike moves twice for record {seq}"),
            );
        }
        Ok(())
    }

    /// A phone was answered.
    pub(super) fn answered(&mut self, door: usize, answer: Answer) -> Lawful {
        let known = &mut self.doors[door];
        match answer {
            Answer::Unlocked { seq, .. } if !known.moved.contains(&seq) => broken(
                NO_RECORD_NO_ENTRY,
                format!("a phone is told of record {seq}, for which no strike moved"),
            ),
            Answer::Denied { reason } => {
                *known.denied.entry(reason).or_default() += 1;
                Ok(())
            }
            Answer::Unlocked { .. } | Answer::Failed { .. } => Ok(()),
        }
    }

    /// The hub took records of a door.
    pub(super) fn taken(door: usize, at_hub: &[SignedRecord], disk: &Disk) -> Lawful {
        let last = at_hub.len() as u64;
        let is_on_disk = last == 0 || disk.record(last).as_ref() == at_hub.last();
        if is_on_disk {
            Ok(())
        } else {
            broken(
                NOTHING_LOST,
                format!("the hub's record {last} of door {door} is not the disk's"),
            )
        }
    }

    /// The end of the run: what the hub holds is what the door recorded, and that is what happened.
    pub(super) fn ended(&mut self, door: usize, at_hub: &[SignedRecord], disk: &Disk) -> Lawful {
        let on_disk = disk.records();
        if at_hub != on_disk {
            let (has, of) = (at_hub.len(), on_disk.len());
            return broken(
                NOTHING_LOST,
                format!("the hub has {has} records of door {door}, its disk {of}"),
            );
        }
        let known = &mut self.doors[door];
        let mut previous = Hash32::ZERO;
        for (seq, signed) in (1..).zip(at_hub) {
            let record = signed.verify(&known.key);
            let record = record
                .ok()
                .filter(|record| (record.seq, record.previous) == (seq, previous));
            let Some(record) = record else {
                return broken(
                    NOTHING_LOST,
                    format!("record {seq} of door {door} does not follow the one before"),
                );
            };
            previous = signed.hash();
            known.tells_the_truth(seq, &record.event)?;
        }
        match known.denied.iter().find(|(_, owed)| **owed > 0) {
            Some((reason, owed)) => broken(
                NO_RECORD_NO_ENTRY,
                format!("{owed} denials are not on record: {}", reason.as_str()),
            ),
            None if known
                .moved
                .last()
                .is_some_and(|last| *last > at_hub.len() as u64) =>
            {
                broken(
                    NO_RECORD_NO_ENTRY,
                    "the strike moved for a record that nobody has",
                )
            }
            None => Ok(()),
        }
    }
}

impl Known {
    /// With a record the door keeps what it has counted, and the time.
    fn keeps(&mut self, last: u64, disk: &Disk) {
        for denials in self.waiting.values_mut() {
            denials.kept = denials.times;
        }
        let at_ms = self.committed(last, disk).map(|record| record.at_ms);
        self.time.proves(at_ms.unwrap_or_default());
    }

    fn count_denial(&mut self, asked: Asked<'_>) {
        let fresh = Denials {
            times: 0,
            kept: 0,
            last: asked.now,
        };
        let denials = self.waiting.entry(asked.holder).or_insert(fresh);
        if asked.now.saturating_sub(denials.last) >= FORGIVEN_AFTER {
            denials.times = 0;
        }
        denials.times += 1;
        denials.last = asked.now;
    }

    fn committed(&self, seq: u64, disk: &Disk) -> Option<Record> {
        let record = disk.record(seq)?.verify(&self.key).ok()?;
        (record.seq == seq && record.door == self.id).then_some(record)
    }

    /// Every entry on record was allowed, once, to whom the record says; every denial was one.
    fn tells_the_truth(&mut self, seq: u64, event: &Event) -> Lawful {
        match event {
            Event::Entry(entry) => {
                let Some(at) = self
                    .allowed
                    .iter()
                    .position(|person| *person == entry.person)
                else {
                    return broken(
                        NOT_TRACKED,
                        format!("record {seq} tells of somebody who was not let in so"),
                    );
                };
                self.allowed.swap_remove(at);
            }
            Event::Denied { reason, .. } => {
                if let Some(owed) = self.denied.get_mut(reason) {
                    *owed = owed.saturating_sub(1);
                }
            }
            _ => {}
        }
        Ok(())
    }
}
