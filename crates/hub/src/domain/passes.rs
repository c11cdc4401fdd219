//! Residents' passes: a keypad code for a while, and a page that shows it to whoever has the link.

use access::{BuildingId, CODE_DIGITS, GrantId, ResidentId, UnitId};
use hub_api::{ErrorCode, NewPass, PassChange, PassInfo, PassKind, PassState, PassToken, PassUses};
use jiff::tz::TimeZone;
use zeroize::Zeroizing;

use super::codes::{code_of, code_state};
use super::endorsements::check_covered;
use super::enrolment::checked_name;
use super::pass_terms::{Terms, check_end, class};
use super::{Hub, HubError, Result, entropy16, pass_secrets, refuse};
use crate::store::{Building, Code, GrantSubject, NewGrant, Pass, StandingPass};

/// How many open passes a resident may have at a time.
const MOST_OPEN: usize = 20;

/// Who makes, sees and ends passes: a resident, for the whole unit.
#[derive(Clone, Copy, Debug)]
pub struct Household {
    /// The building.
    pub building: BuildingId,
    /// The unit, whose residents share their passes.
    pub unit: UnitId,
    /// The resident who asks.
    pub resident: ResidentId,
    /// The grant of the device that asks.
    pub grant: GrantId,
}

/// What the page of a pass shows.
pub struct ShownPass {
    /// The building's name.
    pub building: String,
    /// The building's time zone.
    pub zone: TimeZone,
    /// The names of its doors.
    pub doors: Vec<String>,
    /// Whom it is for.
    pub kind: PassKind,
    /// How often it opens.
    pub uses: PassUses,
    /// From when, unix seconds.
    pub not_before: u64,
    /// Until when, unix seconds.
    pub not_after: u64,
    /// The code; none before the pass begins.
    pub code: Option<Zeroizing<String>>,
}

/// The code is not printed.
impl std::fmt::Debug for ShownPass {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ShownPass")
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

impl Hub {
    /// Makes a pass and its code. The same token again gives the pass that it made first.
    pub async fn make_pass(
        &self,
        household: &Household,
        wanted: NewPass,
    ) -> Result<(PassInfo, Zeroizing<String>)> {
        let _turn = self.turns.pass.lock().await;
        let token = wanted.token.clone();
        let link = pass_secrets::link_of(&token)?;
        let made = match self.store.pass_of_link(&link).await? {
            Some(made) => made,
            None => self.add_pass(household, wanted, link).await?,
        };
        if made.unit != household.unit {
            return refuse(
                ErrorCode::InvalidRequest,
                "This token is not fresh: make another one at random.",
            );
        }
        let info = self.open_pass(&made)?;
        let code = pass_secrets::open(&token, info.id, &made.pass.sealed_code)?;
        Ok((info, code))
    }

    async fn add_pass(
        &self,
        household: &Household,
        wanted: NewPass,
        link: [u8; 32],
    ) -> Result<StandingPass> {
        self.check_count(household).await?;
        let building = self.building(household.building).await?;
        let doors = self.store.doors_of(building.id).await?;
        let now = self.clock.now_s();
        let terms = Terms::of(&wanted, household, &doors, now, &time_zone(&building)?)?;
        let label = checked_name(wanted.label, LABEL)?;
        let endorsement = match (&wanted.endorsement, terms.doors.first()) {
            (Some(given), Some(door)) => Some(self.endorsement(household, given, *door).await?),
            _ => None,
        };
        let drawn = wanted.endorsement.as_ref().map(|given| given.id);
        let (code, hash) = self.draw_code(building.id, CODE_DIGITS).await?;
        let grant = NewGrant {
            id: drawn.unwrap_or_else(|| GrantId::from_entropy(entropy16())),
            building: building.id,
            subject: GrantSubject::Code(Code {
                class: class(wanted.kind),
                name: None,
                device: None,
                hash,
                single_use: wanted.uses == PassUses::Once,
                used_at: None,
                endorsement,
            }),
            doors: terms.doors,
            not_before: terms.not_before,
            not_after: Some(terms.not_after),
        };
        let pass = Pass {
            resident: household.resident,
            kind: wanted.kind,
            label,
            link,
            sealed_code: pass_secrets::seal(&wanted.token, grant.id, &code)?,
        };
        self.store.add_pass(&grant, &pass, household.grant).await?;
        // The code opens by the time that its guest has it.
        self.refresh_bundles().await?;
        let made = self.store.pass_of_link(&link).await?;
        made.ok_or_else(|| HubError::Internal(format!("pass {} is gone", grant.id)))
    }

