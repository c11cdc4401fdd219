//! Bundles: what doors must know, published whenever it changes.

use std::collections::BTreeSet;

use access::{
    BuildingId, Bundle, BundleCarrier, BundleDoor, DoorCode, DoorId, DoorKind, GrantId,
    SignedBundle, UnitId, Viewer,
};
use hub_api::Topic;
use sha2::{Digest, Sha256};

use super::codes::code_of;
use super::endorsements::is_vouched_for;
use super::{CREDENTIAL_LIFETIME_S, Hub, HubError, Result, entropy16};
use crate::store::{
    Audience, Building, Bundled, Carrier, Device, Door, GrantSubject, Notice, StandingGrant,
    StoreError,
};

/// A revoked grant stays listed this long after its last credential ended.
const REVOKED_MARGIN_S: u64 = 24 * 3600;

impl Hub {
    /// Publishes a new bundle for every building whose content changed since its last one. One that cannot be
    /// published does not hold up the others.
    pub async fn refresh_bundles(&self) -> Result<()> {
        let _turn = self.turns.publish.lock().await;
        for building in self.store.buildings().await? {
            if let Err(error) = self.refresh_bundle(&building).await {
                tracing::error!(building = %building.id, %error, "no bundle could be published");
            }
        }
        Ok(())
    }

    async fn refresh_bundle(&self, building: &Building) -> Result<()> {
        let now = self.clock.now_s();
        let mut bundle = self.compose_bundle(building, now).await?;
        let content = content_hash(&bundle)?;
        let newest = self.store.bundle(building.id).await?;
        if newest
            .as_ref()
            .is_some_and(|newest| newest.content == content)
        {
            return Ok(());
        }
        let after = newest.as_ref().map(|newest| newest.version);
        bundle.version = after.unwrap_or(0).saturating_add(1);
        bundle.issued_at = now;
        let signed = SignedBundle::sign(&bundle, &self.building_key(building.id)?)
            .map_err(|error| HubError::Internal(format!("bundle of {}: {error}", building.id)))?;
        let notices = notices(&bundle, newest.as_ref(), building);
        let version = bundle.version;
        let bundled = Bundled {
            version,
            content,
            signed,
        };
        let published = self
            .store
            .publish_bundle(building.id, after, &bundled, now, &notices)
            .await;
        match published {
            // Another process was faster; the next change, or the next minute, looks again.
            Err(StoreError::Conflict) => Ok(()),
            result => {
                tracing::info!(building = %building.id, version, "published a bundle");
                Ok(result?)
            }
        }
    }

    async fn compose_bundle(&self, building: &Building, now: u64) -> Result<Bundle> {
        let doors = self.store.doors_of(building.id).await?;
        let grants = self.store.grants_of(building.id).await?;
        let devices = self.store.devices_of(building.id).await?;
        let carriers = self.store.carriers().await?;
        let codes = codes(&grants, &devices, &doors, now);
        Ok(Bundle {
            endorsers: self
                .endorsers(building.id, &codes, &devices, &doors)
                .await?,
            carriers: granted_carriers(carriers, &grants),
            revoked: revoked(&grants, now),
            viewers: devices
                .iter()
                .filter(|device| !device.revoked)
                .map(|device| viewer(device, &doors))
                .collect(),
            codes,
            doors: doors.into_iter().map(bundle_door).collect(),
            resident_records: building.resident_records,
            records_key: Some(self.records_key(building.id)?.public()),
            time_zone: building.time_zone.clone(),
            code_salt: self.code_salt(building.id).await?.into(),
            ..Bundle::empty(building.id)
        })
    }

    /// The salt of a building's codes; made at random where there is none yet.
    pub async fn code_salt(&self, building: BuildingId) -> Result<[u8; 16]> {
        Ok(self.store.code_salt(building, entropy16()).await?)
    }
}

/// Whether a resident of this unit may use a door.
pub(super) fn is_open_to(door: &Door, unit: UnitId) -> bool {
    match door.kind {
        DoorKind::Common => true,
        DoorKind::Unit => door.unit == Some(unit),
    }
}

fn bundle_door(door: Door) -> BundleDoor {
    BundleDoor {
        hours: door.rules.hours,
        lockdown: door.rules.lockdown,
        held_open_s: door.rules.held_open_s,
        unfilmed: door.rules.unfilmed,
        ..BundleDoor::new(door.id, door.name, door.kind, door.unlock_s)
    }
}

fn viewer(device: &Device, doors: &[Door]) -> Viewer {
    let open = doors.iter().filter(|door| is_open_to(door, device.unit));
    Viewer {
        device: device.id,
        key: device.viewer_key,
        doors: open.map(|door| door.id).collect(),
    }
}

