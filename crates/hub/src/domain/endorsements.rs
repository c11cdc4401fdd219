//! A resident's word that one delivery may open the door of the apartment: checked here, and again by the door.

use access::{BuildingId, DoorCode, DoorId, DoorKind, Endorsement, Endorser, OwnDoorEntry};
use hub_api::{ErrorCode, PassEndorsement};

use super::bundles::is_open_to;
use super::passes::Household;
use super::{Hub, HubError, Result, refuse};
use crate::store::{Code, Device, Door, StoreError};

impl Hub {
    /// The word of the device that asks, where it is its own and covers this door.
    pub(super) async fn endorsement(
        &self,
        household: &Household,
        given: &PassEndorsement,
        door: DoorId,
    ) -> Result<Endorsement> {
        let devices = self.store.devices_of(household.building).await?;
        let asks = devices.iter().find(|it| it.grant == household.grant);
        let device = asks.ok_or(StoreError::Unknown)?.id;
        let key = self.store.device_key(device).await?;
        let entry = OwnDoorEntry {
            building: household.building,
            door,
            grant: given.id,
            not_before: given.not_before,
            not_after: given.not_after,
        };
        if !key.is_some_and(|key| entry.is_endorsed_by(&key, &given.signature)) {
            return refuse(
                ErrorCode::InvalidRequest,
                "This pass opens an apartment, and what is to allow it is not signed by the device that asks for it.",
            );
        }
        if self.store.grant(given.id).await?.is_some() {
            return refuse(
                ErrorCode::InvalidRequest,
                "This id is not fresh: draw another one at random.",
            );
        }
        Ok(Endorsement {
            device,
            not_before: given.not_before,
            not_after: given.not_after,
            signature: given.signature,
        })
    }

    /// What doors check the endorsements of these codes by.
    pub(super) async fn endorsers(
        &self,
        building: BuildingId,
        codes: &[DoorCode],
        devices: &[Device],
        doors: &[Door],
    ) -> Result<Vec<Endorser>> {
        let words = || codes.iter().filter_map(|code| code.endorsement.as_ref());
        let signed = |device: &&Device| words().any(|word| word.device == device.id);
        let mut endorsers = Vec::new();
        for device in devices.iter().filter(signed) {
            let key = self.store.device_key(device.id).await?;
            let missing = || HubError::Internal(format!("a device of {building} has no key"));
            endorsers.push(Endorser {
                device: device.id,
                grant: device.grant,
                key: key.ok_or_else(missing)?,
                doors: own_doors(device, doors),
            });
        }
        endorsers.sort_unstable_by_key(|endorser| endorser.device);
        Ok(endorsers)
    }
}

/// Whether nobody's word is needed for a code, or that of a device which counts now.
pub(super) fn is_vouched_for(code: &Code, devices: &[Device]) -> bool {
    let counts = |word: &Endorsement| {
        let mut known = devices.iter().filter(|device| !device.revoked);
        known.any(|device| device.id == word.device)
    };
    code.endorsement.as_ref().is_none_or(counts)
}

/// Refuses an end that the resident's word does not cover.
pub(super) fn check_covered(code: Option<&Code>, not_after: u64) -> Result<()> {
    let word = code.and_then(|code| code.endorsement.as_ref());
    if word.is_none_or(|word| not_after <= word.not_after) {
        return Ok(());
    }
    refuse(
        ErrorCode::InvalidRequest,
        "This pass opens an apartment until the time that was signed for it, and no longer. Make another one.",
    )
}

/// The unit doors that a device's credentials open.
fn own_doors(device: &Device, doors: &[Door]) -> Vec<DoorId> {
    let own = |door: &&Door| door.kind == DoorKind::Unit && is_open_to(door, device.unit);
    doors.iter().filter(own).map(|door| door.id).collect()
}

#[cfg(test)]
mod tests {
    use access::{
        DeviceId, GrantId, HolderClass, HolderPublicKey, ResidentId, UnitId, ViewerPublicKey,
    };

    use super::*;
    use crate::store::CodeHash;

    const PHONE: DeviceId = DeviceId::from_entropy([1; 16]);

    fn device(id: DeviceId, revoked: bool) -> Device {
        Device {
            id,
            resident: ResidentId::from_entropy([2; 16]),
            unit: UnitId::from_entropy([3; 16]),
            building: BuildingId::from_entropy([4; 16]),
            name: "Maya's phone".into(),
            holder_key: HolderPublicKey([5; 32]),
            viewer_key: ViewerPublicKey([6; 32]),
            grant: GrantId::from_entropy([7; 16]),
            revoked,
        }
    }

    #[test]
    fn a_code_counts_as_long_as_the_device_that_endorsed_it() {
        let plain = Code {
            class: HolderClass::Courier,
            name: None,
            device: None,
            hash: CodeHash {
                bytes: [8; 32],
                key: None,
            },
            single_use: true,
            used_at: None,
            endorsement: None,
        };
        let endorsed = Code {
            endorsement: Some(Endorsement {
                device: PHONE,
                not_before: 0,
                not_after: 1,
                signature: [9; 64],
            }),
            ..plain.clone()
        };
        let another = DeviceId::from_entropy([10; 16]);
        assert!(is_vouched_for(&endorsed, &[device(PHONE, false)]));
        assert!(!is_vouched_for(&endorsed, &[device(PHONE, true)]));
        assert!(!is_vouched_for(&endorsed, &[device(another, false)]));
        assert!(is_vouched_for(&plain, &[]));
    }
}
