//! What a resident may know of the building and of what it holds of them, and what of it can be forgotten.

use std::collections::HashSet;

use access::{Bundle, DeviceId, DoorId, ResidentRecords};
use audit::{Event, Person, Record};
use hub_api::{
    DeviceInfo, DoorPolicy, ErrorCode, Forgotten, HeldCode, HeldDevice, Kept, MyData, NamedEntry,
    PassState, Policy,
};

use super::bundles::{is_open_to, keypads_for};
use super::codes::{code_of, code_state};
use super::passes::Household;
use super::upkeep::{EVENT_RETENTION_S, PASS_RETENTION_S};
use super::watches::shown;
use super::{CREDENTIAL_LIFETIME_S, Hub, HubError, Result, refuse};
use crate::store::{Building, Door, OwnDevice, StandingGrant, StoreError};

/// What stands in the place of a name that was forgotten.
const FORGOTTEN: &str = "Former resident";

/// How many records are read at once.
const BATCH: u32 = 256;

impl Hub {
    /// How long what is kept, and who may watch the household's doors.
    pub async fn policy(&self, household: &Household) -> Result<Policy> {
        let building = self.building(household.building).await?;
        let mut doors = self.store.doors_of(building.id).await?;
        doors.retain(|door| is_open_to(door, household.unit));
        let ids: Vec<_> = doors.iter().map(|door| door.id).collect();
        let devices = self.store.devices_of(building.id).await?;
        let known: HashSet<_> = devices.iter().map(|device| device.id).collect();
        let bundle = self.newest_bundle(&building).await?;
        let doors = doors.into_iter();
        Ok(Policy {
            resident_records: building.resident_records,
            kept: self.kept(&ids).await?,
            doors: doors
                .map(|door| door_policy(door, bundle.as_ref(), &known))
                .collect(),
        })
    }

    async fn kept(&self, doors: &[DoorId]) -> Result<Kept> {
        Ok(Kept {
            clips_s: self.settings.clip_retention_s(),
            clips_bytes: self.settings.clip_quota_bytes(),
            held_clips: self.store.held_clips(doors).await?,
            events_s: EVENT_RETENTION_S,
            ended_passes_s: PASS_RETENTION_S,
            credential_s: CREDENTIAL_LIFETIME_S,
        })
    }

    async fn newest_bundle(&self, building: &Building) -> Result<Option<Bundle>> {
        let newest = self.store.bundle(building.id).await?;
        let read = |bundled: crate::store::Bundled| bundled.signed.verify(&building.key);
        let bundle = newest.map(read).transpose();
        bundle.map_err(|error| HubError::Internal(format!("bundle of {}: {error}", building.id)))
    }

    /// The resident's devices that open doors, newest first; `this` is the one that asks.
    pub async fn own_devices(
        &self,
        household: &Household,
        this: DeviceId,
    ) -> Result<Vec<DeviceInfo>> {
        let devices = self.store.devices_by(household.resident).await?;
        let good = devices.into_iter().filter(|own| !own.device.revoked);
        Ok(good.map(|own| device_info(own, this)).collect())
    }

    /// Takes a device of the resident off the list: no credential is made for it any more, and doors hear of it with the
    /// next bundle.
    pub async fn remove_device(&self, household: &Household, device: DeviceId) -> Result<()> {
        let devices = self.store.devices_by(household.resident).await?;
        let Some(own) = devices.into_iter().find(|own| own.device.id == device) else {
            return refuse(
                ErrorCode::NotFound,
                "You have no such device. See the list of your devices.",
            );
        };
        let now = self.clock.now_s();
        self.store.revoke(own.device.grant, now).await?;
        tracing::info!("a resident removed a device");
        self.refresh_bundles().await
    }

    /// Everything that is held about a resident.
    pub async fn my_data(&self, household: &Household, this: DeviceId) -> Result<MyData> {
        let _one_at_a_time = self.turns.export.lock().await;
        let building = self.building(household.building).await?;
        let devices = self.store.devices_by(household.resident).await?;
        let (name, unit) = self.names(household).await?;
        let watches = self.store.watches_by(household.resident).await?;
        let now = self.clock.now_s();
        Ok(MyData {
            resident: household.resident,
            name,
            unit,
            named_entries: self.named_entries(&building, &devices).await?,
            building: building.id,
            building_name: building.name,
            resident_records: building.resident_records,
            open_invites: self.store.open_invites(household.resident, now).await?,
            passes: self.passes(household.unit).await?,
            own_codes: self.own_codes(household, &devices).await?,
            watches: watches.iter().map(shown).collect(),
            devices: devices
                .into_iter()
                .map(|own| held_device(own, this))
                .collect(),
        })
    }

    async fn names(&self, household: &Household) -> Result<(String, String)> {
        let residents = self.store.residents().await?;
        let resident = residents
            .into_iter()
            .find(|known| known.id == household.resident);
        let units = self.store.units().await?;
        let unit = units.into_iter().find(|known| known.id == household.unit);
        let names = resident.zip(unit).map(|(it, unit)| (it.name, unit.name));
        Ok(names.ok_or(StoreError::Unknown)?)
    }

