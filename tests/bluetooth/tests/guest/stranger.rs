//! Credentials in the wrong hands or at the wrong door, over the air.

use access::{DenyReason, DoorId};
use anyhow::Result;
use bluetooth::BluetoothCentral;
use bluetooth_tests::{
    controllers::HANDSET,
    stage::{MAIN_ENTRANCE, Stage, on_stage},
};
use building_tests::keyring::Keyring;
use door_protocol::Answer;

#[test]
fn a_stolen_credential_is_denied_to_who_is_not_its_holder() -> Result<()> {
    on_stage(async |stage| {
        let door: DoorId = stage.door(MAIN_ENTRANCE)?.id.parse()?;
        let thief = keyring(stage).await?.stolen();
        assert_eq!(
            thief.unlock(door, &handset()).await?,
            denied(DenyReason::NotTheHolder)
        );
        Ok(())
    })
}

#[test]
fn a_residents_credential_for_one_building_is_denied_at_another() -> Result<()> {
    on_stage(async |stage| {
        let door: DoorId = stage.door_elsewhere()?.id.parse()?;
        let key = stage.site.door_key(&stage.door_elsewhere()?.id)?.parse()?;
        let visitor = keyring(stage).await?.with_door(door, key);
        assert_eq!(
            visitor.unlock(door, &handset()).await?,
            denied(DenyReason::WrongBuilding)
        );
        Ok(())
    })
}

fn handset() -> BluetoothCentral {
    BluetoothCentral::new(Some(HANDSET.into()))
}

/// Another device of the home building's resident.
async fn keyring(stage: &Stage) -> Result<Keyring> {
    Keyring::enrol(&stage.site.home.resident_invite(&stage.site.hub)?).await
}

fn denied(reason: DenyReason) -> Answer {
    Answer::Denied { reason }
}
