//! How push servers know the hub (RFC 8292).

use access::base64url;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::Serialize;
use url::Url;
use web_push_native::p256::SecretKey;
use web_push_native::p256::elliptic_curve::sec1::ToEncodedPoint as _;
use web_push_native::p256::pkcs8::EncodePrivateKey as _;

/// How long a push server may believe a token, in seconds: at most a day.
const LIFETIME_S: u64 = 12 * 3600;

/// The hub's key for push servers.
pub(crate) struct VapidKey {
    signing: EncodingKey,
    public: String,
}

#[derive(Serialize)]
struct Claims<'a> {
    aud: String,
    exp: u64,
    sub: &'a str,
}

/// Why a key or a token cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the hub's push key cannot be used")]
pub(crate) struct VapidError;

impl std::fmt::Debug for VapidKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("VapidKey(..)")
    }
}

impl VapidKey {
    /// The key of these 32 random bytes; an error where they are none of the curve's, which happens to one in 2^32.
    pub(crate) fn from_bytes(secret: &[u8; 32]) -> Result<Self, VapidError> {
        let secret = SecretKey::from_slice(secret).map_err(|_| VapidError)?;
        let public = secret.public_key().to_encoded_point(false);
        let der = secret.to_pkcs8_der().map_err(|_| VapidError)?;
        Ok(Self {
            signing: EncodingKey::from_ec_der(der.as_bytes()),
            public: base64url::encode(public.as_bytes()),
        })
    }

    /// What devices ask for endpoints with.
    pub(crate) fn public(&self) -> &str {
        &self.public
    }

    /// The header by which the server of an endpoint knows that it is the hub who pushes.
    pub(super) fn authorization(
        &self,
        endpoint: &Url,
        contact: &str,
        now: u64,
    ) -> Result<String, VapidError> {
        let claims = Claims {
            aud: endpoint.origin().ascii_serialization(),
            exp: now.saturating_add(LIFETIME_S),
            sub: contact,
        };
        let token = jsonwebtoken::encode(&Header::new(Algorithm::ES256), &claims, &self.signing);
        let token = token.map_err(|_| VapidError)?;
        Ok(format!("vapid t={token}, k={}", self.public))
    }
}