    /// The codes that were made for these devices.
    async fn own_codes(
        &self,
        household: &Household,
        devices: &[OwnDevice],
    ) -> Result<Vec<HeldCode>> {
        let now = self.clock.now_s();
        let grants = self.store.grants_of(household.building).await?;
        let doors = self.store.doors_of(household.building).await?;
        let open = keypads_for(&doors, household.unit);
        let held = |standing: &StandingGrant| held_code(standing, devices, &open, now);
        Ok(grants.iter().filter_map(held).collect())
    }

    /// What a log that names residents says of these devices.
    async fn named_entries(
        &self,
        building: &Building,
        devices: &[OwnDevice],
    ) -> Result<Vec<NamedEntry>> {
        let mut found = Vec::new();
        if building.resident_records != ResidentRecords::Named {
            return Ok(found);
        }
        let own: HashSet<_> = devices.iter().map(|own| own.device.grant).collect();
        let size = self.store.log(building.id).await?.size;
        let mut from = 0;
        while from < size {
            let records = self.store.records(building.id, from, BATCH).await?;
            if records.is_empty() {
                break;
            }
            from += records.len() as u64;
            let of_doors = records.iter().filter(|stored| stored.door.is_some());
            let read = of_doors.filter_map(|stored| stored.body.read_unverified().ok());
            let named = read.filter_map(|record| named_entry(&record));
            found.extend(named.filter(|entry| own.contains(&entry.grant)));
        }
        found.reverse();
        Ok(found)
    }

    /// Ends everything of a resident and deletes what nobody else needs: passes, what devices are called, and the name,
    /// unless the log's records lead to it. The log itself stays as it is: it cannot be rewritten.
    pub async fn forget_resident(&self, household: &Household) -> Result<Forgotten> {
        let building = self.building(household.building).await?;
        let name_kept = building.resident_records == ResidentRecords::Named;
        let name = (!name_kept).then_some(FORGOTTEN);
        let now = self.clock.now_s();
        let ended = self
            .store
            .forget_resident(household.resident, name, now)
            .await?;
        tracing::info!(name_kept, "a resident was forgotten");
        self.refresh_bundles().await?;
        Ok(Forgotten {
            devices: count(ended.devices),
            passes: count(ended.passes),
            name_kept,
        })
    }
}

fn door_policy(door: Door, bundle: Option<&Bundle>, known: &HashSet<DeviceId>) -> DoorPolicy {
    let viewers = bundle
        .into_iter()
        .flat_map(|bundle| bundle.viewers_of(door.id));
    let (residents, strangers): (Vec<_>, Vec<_>) =
        viewers.partition(|viewer| known.contains(&viewer.device));
    DoorPolicy {
        door: door.id,
        name: door.name,
        kind: door.kind,
        camera: door.camera,
        viewers: count(residents.len()),
        strangers: count(strangers.len()),
    }
}

fn device_info(own: OwnDevice, this: DeviceId) -> DeviceInfo {
    DeviceInfo {
        id: own.device.id,
        name: own.device.name,
        enrolled_at: own.enrolled_at,
        seen_on: own.seen_on,
        this: own.device.id == this,
    }
}

fn held_device(own: OwnDevice, this: DeviceId) -> HeldDevice {
    HeldDevice {
        removed: own.device.revoked,
        grant: own.device.grant,
        holder_key: own.device.holder_key,
        viewer_key: own.device.viewer_key,
        woken_at: own.woken_at.clone(),
        info: device_info(own, this),
    }
}

/// Of a grant that is the own code of one of these devices; `open` are the doors that one opens which stands.
fn held_code(
    standing: &StandingGrant,
    devices: &[OwnDevice],
    open: &[DoorId],
    now: u64,
) -> Option<HeldCode> {
    let of = code_of(standing)?.device?;
    let device = &devices.iter().find(|own| own.device.grant == of)?.device;
    let state = match code_state(standing, now)? {
        // It ends with its device, wherever the device was taken off the list.
        state if state.is_open() && device.revoked => PassState::Revoked,
        state => state,
    };
    let grant = &standing.grant;
    Some(HeldCode {
        id: grant.id,
        device: device.id,
        doors: if state.is_open() {
            open.to_vec()
        } else {
            grant.doors.clone()
        },
        not_before: grant.not_before,
        not_after: grant.not_after?,
        state,
    })
}

fn named_entry(record: &Record) -> Option<NamedEntry> {
    let Event::Entry(entry) = &record.event else {
        return None;
    };
    let Person::NamedResident { grant } = entry.person else {
        return None;
    };
    Some(NamedEntry {
        door: record.door,
        at_ms: record.at_ms,
        seq: record.seq,
        grant,
        link: entry.link,
    })
}

fn count(many: usize) -> u32 {
    u32::try_from(many).unwrap_or(u32::MAX)
}
