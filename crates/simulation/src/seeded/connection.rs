//! Connections: what phones and doors say to each other, and what they do about it.

use door_protocol::{Answer, Command, DoorOutput, DoorSession, KeyOutput, KeySession, chunks};

use super::link::{Caller, Link};
use super::step::Step;
use super::violation::Lawful;
use super::world::{World, say};

/// How long until an end notices that the other has gone, in ms.
const SUPERVISION_MS: (u64, u64) = (10, 4_000);

impl World {
    pub(super) fn approach(&mut self, person: usize, pass: usize, door: usize) -> Lawful {
        let (who, shows) = (&self.people[person].pass.name, &self.people[pass].pass.name);
        say!(
            self,
            "{who} comes to door {door} with the credential of {shows}"
        );
        let entropy = self.dice.bytes();
        let (own, at) = (&self.people[person], &self.doors[door]);
        let phone_end = KeySession::new(
            at.id,
            at.identity.public(),
            &own.secret,
            &self.people[pass].credential,
            Command::Unlock,
            entropy,
            self.queue.now(),
        );
        match self.connect(door, Caller::Holder { person, pass }, Some(phone_end)) {
            Some(link) => {
                self.drain_phone(link)?;
                self.drain_door(link)
            }
            None => Ok(()),
        }
    }

    /// Somebody who has heard others says the same again.
    pub(super) fn replay(&mut self, door: usize) -> Lawful {
        if self.overheard.is_empty() {
            return Ok(());
        }
        let said = self.overheard[self.dice.index(self.overheard.len())].clone();
        say!(self, "somebody repeats at door {door} what was overheard");
        let Some(link) = self.connect(door, Caller::Replayer, None) else {
            return Ok(());
        };
        for chunk in said {
            self.reaches_door(link, &chunk)?;
        }
        self.later(1_000, 9_000, Step::DoorLost { link });
        Ok(())
    }

    fn connect(
        &mut self,
        door: usize,
        caller: Caller,
        phone_end: Option<KeySession>,
    ) -> Option<u64> {
        let (link, entropy) = (self.number(), self.dice.bytes());
        let (now, at) = (self.queue.now(), &mut self.doors[door]);
        if at.running.is_none() {
            say!(self, "door {door} is dark");
            return None;
        }
        let (clock, told) = (at.now(now), at.tell(now));
        let door_end = DoorSession::new(&at.identity, entropy, clock);
        let payload = [509, 244, 20][self.dice.index(3)];
        let new = Link {
            door,
            life: at.life,
            caller,
            phone_end,
            door_end: Some(door_end),
            attempt: None,
            told,
            errand: None,
            payload,
            asks_again: self.dice.chance(250),
        };
        self.links.insert(link, new);
        Some(link)
    }

    /// Sends towards the door, or towards the phone.
    fn send(&mut self, link: u64, framed: &[u8], to_door: bool) {
        let Some(payload) = self.links.get(&link).map(|link| link.payload) else {
            return;
        };
        for chunk in chunks(framed, payload) {
            let fates = self.weather.fates(&mut self.dice);
            self.trace.counts.mishaps += u64::from(fates.len() != 1);
            for after in fates {
                let chunk = chunk.to_vec();
                let step = if to_door {
                    Step::ToDoor { link, chunk }
                } else {
                    Step::ToPhone { link, chunk }
                };
                self.queue.put(after, step);
            }
        }
    }

    pub(super) fn reaches_door(&mut self, link: u64, chunk: &[u8]) -> Lawful {
        let now = self.queue.now();
        if let Some(at) = self.links.get_mut(&link)
            && let Some(session) = at.door_end.as_mut()
        {
            let door = &mut self.doors[at.door];
            let clock = door.now(now);
            at.told = door.tell(now);
            door.lend(now, |gate| session.handle_bytes(chunk, clock, gate));
        }
        self.drain_door(link)
    }

    pub(super) fn reaches_phone(&mut self, link: u64, chunk: &[u8]) -> Lawful {
        let now = self.queue.now();
        self.with_phone(link, |phone| phone.handle_bytes(chunk, now))
    }

    pub(super) fn phone_timeout(&mut self, link: u64) -> Lawful {
        let now = self.queue.now();
        self.with_phone(link, |phone| phone.handle_timeout(now))
    }

    pub(super) fn phone_lost(&mut self, link: u64) -> Lawful {
        self.with_phone(link, KeySession::handle_link_lost)
    }

    fn with_phone(&mut self, link: u64, act: impl FnOnce(&mut KeySession)) -> Lawful {
        if let Some(phone) = self
            .links
            .get_mut(&link)
            .and_then(|link| link.phone_end.as_mut())
        {
            act(phone);
        }
        self.drain_phone(link)
    }

    pub(super) fn door_lost(&mut self, link: u64) -> Lawful {
        self.with_door(link, DoorSession::handle_link_lost)
    }

    pub(super) fn door_timeout(&mut self, link: u64) -> Lawful {
        let Some(door) = self.links.get(&link).map(|link| link.door) else {
            return Ok(());
        };
        let clock = self.doors[door].now(self.queue.now());
        self.with_door(link, |session| session.handle_timeout(clock))
    }

