//! Doors and the hub: bundles one way, records the other, over a network that does what it likes.

use std::time::Duration;

use access::{BuildingKey, SignedBundle};
use audit::SignedRecord;

use super::Defect;
use super::hub::{Reply, Request};
use super::model::Model;
use super::step::Step;
use super::violation::{Lawful, NOTHING_LOST, broken};
use super::world::{World, say};

/// How long a door waits for the hub's answer.
const PATIENCE: Duration = Duration::from_secs(8);
/// The most records of one run. Small, so that a chain takes several.
const MAX_RUN: u32 = 5;

impl World {
    /// A door asks for a newer bundle and delivers what the hub lacks.
    pub(super) fn poll(&mut self, door: usize, life: u32) {
        if self.doors[door].life != life || self.doors[door].running.is_none() {
            return;
        }
        let now = self.queue.now();
        self.doors[door].keep_time(now);
        let newer_than = self.doors[door].version();
        self.ask_hub(door, 0, &Request::Bundle { newer_than });
        self.deliver(door);
        self.later(40_000, 150_000, Step::Poll { door, life });
    }

    /// Begins to deliver, unless an answer is still to come: asks first how far the hub is.
    fn deliver(&mut self, door: usize) {
        let (now, trusts) = (
            self.queue.now(),
            self.defect == Some(Defect::TrustsItsOutbox),
        );
        let Some(running) = self.doors[door].running.as_mut() else {
            return;
        };
        let is_waiting = running
            .outbox
            .awaiting
            .is_some_and(|(_, until)| now < until);
        if is_waiting {
            return;
        }
        let known = running.outbox.durable.filter(|_| trusts);
        match known {
            Some(durable) => self.send_run(door, durable),
            None => self.send_records(door, Vec::new()),
        }
    }

    fn send_run(&mut self, door: usize, durable: u64) {
        let Some(running) = self.doors[door].running.as_mut() else {
            return;
        };
        let run = running.store.records_after(durable, MAX_RUN, 64 * 1024);
        let run: Vec<_> = run
            .expect("the disk can be read")
            .into_iter()
            .map(SignedRecord)
            .collect();
        if run.is_empty() {
            running.outbox.awaiting = None;
            return;
        }
        if self.defect == Some(Defect::TrustsItsOutbox) {
            running.outbox.durable = Some(durable + run.len() as u64);
        }
        self.send_records(door, run);
    }

    fn send_records(&mut self, door: usize, run: Vec<SignedRecord>) {
        let until = self.queue.now() + PATIENCE;
        let Some(running) = self.doors[door].running.as_mut() else {
            return;
        };
        running.outbox.requests += 1;
        let number = running.outbox.requests;
        running.outbox.awaiting = Some((number, until));
        self.ask_hub(door, number, &Request::Records(run));
    }

    fn ask_hub(&mut self, door: usize, number: u64, request: &Request) {
        let life = self.doors[door].life;
        for after in self.fates() {
            let request = request.clone();
            self.queue.put(
                after,
                Step::ToHub {
                    door,
                    life,
                    number,
                    request,
                },
            );
        }
    }

    fn fates(&mut self) -> Vec<Duration> {
        let fates = self.weather.fates(&mut self.dice);
        self.trace.counts.mishaps += u64::from(fates.len() != 1);
        fates
    }

    pub(super) fn reaches_hub(
        &mut self,
        door: usize,
        life: u32,
        number: u64,
        request: &Request,
    ) -> Lawful {
        if !self.hub.is_up {
            return Ok(());
        }
        let id = self.doors[door].id;
        let answer = self.hub.answer(id, request);
        let Ok(reply) =
            answer.map_err(|why| say!(self, "the hub refuses records of door {door}: {why:?}"))
        else {
            return broken(
                NOTHING_LOST,
                format!("the hub refuses what door {door} recorded"),
            );
        };
        Model::taken(door, self.hub.records(id), &self.doors[door].disk)?;
        if let Request::Records(run) = request
            && !run.is_empty()
        {
            let (sent, held) = (run.len(), self.hub.records(id).len());
            say!(
                self,
                "the hub takes {sent} records of door {door} and has {held}"
            );
        }
        if self.is_faulty && self.dice.chance(4) {
            self.stop_hub();
            return Ok(());
        }
        for after in self.fates() {
            let Some(reply) = reply.clone() else { break };
            self.queue.put(
                after,
                Step::FromHub {
                    door,
                    life,
                    number,
                    reply,
                },
            );
        }
        self.meddle(door);
        Ok(())
    }

    /// Somebody between hub and door offers an old bundle, or one of their own.
    fn meddle(&mut self, door: usize) {
        if !self.is_faulty || !self.dice.chance(20) {
            return;
        }
        let signed = if self.dice.chance(300) {
            let stranger = BuildingKey::from_seed(self.dice.bytes());
            SignedBundle::sign(&self.hub.bundle, &stranger).expect("the hub's bundle is small")
        } else {
            self.hub.signed[self.dice.index(self.hub.signed.len())].clone()
        };
        self.later(0, 30_000, Step::Offered { door, signed });
    }

    pub(super) fn reaches_back(
        &mut self,
        door: usize,
        life: u32,
        number: u64,
        reply: Reply,
    ) -> Lawful {
        if self.doors[door].life != life {
            return Ok(());
        }
        let now = self.queue.now();
        self.doors[door].hear_time(self.building.start_s * 1_000 + ms(now), now);
        self.model.tells_time(door);
        match reply {
            Reply::Bundle(signed) => self.offered(door, &signed),
            Reply::Durable(durable) => self.confirmed(door, number, durable),
        }
    }

    /// The answer to the request that waits; any other comes too late.
    fn confirmed(&mut self, door: usize, number: u64, durable: u64) -> Lawful {
        let Some(running) = self.doors[door].running.as_mut() else {
            return Ok(());
        };
        if running
            .outbox
            .awaiting
            .is_none_or(|(awaited, _)| awaited != number)
        {
            return Ok(());
        }
        let trusted = running
            .outbox
            .durable
            .filter(|_| self.defect == Some(Defect::TrustsItsOutbox));
        let durable = trusted.unwrap_or(durable);
        running
            .store
            .set_durable_seq(durable)
            .expect("the disk can be written");
        running.outbox.durable = Some(durable);
        if durable > self.doors[door].disk.last_seq() {
            return broken(
                NOTHING_LOST,
                format!("the hub has {durable} records of door {door}, more than it made"),
            );
        }
        self.send_run(door, durable);
        Ok(())
    }

    /// A door has put a bundle in use.
    pub(super) fn decide_by(&mut self, door: usize, version: u64) -> Lawful {
        say!(self, "door {door} decides by bundle {version}");
        self.trace.counts.bundles += 1;
        self.model.installed(door, version)?;
        self.model.written(door, &self.doors[door].disk)
    }

    pub(super) fn offered(&mut self, door: usize, signed: &SignedBundle) -> Lawful {
        let now = self.queue.now();
        match self.doors[door].take_bundle(signed, now) {
            Ok(None) => Ok(()),
            Ok(Some(version)) => self.decide_by(door, version),
            Err(why) => {
                say!(self, "door {door} refuses a bundle: {why}");
                Ok(())
            }
        }
    }
}

fn ms(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).expect("a run is short")
}
