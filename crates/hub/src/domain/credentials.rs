//! Credentials: issued when a device or carrier asks, from the grants as they stand.

use access::{
    BuildingId, CarrierGrant, CarrierId, Credential, DoorId, Grant, GrantId, GrantedDoor,
    HolderClass, HolderPublicKey, UnitId,
};
use hub_api::{CarrierCredential, DoorInfo, ErrorCode, IssuedCredential};
use rand::rngs::OsRng;

use super::bundles::is_open_to;
use super::{Hub, HubError, Result, refuse};
use crate::store::{Door, GrantSubject, NewGrant, StandingGrant, StoreError};

/// How long a resident's credential is good: 7 days.
pub const CREDENTIAL_LIFETIME_S: u64 = 7 * 24 * 3600;

/// How long a carrier's credential is good, when its grant does not end before.
const CARRIER_LIFETIME_S: u64 = CREDENTIAL_LIFETIME_S;

/// A door's clock may be behind by this much.
const CLOCK_MARGIN_S: u64 = 300;

impl Hub {
    /// The enrolled doors that residents of a unit may use.
    pub async fn doors_for(&self, building: BuildingId, unit: UnitId) -> Result<Vec<DoorInfo>> {
        let doors = self.store.doors_of(building).await?;
        let open = doors.into_iter().filter(|door| is_open_to(door, unit));
        Ok(open.filter_map(|door| self.door_info(door)).collect())
    }

    fn door_info(&self, door: Door) -> Option<DoorInfo> {
        let keys = door.keys?;
        Some(DoorInfo {
            online: self.presence.is_online(door.id),
            id: door.id,
            name: door.name,
            kind: door.kind,
            door_key: keys.noise,
            signing_key: keys.signing,
            unlock_s: door.unlock_s,
            hours: door.rules.hours,
            lockdown: door.rules.lockdown,
            package_room: door.rules.package_room,
            stream_address: door.stream_address,
            camera: door.camera,
            keypad: door.keypad,
            live_addresses: door.live_addresses,
        })
    }

    /// All doors that residents of a unit may use, enrolled or not.
    pub async fn door_ids_for(&self, building: BuildingId, unit: UnitId) -> Result<Vec<DoorId>> {
        let doors = self.store.doors_of(building).await?;
        let open = doors.iter().filter(|door| is_open_to(door, unit));
        Ok(open.map(|door| door.id).collect())
    }

    /// Fresh credentials for a resident's device: one a door, so that each leaves in one Bluetooth write.
    pub async fn issue_for_device(
        &self,
        building: BuildingId,
        unit: UnitId,
        grant: GrantId,
        holder: HolderPublicKey,
    ) -> Result<Vec<IssuedCredential>> {
        let key = self.building_key(building)?;
        let now = self.clock.now_s();
        let not_after = now.saturating_add(CREDENTIAL_LIFETIME_S);
        let doors = self.door_ids_for(building, unit).await?;
        let issue = |doors: &[DoorId]| {
            let doors = doors.to_vec();
            let class = HolderClass::Resident;
            let not_before = now.saturating_sub(CLOCK_MARGIN_S);
            let words = Grant {
                id: grant,
                building,
                class,
                doors,
                not_before,
                not_after,
            };
            let credential = access::issue(&key, &words, holder, &mut OsRng).map_err(unissued)?;
            Ok(IssuedCredential {
                credential,
                grant,
                doors: words.doors,
                not_after,
            })
        };
        doors
            .chunks(Credential::DOORS_IN_ONE_WRITE)
            .map(issue)
            .collect()
    }

    /// A fresh credential for a carrier: in `building`, or from its newest grant.
    pub async fn issue_for_carrier(
        &self,
        carrier: CarrierId,
        building: Option<BuildingId>,
    ) -> Result<CarrierCredential> {
        let carriers = self.store.carriers().await?;
        let known = carriers.into_iter().find(|known| known.id == carrier);
        let Some(carrier_key) = known.and_then(|known| known.key) else {
            return Err(StoreError::Unknown.into());
        };
        let Some(grant) = self.standing_carrier_grant(carrier, building).await? else {
            return refuse(ErrorCode::NoGrant, NO_GRANT);
        };
        let mut doors = self.store.doors_of(grant.building).await?;
        doors.retain(|door| grant.doors.contains(&door.id));
        for door in &mut doors {
            let hours = &mut door.rules.hours;
            hours.retain(|it| it.class == HolderClass::Courier);
            door.live_addresses.clear();
        }
        let limit = self.clock.now_s().saturating_add(CARRIER_LIFETIME_S);
        let not_after = grant.not_after.map_or(limit, |end| end.min(limit));
        let words = CarrierGrant {
            id: grant.id,
            building: grant.building,
            carrier,
            carrier_key,
            doors: doors
                .iter()
                .map(|door| GrantedDoor {
                    id: door.id,
                    kind: door.kind,
                })
                .collect(),
            not_before: grant.not_before,
            not_after,
        };
        let key = self.building_key(grant.building)?;
        let credential = access::issue_carrier(&key, &words, &mut OsRng).map_err(unissued)?;
        Ok(CarrierCredential {
            building: grant.building,
            building_name: self.building(grant.building).await?.name,
            credential,
            grant: grant.id,
            not_after,
            doors: doors
                .into_iter()
                .filter_map(|door| self.door_info(door))
                .collect(),
        })
    }

    /// The newest grant to a carrier that is neither revoked nor over.
    pub async fn standing_carrier_grant(
        &self,
        carrier: CarrierId,
        building: Option<BuildingId>,
    ) -> Result<Option<NewGrant>> {
        let now = self.clock.now_s();
        let stands = |standing: &StandingGrant| {
            let grant = &standing.grant;
            standing.revoked_at.is_none()
                && building.is_none_or(|building| building == grant.building)
                && grant.not_after.is_none_or(|end| now <= end)
        };
        let grants = self.store.grants_to(carrier).await?;
        Ok(grants
            .into_iter()
            .find(stands)
            .map(|standing| standing.grant))
    }

    /// The credential of a guest or staff, for the whole time of the grant.
    pub fn issue_for_person(&self, grant: &NewGrant) -> Result<Credential> {
        let (GrantSubject::Person { class, holder, .. }, Some(not_after)) =
            (&grant.subject, grant.not_after)
        else {
            return Err(HubError::Internal(
                "not a guest's or staff's grant".to_owned(),
            ));
        };
        let words = Grant {
            id: grant.id,
            building: grant.building,
            class: *class,
            doors: grant.doors.clone(),
            not_before: grant.not_before,
            not_after,
        };
        let key = self.building_key(grant.building)?;
        access::issue(&key, &words, *holder, &mut OsRng).map_err(unissued)
    }
}

pub(super) const NO_GRANT: &str = "This building has granted the carrier no door. Ask its manager \
    to run `vestibule-hub grant carrier`, then try again.";

fn unissued(error: access::IssueError) -> HubError {
    HubError::Internal(format!("a credential was not issued: {error}"))
}
