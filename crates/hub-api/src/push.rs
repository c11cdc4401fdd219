use std::fmt;

use serde::{Deserialize, Serialize};
use url::Url;
use utoipa::ToSchema;

/// What the hub says in a push: that there is something to fetch. Never more.
pub const WAKE_UP: &[u8] = b"{\"wake\":1}";

/// What a device's system needs for an endpoint, from `GET /v1/push`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PushOffer {
    /// The hub's VAPID key (RFC 8292): an uncompressed P-256 point, base64url. Endpoints that are asked for with it take
    /// pushes of nobody else.
    pub vapid_key: String,
}

/// Where a device is to be woken, with `PUT /v1/push`; a Web Push subscription (RFC 8030, RFC 8291), as `UnifiedPush`
/// distributors give them too.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PushSubscription {
    /// An `https` address of the push server.
    #[schema(value_type = String)]
    pub endpoint: Url,
    /// The device's key: an uncompressed P-256 point, base64url.
    pub p256dh: String,
    /// The authentication secret: 16 bytes, base64url.
    pub auth: String,
}

/// Who knows an endpoint can tell when its device is woken: it is not printed.
impl fmt::Debug for PushSubscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PushSubscription(..)")
    }
}
