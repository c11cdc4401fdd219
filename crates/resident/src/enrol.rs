//! Becoming a device of a resident of a building.

use std::sync::Arc;

use access::{HolderSecret, SigningKey};
use clip::ViewerKey;
use hub_api::{Enrolled, EnrolledSubject, Invite, InviteError, Subject};
use rand::RngCore as _;
use rand::rngs::OsRng;
use tracing::{info, warn};
use uuid::Builder;

use crate::Shell;
use crate::core::{Core, blocking};
use crate::hub::HubError;
use crate::keys::DeviceKeys;
use crate::store::{PendingKeys, StoredEnrolment};
use crate::ui::{AppError, ErrorCode, KeyStorage};

/// The longest device name that a hub takes, in characters.
const MOST_NAME_CHARS: usize = 64;

/// Redeems an invite and keeps what it brings. The keys are stored before the invite is spent, and used again when an
/// earlier attempt's answer was lost.
pub(crate) async fn enrol<S: Shell>(
    core: &Core<S>,
    invite: &str,
    storage: KeyStorage,
) -> Result<(), AppError> {
    let invite = Invite::parse(invite)?;
    if core.store.enrolment()?.is_some() {
        // The person must leave the building first; the app offers no invite page before that.
        return Err(ErrorCode::Internal.into());
    }
    let (name, keys) = prepare_keys(core, storage).await?;
    let subject = Subject::ResidentDevice {
        device_name: core
            .config
            .device_name
            .chars()
            .take(MOST_NAME_CHARS)
            .collect(),
        auth_key: SigningKey::from_seed(keys.auth).public(),
        holder_key: HolderSecret::from_bytes(keys.holder).public(),
        viewer_key: ViewerKey::from_bytes(keys.viewer).public(),
    };
    let enrolled = match core.outside.hubs.enrol(&invite, subject, &keys.auth).await {
        Ok(enrolled) => enrolled,
        Err(error) => {
            if matches!(
                error,
                HubError::Refused {
                    retryable: false,
                    ..
                }
            ) {
                discard_keys(core, &name, storage).await;
            }
            return Err(error.into());
        }
    };
    core.store
        .set_enrolment(&stored(&invite, enrolled, name, storage)?)?;
    core.set_keys(Arc::new(keys));
    info!("enrolled");
    Ok(())
}

fn stored(
    invite: &Invite,
    enrolled: Enrolled,
    key_name: String,
    key_storage: KeyStorage,
) -> Result<StoredEnrolment, AppError> {
    let EnrolledSubject::ResidentDevice {
        device,
        resident_name,
        ..
    } = enrolled.subject
    else {
        return Err(ErrorCode::InviteMalformed.into());
    };
    Ok(StoredEnrolment {
        hub: invite.hub.clone(),
        hub_key: invite.key,
        client_id: enrolled.client_id,
        building: enrolled.building,
        device,
        resident_name,
        key_name,
        key_storage,
    })
}

async fn prepare_keys<S: Shell>(
    core: &Core<S>,
    storage: KeyStorage,
) -> Result<(String, DeviceKeys), AppError> {
    if let Some(keys) = pending_keys(core, storage).await? {
        return Ok(keys);
    }
    let keys = DeviceKeys::generate(&mut OsRng);
    let name = fresh_name();
    core.store.set_pending_keys(&PendingKeys {
        name: name.clone(),
        storage,
    })?;
    let store = core.outside.keys.of(storage);
    let (to_save, under) = (keys.clone(), name.clone());
    let saved = blocking(move || store.save(&under, &to_save)).await?;
    if let Err(error) = saved {
        warn!(%error, "the device's keys cannot be stored");
        core.store.clear_pending_keys()?;
        return Err((&error).into());
    }
    Ok((name, keys))
}

async fn pending_keys<S: Shell>(
    core: &Core<S>,
    storage: KeyStorage,
) -> Result<Option<(String, DeviceKeys)>, AppError> {
    let Some(pending) = core
        .store
        .pending_keys()?
        .filter(|keys| keys.storage == storage)
    else {
        return Ok(None);
    };
    let store = core.outside.keys.of(storage);
    let name = pending.name.clone();
    let loaded = blocking(move || store.load(&name)).await?;
    Ok(loaded.ok().map(|keys| (pending.name, keys)))
}

/// Removes keys from their store. A store that fails keeps secrets that open nothing, so that is only logged.
pub(crate) async fn discard_keys<S: Shell>(core: &Core<S>, name: &str, storage: KeyStorage) {
    let store = core.outside.keys.of(storage);
    let name = name.to_owned();
    if let Ok(Err(error)) = blocking(move || store.delete(&name)).await {
        warn!(%error, "keys could not be removed from their store");
    }
    if let Err(error) = core.store.clear_pending_keys() {
        warn!(%error, "unused keys could not be forgotten");
    }
}

fn fresh_name() -> String {
    let mut entropy = [0; 16];
    OsRng.fill_bytes(&mut entropy);
    Builder::from_random_bytes(entropy).into_uuid().to_string()
}

impl From<InviteError> for AppError {
    fn from(_: InviteError) -> Self {
        ErrorCode::InviteMalformed.into()
    }
}
