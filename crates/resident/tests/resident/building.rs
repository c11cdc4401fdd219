use std::sync::LazyLock;
use std::time::{SystemTime, UNIX_EPOCH};

use access::{
    BuildingId, BuildingKey, Bundle, BundleDoor, ClipId, Credential, DeviceId, DoorId, DoorKind,
    Grant, GrantId, HolderClass, HolderPublicKey, ResidentId, ResidentRecords, SigningKey,
};
use audit::RecordsKey;
use door_protocol::DoorIdentity;
use hub_api::{BuildingInfo, ClipInfo, ClipState, DoorInfo, EntryInfo, IssuedCredential, Outcome};
use rand::rngs::OsRng;

pub(crate) const BUILDING: BuildingId = BuildingId::from_entropy([1; 16]);
pub(crate) const RESIDENT: ResidentId = ResidentId::from_entropy([2; 16]);
pub(crate) const DEVICE: DeviceId = DeviceId::from_entropy([3; 16]);
pub(crate) const GRANT: GrantId = GrantId::from_entropy([4; 16]);
pub(crate) const LOBBY: DoorId = DoorId::from_entropy([0x10; 16]);
pub(crate) const GARAGE: DoorId = DoorId::from_entropy([0x11; 16]);
pub(crate) const UNLOCK_S: u16 = 5;

pub(crate) fn building_key() -> BuildingKey {
    BuildingKey::from_seed([9; 32])
}

pub(crate) fn records_key() -> RecordsKey {
    RecordsKey::from_bytes([8; 32])
}

pub(crate) fn building_info() -> BuildingInfo {
    BuildingInfo {
        id: BUILDING,
        name: "12 Elm Street".to_owned(),
        key: building_key().public(),
        log_key: audit::log::LogPublicKey([7; 32]),
        resident_records: ResidentRecords::Unnamed,
    }
}

pub(crate) fn identity(door: DoorId) -> DoorIdentity {
    DoorIdentity::new(BUILDING, door, [door.as_bytes()[0]; 32])
}

pub(crate) fn signing_key(door: DoorId) -> SigningKey {
    SigningKey::from_seed([door.as_bytes()[0] + 1; 32])
}

pub(crate) fn door_info(door: DoorId, name: &str) -> DoorInfo {
    DoorInfo {
        camera: true,
        keypad: door == LOBBY,
        id: door,
        name: name.to_owned(),
        kind: DoorKind::Common,
        door_key: identity(door).public(),
        signing_key: signing_key(door).public(),
        unlock_s: UNLOCK_S,
        hours: Vec::new(),
        lockdown: access::Lockdown::Off,
        package_room: false,
        stream_address: None,
        live_addresses: Vec::new(),
        online: true,
    }
}

/// What the hub tells of something that nobody is known to have done, and nobody filmed.
pub(crate) fn nobody(id: u64, door: DoorId, outcome: Outcome) -> EntryInfo {
    EntryInfo {
        id,
        door,
        at_ms: now_ms() + id,
        seq: id,
        class: None,
        carrier_name: None,
        driver: None,
        guest_name: None,
        pass: None,
        link: None,
        clip: None,
        unfilmed: false,
        outcome,
    }
}

/// A clip that lacks nothing but a picture.
pub(crate) fn clip_info(id: ClipId, state: ClipState) -> ClipInfo {
    ClipInfo {
        id,
        state,
        thumbnail: false,
        shortfall: None,
        held: false,
        gave_way: false,
    }
}

pub(crate) fn bundle(revoked: Vec<GrantId>) -> Bundle {
    let door = |id, name: &str| BundleDoor::new(id, name.to_owned(), DoorKind::Common, UNLOCK_S);
    Bundle {
        version: 1,
        issued_at: now_s(),
        doors: vec![door(LOBBY, "Lobby"), door(GARAGE, "Garage")],
        revoked,
        ..Bundle::empty(BUILDING)
    }
}

pub(crate) fn credential(holder: HolderPublicKey, doors: Vec<DoorId>) -> IssuedCredential {
    let (not_before, not_after) = (now_s() - 60, now_s() + 7 * 24 * 3600);
    let grant = Grant {
        id: GRANT,
        building: BUILDING,
        class: HolderClass::Resident,
        doors: doors.clone(),
        not_before,
        not_after,
    };
    let credential: Credential =
        access::issue(&building_key(), &grant, holder, &mut OsRng).unwrap();
    IssuedCredential {
        credential,
        grant: GRANT,
        doors,
        not_after,
    }
}

pub(crate) fn now_s() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs()
}

/// About now, and the same each time, so that a replayed entry is the same entry.
pub(crate) fn now_ms() -> u64 {
    static STARTED_S: LazyLock<u64> = LazyLock::new(now_s);
    *STARTED_S * 1000
}