    pub(super) fn with_door(&mut self, link: u64, act: impl FnOnce(&mut DoorSession)) -> Lawful {
        if let Some(session) = self
            .links
            .get_mut(&link)
            .and_then(|link| link.door_end.as_mut())
        {
            act(session);
        }
        self.drain_door(link)
    }

    /// Does everything that the door's end asks for.
    fn drain_door(&mut self, link: u64) -> Lawful {
        let Some(door) = self.links.get(&link).map(|link| link.door) else {
            return Ok(());
        };
        while let Some(output) = self.next_of_door(link) {
            match output {
                DoorOutput::Send(framed) => self.send(link, &framed, false),
                DoorOutput::AppendAudit(attempt) => self.decided(link, &attempt)?,
                DoorOutput::Actuate(actuation) => self.actuate(link, &actuation)?,
                DoorOutput::Status => self.tell_status(link, door),
                DoorOutput::Bundle(signed) => self.take_carried(link, door, &signed)?,
                DoorOutput::Records { after, before } => {
                    self.give_records(link, door, after, before);
                }
                DoorOutput::Deadline(at) => self.schedule_door(link, at),
                DoorOutput::Close => self.close_door(link),
            }
            if self.is_faulty && self.dice.chance(3) {
                self.stop_door(door);
            }
        }
        self.forget(link);
        Ok(())
    }

    fn next_of_door(&mut self, link: u64) -> Option<DoorOutput> {
        self.links.get_mut(&link)?.door_end.as_mut()?.poll_output()
    }

    fn schedule_door(&mut self, link: u64, at: std::time::Duration) {
        let Some(door) = self.links.get(&link).map(|link| link.door) else {
            return;
        };
        let started_at = self.doors[door]
            .running
            .as_ref()
            .map(|running| running.started_at);
        let due = started_at.unwrap_or_default() + at;
        let after = due.saturating_sub(self.queue.now());
        self.queue.put(after, Step::DoorTimeout { link });
    }

    fn close_door(&mut self, link: u64) {
        if let Some(closed) = self.links.get_mut(&link) {
            let why = closed.door_end.take().and_then(|session| session.error());
            let door = closed.door;
            let why = why.map_or(String::new(), |why| format!(": {why}"));
            say!(self, "door {door} closes connection {link}{why}");
            let (least, most) = SUPERVISION_MS;
            self.later(least, most, Step::PhoneLost { link });
        }
    }

    /// Does everything that the phone's end asks for.
    fn drain_phone(&mut self, link: u64) -> Lawful {
        while let Some(output) = self.next_of_phone(link) {
            match output {
                KeyOutput::Send(framed) => {
                    let payload = self.links.get(&link).map_or(20, |link| link.payload);
                    self.overheard
                        .push(chunks(&framed, payload).map(<[u8]>::to_vec).collect());
                    self.send(link, &framed, true);
                }
                KeyOutput::Answer(answer) => self.answered(link, answer)?,
                KeyOutput::Carried(answer) => self.carried(link, answer)?,
                KeyOutput::Deadline(at) => {
                    let after = at.saturating_sub(self.queue.now());
                    self.queue.put(after, Step::PhoneTimeout { link });
                }
                KeyOutput::Failed(error) => {
                    say!(self, "the phone of connection {link} gives up: {error}");
                    self.hang_up(link);
                }
            }
            if self.is_faulty && self.dice.chance(3) {
                say!(self, "the phone of connection {link} crashes");
                self.hang_up(link);
            }
        }
        self.forget(link);
        Ok(())
    }

    fn next_of_phone(&mut self, link: u64) -> Option<KeyOutput> {
        self.links.get_mut(&link)?.phone_end.as_mut()?.poll_output()
    }

    fn answered(&mut self, link: u64, answer: Answer) -> Lawful {
        let Some(at) = self.links.get_mut(&link) else {
            return Ok(());
        };
        let (door, caller) = (at.door, at.caller);
        let again = std::mem::take(&mut at.asks_again);
        say!(self, "door {door} answers connection {link}: {answer:?}");
        self.model.answered(door, answer)?;
        if let (Answer::Unlocked { .. }, Caller::Holder { person, .. }) = (answer, caller) {
            *self.let_in.entry((person, door)).or_default() += 1;
        }
        if !again {
            let is_busy = match answer {
                Answer::Unlocked { seq, .. } => self.begin_errand(link, seq),
                _ => false,
            };
            if !is_busy {
                self.hang_up(link);
            }
            return Ok(());
        }
        let now = self.queue.now();
        if let Some(phone) = self
            .links
            .get_mut(&link)
            .and_then(|link| link.phone_end.as_mut())
        {
            phone
                .handle_command(Command::Unlock, now)
                .expect("it was answered");
        }
        Ok(())
    }

    pub(super) fn hang_up(&mut self, link: u64) {
        if let Some(at) = self.links.get_mut(&link) {
            at.phone_end = None;
        }
        let (least, most) = SUPERVISION_MS;
        self.later(least, most, Step::DoorLost { link });
    }

    fn forget(&mut self, link: u64) {
        let is_over = |link: &Link| link.phone_end.is_none() && link.door_end.is_none();
        if self.links.get(&link).is_some_and(is_over) {
            self.links.remove(&link);
        }
    }
}
