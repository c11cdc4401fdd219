//! Grants and their end.

use access::{Credential, DoorKind, GrantId, HolderClass};
use anyhow::{Context as _, Result, bail};
use serde_json::json;

use super::arguments::{Grant, InBuilding, Person, Revoke};
use super::resolve::ids;
use super::{Admin, Output};
use crate::domain::{OfflineBound, entropy16, in_words};
use crate::store::StoreError;
use crate::store::{
    Building, Carrier, Device, GrantSubject, NewGrant, Resident, Revocation, StandingGrant,
};

const DAY_S: u64 = 24 * 3600;

pub(super) async fn grant(admin: &Admin, command: Grant, output: Output) -> Result<()> {
    match command {
        Grant::Carrier {
            carrier,
            building,
            doors,
            days,
        } => {
            let building = admin.building(&building).await?;
            let carrier = admin.carrier(&carrier).await?;
            let doors = admin.doors(&building, &doors).await?;
            if let Some(unit) = doors.iter().find(|door| door.kind == DoorKind::Unit) {
                bail!(
                    "'{}' leads into a unit: a carrier never opens one. Grant common doors only.",
                    unit.name
                );
            }
            if doors.len() > Credential::MAX_DOORS {
                bail!(
                    "{} doors are more than one credential names: grant at most {} at a time",
                    doors.len(),
                    Credential::MAX_DOORS
                );
            }
            refuse_second(admin, &carrier, &building).await?;
            let now = admin.hub.clock.now_s();
            let grant = NewGrant {
                id: GrantId::from_entropy(entropy16()),
                building: building.id,
                subject: GrantSubject::Carrier(carrier.id),
                doors: ids(&doors),
                not_before: now,
                not_after: days.map(|days| now + days * DAY_S),
            };
            admin.hub.store.add_grant(&grant).await?;
            let id = grant.id;
            let told = json!({ "id": id, "doors": grant.doors, "not_after": grant.not_after });
            output.answer(&told, || {
                let names: Vec<_> = doors.iter().map(|door| door.name.as_str()).collect();
                let doors = names.join(", ");
                let next = next_for(&carrier);
                format!("Granted {}: {doors}.\n  id  {id}\n{next}", carrier.name)
            })
        }
        Grant::Guest(person) => grant_person(admin, HolderClass::Guest, person, output).await,
        Grant::Staff(person) => grant_person(admin, HolderClass::Staff, person, output).await,
        Grant::List(wanted) => list(admin, &wanted, output).await,
    }
}

/// A carrier has one grant a building, whose doors are all that its drivers open.
async fn refuse_second(admin: &Admin, carrier: &Carrier, building: &Building) -> Result<()> {
    let hub = &admin.hub;
    let standing = hub.standing_carrier_grant(carrier.id, Some(building.id));
    let Some(standing) = standing.await? else {
        return Ok(());
    };
    let mut doors = hub.store.doors_of(building.id).await?;
    doors.retain(|door| standing.doors.contains(&door.id));
    let names: Vec<_> = doors.iter().map(|door| door.name.as_str()).collect();
    let (name, id) = (&carrier.name, standing.id);
    bail!(
        "{name} is granted {} already, and has one grant a building. To change it: \
         vestibule-hub revoke {id}, then grant all of its doors together",
        names.join(", ")
    )
}

fn next_for(carrier: &Carrier) -> String {
    if carrier.key.is_some() {
        return "The carrier fetches its new credential by itself. Doors that are online know it \
                within a second, others when they are."
            .to_owned();
    }
    format!("Next: vestibule-hub invite carrier {}", carrier.id)
}

