//! This device's own keypad code: asked for once, then there without hub and network.
//!
//! Its digits lie in the database sealed with ChaCha20-Poly1305 under a key that HKDF (RFC 5869) derives from the
//! device's secret key and the code's grant. That key seals this one code, so its nonce is zero. Who copies the
//! database without the keychain has no code.

use access::GrantId;
use chacha20poly1305::aead::Aead as _;
use chacha20poly1305::{ChaCha20Poly1305, KeyInit as _, Nonce};
use hkdf::Hkdf;
use hub_api::ErrorCode as HubCode;
use sha2::Sha256;
use tracing::info;
use zeroize::Zeroizing;

use crate::Shell;
use crate::core::Core;
use crate::hub::{Hub, HubError};
use crate::keys::DeviceKeys;
use crate::store::{KeptCode, StoreError};
use crate::ui::{AppError, ErrorCode, OwnCode};

const PURPOSE: &[u8] = b"vestibule own code";

impl<S: Shell> Core<S> {
    /// What is shown of the code before somebody asks for its digits.
    pub(crate) fn own_code(&self) -> Result<Option<OwnCode>, StoreError> {
        Ok(self.store.own_code()?.map(|kept| shown(&kept)))
    }

    /// Has the hub make a code, and keeps it; the one before opens nothing from now on.
    pub(crate) async fn make_own_code(&self) -> Result<(), AppError> {
        let doors = self.store.doors()?;
        let doors: Vec<_> = doors
            .iter()
            .filter(|door| door.keypad)
            .map(|door| door.id)
            .collect();
        self.confirm_for(&doors).await?;
        let keys = self.keys().await?;
        let made = self.hub().await?.make_own_code().await.map_err(refused)?;
        let code = Zeroizing::new(made.code);
        let sealed = seal(&keys, made.own.id, &code)?;
        let own = made.own;
        self.store.set_own_code(Some(&KeptCode { own, sealed }))?;
        info!("an own code was made");
        self.changed.notify_one();
        Ok(())
    }

    /// The digits of the code.
    pub(crate) async fn reveal_own_code(&self) -> Result<String, AppError> {
        let kept = self.store.own_code()?.ok_or(ErrorCode::CodeRefused)?;
        self.confirm_for(&kept.own.doors).await?;
        let keys = self.keys().await?;
        let code = open(&keys, kept.own.id, &kept.sealed)?;
        Ok(code.to_string())
    }

    /// Asks the hub what the kept code is good for now, and forgets one that has ended.
    pub(crate) async fn follow_own_code(&self, hub: &dyn Hub) -> Result<(), FollowError> {
        let Some(kept) = self.store.own_code()? else {
            return Ok(());
        };
        let standing = hub.own_code().await?.filter(|own| own.id == kept.own.id);
        if standing.as_ref() == Some(&kept.own) {
            return Ok(());
        }
        let kept = standing.map(|own| KeptCode { own, ..kept });
        self.store.set_own_code(kept.as_ref())?;
        self.changed.notify_one();
        Ok(())
    }
}

/// Why it is not known what the code is good for.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FollowError {
    #[error(transparent)]
    Hub(#[from] HubError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn shown(kept: &KeptCode) -> OwnCode {
    OwnCode {
        door_ids: kept.own.doors.iter().map(ToString::to_string).collect(),
        until_ms: kept.own.not_after.saturating_mul(1000),
    }
}

fn refused(error: HubError) -> AppError {
    match error.code() {
        Some(HubCode::NotFound | HubCode::LimitReached) => ErrorCode::CodeRefused.into(),
        _ => error.into(),
    }
}

fn seal(keys: &DeviceKeys, grant: GrantId, code: &str) -> Result<Vec<u8>, AppError> {
    let sealed = cipher(keys, grant)?.encrypt(&Nonce::default(), code.as_bytes());
    sealed.map_err(|_| ErrorCode::Internal.into())
}

fn open(keys: &DeviceKeys, grant: GrantId, sealed: &[u8]) -> Result<Zeroizing<String>, AppError> {
    let opened = cipher(keys, grant)?.decrypt(&Nonce::default(), sealed).ok();
    let code = opened.and_then(|bytes| String::from_utf8(bytes).ok());
    Ok(code.map(Zeroizing::new).ok_or(ErrorCode::Internal)?)
}

fn cipher(keys: &DeviceKeys, grant: GrantId) -> Result<ChaCha20Poly1305, AppError> {
    let mut key = Zeroizing::new([0; 32]);
    let purpose = [PURPOSE, grant.as_bytes()];
    Hkdf::<Sha256>::new(None, &keys.holder)
        .expand_multi_info(&purpose, &mut *key)
        .map_err(|_| ErrorCode::Internal)?;
    Ok(ChaCha20Poly1305::new(key.as_slice().into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRANT: GrantId = GrantId::from_entropy([1; 16]);

    fn keys(holder: u8) -> DeviceKeys {
        DeviceKeys {
            auth: [1; 32],
            holder: [holder; 32],
            viewer: [3; 32],
        }
    }

    #[test]
    fn a_code_opens_with_this_devices_keys_and_its_own_grant_alone() {
        let sealed = seal(&keys(2), GRANT, "12003456").unwrap();
        assert_eq!(*open(&keys(2), GRANT, &sealed).unwrap(), "12003456");
        assert!(!sealed.windows(8).any(|bytes| bytes == b"12003456"));
        assert!(open(&keys(9), GRANT, &sealed).is_err());
        let other = GrantId::from_entropy([2; 16]);
        assert!(open(&keys(2), other, &sealed).is_err());
    }
}
