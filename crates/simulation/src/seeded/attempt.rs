//! Attempts: what a door decides is held against the laws, put on record, and only then moves the strike.

use std::time::Duration;

use access::{Decision, DenyReason, HolderPublicKey};
use audit::Event;
use door_protocol::{Actuation, Attempt, DoorSession};

use super::Defect;
use super::door::{Door, Fault, Told};
use super::link::{Caller, Link};
use super::model::Asked;
use super::people::{Pass, Person};
use super::step::Step;
use super::violation::{Lawful, PROVEN_HOLDER, broken};
use super::world::{World, say};

impl World {
    /// The door decided: asks whether that is lawful, and has it put on record.
    pub(super) fn decided(&mut self, link: u64, attempt: &Attempt) -> Lawful {
        let Some(at) = self.links.get(&link) else {
            return Ok(());
        };
        let (door, told) = (at.door, at.told);
        let Caller::Holder { person, pass } = at.caller else {
            return broken(
                PROVEN_HOLDER,
                format!("door {door} took a replay for a request"),
            );
        };
        if attempt.holder != self.people[person].key() {
            return broken(
                PROVEN_HOLDER,
                format!("door {door} took somebody for another"),
            );
        }
        if self.doors[door].version().is_none() {
            say!(self, "door {door} has no bundle yet");
            self.say_not_ready(link);
            return Ok(());
        }
        let reason = attempt.decision.deny_reason();
        say!(
            self,
            "door {door} decides connection {link}: {}",
            reason.map_or("Allow", DenyReason::as_str)
        );
        self.trace.counts.decisions += 1;
        self.trace.counts.denials += u64::from(reason.is_some());
        let asked = asked(
            &self.people[pass].pass,
            &self.doors[door],
            (door, told),
            attempt.holder,
            self.queue.now(),
        );
        self.model.decided(asked, &attempt.decision)?;
        if self.defect == Some(Defect::BackOffHitsOthers) && reason.is_some() {
            let everybody: Vec<_> = self.people.iter().map(Person::key).collect();
            self.doors[door].slow_down(everybody.into_iter(), self.queue.now());
        }
        self.put_on_record(link, &attempt.decision);
        Ok(())
    }

    fn say_not_ready(&mut self, link: u64) {
        if let Some(session) = self
            .links
            .get_mut(&link)
            .and_then(|link| link.door_end.as_mut())
        {
            session.handle_not_ready();
        }
    }

    fn put_on_record(&mut self, link: u64, decision: &Decision) {
        let number = self.number();
        let Some(at) = self.links.get_mut(&link) else {
            return;
        };
        at.attempt = Some(number);
        let door = &self.doors[at.door];
        let (event, seq) = (door.event(decision), door.next_seq());
        let is_denied = matches!(decision, Decision::Deny(_));
        let attempt = number;
        match self.defect {
            Some(Defect::MovesBeforeCommit) => self.soon(Step::Committed { link, attempt, seq }),
            Some(Defect::AnswersUnrecorded) if is_denied => {
                return self.soon(Step::Committed { link, attempt, seq });
            }
            _ => {}
        }
        // A disk that is busy takes longer than a door waits.
        let most_ms = if self.is_faulty && self.dice.chance(10) {
            12_000
        } else {
            15
        };
        self.later(
            1,
            most_ms,
            Step::Write {
                link,
                attempt,
                event,
            },
        );
    }

    pub(super) fn write(&mut self, link: u64, attempt: u64, event: Event) -> Lawful {
        // What nobody waits for any more is not recorded: nobody acts on it.
        let waits = |at: &&mut Link| at.door_end.is_some() && at.attempt == Some(attempt);
        let unguarded = self.defect == Some(Defect::MovesBeforeCommit);
        let Some(at) = self
            .links
            .get_mut(&link)
            .filter(|at| unguarded || waits(at))
        else {
            return Ok(());
        };
        let (door, life) = (at.door, at.life);
        if self.doors[door].life != life || self.doors[door].running.is_none() {
            return Ok(());
        }
        let fault = self.disk_fault();
        let now = self.queue.now();
        let written = self.doors[door].record(event, now, None, fault);
        self.model.written(door, &self.doors[door].disk)?;
        if self.is_faulty && self.dice.chance(6) {
            say!(self, "door {door} stops between commit and answer");
            self.stop_door(door);
            return Ok(());
        }
        if let Ok(seq) = written {
            say!(
                self,
                "door {door} commits record {seq} for connection {link}"
            );
            self.later(0, 3, Step::Committed { link, attempt, seq });
            Ok(())
        } else {
            say!(
                self,
                "door {door} cannot commit for connection {link}: {fault:?}"
            );
            self.with_door(link, DoorSession::handle_audit_failed)
        }
    }

    fn disk_fault(&mut self) -> Fault {
        if !self.is_faulty {
            return Fault::None;
        }
        match self.dice.between(0, 99) {
            0 => Fault::Full,
            1 => Fault::SaysFailed,
            _ => Fault::None,
        }
    }

    pub(super) fn committed(&mut self, link: u64, attempt: u64, seq: u64) -> Lawful {
        let waiting = self
            .links
            .get_mut(&link)
            .filter(|link| link.attempt == Some(attempt));
        let Some(at) = waiting else {
            return Ok(());
        };
        at.attempt = None;
        self.with_door(link, |session| session.handle_audit_committed(seq))
    }

    pub(super) fn actuate(&mut self, link: u64, actuation: &Actuation) -> Lawful {
        let Some(at) = self.links.get(&link) else {
            return Ok(());
        };
        let Caller::Holder { person, pass } = at.caller else {
            return broken(PROVEN_HOLDER, "the strike moves for a replay");
        };
        let (door, told) = (at.door, at.told);
        let (seq, now) = (actuation.seq(), self.queue.now());
        let here = &self.doors[door];
        let asked = asked(
            &self.people[pass].pass,
            here,
            (door, told),
            self.people[person].key(),
            now,
        );
        self.model.moves(asked, seq, &here.disk)?;
        self.trace.counts.unlocks += 1;
        say!(self, "the strike of door {door} moves for record {seq}");
        let moved = !(self.is_faulty && self.dice.chance(15));
        self.later(5, 60, Step::Struck { link, seq, moved });
        Ok(())
    }

    pub(super) fn struck(&mut self, link: u64, entry_seq: u64, moved: bool) -> Lawful {
        if moved {
            return self.with_door(link, DoorSession::handle_actuated);
        }
        if let Some((door, life)) = self.links.get(&link).map(|link| (link.door, link.life))
            && self.doors[door].life == life
        {
            say!(self, "the strike of door {door} is stuck");
            let event = Event::NotMoved { entry_seq };
            // A door whose disk is full too can say so to nobody.
            let _ = self.doors[door].record(event, self.queue.now(), None, Fault::None);
            self.model.written(door, &self.doors[door].disk)?;
        }
        self.with_door(link, DoorSession::handle_actuation_failed)
    }
}

pub(super) fn asked<'a>(
    pass: &'a Pass,
    here: &Door,
    (door, told): (usize, Told),
    holder: HolderPublicKey,
    now: Duration,
) -> Asked<'a> {
    Asked {
        door,
        pass,
        holder,
        now,
        told,
        wall_ms: here.wall_ms(now),
    }
}