async fn grant_person(
    admin: &Admin,
    class: HolderClass,
    person: Person,
    output: Output,
) -> Result<()> {
    let building = admin.building(&person.building).await?;
    let doors = admin.doors(&building, &person.doors).await?;
    let now = admin.hub.clock.now_s();
    let not_after = now + person.days * DAY_S;
    let Person { name, holder, .. } = person;
    let grant = NewGrant {
        id: GrantId::from_entropy(entropy16()),
        building: building.id,
        subject: GrantSubject::Person {
            class,
            name,
            holder,
        },
        doors: ids(&doors),
        not_before: now,
        not_after: Some(not_after),
    };
    let credential = admin.hub.issue_for_person(&grant)?;
    admin.hub.store.add_grant(&grant).await?;
    let id = grant.id;
    let encoded = access::base64url::encode(credential.as_bytes());
    let told = json!({ "id": id, "credential": encoded, "not_after": not_after });
    output.answer(&told, || {
        format!("Granted: {id}\nThe credential, good for this key only:\n{encoded}")
    })
}

async fn list(admin: &Admin, wanted: &InBuilding, output: Output) -> Result<()> {
    let building = admin.building(wanted).await?;
    let carriers = admin.hub.store.carriers().await?;
    let devices = admin.hub.store.devices_of(building.id).await?;
    let residents = admin.hub.store.residents().await?;
    let grants = admin.hub.store.grants_of(building.id).await?;
    let now = admin.hub.clock.now_s();
    let row = |standing: &StandingGrant| {
        let grant = &standing.grant;
        let bound = OfflineBound::of(standing, now);
        json!({
            "id": grant.id, "class": grant.subject.class(),
            "to": holder_name(grant, &carriers, &devices, &residents), "doors": grant.doors,
            "not_before": grant.not_before, "not_after": grant.not_after,
            "revoked_at": standing.revoked_at, "revoked": standing.revoked_at.is_some(),
            "offline_longest_s": bound.longest_s, "offline_left_s": bound.left_s,
            "lives_offline": in_words(bound.left_s),
        })
    };
    let rows: Vec<_> = grants.iter().map(row).collect();
    output.table(
        &["id", "class", "to", "revoked", "lives_offline"],
        &rows,
        "Nothing is granted yet.",
    )
}

/// A person, a carrier, or a resident with the device, so that the right one is revoked.
fn holder_name(
    grant: &NewGrant,
    carriers: &[Carrier],
    devices: &[Device],
    residents: &[Resident],
) -> Option<String> {
    match &grant.subject {
        GrantSubject::Person { name, .. } => Some(name.clone()),
        GrantSubject::Code(code) => {
            let name = code.name.as_deref().unwrap_or("a resident's pass");
            Some(format!("{name}, by keypad code"))
        }
        GrantSubject::Carrier(id) => carriers
            .iter()
            .find(|carrier| carrier.id == *id)
            .map(|carrier| carrier.name.clone()),
        GrantSubject::Device => {
            let device = devices.iter().find(|device| device.grant == grant.id)?;
            let owner = residents.iter().find(|one| one.id == device.resident)?;
            Some(format!("{}, {}", owner.name, device.name))
        }
    }
}

pub(super) async fn revoke(admin: &Admin, command: &Revoke, output: Output) -> Result<()> {
    let id = command.grant;
    let now = admin.hub.clock.now_s();
    let revocation = match admin.hub.store.revoke(id, now).await {
        Err(StoreError::Unknown) => bail!("there is no grant {id}: see `grant list`"),
        result => result.context("the grant was not revoked")?,
    };
    let (revoked_at, words) = match revocation {
        Revocation::Revoked => (now, "Revoked"),
        Revocation::Already(at) => (at, "Revoked before"),
    };
    let standing = admin.hub.store.grant(id).await?;
    let standing = standing.context("the grant is gone")?;
    let bound = OfflineBound::of(&standing, now);
    let told = json!({
        "grant": id, "revoked_at": revoked_at,
        "offline_longest_s": bound.longest_s, "offline_left_s": bound.left_s,
    });
    output.answer(&told, || {
        let left = in_words(bound.left_s);
        format!(
            "{words}: {id}. Doors that are online know within a second, others as soon as a \
             resident's phone passes that has been online since. At a door that neither reaches, a \
             credential of this grant ends by itself: in {left} at the latest."
        )
    })
}
