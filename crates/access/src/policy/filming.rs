//! What a door does about couriers while it films nobody.

use super::DoorPolicy;
use crate::{BundleDoor, DenyReason, HolderClass};

impl DoorPolicy {
    /// Says whether the door would film whoever is let in next. A new policy takes it that it would
    /// not, so that nobody passes unfilmed because nobody asked.
    pub fn set_filming(&mut self, filming: bool) {
        self.filming = filming;
    }

    /// Denies a courier whom nobody would film, where the building [refuses](crate::Unfilmed) those.
    pub(crate) fn check_filming(
        &self,
        door: &BundleDoor,
        class: HolderClass,
    ) -> Result<(), DenyReason> {
        if !off!(Filming) && !self.filming && door.unfilmed.keeps_out(class) {
            return Err(DenyReason::NotFilmed);
        }
        Ok(())
    }
}
