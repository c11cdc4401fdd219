use zeroize::Zeroizing;

use super::ClientError;
use crate::oauth::AuthKey;

/// Who a client is to the hub, as its device keeps it.
#[derive(Clone)]
pub struct ClientIdentity {
    /// From [`crate::Enrolled::client_id`].
    pub client_id: String,
    seed: Zeroizing<[u8; 32]>,
}

impl ClientIdentity {
    /// Joins a `client_id` with the Ed25519 seed of the `auth_key` that was enrolled.
    pub fn new(client_id: impl Into<String>, seed: [u8; 32]) -> Self {
        Self {
            client_id: client_id.into(),
            seed: Zeroizing::new(seed),
        }
    }

    pub(super) fn auth_key(&self) -> Result<AuthKey, ClientError> {
        AuthKey::from_seed(&self.seed).map_err(|_| ClientError::Key)
    }
}

impl std::fmt::Debug for ClientIdentity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ClientIdentity")
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}