/// The enrolled carriers that hold a grant in the building.
fn granted_carriers(carriers: Vec<Carrier>, grants: &[StandingGrant]) -> Vec<BundleCarrier> {
    let has_grant = |carrier: &Carrier| {
        grants.iter().any(|standing| {
            standing.revoked_at.is_none()
                && standing.grant.subject == GrantSubject::Carrier(carrier.id)
        })
    };
    let granted = carriers.into_iter().filter(has_grant);
    granted
        .filter_map(|Carrier { id, name, key }| {
            Some(BundleCarrier {
                id,
                name,
                key: key?,
            })
        })
        .collect()
}

/// The codes that open a door now or later.
fn codes(grants: &[StandingGrant], devices: &[Device], doors: &[Door], now: u64) -> Vec<DoorCode> {
    let listed = |it: &StandingGrant| {
        let mut code = code(it, now)?;
        let kept = code_of(it)?;
        if let Some(device) = kept.device {
            code.doors = own_doors(device, devices, doors)?;
        }
        is_vouched_for(kept, devices).then_some(code)
    };
    let mut codes: Vec<_> = grants.iter().filter_map(listed).collect();
    codes.sort_unstable_by_key(|code| code.grant);
    codes
}

fn code(standing: &StandingGrant, now: u64) -> Option<DoorCode> {
    let grant = &standing.grant;
    let (GrantSubject::Code(code), Some(not_after)) = (&grant.subject, grant.not_after) else {
        return None;
    };
    let opens = standing.revoked_at.is_none() && code.used_at.is_none() && now <= not_after;
    opens.then(|| DoorCode {
        grant: grant.id,
        class: code.class,
        doors: grant.doors.clone(),
        hash: code.hash.bytes.into(),
        key: code.hash.key,
        not_before: grant.not_before,
        not_after,
        single_use: code.single_use,
        endorsement: code.endorsement.clone(),
    })
}

/// The doors that a device's own code opens now; none once it is no longer enrolled.
fn own_doors(device: GrantId, devices: &[Device], doors: &[Door]) -> Option<Vec<DoorId>> {
    let device = devices
        .iter()
        .find(|it| it.grant == device && !it.revoked)?;
    let doors = keypads_for(doors, device.unit);
    (!doors.is_empty()).then_some(doors)
}

/// The doors with a keypad that residents of a unit may pass.
pub(super) fn keypads_for(doors: &[Door], unit: UnitId) -> Vec<DoorId> {
    let usable = |door: &&Door| door.keypad && is_open_to(door, unit);
    doors.iter().filter(usable).map(|door| door.id).collect()
}

/// The revoked grants of which some credential may still be good, with a margin for slow clocks. A code has no
/// credential: it ends by no longer being listed.
fn revoked(grants: &[StandingGrant], now: u64) -> Vec<GrantId> {
    let listed = |standing: &&StandingGrant| {
        let Some(revoked_at) = standing.revoked_at else {
            return false;
        };
        if matches!(standing.grant.subject, GrantSubject::Code(_)) {
            return false;
        }
        let last_issued = revoked_at.saturating_add(CREDENTIAL_LIFETIME_S);
        let ends = standing.grant.not_after.unwrap_or(last_issued);
        now <= ends.max(last_issued).saturating_add(REVOKED_MARGIN_S)
    };
    let mut revoked: Vec<_> = grants
        .iter()
        .filter(listed)
        .map(|standing| standing.grant.id)
        .collect();
    revoked.sort_unstable();
    revoked
}

fn content_hash(unversioned: &Bundle) -> Result<[u8; 32]> {
    let mut bytes = Vec::new();
    ciborium::into_writer(unversioned, &mut bytes)
        .map_err(|error| HubError::Internal(format!("a bundle does not serialize: {error}")))?;
    Ok(Sha256::digest(&bytes).into())
}

/// Doors always hear of it; residents when their doors, or what is ruled for them, changed.
fn notices(
    bundle: &Bundle,
    before: Option<&Bundled>,
    building: &Building,
) -> Vec<(Audience, Notice)> {
    let version = bundle.version;
    let mut notices = vec![
        (Audience::Doors(building.id), Notice::Bundle { version }),
        // Residents' devices carry it to doors that hear nothing.
        (Audience::Residents(building.id), Notice::Bundle { version }),
    ];
    let before = before.and_then(|before| before.signed.verify(&building.key).ok());
    if before.as_ref().is_none_or(|it| it.doors != bundle.doors) {
        let residents = Audience::Residents(building.id);
        notices.push((residents, Notice::Refresh { what: Topic::Doors }));
        if before.is_none_or(|before| opened(&before) != opened(bundle)) {
            let what = Topic::Credentials;
            notices.push((residents, Notice::Refresh { what }));
        }
    }
    notices
}

/// What credentials are issued for.
fn opened(bundle: &Bundle) -> BTreeSet<(DoorId, DoorKind)> {
    bundle.doors.iter().map(|it| (it.id, it.kind)).collect()
}
