//! When a unit door opens to a courier's code: by a resident's word alone.

use super::DoorPolicy;
use crate::{BundleDoor, DenyReason, DoorCode, DoorKind, HolderClass, OwnDoorEntry};

impl DoorPolicy {
    /// Denies a courier's code at a unit door, unless a device of a resident whose door this is endorsed it.
    pub(crate) fn check_endorsed(
        &self,
        code: &DoorCode,
        door: &BundleDoor,
    ) -> Result<(), DenyReason> {
        let needs_word = code.class == HolderClass::Courier && door.kind == DoorKind::Unit;
        if off!(Endorsement) || !needs_word || self.is_endorsed(code, door) {
            Ok(())
        } else {
            Err(DenyReason::UnitDoor)
        }
    }

    /// Whether a resident's word covers all that the code could do: this door alone, once, and no second longer.
    fn is_endorsed(&self, code: &DoorCode, door: &BundleDoor) -> bool {
        let Some(endorsement) = &code.endorsement else {
            return false;
        };
        let bundle = self.bundle();
        let mut endorsers = bundle.endorsers.iter();
        let Some(endorser) = endorsers.find(|known| known.device == endorsement.device) else {
            return false;
        };
        let entry = OwnDoorEntry {
            building: bundle.building,
            door: door.id,
            grant: code.grant,
            not_before: endorsement.not_before,
            not_after: endorsement.not_after,
        };
        code.single_use
            && code.doors == [door.id]
            && entry.is_sound()
            && entry.not_before <= code.not_before
            && code.not_after <= entry.not_after
            && endorser.doors.contains(&door.id)
            && !bundle.revoked.contains(&endorser.grant)
            && entry.is_endorsed_by(&endorser.key, &endorsement.signature)
    }
}
