//! Both ends over a link in virtual time: latency, small chunks, loss, cuts, a disk and a strike
//! that may fail.

use std::collections::VecDeque;
use std::time::Duration;

use access::Gate;
use door_protocol::{
    Answer, CarryAnswer, CarryRequest, Command, DoorOutput, DoorSession, DoorStatus, KeyError,
    KeyOutput, KeySession, SessionError, chunks,
};

use crate::world::{Phone, World, at};

/// How far the door of a [`Pair`] says it is.
pub(crate) const STATUS: DoorStatus = DoorStatus {
    bundle_version: 6,
    last_seq: 12,
    durable_seq: 9,
    utc_ms: 1_800_000_000_000,
    clock_known: true,
};

/// What a disk or a strike does when asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Device {
    Works,
    Fails,
    Hangs,
    /// A disk that waits for the door's first bundle.
    NotReady,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    ToDoor,
    ToPhone,
}

/// What could be seen from outside, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    /// One framed message left an end: its way and length in bytes.
    Sent(Way, usize),
    /// A record was asked for: allowed, or the reason to deny.
    Audited(Result<(), access::DenyReason>),
    Committed(u64),
    Moved {
        unlock_s: u16,
        seq: u64,
    },
    Answered(Answer),
    /// A whole bundle reached the door.
    Bundle(Vec<u8>),
    /// Records were to be sealed.
    RecordsWanted {
        after: u64,
        before: u64,
    },
    Carried(CarryAnswer),
    PhoneFailed(KeyError),
    DoorClosed(Option<SessionError>),
}

struct Flight {
    arrives: Duration,
    way: Way,
    bytes: Vec<u8>,
}

type OnLink = Box<dyn FnMut(Way, Vec<u8>) -> Option<Vec<u8>>>;

pub(crate) struct Pair {
    pub(crate) door: DoorSession,
    pub(crate) key: KeySession,
    pub(crate) now: Duration,
    pub(crate) seen: Vec<Seen>,
    /// Every framed message as it left its end.
    pub(crate) sent: Vec<(Way, Vec<u8>)>,
    pub(crate) disk: Device,
    pub(crate) strike: Device,
    /// Bytes of each write or notification.
    pub(crate) payload: usize,
    pub(crate) latency: Duration,
    /// Sees every chunk; may alter it or lose it.
    pub(crate) on_link: OnLink,
    /// Commands the phone asks after its first.
    pub(crate) more: u32,
    /// What the phone asks for after that.
    pub(crate) errands: VecDeque<CarryRequest>,
    flights: VecDeque<Flight>,
    door_deadline: Option<Duration>,
    key_deadline: Option<Duration>,
    seq: u64,
}

impl Pair {
    pub(crate) fn new(world: &mut World, phone: &Phone) -> Self {
        let now = Duration::from_secs(1_000);
        let (door, key) = world.connect(phone, now);
        Self::of(door, key, now)
    }

    pub(crate) fn of(door: DoorSession, key: KeySession, now: Duration) -> Self {
        Self {
            door,
            key,
            now,
            seen: Vec::new(),
            sent: Vec::new(),
            disk: Device::Works,
            strike: Device::Works,
            payload: 514,
            latency: Duration::from_millis(30),
            on_link: Box::new(|_, chunk| Some(chunk)),
            more: 0,
            errands: VecDeque::new(),
            flights: VecDeque::new(),
            door_deadline: None,
            key_deadline: None,
            seq: 0,
        }
    }

    /// Runs until nothing is under way and no deadline is left, and says what the phone was told.
    pub(crate) fn run(&mut self, gate: &mut Gate) -> Option<Answer> {
        self.drain();
        while self.step(gate) {}
        self.answer()
    }

    /// The last answer the phone was given.
    pub(crate) fn answer(&self) -> Option<Answer> {
        self.seen.iter().rev().find_map(|seen| match seen {
            Seen::Answered(answer) => Some(*answer),
            _ => None,
        })
    }

    pub(crate) fn happened(&self, wanted: impl Fn(&Seen) -> bool) -> usize {
        self.seen.iter().filter(|seen| wanted(seen)).count()
    }

    pub(crate) fn moves(&self) -> usize {
        self.happened(|seen| matches!(seen, Seen::Moved { .. }))
    }

    pub(crate) fn audits(&self) -> usize {
        self.happened(|seen| matches!(seen, Seen::Audited(_)))
    }

    pub(crate) fn closed_with(&self, error: Option<SessionError>) -> bool {
        self.seen.contains(&Seen::DoorClosed(error))
    }

    /// Makes the next thing happen: a chunk arrives or a deadline passes.
    pub(crate) fn step(&mut self, gate: &mut Gate) -> bool {
        let arrival = self.flights.front().map(|flight| flight.arrives);
        let times = [arrival, self.door_deadline, self.key_deadline];
        let Some(next) = times.into_iter().flatten().min() else {
            return false;
        };
        self.now = self.now.max(next);
        if arrival == Some(next) {
            self.deliver(gate);
        }
        self.pass_deadlines();
        self.drain();
        true
    }

