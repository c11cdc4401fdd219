//! A client of the hub: pinned TLS, a renewed token, a `DPoP` proof for every request.

mod calls;
mod carrying;
mod enrolment;
mod error;
mod events;
mod identity;
mod passes;
mod privacy;
mod push;
mod relay;
mod tls;
mod token;
mod transport;

use std::sync::Arc;

use url::Url;

pub use error::ClientError;
pub use identity::ClientIdentity;
pub use relay::RelayStream;

use crate::KeyHash;
use crate::oauth::AuthKey;
use token::TokenCache;
use transport::Transport;

/// An enrolled caller's connection to its hub. Cheap to clone; clones share token and connections.
///
/// A call is repeated at once where the protocol asks for it (a fresh nonce, an expired token) and
/// when a kept connection was dead. When it then fails with [`ClientError::retryable`], the caller
/// decides when to repeat it.
#[derive(Clone, Debug)]
pub struct Client {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    transport: Transport,
    client_id: String,
    key: AuthKey,
    token: TokenCache,
}

impl Client {
    /// Prepares a client; nothing is sent yet.
    ///
    /// `hub` is the origin from the invite and `key_hash` the key that its TLS certificate must
    /// have, whatever name or date the certificate shows.
    pub fn new(
        hub: &Url,
        key_hash: KeyHash,
        identity: &ClientIdentity,
    ) -> Result<Self, ClientError> {
        let inner = Inner {
            transport: Transport::new(hub, key_hash)?,
            client_id: identity.client_id.clone(),
            key: identity.auth_key()?,
            token: TokenCache::default(),
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// Unix milliseconds by the hub's clock: what the hub told last, over its pinned connection, and
    /// what has passed since by the monotonic clock. None before it has told any.
    pub fn hub_time_ms(&self) -> Option<u64> {
        self.inner.transport.told_ms()
    }

    /// The hub's origin.
    pub fn hub(&self) -> &Url {
        self.inner.transport.origin()
    }
}
