//! Where residents' devices are woken.

use access::{DeviceId, base64url};
use hub_api::{ErrorCode, PushOffer, PushSubscription};
use web_push_native::p256::PublicKey;

use super::{Hub, Result, refuse};
use crate::data::DataError;
use crate::push::{Reach, VapidKey, checked_endpoint};
use crate::store::PushTarget;

impl Hub {
    /// The hub's key for push servers, made when it is first asked for.
    pub(crate) fn vapid_key(&self) -> Result<VapidKey, DataError> {
        self.folder.vapid_key()
    }

    /// What devices ask for endpoints with.
    pub fn push_offer(&self) -> Result<PushOffer> {
        if self.settings.push.is_none() {
            return not_offered();
        }
        let vapid_key = self.vapid_key()?.public().to_owned();
        Ok(PushOffer { vapid_key })
    }

    /// Has a device woken at an endpoint, in the place of the one before.
    pub async fn set_push(&self, device: DeviceId, wanted: &PushSubscription) -> Result<()> {
        let Some(settings) = &self.settings.push else {
            return not_offered();
        };
        if let Err(error) = checked_endpoint(&wanted.endpoint, Reach::of(settings)) {
            return refuse(
                ErrorCode::InvalidRequest,
                format!("Nobody can be woken there: {error}."),
            );
        }
        let Some(target) = target(wanted) else {
            return refuse(
                ErrorCode::InvalidRequest,
                "p256dh is an uncompressed point of P-256 and auth has 16 bytes, both base64url without padding.",
            );
        };
        Ok(self.store.set_push(device, &target).await?)
    }
}

fn not_offered<T>() -> Result<T> {
    refuse(
        ErrorCode::NotFound,
        "This building's hub wakes no devices. Ask its operator to turn pushes on in hub.toml.",
    )
}

fn target(wanted: &PushSubscription) -> Option<PushTarget> {
    let p256dh: [u8; 65] = base64url::decode(&wanted.p256dh)?;
    PublicKey::from_sec1_bytes(&p256dh).ok()?;
    Some(PushTarget {
        endpoint: wanted.endpoint.to_string(),
        p256dh,
        auth: base64url::decode(&wanted.auth)?,
    })
}
