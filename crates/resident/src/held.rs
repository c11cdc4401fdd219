//! Everything that this device holds about its resident, beside what the hub holds.

use hub_api::{DoorInfo, EntryInfo, MyData, OwnCode, PassInfo};
use jiff::Timestamp;
use serde::Serialize;
use url::Url;

use crate::store::{Happening, HeldDelivery, Store, StoreError, StoredEnrolment};
use crate::ui::{AppError, ErrorCode, KeyStorage, Preferences};

/// Of the fields below, which docs/privacy.md explains.
const FORMAT: u32 = 1;

/// What lies in this device's database. Secret keys, credentials, codes and the links of passes are left out: whoever had
/// them could open doors.
#[derive(Debug, Serialize)]
pub(crate) struct HeldHere {
    device: access::DeviceId,
    hub: Url,
    building: access::BuildingId,
    resident_name: String,
    key_storage: KeyStorage,
    preferences: Preferences,
    doors: Vec<DoorInfo>,
    credentials: Vec<HeldCredential>,
    passes: Vec<PassInfo>,
    own_code: Option<OwnCode>,
    deliveries: Vec<HeldDelivery>,
    own_unlocks: Vec<OwnUnlock>,
    activity: Vec<EntryInfo>,
}

/// A credential without what makes it one.
#[derive(Debug, Serialize)]
struct HeldCredential {
    grant: access::GrantId,
    doors: Vec<access::DoorId>,
    not_after: u64,
}

#[derive(Debug, Serialize)]
struct OwnUnlock {
    door: access::DoorId,
    at_ms: u64,
    seq: u64,
    remote: bool,
}

#[derive(Serialize)]
struct Export<'a> {
    format: u32,
    made_at: String,
    at_the_building: &'a MyData,
    on_this_device: &'a HeldHere,
}

impl HeldHere {
    pub(crate) fn read(store: &Store, enrolment: &StoredEnrolment) -> Result<Self, StoreError> {
        let mut own_unlocks = Vec::new();
        let mut activity = Vec::new();
        for record in store.activity(None, u32::MAX)? {
            match record.happening {
                Happening::Entry(entry) => activity.push(entry),
                Happening::OwnUnlock {
                    door,
                    at_ms,
                    seq,
                    remote,
                } => own_unlocks.push(OwnUnlock {
                    door,
                    at_ms,
                    seq,
                    remote,
                }),
            }
        }
        let credentials = store.credentials()?.into_iter();
        Ok(Self {
            device: enrolment.device,
            hub: enrolment.hub.clone(),
            building: enrolment.building.id,
            resident_name: enrolment.resident_name.clone(),
            key_storage: enrolment.key_storage,
            preferences: store.preferences()?,
            doors: store.doors()?,
            credentials: credentials
                .map(|issued| HeldCredential {
                    grant: issued.grant,
                    doors: issued.doors,
                    not_after: issued.not_after,
                })
                .collect(),
            passes: store.known_passes()?,
            own_code: store.own_code()?.map(|kept| kept.own),
            deliveries: store.deliveries()?,
            own_unlocks,
            activity,
        })
    }

    /// Both halves as one JSON text for people to read.
    pub(crate) fn with(
        &self,
        at_the_building: &MyData,
        made_at_ms: u64,
    ) -> Result<Vec<u8>, AppError> {
        let made_at = i64::try_from(made_at_ms).ok();
        let made_at = made_at.and_then(|ms| Timestamp::from_millisecond(ms).ok());
        let export = Export {
            format: FORMAT,
            made_at: made_at.unwrap_or_default().to_string(),
            at_the_building,
            on_this_device: self,
        };
        serde_json::to_vec_pretty(&export).map_err(|_| ErrorCode::Internal.into())
    }
}
