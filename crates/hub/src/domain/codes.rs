//! Keypad codes: drawn at random, and what they are good for.

use access::{BuildingId, Bundle};
use hub_api::{ErrorCode, PassState};
use rand::Rng as _;
use rand::rngs::OsRng;
use tokio::task::spawn_blocking;
use zeroize::Zeroizing;

use super::{Hub, HubError, Result, refuse};
use crate::store::{Code, CodeHash, GrantSubject, StandingGrant};

impl Hub {
    /// Draws a code of so many digits that no other open one of the building is.
    pub async fn draw_code(
        &self,
        building: BuildingId,
        digits: usize,
    ) -> Result<(Zeroizing<String>, CodeHash)> {
        let now = self.clock.now_s();
        let grants = self.store.grants_of(building).await?;
        let open = grants
            .iter()
            .filter(|it| code_state(it, now).is_some_and(PassState::is_open));
        let taken: Vec<_> = open
            .filter_map(|it| code_of(it).map(|code| code.hash))
            .collect();
        if taken.len() >= Bundle::MAX_CODES {
            return refuse(
                ErrorCode::LimitReached,
                format!(
                    "This building has {} codes, which is all that a door reads. End some first.",
                    taken.len()
                ),
            );
        }
        let salt = self.code_salt(building).await?;
        loop {
            let code = random_code(digits);
            let hash = hash(code.clone(), salt).await?;
            if !taken.contains(&hash) {
                return Ok((code, hash));
            }
        }
    }
}

fn random_code(digits: usize) -> Zeroizing<String> {
    let digit = |_| char::from(OsRng.gen_range(b'0'..=b'9'));
    Zeroizing::new((0..digits).map(digit).collect())
}

async fn hash(code: Zeroizing<String>, salt: [u8; 16]) -> Result<CodeHash> {
    let internal = |error: &dyn std::fmt::Display| HubError::Internal(format!("no code: {error}"));
    let hashing = spawn_blocking(move || access::hash_code(&code, &salt));
    let hashed = hashing.await.map_err(|error| internal(&error))?;
    hashed.map(CodeHash).map_err(|error| internal(&error))
}

/// What a code is good for at the unix second `now`; none when the grant is no code's.
pub fn code_state(standing: &StandingGrant, now: u64) -> Option<PassState> {
    let code = code_of(standing)?;
    let grant = &standing.grant;
    Some(if standing.revoked_at.is_some() {
        PassState::Revoked
    } else if code.used_at.is_some() {
        PassState::Used
    } else if grant.not_after.is_some_and(|end| end < now) {
        PassState::Over
    } else if now < grant.not_before {
        PassState::Later
    } else {
        PassState::Good
    })
}

/// The code that a grant stands for, if it does.
pub fn code_of(standing: &StandingGrant) -> Option<&Code> {
    match &standing.grant.subject {
        GrantSubject::Code(code) => Some(code),
        _ => None,
    }
}
