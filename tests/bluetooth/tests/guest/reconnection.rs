//! Connections break and doors restart; the next tap works all the same.

use std::time::Duration;

use access::DoorId;
use anyhow::Result;
use bluetooth::{BluetoothCentral, Central, find};
use bluetooth_tests::{
    air,
    controllers::{self, HANDSET},
    stage::{MAIN_ENTRANCE, on_stage},
};
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_mins(1);

#[test]
fn a_door_serves_the_next_phone_after_one_went_away_without_a_word() -> Result<()> {
    on_stage(async |stage| {
        let door = stage.door(MAIN_ENTRANCE)?.id.clone();
        let id: DoorId = door.parse()?;
        let central = BluetoothCentral::new(Some(HANDSET.into()));
        let sighting = find(&central, id.short(), PATIENCE).await?;
        let mut link = central.connect(&sighting).await?;
        let greeting = timeout(PATIENCE, link.incoming.recv()).await?;
        assert!(greeting.is_some(), "the door said nothing");
        drop(link);
        air::links_have_ended().await?;
        stage.phone.unlocks(&door).await?;
        Ok(())
    })
}

#[test]
fn a_phone_notices_that_the_link_dropped_and_the_next_unlock_works() -> Result<()> {
    on_stage(async |stage| {
        let door = stage.door(MAIN_ENTRANCE)?.id.clone();
        let id: DoorId = door.parse()?;
        let central = BluetoothCentral::new(Some(HANDSET.into()));
        let sighting = find(&central, id.short(), PATIENCE).await?;
        let mut link = central.connect(&sighting).await?;
        air::cut_all_links_of(controllers::MAIN_ENTRANCE).await?;
        while timeout(PATIENCE, link.incoming.recv()).await?.is_some() {}
        stage.phone.unlocks(&door).await?;
        Ok(())
    })
}

#[test]
fn a_phone_unlocks_again_after_the_door_was_killed_and_started() -> Result<()> {
    on_stage(async |stage| {
        let door = stage.door(MAIN_ENTRANCE)?.id.clone();
        let before = stage.phone.unlocks(&door).await?;
        stage.site.home.door_mut(MAIN_ENTRANCE)?.kill()?;
        air::door_is_silent(controllers::MAIN_ENTRANCE).await?;
        stage.site.home.door_mut(MAIN_ENTRANCE)?.start()?;
        air::door_is_advertised(controllers::MAIN_ENTRANCE).await?;
        let after = stage.phone.unlocks(&door).await?;
        assert!(after > before, "record {after} came after {before}");
        Ok(())
    })
}