    /// The passes that a unit's residents made, newest first.
    pub async fn passes(&self, unit: UnitId) -> Result<Vec<PassInfo>> {
        let passes = self.store.passes_of(unit).await?;
        passes.iter().map(|pass| self.pass_info(pass)).collect()
    }

    /// Gives an open pass another label and end.
    pub async fn change_pass(
        &self,
        unit: UnitId,
        id: GrantId,
        change: PassChange,
    ) -> Result<PassInfo> {
        let pass = self.pass_of(unit, id).await?;
        let info = self.open_pass(&pass)?;
        check_end(info.not_before, change.not_after, self.clock.now_s())?;
        check_covered(code_of(&pass.standing), change.not_after)?;
        let label = checked_name(change.label, LABEL)?;
        let not_after = change.not_after;
        self.store.change_pass(id, &label, not_after).await?;
        self.refresh_bundles().await?;
        Ok(PassInfo {
            label,
            not_after,
            ..info
        })
    }

    /// Ends a pass: its code is in no bundle from now on, and its page shows nothing.
    pub async fn revoke_pass(&self, unit: UnitId, id: GrantId) -> Result<()> {
        self.pass_of(unit, id).await?;
        self.store.revoke(id, self.clock.now_s()).await?;
        self.refresh_bundles().await
    }

    /// What the page of this token shows; none when it never was one, or is no longer open.
    pub async fn shown_pass(&self, token: &PassToken) -> Result<Option<ShownPass>> {
        let link = pass_secrets::link_of(token)?;
        let Some(found) = self.store.pass_of_link(&link).await? else {
            return Ok(None);
        };
        let info = self.pass_info(&found)?;
        if !info.state.is_open() {
            return Ok(None);
        }
        let code = match info.state {
            PassState::Good => Some(pass_secrets::open(token, info.id, &found.pass.sealed_code)?),
            _ => None,
        };
        let building = self.building(found.standing.grant.building).await?;
        let mut doors = self.store.doors_of(building.id).await?;
        doors.retain(|door| info.doors.contains(&door.id));
        Ok(Some(ShownPass {
            zone: time_zone(&building)?,
            building: building.name,
            doors: doors.into_iter().map(|door| door.name).collect(),
            kind: info.kind,
            uses: info.uses,
            not_before: info.not_before,
            not_after: info.not_after,
            code,
        }))
    }

    async fn check_count(&self, household: &Household) -> Result<()> {
        let now = self.clock.now_s();
        let passes = self.store.passes_of(household.unit).await?;
        let is_open = |it: &&StandingPass| {
            it.pass.resident == household.resident
                && code_state(&it.standing, now).is_some_and(PassState::is_open)
        };
        if passes.iter().filter(is_open).count() < MOST_OPEN {
            return Ok(());
        }
        refuse(
            ErrorCode::LimitReached,
            format!(
                "You have {MOST_OPEN} open passes, which is the most. End one that is not needed."
            ),
        )
    }

    /// A pass of this unit.
    async fn pass_of(&self, unit: UnitId, id: GrantId) -> Result<StandingPass> {
        let passes = self.store.passes_of(unit).await?;
        let found = passes.into_iter().find(|it| it.standing.grant.id == id);
        match found {
            Some(found) => Ok(found),
            None => refuse(
                ErrorCode::NotFound,
                "Your household has no such pass. See the list of its passes.",
            ),
        }
    }

    /// A pass that is still open.
    fn open_pass(&self, pass: &StandingPass) -> Result<PassInfo> {
        let info = self.pass_info(pass)?;
        if info.state.is_open() {
            return Ok(info);
        }
        refuse(
            ErrorCode::PassEnded,
            "This pass has ended and stays so. Make another one.",
        )
    }

    fn pass_info(&self, pass: &StandingPass) -> Result<PassInfo> {
        let StandingPass { standing, pass, .. } = pass;
        let grant = &standing.grant;
        let now = self.clock.now_s();
        let (Some(code), Some(state), Some(not_after)) = (
            code_of(standing),
            code_state(standing, now),
            grant.not_after,
        ) else {
            return Err(HubError::Internal(format!("pass {} is no code", grant.id)));
        };
        Ok(PassInfo {
            id: grant.id,
            kind: pass.kind,
            label: pass.label.clone(),
            doors: grant.doors.clone(),
            not_before: grant.not_before,
            not_after,
            uses: if code.single_use {
                PassUses::Once
            } else {
                PassUses::Several
            },
            state,
            endorsed_by: code.endorsement.as_ref().map(|word| word.device),
        })
    }
}

const LABEL: &str = "A pass's label";

pub(super) fn time_zone(building: &Building) -> Result<TimeZone> {
    TimeZone::get(&building.time_zone)
        .map_err(|error| HubError::Internal(format!("time zone of {}: {error}", building.id)))
}
