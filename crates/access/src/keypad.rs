//! What a door decides about a code at its keypad.

use std::collections::BTreeSet;

use crate::{
    BundleDoor, CodeKeyId, Decision, Denial, DenyReason, DoorCode, DoorPolicy, Entrant, GrantId,
    TypedCode,
};

impl DoorPolicy {
    /// Decides whether who typed this code, hashed with [these secrets](Self::code_keys), may pass at
    /// `now_utc` (unix seconds). `used` are the single-use codes that opened this door before.
    ///
    /// Denies by default. Where several codes of this door have the digits, one that lets in goes
    /// before the others. The first of these that applies is the reason:
    ///
    /// 1. [`DenyReason::WrongCode`]: it is no code of this door, or the bundle does not list
    ///    the door.
    /// 2. [`DenyReason::Revoked`]: the code's grant is revoked.
    /// 3. [`DenyReason::UnitDoor`]: a courier's code at a unit door, whatever the bundle says, unless a resident
    ///    [endorsed](crate::OwnDoorEntry) this one entry.
    /// 4. [`DenyReason::WrongCode`]: it was for one use, and was used.
    /// 5. [`DenyReason::CredentialExpired`]; [`DenyReason::ClockUnknown`], since every code is good for
    ///    a window; [`DenyReason::NotYetValid`].
    /// 6. [`DenyReason::LockedDown`]: any lockdown keeps every code out.
    /// 7. [`DenyReason::OutsideHours`]: the code's class has hours here, and this is in none.
    /// 8. [`DenyReason::NotFilmed`]: a courier's code, where the door [films](Self::set_filming) nobody
    ///    now and refuses couriers meanwhile.
    pub fn decide_code(
        &self,
        typed: &TypedCode,
        used: &BTreeSet<GrantId>,
        now_utc: u64,
    ) -> Decision {
        let wrong = Decision::Deny(Denial::unproven(DenyReason::WrongCode));
        let Some(door) = self.bundle_door() else {
            return wrong;
        };
        // All hashes are compared, so that how long it takes tells nothing.
        let is_typed =
            |code: &&DoorCode| typed.matches(code.key, &code.hash) && code.doors.contains(&door.id);
        let typed: Vec<_> = self.bundle().codes.iter().filter(is_typed).collect();
        let judged =
            typed
                .into_iter()
                .map(|code| match self.judge_code(code, door, used, now_utc) {
                    Ok(entrant) => Decision::Allow(entrant),
                    Err(reason) => Decision::Deny(Denial::proven(reason, code.class, code.grant)),
                });
        let judged: Vec<_> = judged.collect();
        let lets_in = judged.iter().find(|one| one.deny_reason().is_none());
        lets_in.or(judged.first()).cloned().unwrap_or(wrong)
    }

    fn judge_code(
        &self,
        code: &DoorCode,
        door: &BundleDoor,
        used: &BTreeSet<GrantId>,
        now_utc: u64,
    ) -> Result<Entrant, DenyReason> {
        let (class, grant) = (code.class, code.grant);
        if self.bundle().revoked.contains(&grant) {
            return Err(DenyReason::Revoked);
        }
        self.check_endorsed(code, door)?;
        if code.single_use && used.contains(&grant) {
            return Err(DenyReason::WrongCode);
        }
        if now_utc > code.not_after {
            return Err(DenyReason::CredentialExpired);
        }
        if !self.is_clock_known() {
            return Err(DenyReason::ClockUnknown);
        }
        if now_utc < code.not_before {
            return Err(DenyReason::NotYetValid);
        }
        if door.lockdown.keeps_codes_out() {
            return Err(DenyReason::LockedDown);
        }
        self.check_hours(door, class, now_utc)?;
        self.check_filming(door, class)?;
        Ok(Entrant {
            class,
            grant,
            unlock_s: door.unlock_s,
            courier: None,
        })
    }

    /// The secrets that this door's codes are hashed with; none among them for codes of before there
    /// were secrets. They follow from the bundle alone, and so does how long a typed code is hashed.
    pub fn code_keys(&self) -> BTreeSet<Option<CodeKeyId>> {
        let codes = self.bundle().codes.iter();
        let of_this_door = codes.filter(|code| code.doors.contains(&self.door()));
        of_this_door.map(|code| code.key).collect()
    }

    /// Whether the grant stands for a code that opens this door once.
    pub fn is_single_use(&self, grant: GrantId) -> bool {
        let mut codes = self.bundle().codes.iter();
        codes
            .any(|code| code.grant == grant && code.single_use && code.doors.contains(&self.door()))
    }
}
