//! What a resident's phone does besides, once it was let in: it hands over a bundle and takes sealed records along.

use access::{BuildingKey, BundleError, HolderClass, SignedBundle};
use audit::{SealedRecords, SignedRecord};
use door_protocol::{CarryAnswer, CarryRefusal, CarryRequest, DoorStatus};

use super::hub::{Refusal, Request};
use super::link::Caller;
use super::model::Model;
use super::step::Step;
use super::violation::{Lawful, NOT_TRACKED, NOTHING_LOST, broken};
use super::world::{World, say};

/// The most bytes of a bundle that a phone sends at once.
const PART: usize = 700;
/// The most batches that one phone takes along.
const MOST_BATCHES: u32 = 3;
/// The most records and bytes that a door looks at for one batch.
const LOOKED_AT: (u64, usize) = (24, 8 * 1024);

/// What a phone carries.
#[derive(Debug)]
pub(super) struct Errand {
    bundle: SignedBundle,
    /// The record of its own entry.
    entry_seq: u64,
    /// Up to which record the hub has them, as the door knows.
    durable: u64,
    batches: u32,
    asks_for_records: bool,
}

impl World {
    /// Whether the phone that was let in by this entry has more to do.
    pub(super) fn begin_errand(&mut self, link: u64, entry_seq: u64) -> bool {
        let Some(Caller::Holder { pass, .. }) = self.links.get(&link).map(|at| at.caller) else {
            return false;
        };
        let is_resident = self.people[pass].pass.class == HolderClass::Resident;
        if !is_resident || !self.is_faulty || self.dice.chance(500) {
            return false;
        }
        let errand = Errand {
            bundle: self.bundle_to_carry(),
            entry_seq,
            durable: 0,
            batches: 0,
            asks_for_records: false,
        };
        if let Some(at) = self.links.get_mut(&link) {
            at.errand = Some(errand);
        }
        self.ask(link, &CarryRequest::Status);
        true
    }

    /// Mostly the newest; sometimes an old one, or a forged one.
    fn bundle_to_carry(&mut self) -> SignedBundle {
        if self.dice.chance(50) {
            let stranger = BuildingKey::from_seed(self.dice.bytes());
            let forged = SignedBundle::sign(&self.hub.bundle, &stranger);
            return forged.expect("the hub's bundle is small");
        }
        let signed = &self.hub.signed;
        let newest = signed.len() - 1;
        let at = if self.dice.chance(700) {
            newest
        } else {
            self.dice.index(signed.len())
        };
        signed[at].clone()
    }

    fn ask(&mut self, link: u64, request: &CarryRequest) {
        let now = self.queue.now();
        if let Some(phone) = self
            .links
            .get_mut(&link)
            .and_then(|at| at.phone_end.as_mut())
        {
            phone.handle_carry(request, now).expect("it was answered");
        }
    }

    /// The door answers a phone on an errand.
    pub(super) fn carried(&mut self, link: u64, answer: CarryAnswer) -> Lawful {
        let key = self.building.key.public();
        let Some(at) = self.links.get_mut(&link) else {
            return Ok(());
        };
        let (door, Some(errand)) = (at.door, at.errand.as_mut()) else {
            return Ok(());
        };
        say!(
            self,
            "door {door} answers the phone of connection {link}: {}",
            words(&answer)
        );
        let next = match answer {
            CarryAnswer::Status(status) => {
                errand.durable = status.durable_seq;
                let is_newer = |bundle: access::Bundle| bundle.version > status.bundle_version;
                // A forged bundle is offered too.
                if errand.bundle.verify(&key).map_or(true, is_newer) {
                    CarryRequest::part_of(&errand.bundle.0, 0, PART)
                } else {
                    errand.records_after(errand.durable)
                }
            }
            CarryAnswer::PartTaken { next } => CarryRequest::part_of(&errand.bundle.0, next, PART),
            CarryAnswer::InForce { .. } => errand.records_after(errand.durable),
            CarryAnswer::Refused { .. } if !errand.asks_for_records => {
                errand.records_after(errand.durable)
            }
            CarryAnswer::Records { sealed, last_seq } => {
                if last_seq >= errand.entry_seq {
                    return broken(
                        NOT_TRACKED,
                        "a phone is given the record of its own entry to carry",
                    );
                }
                let next = errand.records_after(last_seq);
                self.later(500, 600_000, Step::Carried { door, sealed });
                next
            }
            CarryAnswer::NoRecords | CarryAnswer::Refused { .. } => None,
        };
        match next {
            Some(request) => self.ask(link, &request),
            None => self.hang_up(link),
        }
        Ok(())
    }

