//! Being woken while this device sleeps, by Web Push (RFC 8030, RFC 8291) as its system or a `UnifiedPush` distributor takes
//! it in. A push says that there is something to fetch; what, only the hub is asked.

use access::base64url;
use async_trait::async_trait;
use hkdf::Hkdf;
use hub_api::{ErrorCode as HubCode, PushSubscription, WAKE_UP};
use sha2::Sha256;
use tracing::info;
use url::Url;
use web_push_native::p256::SecretKey;
use web_push_native::p256::elliptic_curve::sec1::ToEncodedPoint as _;
use web_push_native::{Auth, decrypt};

use crate::Shell;
use crate::core::Core;
use crate::hub::HubError;
use crate::sync;
use crate::ui::AppError;

/// The longest push that is looked at, in bytes: push servers take no longer ones.
const MAX_LEN: usize = 4096;

/// What takes pushes in while the app does not run: on phones, through the system or a distributor that the person chose.
#[async_trait]
pub trait PushReceiver: Send + Sync {
    /// Asks for an endpoint that takes pushes only of the hub with this VAPID key (RFC 8292), an uncompressed P-256 point in
    /// base64url. What comes there is given to [`crate::Controller::take_push`] as it came.
    async fn subscribe(&self, vapid_key: &str) -> Result<Url, PushError>;

    /// Wants no more pushes.
    async fn unsubscribe(&self);
}

/// Why this device is not woken, or not by this push.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PushError {
    #[error("the building's hub wakes no devices")]
    NotOffered,
    #[error("nothing on this device takes pushes in")]
    NoDistributor,
    #[error("the push is not one of the hub's to this device")]
    NotOurs,
    #[error(transparent)]
    App(#[from] AppError),
}

impl From<HubError> for PushError {
    fn from(error: HubError) -> Self {
        match error.code() {
            Some(HubCode::NotFound) => Self::NotOffered,
            _ => Self::App(error.into()),
        }
    }
}

/// The device's half of its subscription.
struct PushKeys {
    key: SecretKey,
    auth: [u8; 16],
}

impl PushKeys {
    /// Of a device's secret, so that they need no place of their own and end with it.
    fn of(secret: &[u8; 32]) -> Self {
        let kdf = Hkdf::<Sha256>::new(None, secret);
        let mut auth = [0; 16];
        expand(&kdf, "vestibule push auth 1", &mut auth);
        Self {
            key: key_of(&kdf),
            auth,
        }
    }

    fn subscription(&self, endpoint: Url) -> PushSubscription {
        let public = self.key.public_key().to_encoded_point(false);
        PushSubscription {
            endpoint,
            p256dh: base64url::encode(public.as_bytes()),
            auth: base64url::encode(self.auth),
        }
    }

    fn open(&self, push: &[u8]) -> Option<Vec<u8>> {
        if push.len() > MAX_LEN {
            return None;
        }
        decrypt(push.to_vec(), &self.key, &Auth::from(self.auth)).ok()
    }
}

/// The first of the numbers that follow from a secret which is a key of the curve's: all but one in 2^32 are.
fn key_of(kdf: &Hkdf<Sha256>) -> SecretKey {
    let mut turn = 0_u32;
    loop {
        let mut bytes = [0; 32];
        expand(kdf, &format!("vestibule push key 1 {turn}"), &mut bytes);
        if let Ok(key) = SecretKey::from_slice(&bytes) {
            return key;
        }
        turn = turn.wrapping_add(1);
    }
}

fn expand(kdf: &Hkdf<Sha256>, label: &str, out: &mut [u8]) {
    // HKDF gives up to 255 hashes; these are one at most.
    let _fits = kdf.expand(label.as_bytes(), out);
}

impl<S: Shell> Core<S> {
    async fn push_keys(&self) -> Result<PushKeys, AppError> {
        Ok(PushKeys::of(&self.keys().await?.auth))
    }

    pub(crate) async fn be_woken(&self, receiver: &dyn PushReceiver) -> Result<(), PushError> {
        let hub = self.hub().await?;
        let offer = hub.push_offer().await?;
        let endpoint = receiver.subscribe(&offer.vapid_key).await?;
        let subscription = self.push_keys().await?.subscription(endpoint);
        hub.put_push(&subscription).await?;
        info!("this device is woken for news");
        Ok(())
    }

    pub(crate) async fn sleep_on(&self, receiver: &dyn PushReceiver) -> Result<(), PushError> {
        receiver.unsubscribe().await;
        Ok(self.hub().await?.delete_push().await?)
    }

    pub(crate) async fn take_push(&self, push: &[u8]) -> Result<(), PushError> {
        let opened = self.push_keys().await?.open(push);
        if opened.as_deref() != Some(WAKE_UP) {
            return Err(PushError::NotOurs);
        }
        self.hurry.notify_waiters();
        Ok(sync::catch_up(self).await?)
    }
}
