//! What this device's resident may know of the building, and can have removed.

use std::collections::HashMap;
use std::path::PathBuf;
use std::time::Duration;

use access::DeviceId;
use hub_api::{DeviceInfo, DoorPolicy, Watch, WatchDay};
use tokio::time::timeout;
use tracing::{info, warn};

use crate::Shell;
use crate::clock::now_ms;
use crate::core::{Core, blocking};
use crate::export::keep_data;
use crate::feed::door_kind;
use crate::held::HeldHere;
use crate::hub::HubError;
use crate::ui::{
    AppError, ErrorCode, ExportedData, LiveWatch, MyDevice, OthersWatched, PrivacyPolicy,
    WatchableDoor, WatchedDay, WatchedPage,
};

/// How long leaving a building waits for its hub.
const SIGN_OFF: Duration = Duration::from_secs(3);

impl<S: Shell> Core<S> {
    pub(crate) async fn privacy_policy(&self) -> Result<PrivacyPolicy, AppError> {
        let policy = self.hub().await?.policy().await?;
        Ok(PrivacyPolicy {
            clips_s: policy.kept.clips_s,
            clips_bytes: policy.kept.clips_bytes,
            held_clips: policy.kept.held_clips,
            events_s: policy.kept.events_s,
            ended_passes_s: policy.kept.ended_passes_s,
            credential_s: policy.kept.credential_s,
            doors: policy.doors.into_iter().map(watchable).collect(),
        })
    }

    pub(crate) async fn watched(&self, before: Option<String>) -> Result<WatchedPage, AppError> {
        let hub = self.hub().await?;
        let page = hub.watches(before).await?;
        let devices = hub.devices().await?;
        let devices: HashMap<_, _> = devices.into_iter().map(|it| (it.id, it)).collect();
        let days = page.days.into_iter();
        Ok(WatchedPage {
            days: days.map(|day| self.watched_day(day, &devices)).collect(),
            next: page.next,
        })
    }

    fn watched_day(&self, day: WatchDay, devices: &HashMap<DeviceId, DeviceInfo>) -> WatchedDay {
        let watch = |watch: Watch| {
            let device = devices.get(&watch.device);
            LiveWatch {
                door_name: self.door_name(watch.door),
                device_name: device.map(|device| device.name.clone()),
                this_device: device.is_some_and(|device| device.this),
                from_ms: watch.from_ms,
                until_ms: watch.until_ms,
            }
        };
        let others = day.others.into_iter();
        WatchedDay {
            date: day.date,
            own: day.own.into_iter().map(watch).collect(),
            strangers: day.strangers.into_iter().map(watch).collect(),
            others: others
                .map(|it| OthersWatched {
                    door_name: self.door_name(it.door),
                    times: it.times,
                })
                .collect(),
        }
    }

    pub(crate) async fn devices(&self) -> Result<Vec<MyDevice>, AppError> {
        let devices = self.hub().await?.devices().await?;
        Ok(devices.into_iter().map(my_device).collect())
    }

    pub(crate) async fn remove_device(&self, id: &str) -> Result<(), AppError> {
        let device = id.parse().map_err(|_| ErrorCode::DeviceUnknown)?;
        let removed = self.hub().await?.remove_device(device).await;
        removed.map_err(|error| match error.code() {
            Some(hub_api::ErrorCode::NotFound) => ErrorCode::DeviceUnknown.into(),
            _ => error.into(),
        })
    }

    /// Writes what hub and device hold about the resident into a file of a folder.
    pub(crate) async fn export_data(&self, folder: PathBuf) -> Result<ExportedData, AppError> {
        let building = self.hub().await?.my_data().await?;
        let made_at_ms = now_ms();
        let held = HeldHere::read(&self.store, &self.enrolment()?)?;
        let text = held.with(&building, made_at_ms)?;
        let name = building.building_name;
        let kept = blocking(move || keep_data(&folder, &name, made_at_ms, &text)).await?;
        let path = kept.map_err(|error| {
            warn!(%error, "the resident's data was not saved");
            AppError::from(&error)
        })?;
        info!("the resident's data was saved");
        Ok(ExportedData {
            path: path.display().to_string(),
        })
    }

    /// Has the hub forget this resident; whether it keeps the name.
    pub(crate) async fn forget_at_hub(&self) -> Result<bool, AppError> {
        let hub = self.hub().await?;
        let resident = hub.my_data().await?.resident;
        Ok(hub.forget_resident(resident).await?.name_kept)
    }

    /// Takes this device off the building's list, where the hub is there to hear it.
    pub(crate) async fn sign_off(&self, device: DeviceId) {
        let asked = async {
            let hub = self.hub().await.map_err(|_| HubError::Unreachable)?;
            hub.remove_device(device).await
        };
        match timeout(SIGN_OFF, asked).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => warn!(%error, "the hub was not told that this device leaves"),
            Err(_) => warn!("the hub did not answer that this device leaves"),
        }
    }
}

fn watchable(door: DoorPolicy) -> WatchableDoor {
    WatchableDoor {
        door_id: door.door.to_string(),
        name: door.name,
        kind: door_kind(door.kind),
        camera: door.camera,
        viewers: door.viewers,
        strangers: door.strangers,
    }
}

fn my_device(device: DeviceInfo) -> MyDevice {
    MyDevice {
        id: device.id.to_string(),
        name: device.name,
        enrolled_at_ms: device.enrolled_at.saturating_mul(1000),
        seen_on: device.seen_on,
        this_device: device.this,
    }
}
