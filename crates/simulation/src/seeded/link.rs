//! One connection: a phone's end, a door's end, and the way between.

use door_protocol::{DoorSession, KeySession};

use super::carrying::Errand;
use super::door::Told;

/// A connection while either end has it.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) door: usize,
    /// The door's life in which it began.
    pub(super) life: u32,
    pub(super) caller: Caller,
    pub(super) phone_end: Option<KeySession>,
    pub(super) door_end: Option<DoorSession>,
    /// The number of the attempt whose record the door waits for.
    pub(super) attempt: Option<u64>,
    /// What the door said of the time when it last heard from the phone.
    pub(super) told: Told,
    /// What the phone carries, once it was let in.
    pub(super) errand: Option<Errand>,
    /// The most bytes that one write carries.
    pub(super) payload: usize,
    /// Whether the phone asks once more when it is answered.
    pub(super) asks_again: bool,
}

/// Who is at the other end.
#[derive(Clone, Copy, Debug)]
pub(super) enum Caller {
    /// Person and pass, by number: a thief's pass is another's.
    Holder { person: usize, pass: usize },
    /// Somebody who has only what was overheard.
    Replayer,
}
