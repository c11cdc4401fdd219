//! A resident's own keypad code: for the day on which the phone is empty.

use access::{GrantId, HolderClass};
use hub_api::{ErrorCode, OwnCode, PassState};
use zeroize::Zeroizing;

use super::bundles::keypads_for;
use super::codes::{code_of, code_state};
use super::{Household, Hub, HubError, Result, entropy16, refuse};
use crate::store::{Code, GrantSubject, NewGrant};

/// It lives long, so it is longer than a guest's: hashes of six digits are soon tried out by who has a door's disk.
const DIGITS: usize = 8;

/// Codes get around, so that it ends, and the resident asks for another.
const LASTS_S: u64 = 90 * 24 * 3600;

impl Hub {
    /// Makes the resident's own code for the device that asks; the one before ends.
    pub async fn make_own_code(
        &self,
        household: &Household,
    ) -> Result<(OwnCode, Zeroizing<String>)> {
        let _turn = self.turns.pass.lock().await;
        let doors = self.store.doors_of(household.building).await?;
        let doors = keypads_for(&doors, household.unit);
        if doors.is_empty() {
            return refuse(
                ErrorCode::NotFound,
                "No door that you may pass has a keypad, so there is no use for a code.",
            );
        }
        let (code, hash) = self.draw_code(household.building, DIGITS).await?;
        let now = self.clock.now_s();
        let not_after = now + LASTS_S;
        let grant = NewGrant {
            id: GrantId::from_entropy(entropy16()),
            building: household.building,
            subject: GrantSubject::Code(Code {
                class: HolderClass::Resident,
                name: None,
                device: Some(household.grant),
                hash,
                single_use: false,
                used_at: None,
                endorsement: None,
            }),
            doors: doors.clone(),
            not_before: now,
            not_after: Some(not_after),
        };
        self.store
            .replace_own_code(&grant, household.grant, now)
            .await?;
        // The code opens by the time that the resident reads it.
        self.refresh_bundles().await?;
        let own = OwnCode {
            id: grant.id,
            doors,
            not_after,
        };
        Ok((own, code))
    }

    /// The own code of the device that asks, as it stands.
    pub async fn own_code(&self, household: &Household) -> Result<OwnCode> {
        let now = self.clock.now_s();
        let grants = self.store.grants_of(household.building).await?;
        let found = grants.iter().find(|standing| {
            code_of(standing).is_some_and(|code| code.device == Some(household.grant))
                && code_state(standing, now).is_some_and(PassState::is_open)
        });
        let Some(found) = found else {
            return refuse(
                ErrorCode::NotFound,
                "This device has no code now. Have one made.",
            );
        };
        let missing = || HubError::Internal(format!("own code {} has no end", found.grant.id));
        let doors = self.store.doors_of(household.building).await?;
        Ok(OwnCode {
            id: found.grant.id,
            doors: keypads_for(&doors, household.unit),
            not_after: found.grant.not_after.ok_or_else(missing)?,
        })
    }

    /// Ends the own code of the device that asks.
    pub async fn end_own_code(&self, household: &Household) -> Result<()> {
        let now = self.clock.now_s();
        if self.store.end_own_codes(household.grant, now).await? {
            self.refresh_bundles().await?;
        }
        Ok(())
    }
}
