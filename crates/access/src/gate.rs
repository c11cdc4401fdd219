//! The door's whole decision: the policy behind the back-off.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::{
    AttemptLimiter, Decision, Denial, DeniedAttempts, DenyReason, DoorPolicy, GrantId,
    HolderPublicKey, KeypadLimiter, TypedCode,
};

/// A moment, as the caller's clocks tell it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    /// Since some fixed moment; never goes back.
    pub monotonic: Duration,
    /// Unix seconds.
    pub utc_s: u64,
}

/// A [`DoorPolicy`] behind an [`AttemptLimiter`] for holders and a [`KeypadLimiter`] for codes.
#[derive(Debug, Clone)]
pub struct Gate {
    /// Decides.
    pub policy: DoorPolicy,
    /// Makes a holder wait that keeps being denied.
    pub attempts: AttemptLimiter,
    proven_utc_s: u64,
    /// Makes the keypad wait where codes keep being denied.
    pub keypad: KeypadLimiter,
    /// The grants of single-use codes that opened this door.
    pub used_codes: BTreeSet<GrantId>,
}

impl Gate {
    /// A gate that has denied nobody yet.
    pub fn new(policy: DoorPolicy) -> Self {
        Self {
            policy,
            attempts: AttemptLimiter::new(),
            proven_utc_s: 0,
            keypad: KeypadLimiter::new(),
            used_codes: BTreeSet::new(),
        }
    }

    /// Decides for the holder whose key the channel proved.
    ///
    /// A holder that must wait is denied [`DenyReason::TooManyAttempts`] before its credential is
    /// looked at; trying during the wait does not lengthen it.
    pub fn decide(&mut self, credential: &[u8], holder: HolderPublicKey, now: Now) -> Decision {
        let counted = if off!(OwnBackOff) {
            HolderPublicKey([0; 32])
        } else {
            holder
        };
        if !off!(BackOff) && !self.attempts.check(&counted, now.monotonic) {
            return Decision::Deny(Denial::unproven(DenyReason::TooManyAttempts));
        }
        let decision = self.policy.decide(credential, holder, now.utc_s);
        match decision {
            Decision::Allow(_) => {
                self.attempts.record_allowed(&counted);
                self.learn_time(credential);
            }
            Decision::Deny(denial) if denial.reason == DenyReason::NotFilmed => {}
            Decision::Deny(_) => self.attempts.record_denied(&counted, now.monotonic),
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

    /// Decides for whoever typed this code, hashed with the secrets of [`DoorPolicy::code_keys`].
    ///
    /// A keypad that must wait denies [`DenyReason::TooManyAttempts`] whatever is typed: ask
    /// [`KeypadLimiter::check`] before hashing. Every other denial but [`DenyReason::NotFilmed`], which
    /// takes a right code, lengthens the wait of the keypad and of nothing else. A right code does not end it, or whoever has one could try others for ever.
    ///
    /// A single-use code that is let in is used only once its entry is on record: the caller adds its
    /// grant to [`Self::used_codes`] then, before it decides on another code.
    pub fn decide_code(&mut self, typed: &TypedCode, now: Now) -> Decision {
        if !self.keypad.check(now.monotonic) {
            return Decision::Deny(Denial::unproven(DenyReason::TooManyAttempts));
        }
        let decision = self.policy.decide_code(typed, &self.used_codes, now.utc_s);
        match decision {
            Decision::Allow(_) => self.keypad.record_allowed(now.monotonic),
            Decision::Deny(denial) if denial.reason == DenyReason::NotFilmed => {}
            Decision::Deny(_) => self.keypad.record_denied(now.monotonic),
        }
        decision
    }

    /// What of the denials counted here is not kept yet; the caller keeps it.
    pub fn take_unkept(&mut self) -> DeniedAttempts {
        DeniedAttempts {
            holders: self.attempts.take_unkept(),
            keypad: self.keypad.take_unkept(),
        }
    }

    /// What [`Self::take_unkept`] gave could not be kept: it comes again.
    pub fn return_unkept(&mut self, denied: &DeniedAttempts) {
        self.attempts.return_unkept(&denied.holders);
        if denied.keypad.is_some() {
            self.keypad.return_unkept();
        }
    }

    /// Goes on from what was kept, after a restart at `now`. Each wait begins anew: how long the door
    /// was without power cannot be known.
    pub fn restore(&mut self, denied: DeniedAttempts, now: Now) {
        if off!(KeptBackOff) {
            return;
        }
        self.attempts.restore(denied.holders, now.monotonic);
        self.keypad
            .restore(denied.keypad.unwrap_or_default(), now.monotonic);
    }
}
