//! What a grant has beyond its words and its code when a resident made it as a pass.

use std::fmt;

use access::{BuildingId, GrantId, ResidentId, UnitId};
use async_trait::async_trait;
use hub_api::PassKind;

use super::{NewGrant, Result, StandingGrant};

/// A resident's pass for somebody else.
#[derive(Clone, PartialEq, Eq)]
pub struct Pass {
    /// Who made it.
    pub resident: ResidentId,
    /// Whom it is for.
    pub kind: PassKind,
    /// What its maker's household calls its holder.
    pub label: String,
    /// What the link is found by; its token does not follow from it.
    pub link: [u8; 32],
    /// The code, sealed under the link's token.
    pub sealed_code: Vec<u8>,
}

/// The label is the household's own: it is not printed.
impl fmt::Debug for Pass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pass")
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

/// A pass as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandingPass {
    /// Its grant.
    pub standing: StandingGrant,
    /// What makes it a pass.
    pub pass: Pass,
    /// The unit of who made it.
    pub unit: UnitId,
}

/// Residents' passes and own codes.
#[async_trait]
pub trait Passes: Send + Sync {
    /// Adds a pass with its grant; [`super::StoreError::Conflict`] when `maker`, the grant of the device that asks, was
    /// revoked meanwhile.
    async fn add_pass(&self, grant: &NewGrant, pass: &Pass, maker: GrantId) -> Result<()>;
    /// Adds a resident's own code and ends those of the same device before; [`super::StoreError::Conflict`] when the
    /// device's grant was revoked meanwhile.
    async fn replace_own_code(&self, grant: &NewGrant, device: GrantId, at: u64) -> Result<()>;
    /// Ends the own codes of a device; whether any stood.
    async fn end_own_codes(&self, device: GrantId, at: u64) -> Result<bool>;
    /// The passes that a unit's residents made, newest first.
    async fn passes_of(&self, unit: UnitId) -> Result<Vec<StandingPass>>;
    /// The passes of a building, newest first.
    async fn passes_in(&self, building: BuildingId) -> Result<Vec<StandingPass>>;
    /// The pass of a link.
    async fn pass_of_link(&self, link: &[u8; 32]) -> Result<Option<StandingPass>>;
    /// Gives a pass another label and last second.
    async fn change_pass(&self, id: GrantId, label: &str, not_after: u64) -> Result<()>;
    /// Forgets labels, links and sealed codes of passes that ended before a unix second; their grants stay.
    async fn forget_passes(&self, ended_before: u64) -> Result<()>;
}
