//! A door's day, from fixed seeds.

use access::{
    BuildingId, CarrierId, ClipId, DenyReason, DeviceId, DoorId, GrantId, HolderClass, SigningKey,
    Unfilmed, VisitId,
};
use audit::log::{Growth, KnownHashes, Leaf, append, append_positions};
use audit::{DoorChain, Entry, Event, Hash32, LinkKind, Person, Shortfall, SignedRecord};

pub(crate) const BUILDING: BuildingId = BuildingId::from_entropy([0xb1; 16]);
pub(crate) const DOOR: DoorId = DoorId::from_entropy([0xd1; 16]);
pub(crate) const GRANT: GrantId = GrantId::from_entropy([0xa1; 16]);
pub(crate) const CLIP: ClipId = ClipId::from_entropy([0xf1; 16]);
pub(crate) const DRIVER: &str = "driver-17";

pub(crate) fn door_key() -> SigningKey {
    SigningKey::from_seed([1; 32])
}

pub(crate) fn courier() -> Person {
    Person::Courier {
        grant: GRANT,
        carrier: CarrierId::from_entropy([0xc1; 16]),
        driver: DRIVER.into(),
        visit: VisitId::from_entropy([0xe1; 16]),
    }
}

pub(crate) fn entry(person: Person) -> Event {
    let clip = person.is_filmed().then_some(CLIP);
    Event::Entry(Entry {
        person,
        link: LinkKind::Bluetooth,
        clip,
    })
}

/// One of every kind of event.
pub(crate) fn events() -> Vec<Event> {
    vec![
        Event::Started {
            version: "0.1.0".into(),
        },
        Event::BundleInstalled { version: 4 },
        entry(Person::Resident),
        entry(Person::NamedResident { grant: GRANT }),
        entry(Person::Guest { grant: GRANT }),
        entry(Person::Staff { grant: GRANT }),
        entry(courier()),
        Event::Denied {
            reason: DenyReason::UnitDoor,
            class: Some(HolderClass::Courier),
            grant: Some(GRANT),
            link: LinkKind::Stream,
            clip: None,
        },
        Event::ClipClosed {
            clip: CLIP,
            entry_seq: 7,
            final_hash: Hash32([9; 32]),
            fragments: 201,
            pre_roll_ms: 10_000,
            post_roll_ms: 10_000,
            shortfall: Some(Shortfall::CameraStopped),
        },
        Event::Unfilmed {
            entry_seq: 7,
            why: "no_camera".into(),
        },
        Event::LiveStarted {
            device: DeviceId::from_entropy([8; 16]),
        },
        Event::LiveEnded { started_seq: 11 },
        Event::FilmingRule {
            unfilmed: Unfilmed::Refuse,
        },
    ]
}

pub(crate) fn records() -> Vec<SignedRecord> {
    let mut chain = DoorChain::start(BUILDING, DOOR);
    let at_ms = 1_800_000_000_000..;
    at_ms
        .zip(events())
        .map(|(at, event)| chain.append(&door_key(), at, event).unwrap())
        .collect()
}

pub(crate) fn leaf(n: u64) -> Leaf {
    let record = SignedRecord(n.to_be_bytes().to_vec());
    Leaf::commit(&record, &[7; 32])
}

/// A store of a log's hashes, as a database table would be.
#[derive(Clone, Default)]
pub(crate) struct Store {
    pub(crate) size: u64,
    pub(crate) hashes: Vec<Hash32>,
}

impl Store {
    pub(crate) fn of(size: u64) -> Self {
        let mut store = Self::default();
        store.grow(&(0..size).map(leaf).collect::<Vec<_>>());
        store
    }

    pub(crate) fn read(&self, positions: &[u64]) -> KnownHashes {
        let hash = |position: &u64| self.hashes[usize::try_from(*position).unwrap()];
        KnownHashes::new(positions, positions.iter().map(hash))
    }

    pub(crate) fn grow(&mut self, leaves: &[Leaf]) -> Growth {
        let known = self.read(&append_positions(self.size).unwrap());
        let growth = append(self.size, &known, leaves).unwrap();
        assert_eq!(growth.first_position, self.hashes.len() as u64);
        self.hashes.extend(growth.writes().map(|(_, hash)| hash));
        self.size = growth.to_size;
        growth
    }
}
