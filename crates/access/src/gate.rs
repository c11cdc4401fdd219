//! The door's whole decision: the policy behind the back-off.

use std::time::Duration;

use crate::{AttemptLimiter, Decision, Denial, DenyReason, DoorPolicy, HolderPublicKey};

/// A moment, as the caller's clocks tell it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    /// Since some fixed moment; never goes back.
    pub monotonic: Duration,
    /// Unix seconds.
    pub utc_s: u64,
}

/// A [`DoorPolicy`] behind an [`AttemptLimiter`].
#[derive(Debug, Clone)]
pub struct Gate {
    /// Decides.
    pub policy: DoorPolicy,
    /// Makes a holder wait that keeps being denied.
    pub attempts: AttemptLimiter,
    proven_utc_s: u64,
}

impl Gate {
    /// A gate that has denied nobody yet.
    pub fn new(policy: DoorPolicy) -> Self {
        Self {
            policy,
            attempts: AttemptLimiter::new(),
            proven_utc_s: 0,
        }
    }

    /// Decides for the holder whose key the channel proved.
    ///
    /// A holder that must wait is denied [`DenyReason::TooManyAttempts`] before its credential is
    /// looked at; trying during the wait does not lengthen it.
    pub fn decide(&mut self, credential: &[u8], holder: HolderPublicKey, now: Now) -> Decision {
        if !self.attempts.check(&holder, now.monotonic) {
            return Decision::Deny(Denial::unproven(DenyReason::TooManyAttempts));
        }
        let decision = self.policy.decide(credential, holder, now.utc_s);
        match decision {
            Decision::Allow(_) => {
                self.attempts.record_allowed(&holder);
                self.learn_time(credential);
            }
            Decision::Deny(_) => self.attempts.record_denied(&holder, now.monotonic),
        }
        decision
    }

    /// It is at least this unix second, as credentials that were allowed while the clock was unknown
    /// have proven; 0 before.
    pub fn proven_utc_s(&self) -> u64 {
        self.proven_utc_s
    }

    fn learn_time(&mut self, credential: &[u8]) {
        if !self.policy.is_clock_known() {
            let proven = self.policy.time_proven_by(credential);
            self.proven_utc_s = self.proven_utc_s.max(proven.unwrap_or(0));
        }
    }
}
