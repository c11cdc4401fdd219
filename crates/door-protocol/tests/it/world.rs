//! A building with one door, and phones of various people.

use std::time::Duration;

use access::{
    BuildingId, BuildingKey, Bundle, BundleDoor, Credential, DoorId, DoorKind, DoorPolicy, Gate,
    Grant, GrantId, HolderClass, HolderSecret, Now, issue,
};
use door_protocol::{Command, DoorIdentity, DoorSession, KeySession};
use rand::SeedableRng as _;
use rand::rngs::StdRng;

pub(crate) const UNLOCK_S: u16 = 5;
const UTC_S: u64 = 1_800_000_000;

pub(crate) struct World {
    pub(crate) identity: DoorIdentity,
    pub(crate) gate: Gate,
    building_key: BuildingKey,
    connections: u8,
}

pub(crate) struct Phone {
    pub(crate) holder: HolderSecret,
    pub(crate) credential: Credential,
}

impl World {
    pub(crate) fn new() -> Self {
        let building = BuildingId::from_entropy([1; 16]);
        let door = DoorId::from_entropy([2; 16]);
        let building_key = BuildingKey::from_seed([3; 32]);
        let bundle = Bundle {
            version: 1,
            issued_at: UTC_S,
            doors: vec![BundleDoor::new(
                door,
                "Main entrance",
                DoorKind::Common,
                UNLOCK_S,
            )],
            ..Bundle::empty(building)
        };
        let policy = DoorPolicy::new(building_key.public(), door, bundle).unwrap();
        Self {
            identity: DoorIdentity::new(building, door, [4; 32]),
            gate: Gate::new(policy),
            building_key,
            connections: 0,
        }
    }

    pub(crate) fn resident(&self) -> Phone {
        let holder = HolderSecret::from_bytes([5; 32]);
        let grant = Grant {
            id: GrantId::from_entropy([6; 16]),
            building: self.identity.building(),
            class: HolderClass::Resident,
            doors: vec![self.identity.door()],
            not_before: UTC_S - 60,
            not_after: UTC_S + 7 * 24 * 3600,
        };
        let mut rng = StdRng::seed_from_u64(7);
        let credential = issue(&self.building_key, &grant, holder.public(), &mut rng).unwrap();
        Phone { holder, credential }
    }

    /// Somebody with the resident's credential and a key of their own.
    pub(crate) fn thief(&self) -> Phone {
        Phone {
            holder: HolderSecret::from_bytes([8; 32]),
            ..self.resident()
        }
    }

    pub(crate) fn connect(&mut self, phone: &Phone, now: Duration) -> (DoorSession, KeySession) {
        let door = self.door_session(now);
        let (id, key) = (self.identity.door(), self.identity.public());
        (door, phone.key_session(id, key, self.connections, now))
    }

    /// The door's end of a new connection, with entropy of its own.
    pub(crate) fn door_session(&mut self, now: Duration) -> DoorSession {
        self.connections = self.connections.wrapping_add(1);
        DoorSession::new(&self.identity, [self.connections; 32], at(now))
    }
}

impl Phone {
    pub(crate) fn key_session(
        &self,
        door: DoorId,
        door_key: access::DoorPublicKey,
        connection: u8,
        now: Duration,
    ) -> KeySession {
        let entropy = [!connection; 32];
        let (holder, credential) = (&self.holder, &self.credential);
        KeySession::new(
            door,
            door_key,
            holder,
            credential,
            Command::Unlock,
            entropy,
            now,
        )
    }
}

pub(crate) fn at(monotonic: Duration) -> Now {
    Now {
        monotonic,
        utc_s: UTC_S + monotonic.as_secs(),
    }
}