    fn deliver(&mut self, gate: &mut Gate) {
        let Some(flight) = self.flights.pop_front() else {
            return;
        };
        match flight.way {
            Way::ToDoor => self.door.handle_bytes(&flight.bytes, at(self.now), gate),
            Way::ToPhone => self.key.handle_bytes(&flight.bytes, self.now),
        }
    }

    fn pass_deadlines(&mut self) {
        if self
            .door_deadline
            .is_some_and(|deadline| deadline <= self.now)
        {
            self.door_deadline = None;
            self.door.handle_timeout(at(self.now));
        }
        if self
            .key_deadline
            .is_some_and(|deadline| deadline <= self.now)
        {
            self.key_deadline = None;
            self.key.handle_timeout(self.now);
        }
    }

    pub(crate) fn drain(&mut self) {
        loop {
            if let Some(output) = self.door.poll_output() {
                self.door_output(output);
            } else if let Some(output) = self.key.poll_output() {
                self.key_output(output);
            } else {
                return;
            }
        }
    }

    fn door_output(&mut self, output: DoorOutput) {
        match output {
            DoorOutput::Send(bytes) => self.send(Way::ToPhone, bytes),
            DoorOutput::AppendAudit(attempt) => {
                let reason = attempt.decision.deny_reason();
                self.seen.push(Seen::Audited(reason.map_or(Ok(()), Err)));
                self.append();
            }
            DoorOutput::Actuate(actuation) => self.actuate(actuation.unlock_s(), actuation.seq()),
            DoorOutput::Status => self.door.handle_carry_answer(&CarryAnswer::Status(STATUS)),
            DoorOutput::Bundle(bundle) => {
                self.seen.push(Seen::Bundle(bundle.0));
                let answer = CarryAnswer::InForce { version: 7 };
                self.door.handle_carry_answer(&answer);
            }
            DoorOutput::Records { after, before } => {
                self.seen.push(Seen::RecordsWanted { after, before });
                self.door.handle_carry_answer(&CarryAnswer::NoRecords);
            }
            DoorOutput::Deadline(at) => self.door_deadline = Some(at),
            DoorOutput::Close => {
                self.seen.push(Seen::DoorClosed(self.door.error()));
                self.door_deadline = None;
                self.flights.retain(|flight| flight.way == Way::ToPhone);
                if self.flights.is_empty() {
                    self.key.handle_link_lost();
                }
            }
        }
    }

    fn append(&mut self) {
        match self.disk {
            Device::Works => {
                self.seq += 1;
                self.seen.push(Seen::Committed(self.seq));
                self.door.handle_audit_committed(self.seq);
            }
            Device::Fails => self.door.handle_audit_failed(),
            Device::NotReady => self.door.handle_not_ready(),
            Device::Hangs => {}
        }
    }

    fn actuate(&mut self, unlock_s: u16, seq: u64) {
        match self.strike {
            Device::Works => {
                self.seen.push(Seen::Moved { unlock_s, seq });
                self.door.handle_actuated();
            }
            Device::Fails => self.door.handle_actuation_failed(),
            Device::Hangs | Device::NotReady => {}
        }
    }

    fn key_output(&mut self, output: KeyOutput) {
        match output {
            KeyOutput::Send(bytes) => self.send(Way::ToDoor, bytes),
            KeyOutput::Answer(answer) => {
                self.seen.push(Seen::Answered(answer));
                self.key_deadline = None;
                self.ask_more();
            }
            KeyOutput::Carried(answer) => {
                self.seen.push(Seen::Carried(answer));
                self.key_deadline = None;
                self.ask_more();
            }
            KeyOutput::Deadline(at) => self.key_deadline = Some(at),
            KeyOutput::Failed(error) => {
                self.seen.push(Seen::PhoneFailed(error));
                self.key_deadline = None;
                self.door.handle_link_lost();
            }
        }
    }

    fn ask_more(&mut self) {
        if self.more > 0 {
            self.more -= 1;
            self.key.handle_command(Command::Unlock, self.now).unwrap();
        } else if let Some(request) = self.errands.pop_front() {
            self.key.handle_carry(&request, self.now).unwrap();
        }
    }

    fn send(&mut self, way: Way, bytes: Vec<u8>) {
        self.seen.push(Seen::Sent(way, bytes.len()));
        for chunk in chunks(&bytes, self.payload) {
            if let Some(bytes) = (self.on_link)(way, chunk.to_vec()) {
                let arrives = self.now + self.latency;
                self.flights.push_back(Flight {
                    arrives,
                    way,
                    bytes,
                });
            }
        }
        self.sent.push((way, bytes));
    }
}
