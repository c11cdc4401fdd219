//! Who comes to the doors, and what the building gave them.

use std::collections::BTreeSet;

use access::{
    BuildingKey, CarrierGrant, CarrierId, CarrierKey, CarrierPublicKey, Credential, DoorId,
    DoorKind, Grant, GrantId, GrantedDoor, HolderClass, HolderPublicKey, HolderSecret, Visit,
    VisitId, issue, issue_carrier, issue_driver,
};

use super::building::Building;
use super::dice::Dice;

/// What the building granted, in plain words: what the model knows of a credential.
#[derive(Clone, Debug)]
pub(super) struct Pass {
    pub(super) name: String,
    pub(super) class: HolderClass,
    pub(super) grant: GrantId,
    pub(super) holder: HolderPublicKey,
    pub(super) doors: BTreeSet<DoorId>,
    pub(super) not_before: u64,
    pub(super) not_after: u64,
    pub(super) visit: Option<Errand>,
    /// Whether the building signed it.
    pub(super) is_genuine: bool,
}

/// What a courier comes for.
#[derive(Clone, Debug)]
pub(super) struct Errand {
    pub(super) carrier: CarrierId,
    pub(super) key: CarrierPublicKey,
    pub(super) driver: String,
    pub(super) visit: VisitId,
}

/// Somebody with a phone or a handset.
#[derive(Debug)]
pub(super) struct Person {
    pub(super) secret: HolderSecret,
    pub(super) credential: Credential,
    pub(super) pass: Pass,
}

impl Person {
    pub(super) fn key(&self) -> HolderPublicKey {
        self.secret.public()
    }
}

/// A company that delivers.
#[derive(Debug)]
pub(super) struct Carrier {
    pub(super) id: CarrierId,
    pub(super) key: CarrierKey,
}

/// How long a day is, in seconds.
const DAY_S: u64 = 86_400;

/// Residents, guests, staff, drivers, somebody with a forged credential.
pub(super) fn invite(building: &Building, dice: &mut Dice) -> Vec<Person> {
    let start = building.start_s;
    let common = building.doors_of(DoorKind::Common);
    let all: Vec<_> = building.doors.iter().map(|door| door.id).collect();
    let long = (start - DAY_S, start + 6 * DAY_S);
    let ends_soon = |dice: &mut Dice| (start - DAY_S, start + dice.between(300, 4_000));
    let begins_soon = |dice: &mut Dice| (start + dice.between(100, 3_000), start + DAY_S);
    let (ending, beginning) = (ends_soon(dice), begins_soon(dice));
    let granted = [
        (HolderClass::Resident, "resident 1", all.clone(), long),
        (HolderClass::Resident, "resident 2", common.clone(), long),
        (HolderClass::Resident, "resident 3", vec![common[0]], ending),
        (HolderClass::Guest, "guest 1", vec![common[0]], beginning),
        (HolderClass::Guest, "guest 2", all.clone(), long),
        (HolderClass::Staff, "staff", common, long),
    ];
    let mut people: Vec<_> = granted
        .into_iter()
        .map(|(class, name, doors, window)| {
            hold(&building.key, building, (class, name), doors, window, dice)
        })
        .collect();
    for (carrier, name) in [(0, "driver 1"), (0, "driver 2"), (1, "driver 3")] {
        people.push(drive(
            building,
            &building.carriers[carrier],
            name,
            &all,
            ends_soon(dice),
            dice,
        ));
    }
    let forger = BuildingKey::from_seed(dice.bytes());
    let mut forged = hold(
        &forger,
        building,
        (HolderClass::Resident, "forger"),
        all,
        long,
        dice,
    );
    forged.pass.is_genuine = false;
    people.push(forged);
    people
}

fn hold(
    key: &BuildingKey,
    building: &Building,
    (class, name): (HolderClass, &str),
    doors: Vec<DoorId>,
    (not_before, not_after): (u64, u64),
    dice: &mut Dice,
) -> Person {
    let secret = HolderSecret::from_bytes(dice.bytes());
    let grant = Grant {
        id: GrantId::from_entropy(dice.bytes()),
        building: building.id,
        class,
        doors: doors.clone(),
        not_before,
        not_after,
    };
    let credential = issue(key, &grant, secret.public(), dice.rng()).expect("the grant is sound");
    let pass = Pass {
        name: name.to_owned(),
        class,
        grant: grant.id,
        holder: secret.public(),
        doors: doors.into_iter().collect(),
        not_before,
        not_after,
        visit: None,
        is_genuine: true,
    };
    Person {
        secret,
        credential,
        pass,
    }
}

/// A driver whose carrier was granted every door, apartments too, by a building that lies about them.
fn drive(
    building: &Building,
    carrier: &Carrier,
    name: &str,
    doors: &[DoorId],
    (not_before, not_after): (u64, u64),
    dice: &mut Dice,
) -> Person {
    let secret = HolderSecret::from_bytes(dice.bytes());
    let said_common = |id: &DoorId| GrantedDoor {
        id: *id,
        kind: DoorKind::Common,
    };
    let grant = CarrierGrant {
        id: GrantId::from_entropy(dice.bytes()),
        building: building.id,
        carrier: carrier.id,
        carrier_key: carrier.key.public(),
        doors: doors.iter().map(said_common).collect(),
        not_before,
        not_after,
    };
    let granted = issue_carrier(&building.key, &grant, dice.rng()).expect("the grant is sound");
    let visit = Visit {
        visit: VisitId::from_entropy(dice.bytes()),
        driver: name.replace(' ', "-"),
        holder: secret.public(),
        doors: doors.to_vec(),
        not_before,
        not_after,
    };
    let credential = issue_driver(
        &granted,
        &building.key.public(),
        &carrier.key,
        &visit,
        dice.rng(),
    );
    let pass = Pass {
        name: name.to_owned(),
        class: HolderClass::Courier,
        grant: grant.id,
        holder: secret.public(),
        doors: doors.iter().copied().collect(),
        not_before,
        not_after,
        visit: Some(Errand {
            carrier: carrier.id,
            key: carrier.key.public(),
            driver: visit.driver,
            visit: visit.visit,
        }),
        is_genuine: true,
    };
    Person {
        secret,
        credential: credential.expect("the visit is within the grant"),
        pass,
    }
}
