//! What a door does that does not know what time it is, only that it is at least some time.

use super::DoorPolicy;
use crate::token::Verified;
use crate::{DenyReason, HolderClass};

impl DoorPolicy {
    /// Says whether the time that [`Self::decide`] is given is the time, or only the least that it
    /// can be. A new policy takes it for the time.
    pub fn set_clock_known(&mut self, known: bool) {
        self.clock_known = known;
    }

    /// Whether the time that [`Self::decide`] is given is the time.
    ///
    /// Where it is not, what is good only for certain hours, as a keypad code, is denied with
    /// [`DenyReason::ClockUnknown`].
    pub fn is_clock_known(&self) -> bool {
        self.clock_known
    }

    /// The time by which a credential is judged, in unix seconds.
    ///
    /// While the clock is unknown, what has ended by the least that it can be has ended. Otherwise
    /// residents and staff are judged by that least time, so that a power cut locks nobody out of
    /// their home; the building signed a resident's credential when it began, so that it is at least
    /// that late. Couriers and guests come for a window that nobody can tell now: they are denied.
    pub(super) fn time_for(&self, verified: &Verified, now_utc: u64) -> Result<u64, DenyReason> {
        if off!(KnownTime) || self.clock_known || now_utc > verified.not_after() {
            return Ok(now_utc);
        }
        match verified.class {
            HolderClass::Resident => Ok(now_utc.max(verified.not_before())),
            HolderClass::Staff => Ok(now_utc),
            HolderClass::Courier | HolderClass::Guest => Err(DenyReason::ClockUnknown),
        }
    }

    /// What an allowed credential proves of the time: it is at least this unix second. None when it
    /// is not a resident's.
    pub(crate) fn time_proven_by(&self, credential: &[u8]) -> Option<u64> {
        let verified = Verified::open(credential, &self.building_key).ok()?;
        (verified.class == HolderClass::Resident).then(|| verified.not_before())
    }
}
