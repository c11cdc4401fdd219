//! The building as it was set up.

use access::{
    BuildingId, BuildingKey, Bundle, BundleCarrier, BundleDoor, CarrierId, CarrierKey, DoorId,
    DoorKind,
};

use audit::RecordsKey;

use super::dice::Dice;
use super::people::Carrier;

/// Unix seconds at which every run begins.
const START_S: u64 = 1_800_000_000;

/// Keys, doors and carriers, which no run changes.
#[derive(Debug)]
pub(super) struct Building {
    pub(super) id: BuildingId,
    pub(super) key: BuildingKey,
    pub(super) doors: Vec<Placed>,
    pub(super) carriers: Vec<Carrier>,
    pub(super) records_key: RecordsKey,
    pub(super) start_s: u64,
}

/// A door, and where it leads.
#[derive(Clone, Copy, Debug)]
pub(super) struct Placed {
    pub(super) id: DoorId,
    pub(super) kind: DoorKind,
}

impl Building {
    /// One or two common doors, one apartment's, two carriers.
    pub(super) fn found(dice: &mut Dice) -> Self {
        let kinds = [DoorKind::Common, DoorKind::Unit, DoorKind::Common];
        let count = 2 + dice.index(2);
        let doors = kinds.into_iter().take(count).map(|kind| Placed {
            id: DoorId::from_entropy(dice.bytes()),
            kind,
        });
        let doors = doors.collect();
        let carriers = (0..2).map(|_| Carrier {
            id: CarrierId::from_entropy(dice.bytes()),
            key: CarrierKey::from_seed(dice.bytes()),
        });
        let carriers = carriers.collect();
        Self {
            id: BuildingId::from_entropy(dice.bytes()),
            key: BuildingKey::from_seed(dice.bytes()),
            doors,
            carriers,
            records_key: RecordsKey::from_bytes(dice.bytes()),
            start_s: START_S,
        }
    }

    pub(super) fn doors_of(&self, kind: DoorKind) -> Vec<DoorId> {
        let doors = self.doors.iter().filter(|door| door.kind == kind);
        doors.map(|door| door.id).collect()
    }

    /// What the doors are told first.
    pub(super) fn first_bundle(&self) -> Bundle {
        let doors = self.doors.iter().zip(1..);
        let listed =
            doors.map(|(door, n)| BundleDoor::new(door.id, format!("door {n}"), door.kind, 5));
        let carriers = self.carriers.iter().map(Self::listed);
        Bundle {
            version: 1,
            issued_at: self.start_s,
            doors: listed.collect(),
            carriers: carriers.collect(),
            records_key: Some(self.records_key.public()),
            ..Bundle::empty(self.id)
        }
    }

    pub(super) fn listed(carrier: &Carrier) -> BundleCarrier {
        BundleCarrier {
            id: carrier.id,
            name: "carrier".to_owned(),
            key: carrier.key.public(),
        }
    }
}
