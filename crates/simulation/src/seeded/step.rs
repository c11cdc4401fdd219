//! What can happen next.

use std::time::Duration;

use access::SignedBundle;
use audit::Event;

use super::hub::{Reply, Request};
use super::violation::Lawful;
use super::world::World;

/// One thing that happens at one moment.
#[derive(Debug)]
pub(super) enum Step {
    /// Somebody comes to a door with a credential.
    Approach {
        person: usize,
        pass: usize,
        door: usize,
    },
    /// Somebody comes and repeats what others said.
    Replay {
        door: usize,
    },
    ToDoor {
        link: u64,
        chunk: Vec<u8>,
    },
    ToPhone {
        link: u64,
        chunk: Vec<u8>,
    },
    DoorLost {
        link: u64,
    },
    PhoneLost {
        link: u64,
    },
    DoorTimeout {
        link: u64,
    },
    PhoneTimeout {
        link: u64,
    },
    /// The disk gets to an attempt's record.
    Write {
        link: u64,
        attempt: u64,
        event: Event,
    },
    /// The door learns that the record is on the disk.
    Committed {
        link: u64,
        attempt: u64,
        seq: u64,
    },
    /// The strike says whether it moved.
    Struck {
        link: u64,
        seq: u64,
        moved: bool,
    },
    /// A door turns to the hub.
    Poll {
        door: usize,
        life: u32,
    },
    ToHub {
        door: usize,
        life: u32,
        number: u64,
        request: Request,
    },
    FromHub {
        door: usize,
        life: u32,
        number: u64,
        reply: Reply,
    },
    /// A bundle comes to a door from somewhere.
    Offered {
        door: usize,
        signed: SignedBundle,
    },
    /// A phone brings the hub what a door sealed.
    Carried {
        door: usize,
        sealed: Vec<u8>,
    },
    /// The manager changes something.
    Manage,
    /// A door's program ends, or its power.
    DoorStops {
        door: usize,
    },
    DoorStarts {
        door: usize,
    },
    HubStops,
    HubStarts,
    ClockSet {
        door: usize,
    },
}

impl World {
    pub(super) fn take(&mut self, step: Step) -> Lawful {
        self.trace.counts.steps += 1;
        match step {
            Step::Poll { door, life } => self.poll(door, life),
            Step::Manage => self.manage(),
            Step::DoorStops { door } => self.stop_door(door),
            Step::HubStops => self.stop_hub(),
            Step::HubStarts => self.start_hub(),
            Step::ClockSet { door } => self.set_clock(door),
            watched => return self.take_watched(watched),
        }
        Ok(())
    }

    /// The steps that a law watches.
    fn take_watched(&mut self, step: Step) -> Lawful {
        match step {
            Step::Approach { person, pass, door } => self.approach(person, pass, door),
            Step::Replay { door } => self.replay(door),
            Step::ToDoor { link, chunk } => self.reaches_door(link, &chunk),
            Step::ToPhone { link, chunk } => self.reaches_phone(link, &chunk),
            Step::DoorLost { link } => self.door_lost(link),
            Step::PhoneLost { link } => self.phone_lost(link),
            Step::DoorTimeout { link } => self.door_timeout(link),
            Step::PhoneTimeout { link } => self.phone_timeout(link),
            Step::Write {
                link,
                attempt,
                event,
            } => self.write(link, attempt, event),
            Step::Committed { link, attempt, seq } => self.committed(link, attempt, seq),
            Step::Struck { link, seq, moved } => self.struck(link, seq, moved),
            Step::ToHub {
                door,
                life,
                number,
                request,
            } => self.reaches_hub(door, life, number, &request),
            Step::FromHub {
                door,
                life,
                number,
                reply,
            } => self.reaches_back(door, life, number, reply),
            Step::Carried { door, sealed } => self.brought(door, &sealed),
            Step::Offered { door, signed } => self.offered(door, &signed),
            Step::DoorStarts { door } => self.start_door(door),
            Step::Poll { .. }
            | Step::Manage
            | Step::DoorStops { .. }
            | Step::HubStops
            | Step::HubStarts
            | Step::ClockSet { .. } => Ok(()),
        }
    }

    pub(super) fn later(&mut self, least_ms: u64, most_ms: u64, step: Step) {
        let after = self.dice.ms(least_ms, most_ms);
        self.queue.put(after, step);
    }

    pub(super) fn soon(&mut self, step: Step) {
        self.queue.put(Duration::ZERO, step);
    }
}
