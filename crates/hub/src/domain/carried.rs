//! What residents' devices carry to and from doors without a network.
//!
//! Who brought a door's records is neither kept nor logged: it would tell which resident was there.

use access::{BuildingId, DoorId, UnitId};
use audit::{RecordsKey, SealedError, SealedRecords};
use hub_api::{Carried, CarriedDoor, ErrorCode};

use super::{Hub, Result, refuse};
use crate::store::StoreError;

impl Hub {
    /// What a device of this unit carries: the newest bundle, unless it has that version, and how far
    /// the hub has the records of the doors that the unit may use.
    pub async fn carried(
        &self,
        building: BuildingId,
        unit: UnitId,
        newer_than: Option<u64>,
    ) -> Result<Carried> {
        let newest = self.store.bundle(building).await?;
        let newer = newest.filter(|newest| Some(newest.version) > newer_than);
        let mut doors = Vec::new();
        for door in self.door_ids_for(building, unit).await? {
            let durable_seq = self.store.tip(door).await?.seq;
            doors.push(CarriedDoor { door, durable_seq });
        }
        Ok(Carried {
            bundle: newer.map(|newest| newest.signed),
            doors,
        })
    }

    /// Takes sealed records of a door of this building, as if the door itself had sent them, and says
    /// how far the door is durable.
    pub async fn take_carried_records(
        &self,
        building: BuildingId,
        batch: &SealedRecords,
    ) -> Result<u64> {
        if !self.is_door_of(building, batch.door).await? || batch.building != building {
            return Err(StoreError::Unknown.into());
        }
        let run = match self.records_key(building)?.open(batch) {
            Ok(run) => run,
            Err(error) => return refuse(ErrorCode::RecordInvalid, sentence(error)),
        };
        let durable_seq = self.take_records(batch.door, &run).await?;
        tracing::info!(door = %batch.door, durable_seq, "a device brought records of a door");
        Ok(durable_seq)
    }

    async fn is_door_of(&self, building: BuildingId, door: DoorId) -> Result<bool> {
        let doors = self.store.doors_of(building).await?;
        Ok(doors.iter().any(|known| known.id == door))
    }

    /// The secret that the building's carried records are opened with.
    pub(super) fn records_key(&self, building: BuildingId) -> Result<RecordsKey> {
        Ok(self.folder.records_key(building)?)
    }
}

fn sentence(error: SealedError) -> String {
    format!(
        "The batch is refused: {error}. Drop it; the door keeps its records until the hub has them."
    )
}
