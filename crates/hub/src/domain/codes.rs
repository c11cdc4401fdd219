//! Keypad codes: drawn at random, and what they are good for.

use access::{BuildingId, Bundle, CodeKey, TypedCode};
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
        let key = self.code_key(building)?;
        let id = Some(key.id());
        let keys = keys_of(&taken, key);
        loop {
            let code = random_code(digits);
            let typed = hash(code.clone(), salt, keys.clone()).await?;
            let is_taken = |it: &CodeHash| typed.matches(it.key, &it.bytes);
            if let Some(bytes) = typed.under(id).filter(|_| !taken.iter().any(is_taken)) {
                let hash = CodeHash {
                    bytes: *bytes,
                    key: id,
                };
                return Ok((code, hash));
            }
        }
    }

    /// The secret that a building's codes are hashed with, made when it is first needed.
    pub fn code_key(&self, building: BuildingId) -> Result<CodeKey> {
        Ok(self.folder.code_key(building)?)
    }
}

/// What a new code is hashed with to find out whether an open one is the same: its own secret, and none where there
/// are codes of before there were secrets.
fn keys_of(taken: &[CodeHash], key: CodeKey) -> Vec<Option<CodeKey>> {
    let mut keys = vec![Some(key)];
    if taken.iter().any(|it| it.key.is_none()) {
        keys.push(None);
    }
    keys
}

fn random_code(digits: usize) -> Zeroizing<String> {
    let digit = |_| char::from(OsRng.gen_range(b'0'..=b'9'));
    Zeroizing::new((0..digits).map(digit).collect())
}

async fn hash(
    code: Zeroizing<String>,
    salt: [u8; 16],
    keys: Vec<Option<CodeKey>>,
) -> Result<TypedCode> {
    let internal = |error: &dyn std::fmt::Display| HubError::Internal(format!("no code: {error}"));
    let hashing = spawn_blocking(move || TypedCode::hash(&code, &salt, &keys));
    let hashed = hashing.await.map_err(|error| internal(&error))?;
    hashed.map_err(|error| internal(&error))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_code_is_compared_with_those_of_before_there_were_secrets_too() {
        let key = CodeKey::from_bytes([1; 32]);
        let own = Some(key.id());
        let ids = |taken: &[CodeHash]| {
            let keys = keys_of(taken, key.clone());
            let ids = keys.iter().map(|key| key.as_ref().map(CodeKey::id));
            ids.collect::<Vec<_>>()
        };
        let taken = |key| CodeHash {
            bytes: [7; 32],
            key,
        };
        assert_eq!(ids(&[]), [own]);
        assert_eq!(ids(&[taken(own)]), [own]);
        assert_eq!(ids(&[taken(own), taken(None)]), [own, None]);
    }
}