    /// A door tells how far it is.
    pub(super) fn tell_status(&mut self, link: u64, door: usize) {
        let told = self.doors[door].tell(self.queue.now());
        let version = self.doors[door].version();
        let Some(running) = self.doors[door].running.as_ref() else {
            return;
        };
        let status = DoorStatus {
            bundle_version: version.unwrap_or_default(),
            last_seq: self.doors[door].next_seq() - 1,
            durable_seq: running.store.durable_seq().expect("the disk can be read"),
            utc_ms: told.utc_ms,
            clock_known: told.is_known,
        };
        self.answer_errand(link, &CarryAnswer::Status(status));
    }

    /// A door takes a bundle that a phone brings, if it is the building's and newer.
    pub(super) fn take_carried(&mut self, link: u64, door: usize, signed: &SignedBundle) -> Lawful {
        let taken = self.doors[door].take_bundle(signed, self.queue.now());
        let answer = match taken {
            Ok(news) => {
                if let Some(version) = news {
                    self.decide_by(door, version)?;
                }
                let version = self.doors[door].version().unwrap_or_default();
                CarryAnswer::InForce { version }
            }
            Err(BundleError::RolledBack { .. } | BundleError::Forked { .. }) => {
                refused(CarryRefusal::NotNewer)
            }
            Err(_) => refused(CarryRefusal::NotTheBuildings),
        };
        self.answer_errand(link, &answer);
        Ok(())
    }

    /// A door seals records that the hub may lack, none from the peer's own entry on.
    pub(super) fn give_records(&mut self, link: u64, door: usize, after: u64, before: u64) {
        let answer = self.sealed(door, after, before);
        self.answer_errand(link, &answer);
    }

    fn sealed(&mut self, door: usize, after: u64, before: u64) -> CarryAnswer {
        let (most, bytes) = LOOKED_AT;
        let count = before.saturating_sub(1).saturating_sub(after).min(most);
        let Some(running) = self.doors[door].running.as_ref().filter(|_| count > 0) else {
            return CarryAnswer::NoRecords;
        };
        let Some(key) = running.gate.policy.bundle().records_key else {
            return refused(CarryRefusal::NoRecordsKey);
        };
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        let run = running.store.records_after(after, count, bytes);
        let run: Vec<_> = run
            .expect("the disk can be read")
            .into_iter()
            .map(SignedRecord)
            .collect();
        if run.is_empty() {
            return CarryAnswer::NoRecords;
        }
        let batch =
            SealedRecords::seal(&run, &key, self.dice.rng()).expect("they follow each other");
        let sealed = batch.to_bytes().expect("a batch has a form");
        CarryAnswer::Records {
            sealed,
            last_seq: batch.last_seq,
        }
    }

    fn answer_errand(&mut self, link: u64, answer: &CarryAnswer) {
        if let Some(session) = self
            .links
            .get_mut(&link)
            .and_then(|at| at.door_end.as_mut())
        {
            session.handle_carry_answer(answer);
        }
    }

    /// A phone brings the hub what a door sealed.
    pub(super) fn brought(&mut self, door: usize, sealed: &[u8]) -> Lawful {
        if !self.hub.is_up {
            return Ok(());
        }
        let batch = SealedRecords::from_bytes(sealed);
        let run = batch.and_then(|batch| self.building.records_key.open(&batch));
        let Ok(run) = run else {
            return broken(
                NOTHING_LOST,
                format!("what door {door} sealed cannot be opened"),
            );
        };
        let (id, count) = (self.doors[door].id, run.len());
        match self.hub.answer(id, &Request::Records(run)) {
            Ok(_) => say!(self, "a phone brings {count} records of door {door}"),
            // Another phone has the ones before.
            Err(Refusal::Gap) => say!(self, "a phone brings records of door {door} too early"),
            Err(Refusal::Wrong(why)) => {
                return broken(
                    NOTHING_LOST,
                    format!("the hub refuses what door {door} sealed: {why}"),
                );
            }
        }
        Model::taken(door, self.hub.records(id), &self.doors[door].disk)
    }
}

impl Errand {
    fn records_after(&mut self, after: u64) -> Option<CarryRequest> {
        self.asks_for_records = true;
        self.batches += 1;
        (self.batches <= MOST_BATCHES).then_some(CarryRequest::Records { after })
    }
}

fn refused(code: CarryRefusal) -> CarryAnswer {
    CarryAnswer::Refused { code }
}

fn words(answer: &CarryAnswer) -> String {
    match answer {
        CarryAnswer::Records { last_seq, .. } => format!("records up to {last_seq}, sealed"),
        other => format!("{other:?}"),
    }
}
