//! The end of a run: nothing fails any more, everything is delivered, and whoever may enter does, without the hub.

use std::time::Duration;

use super::attempt::asked;
use super::network::Weather;
use super::step::Step;
use super::violation::{BUNDLE_GROWS, DECIDES_ALONE, Lawful, NOTHING_LOST, broken};
use super::world::{World, say};

/// Enough for every door to deliver all that it has, and for every denial to be forgiven.
const CALM: Duration = Duration::from_secs(1_500);
/// Enough for one unlock.
const UNLOCK: Duration = Duration::from_secs(5);

impl World {
    pub(super) fn settle(&mut self) -> Lawful {
        say!(self, "calm");
        self.is_faulty = false;
        self.weather = Weather::CALM;
        self.start_everything();
        self.run_for(CALM)?;
        self.let_everybody_in()?;
        self.hub.is_up = true;
        self.run_for(CALM)?;
        for (n, door) in self.doors.iter().enumerate() {
            let at_hub = self.hub.records(door.id);
            self.trace.counts.records += at_hub.len() as u64;
            self.model.ended(n, at_hub, &door.disk)?;
            let confirmed = door
                .running
                .as_ref()
                .and_then(|running| running.store.durable_seq().ok());
            if door.version() != Some(self.hub.bundle.version) {
                return broken(
                    BUNDLE_GROWS,
                    format!("door {n} never had the newest bundle"),
                );
            }
            if confirmed != Some(door.disk.last_seq()) {
                return broken(
                    NOTHING_LOST,
                    format!("door {n} knows {confirmed:?} records to be delivered"),
                );
            }
        }
        let counts = self.trace.counts;
        say!(self, "over: {counts}");
        Ok(())
    }

    fn run_for(&mut self, time: Duration) -> Lawful {
        self.run_until(self.queue.now() + time)
    }

    fn start_everything(&mut self) {
        self.soon(Step::HubStarts);
        for door in 0..self.doors.len() {
            self.soon(Step::DoorStarts { door });
        }
    }

    /// With the hub down, everybody tries every door.
    fn let_everybody_in(&mut self) -> Lawful {
        self.hub.is_up = false;
        for person in 0..self.people.len() {
            for door in 0..self.doors.len() {
                self.try_once(person, door)?;
            }
        }
        Ok(())
    }

    fn try_once(&mut self, person: usize, door: usize) -> Lawful {
        let may = self.may_enter(person, door);
        let before = self.let_in.get(&(person, door)).copied();
        self.soon(Step::Approach {
            person,
            pass: person,
            door,
        });
        self.run_for(UNLOCK)?;
        let is_in = self.let_in.get(&(person, door)).copied() > before;
        // Whose time began or ended meanwhile may have come too early or too late.
        if may && !is_in && self.may_enter(person, door) {
            let name = &self.people[person].pass.name;
            return broken(
                DECIDES_ALONE,
                format!("{name} may enter by door {door} and does not get in"),
            );
        }
        Ok(())
    }

    fn may_enter(&mut self, person: usize, door: usize) -> bool {
        let now = self.queue.now();
        let told = self.doors[door].tell(now);
        let (own, here) = (&self.people[person], &self.doors[door]);
        let asked = asked(&own.pass, here, (door, told), own.key(), now);
        self.model.bar(asked).is_none() && self.model.is_unblemished(asked)
    }
}
