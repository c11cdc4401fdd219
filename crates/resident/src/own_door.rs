//! A delivery into the apartment: the resident's own choice, and this device's own word for it.

use access::{DoorId, DoorKind, GrantId, OwnDoorEntry, SigningKey};
use hub_api::{DoorInfo, PassEndorsement};
use rand::RngCore as _;
use rand::rngs::OsRng;

use crate::Shell;
use crate::clock;
use crate::core::Core;
use crate::ui::{AppError, ErrorCode, PassDraft, PassKind};

/// The building's clock may be behind this device's by so much.
const CLOCK_MARGIN_S: u64 = 300;

impl<S: Shell> Core<S> {
    /// The door of the apartment, where a delivery is to open it; an error where the person did not choose that this may be.
    pub(crate) fn own_door(
        &self,
        kind: PassKind,
        doors: &[DoorId],
    ) -> Result<Option<DoorInfo>, AppError> {
        if kind != PassKind::Delivery {
            return Ok(None);
        }
        for id in doors {
            let door = self.store.door(*id)?;
            let Some(door) = door.filter(|door| door.kind == DoorKind::Unit) else {
                continue;
            };
            return if self.store.preferences()?.own_door_deliveries {
                Ok(Some(door))
            } else {
                Err(ErrorCode::OwnDoorShut.into())
            };
        }
        Ok(None)
    }

    /// This device's word that the delivery may open this door once.
    pub(crate) async fn endorse(
        &self,
        draft: &PassDraft,
        door: &DoorInfo,
    ) -> Result<PassEndorsement, AppError> {
        let until = draft.until_ms / 1000;
        let entry = OwnDoorEntry {
            building: self.enrolment()?.building.id,
            door: door.id,
            grant: fresh_id(),
            not_before: draft
                .from_ms
                .map_or_else(|| from_now(until), |from| from / 1000),
            not_after: until,
        };
        if !entry.is_sound() || draft.label.trim().is_empty() {
            return Err(ErrorCode::PassRefused.into());
        }
        let key = SigningKey::from_seed(self.keys().await?.auth);
        Ok(PassEndorsement::of(&entry, &key))
    }
}

/// The beginning of what begins now, and a little earlier where the end leaves room for it.
fn from_now(until: u64) -> u64 {
    let now = clock::now_s();
    let earliest = until.saturating_sub(OwnDoorEntry::MAX_S).min(now);
    now.saturating_sub(CLOCK_MARGIN_S).max(earliest)
}

fn fresh_id() -> GrantId {
    let mut entropy = [0; 16];
    OsRng.fill_bytes(&mut entropy);
    GrantId::from_entropy(entropy)
}
